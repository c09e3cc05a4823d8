/*
 * stream.c: one file as a stream of text.
 *
 *   raw file --> input --> decompress --> (head) --> (UTF-16 to UTF-8) --> caller
 *
 * 1. raw_file.c reads and hashes the file.  The first piece goes through the
 *    input buffer, because its magic bytes tell the codec; later ones only if
 *    there is a codec, else straight into the caller's buffer.
 * 2. codec_decode() decompresses; its end is reached only after every checksum
 *    was found right, so a damaged file is an error and never a short read.
 * 3. The first bytes of the text are held in the head until it is known
 *    whether they are a byte order mark.
 * 4. UTF-16 is decoded through the text buffer.
 *
 * All memory lives in a context of the stream, below the one current at
 * source_open().  What libzstd allocates itself is freed by a callback of that
 * context, so an error anywhere leaks nothing.
 */
#include "postgres.h"

#include "source/source.h"

#include "format/utf16.h"
#include "miscadmin.h"
#include "source/raw_file.h"
#include "source/text_encoding.h"
#include "utils/memutils.h"

/* Decompressed UTF-16 taken at once; the raw file's pieces set the pace. */
#define TEXT_PIECE (64 * 1024)

struct SourceStream
{
	MemoryContext context;
	char *path;
	RawFile *raw;

	/* raw bytes that wait for the codec */
	unsigned char *input_buf;
	CodecInput input;
	bool input_eof;

	CodecStream *codec; /* NULL: not compressed */
	MemoryContextCallback release;

	/* the first bytes of the text, less a byte order mark */
	unsigned char head_buf[TEXT_MARK_MAX];
	CodecInput head;
	size_t mark_len;

	/* text that waits for the UTF-16 decoder */
	Utf16Decoder *utf16; /* NULL: passes through */
	unsigned char *text_buf;
	CodecInput text;
	bool text_eof;

	TextEncoding encoding;
};

static void *
context_alloc(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_NO_OOM);
}

static void
context_free(void *context, void *pointer)
{
	pfree(pointer);
}

static FmtAllocator
stream_allocator(const SourceStream *stream)
{
	FmtAllocator allocator = {context_alloc, context_free, stream->context};

	return allocator;
}

static int
error_sqlstate(FmtStatus status)
{
	switch (status)
	{
		case FMT_CHECKSUM:
			return ERRCODE_DATA_CORRUPTED;
		case FMT_UNSUPPORTED:
			return ERRCODE_FEATURE_NOT_SUPPORTED;
		case FMT_LIMIT:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case FMT_NO_MEMORY:
			return ERRCODE_OUT_OF_MEMORY;
		default:
			return ERRCODE_BAD_COPY_FILE_FORMAT;
	}
}

/* Raises what a decoder reported; offset counts in the decoder's input. */
static void
report_error(const SourceStream *stream, const FmtError *error, uint64 offset)
{
	ereport(
		ERROR,
		(errcode(error_sqlstate(error->status)),
		 errmsg("could not decode file \"%s\" at byte %llu: %s", stream->path,
				(unsigned long long) offset, error->message),
		 error->status == FMT_TRUNCATED
			 ? errhint("Perhaps the file is still being written, or its transfer was cut short.")
			 : 0));
}

/* Fills the input buffer with the next piece of the file. */
static void
fill_input(SourceStream *stream)
{
	size_t len = 0;

	while (len < RAW_FILE_PIECE)
	{
		size_t got =
			raw_file_read(stream->raw, (char *) stream->input_buf + len, RAW_FILE_PIECE - len);

		if (got == 0)
		{
			stream->input_eof = true;
			break;
		}
		len += got;
	}
	stream->input.data = stream->input_buf;
	stream->input.size = len;
	stream->input.pos = 0;
}

/* Moves bytes that wait in a buffer; returns how many. */
static size_t
take_waiting(CodecInput *waiting, char *buf, size_t len)
{
	size_t take = Min(len, waiting->size - waiting->pos);

	if (take == 0)
		return 0;
	memcpy(buf, waiting->data + waiting->pos, take);
	waiting->pos += take;
	return take;
}

/* Decompresses at least one byte, or returns 0 at the checked end. */
static size_t
decompress(SourceStream *stream, char *buf, size_t len)
{
	CodecOutput out = {(unsigned char *) buf, Min(len, RAW_FILE_PIECE), 0};
	FmtStatus status = FMT_OK;

	while (status == FMT_OK && out.pos == 0)
	{
		FmtError error;

		CHECK_FOR_INTERRUPTS();
		if (stream->input.pos == stream->input.size && !stream->input_eof)
			fill_input(stream);
		status = codec_decode(stream->codec, &stream->input, &out, stream->input_eof, &error);
		if (FMT_IS_ERROR(status))
			report_error(stream, &error, error.offset);
	}
	return out.pos;
}

/* Some decompressed bytes, 0 at the end. */
static size_t
read_unpacked(SourceStream *stream, char *buf, size_t len)
{
	size_t got = take_waiting(&stream->head, buf, len);

	if (got > 0)
		return got;
	if (stream->codec != NULL)
		return decompress(stream, buf, len);
	got = take_waiting(&stream->input, buf, len);
	if (got > 0)
		return got;
	return raw_file_read(stream->raw, buf, len);
}

/* At least one byte of UTF-8 from UTF-16, or 0 at the end. */
static size_t
transcode(SourceStream *stream, char *buf, size_t len)
{
	CodecOutput out = {(unsigned char *) buf, len, 0};
	FmtStatus status = FMT_OK;

	while (status == FMT_OK && out.pos == 0)
	{
		FmtError error;

		if (stream->text.pos == stream->text.size && !stream->text_eof)
		{
			stream->text.data = stream->text_buf;
			stream->text.size = read_unpacked(stream, (char *) stream->text_buf, TEXT_PIECE);
			stream->text.pos = 0;
			stream->text_eof = stream->text.size == 0;
		}
		status = utf16_decode(stream->utf16, &stream->text, &out, stream->text_eof, &error);
		if (FMT_IS_ERROR(status))
			report_error(stream, &error, stream->mark_len + error.offset);
	}
	return out.pos;
}

size_t
source_read(SourceStream *stream, char *buf, size_t len)
{
	size_t done = 0;

	while (done < len)
	{
		size_t got = stream->utf16 != NULL ? transcode(stream, buf + done, len - done)
										   : read_unpacked(stream, buf + done, len - done);

		if (got == 0)
			break;
		done += got;
	}
	return done;
}

/* By magic bytes; a file compressed in another way would only give bad rows. */
static CodecKind
detect_codec(const char *path, const CodecInput *head)
{
	const char *foreign = codec_detect_foreign(head->data, head->size);

	if (foreign != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("file \"%s\" is compressed with %s, which is not supported", path, foreign),
				 errhint("Compress the file with gzip or zstd, or not at all.")));
	return codec_detect(head->data, head->size);
}

static CodecKind
choose_codec(const char *compression, const char *path, const CodecInput *head)
{
	if (strcmp(compression, "auto") == 0)
		return detect_codec(path, head);
	if (strcmp(compression, "none") == 0)
		return CODEC_NONE;
	if (strcmp(compression, "gzip") == 0)
		return CODEC_GZIP;
	if (strcmp(compression, "zstd") == 0)
		return CODEC_ZSTD;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unrecognized compression: \"%s\"", compression),
					errhint("Valid values are \"auto\", \"none\", \"gzip\" and \"zstd\".")));
}

/* Called when the memory context goes, after an error too. */
static void
release_codec(void *arg)
{
	SourceStream *stream = arg;

	codec_close(stream->codec);
	stream->codec = NULL;
}

static void
open_codec(SourceStream *stream, CodecKind kind)
{
	FmtAllocator allocator = stream_allocator(stream);

	stream->codec = codec_open(kind, &allocator);
	if (stream->codec == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	stream->release.func = release_codec;
	stream->release.arg = stream;
	MemoryContextRegisterResetCallback(stream->context, &stream->release);
}

/* Reads the head of the text and takes a byte order mark off it. A mark overrides the declaration. */
static TextEncoding
begin_text(SourceStream *stream, TextEncoding encoding)
{
	size_t len = 0;
	size_t got;

	/* the head is still empty, so this reads behind it */
	while (len < TEXT_MARK_MAX &&
		   (got = read_unpacked(stream, (char *) stream->head_buf + len, TEXT_MARK_MAX - len)) > 0)
		len += got;
	stream->head.data = stream->head_buf;
	stream->head.size = len;
	stream->mark_len = text_encoding_detect(stream->head_buf, len, &encoding);
	stream->head.pos = stream->mark_len;

	/* without a mark, either order would make text of any bytes: do not guess */
	if (encoding == TEXT_UTF16 && len > 0)
		ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						errmsg("file \"%s\" has no UTF-16 byte order mark", stream->path),
						errhint("Set the encoding to \"utf-16le\" or \"utf-16be\".")));
	return encoding;
}

static void
open_utf16(SourceStream *stream, bool big_endian)
{
	FmtAllocator allocator = stream_allocator(stream);

	stream->utf16 = utf16_open(big_endian, &allocator);
	if (stream->utf16 == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	stream->text_buf = MemoryContextAlloc(stream->context, TEXT_PIECE);
}

SourceStream *
source_open(const SourceFile *file, const char *compression, const char *encoding)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest source", ALLOCSET_DEFAULT_SIZES);
	SourceStream *stream = MemoryContextAllocZero(context, sizeof(SourceStream));
	CodecKind kind;
	TextEncoding text;

	stream->context = context;
	stream->path = MemoryContextStrdup(context, file->path);
	stream->raw = raw_file_open(file, context);
	stream->input_buf = MemoryContextAlloc(context, RAW_FILE_PIECE);

	fill_input(stream);
	kind = choose_codec(compression, stream->path, &stream->input);
	if (kind != CODEC_NONE)
		open_codec(stream, kind);

	text = begin_text(stream, text_encoding_declared(encoding));
	if (text == TEXT_UTF16LE || text == TEXT_UTF16BE)
		open_utf16(stream, text == TEXT_UTF16BE);
	stream->encoding = text;
	return stream;
}

uint64
source_raw_position(const SourceStream *stream)
{
	return raw_file_position(stream->raw);
}

bool
source_is_compressed(const SourceStream *stream)
{
	return stream->codec != NULL;
}

bool
source_is_utf8(const SourceStream *stream)
{
	return stream->encoding != TEXT_OTHER;
}

const char *
source_unicode_name(const SourceStream *stream)
{
	switch (stream->encoding)
	{
		case TEXT_UTF8:
			return "utf-8";
		case TEXT_UTF16LE:
			return "utf-16le";
		case TEXT_UTF16BE:
			return "utf-16be";
		default:
			return NULL;
	}
}

void
source_finish(SourceStream *stream, SourceIdentity *identity)
{
	raw_file_finish(stream->raw, identity);
}

void
source_close(SourceStream *stream)
{
	raw_file_close(stream->raw);
	MemoryContextDelete(stream->context);
}
