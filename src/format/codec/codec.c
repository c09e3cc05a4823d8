/*
 * codec.c: the table of codecs, and what they have in common.
 *
 * in:  pieces of a compressed file, through CodecInput
 * out: decompressed bytes, through CodecOutput
 *
 * A CodecStream counts the compressed bytes it has consumed, so that an error
 * can name its place, and remembers END and errors.  It keeps a copy of the
 * allocator and owns the state of its codec.
 */
#include "format/codec/codec.h"

#include <stdio.h>
#include <string.h>

#include "format/codec/method.h"

struct CodecStream
{
	FmtAllocator allocator;
	const CodecMethod *method;
	void *state;
	uint64_t consumed;  /* compressed bytes */
	FmtStatus status;   /* FMT_OK until the end or an error */
	const char *reason; /* of an error, static */
};

static const CodecMethod *
find_method(CodecKind kind)
{
	switch (kind)
	{
		case CODEC_GZIP:
			return &codec_gzip;
		case CODEC_ZSTD:
			return &codec_zstd;
		case CODEC_NONE:
			break;
	}
	return NULL;
}

CodecKind
codec_detect(const unsigned char *head, size_t len)
{
	static const unsigned char gzip[] = {0x1f, 0x8b};
	static const unsigned char zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
	static const unsigned char skippable[] = {0x2a, 0x4d, 0x18}; /* behind 0x50 .. 0x5f */

	if (len >= sizeof(gzip) && memcmp(head, gzip, sizeof(gzip)) == 0)
		return CODEC_GZIP;
	if (len >= sizeof(zstd) && memcmp(head, zstd, sizeof(zstd)) == 0)
		return CODEC_ZSTD;
	if (len >= 1 + sizeof(skippable) && (head[0] & 0xf0) == 0x50 &&
		memcmp(head + 1, skippable, sizeof(skippable)) == 0)
		return CODEC_ZSTD;
	return CODEC_NONE;
}

/* Only magic numbers that no text begins with. */
const char *
codec_detect_foreign(const unsigned char *head, size_t len)
{
	static const struct
	{
		const char *name;
		size_t len;
		unsigned char bytes[6];
	} formats[] = {{"lz4", 4, {0x04, 0x22, 0x4d, 0x18}},
				   {"snappy", 6, {0xff, 0x06, 0x00, 0x00, 0x73, 0x4e}},
				   {"xz", 6, {0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00}},
				   {"zip", 4, {0x50, 0x4b, 0x03, 0x04}}};
	static const unsigned char bzip2[] = {0x31, 0x41, 0x59,
										  0x26, 0x53, 0x59}; /* behind BZh1 .. 9 */

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
	{
		if (len >= formats[i].len && memcmp(head, formats[i].bytes, formats[i].len) == 0)
			return formats[i].name;
	}
	if (len >= 4 + sizeof(bzip2) && memcmp(head, "BZh", 3) == 0 &&
		memcmp(head + 4, bzip2, sizeof(bzip2)) == 0)
		return "bzip2";
	return NULL;
}

CodecStream *
codec_open(CodecKind kind, const FmtAllocator *allocator)
{
	return codec_open_method(find_method(kind), allocator);
}

CodecStream *
codec_open_method(const CodecMethod *method, const FmtAllocator *allocator)
{
	CodecStream *stream;

	if (method == NULL)
		return NULL;
	stream = allocator->alloc(allocator->context, sizeof(*stream));
	if (stream == NULL)
		return NULL;
	memset(stream, 0, sizeof(*stream));
	stream->allocator = *allocator;
	stream->method = method;
	stream->status = FMT_OK;
	stream->state = method->open(&stream->allocator);
	if (stream->state == NULL)
	{
		allocator->free(allocator->context, stream);
		return NULL;
	}
	return stream;
}

FmtStatus
codec_decode(CodecStream *stream, CodecInput *in, CodecOutput *out, bool eof, FmtError *error)
{
	if (stream->status == FMT_OK)
	{
		size_t start = in->pos;

		stream->status = stream->method->decode(stream->state, in, out, eof, &stream->reason);
		stream->consumed += in->pos - start;
	}
	if (FMT_IS_ERROR(stream->status) && error != NULL)
	{
		memset(error, 0, sizeof(*error));
		error->status = stream->status;
		error->offset = stream->consumed;
		snprintf(error->message, sizeof(error->message), "%s", stream->reason);
	}
	return stream->status;
}

void
codec_close(CodecStream *stream)
{
	FmtAllocator allocator = stream->allocator;

	stream->method->close(stream->state);
	allocator.free(allocator.context, stream);
}
