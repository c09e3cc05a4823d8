/*
 * page_stream.c: a page body that is decompressed while it is read.
 *
 * in:  the page's bytes in the file, read a piece at a time
 * out: windows of the body, a few kilobytes each
 *
 * For pages that are too large to be held.  Every section decompresses for itself, from the
 * beginning of the page: sections are few, and far apart where they are many.  The section whose end
 * is the body's end checks that the compressed data ends there as well.
 *
 * A section owns its window, its piece of compressed bytes and its CodecStream; the body
 * owns the sections that are open.
 */
#include <string.h>

#include "format/parquet/page_parts.h"

/* BYTE_STREAM_SPLIT opens as many as a value has bytes. */
#define MAX_SECTIONS 64

/* Levels of repetition, levels of definition, values. */
#define USUAL_SECTIONS 3

typedef struct StreamSection StreamSection;

typedef struct StreamBody
{
	PqBody body;
	PqStreamSetup setup;
	PqPageParts parts;
	size_t step; /* size of windows, to begin with, and of pieces of input */
	StreamSection *sections;
	int nsections;
} StreamBody;

struct StreamSection
{
	StreamBody *body;
	StreamSection *next;
	unsigned char *window;
	size_t capacity;    /* without PQ_SLACK */
	uint64_t at;        /* in the body: the byte that is produced next */
	CodecStream *codec; /* NULL until needed */
	unsigned char *input;
	CodecInput in;        /* what is left of input */
	uint64_t packed_read; /* compressed bytes that went to input */
	uint64_t unpacked;    /* bytes that codec has produced */
};

static void *
take(const StreamBody *body, size_t size)
{
	const FmtAllocator *allocator = &body->setup.file->allocator;

	return allocator->alloc(allocator->context, size);
}

static void
give(const StreamBody *body, void *pointer)
{
	const FmtAllocator *allocator = &body->setup.file->allocator;

	if (pointer != NULL)
		allocator->free(allocator->context, pointer);
}

/* The byte of the file up to which the section has read. */
static uint64_t
file_offset(const StreamSection *stream)
{
	const PqPageParts *parts = &stream->body->parts;

	if (parts->kind == CODEC_BLOCK_NONE || stream->at < parts->levels_len)
		return parts->offset + stream->at;
	return parts->offset + parts->levels_len + stream->packed_read;
}

/* status of an error as the page's error: a stream that ends too early is a corrupt page. */
static FmtStatus
decode_error(const StreamSection *stream, FmtStatus status, const char *reason, PqError *error)
{
	if (status == FMT_TRUNCATED)
	{
		status = FMT_CORRUPT;
		reason = "the compressed data ends too early";
	}
	return pq_error(error, status, file_offset(stream), "could not decompress page: %s", reason);
}

/* Reads the next piece of compressed bytes. */
static FmtStatus
read_input(StreamSection *stream, PqError *error)
{
	const StreamBody *body = stream->body;
	uint64_t left = body->parts.packed_len - stream->packed_read;
	size_t piece = left < body->step ? (size_t) left : body->step;
	FmtStatus status;

	status = pq_page_read(body->setup.file, file_offset(stream), stream->input, piece,
						  body->setup.read_size, error);
	if (status != FMT_OK)
		return status;
	stream->packed_read += piece;
	stream->in.size = piece;
	stream->in.pos = 0;
	return FMT_OK;
}

/* Decompresses until out, of len bytes, is full or the data ends; *made is how many bytes that are. */
static FmtStatus
decode(StreamSection *stream, unsigned char *out_data, size_t len, size_t *made, PqError *error)
{
	const PqPageParts *parts = &stream->body->parts;
	CodecOutput out = {out_data, len, 0};
	FmtStatus status = FMT_OK;

	while (out.pos < out.size && status == FMT_OK)
	{
		FmtError codec_error;

		if (stream->in.pos == stream->in.size && stream->packed_read < parts->packed_len)
		{
			status = read_input(stream, error);
			if (status != FMT_OK)
				return status;
		}
		status = codec_decode(stream->codec, &stream->in, &out,
							  stream->packed_read == parts->packed_len, &codec_error);
		if (FMT_IS_ERROR(status))
			return decode_error(stream, status, codec_error.message, error);
	}
	*made = out.pos;
	stream->unpacked += out.pos;
	return FMT_OK;
}

static FmtStatus
start_codec(StreamSection *stream, PqError *error)
{
	const StreamBody *body = stream->body;

	stream->codec = codec_block_stream(body->parts.kind, &body->setup.file->allocator);
	if (stream->codec != NULL)
		stream->input = take(body, body->step);
	if (stream->input == NULL)
		return decode_error(stream, FMT_NO_MEMORY, "out of memory", error);
	stream->in.data = stream->input;
	return FMT_OK;
}

/* The body is complete: nothing may follow in the compressed data, and its checksum must be right. */
static FmtStatus
check_end(StreamSection *stream, PqError *error)
{
	unsigned char spare;
	size_t made;
	FmtStatus status = decode(stream, &spare, sizeof(spare), &made, error);

	if (status == FMT_OK && made > 0)
		status = decode_error(stream, FMT_CORRUPT, "there are more bytes than the page header says",
							  error);
	return status;
}

/* The next len bytes of the packed part; what is in front of them is decompressed and dropped. */
static FmtStatus
unpack(StreamSection *stream, unsigned char *out, size_t len, PqError *error)
{
	const PqPageParts *parts = &stream->body->parts;
	uint64_t wanted = stream->at - parts->levels_len;
	FmtStatus status = FMT_OK;

	if (stream->codec == NULL)
		status = start_codec(stream, error);
	while (status == FMT_OK && stream->unpacked < wanted + len)
	{
		uint64_t ahead = wanted > stream->unpacked ? wanted - stream->unpacked : 0;
		size_t piece = ahead > 0 && ahead < len ? (size_t) ahead : len;
		size_t made;

		status = decode(stream, out, piece, &made, error);
		if (status == FMT_OK && made < piece)
			status = decode_error(stream, FMT_CORRUPT,
								  "there are fewer bytes than the page header says", error);
	}
	if (status == FMT_OK && stream->at + len == parts->len)
		status = check_end(stream, error);
	return status;
}

/* The next len bytes of the body. */
static FmtStatus
produce(StreamSection *stream, unsigned char *out, size_t len, PqError *error)
{
	const StreamBody *body = stream->body;
	const PqPageParts *parts = &body->parts;

	while (len > 0)
	{
		bool is_plain = parts->kind == CODEC_BLOCK_NONE || stream->at < parts->levels_len;
		uint64_t run =
			(stream->at < parts->levels_len ? parts->levels_len : parts->len) - stream->at;
		size_t piece = run < len ? (size_t) run : len;
		FmtStatus status;

		if (is_plain)
			status = pq_page_read(body->setup.file, file_offset(stream), out, piece,
								  body->setup.read_size, error);
		else
			status = unpack(stream, out, piece, error);
		if (status != FMT_OK)
			return status;
		stream->at += piece;
		out += piece;
		len -= piece;
	}
	return FMT_OK;
}

/* Moves the bytes that are left to the front of a window that has room for need. */
static FmtStatus
make_room(StreamSection *stream, const PqSection *section, size_t need, PqError *error)
{
	const StreamBody *body = stream->body;
	size_t left = (size_t) (section->end - section->pos);
	unsigned char *window;

	if (need <= stream->capacity)
	{
		memmove(stream->window, section->pos, left);
		return FMT_OK;
	}
	if (need > body->setup.max_window)
		return pq_error(error, FMT_LIMIT, file_offset(stream),
						"a value of the page needs %llu bytes of memory; raise memory_budget",
						(unsigned long long) need);
	window = take(body, need + PQ_SLACK);
	if (window == NULL)
		return pq_error(error, FMT_NO_MEMORY, file_offset(stream), "out of memory");
	memcpy(window, section->pos, left);
	give(body, stream->window);
	stream->window = window;
	stream->capacity = need;
	return FMT_OK;
}

static FmtStatus
stream_more(PqSection *section, size_t need, PqError *error)
{
	StreamSection *stream = section->state;
	size_t left = (size_t) (section->end - section->pos);
	size_t len;
	FmtStatus status = make_room(stream, section, need, error);

	if (status != FMT_OK)
		return status;
	len = stream->capacity - left;
	if (len > section->behind)
		len = (size_t) section->behind;
	section->pos = stream->window;
	section->end = stream->window + left;
	status = produce(stream, stream->window + left, len, error);
	if (status != FMT_OK)
		return status;
	section->end += len;
	section->behind -= len;
	memset(stream->window + left + len, 0, PQ_SLACK);
	return FMT_OK;
}

static void
free_section(StreamSection *stream)
{
	const StreamBody *body = stream->body;

	if (stream->codec != NULL)
		codec_close(stream->codec);
	give(body, stream->input);
	give(body, stream->window);
	give(body, stream);
}

static FmtStatus
stream_open(PqBody *base, uint64_t offset, uint64_t len, PqSection *section, PqError *error)
{
	StreamBody *body = (StreamBody *) base;
	uint64_t place = body->parts.offset;
	StreamSection *stream;

	if (offset > base->len || len > base->len - offset)
		return pq_error(error, FMT_CORRUPT, place, "section reaches beyond the end of the page");
	if (body->nsections == MAX_SECTIONS)
		return pq_error(error, FMT_LIMIT, place,
						"the page can only be decoded in one piece, of %llu bytes; "
						"raise memory_budget",
						(unsigned long long) base->len);
	stream = take(body, sizeof(*stream));
	if (stream == NULL)
		return pq_error(error, FMT_NO_MEMORY, place, "out of memory");
	memset(stream, 0, sizeof(*stream));
	stream->body = body;
	stream->at = offset;
	stream->capacity = len < body->step ? (size_t) len : body->step;
	stream->window = take(body, stream->capacity + PQ_SLACK);
	if (stream->window == NULL)
	{
		free_section(stream);
		return pq_error(error, FMT_NO_MEMORY, place, "out of memory");
	}
	memset(stream->window, 0, PQ_SLACK);
	stream->next = body->sections;
	body->sections = stream;
	body->nsections++;
	section->pos = section->end = stream->window;
	section->behind = len;
	section->more = stream_more;
	section->state = stream;
	section->is_stable = false;
	return FMT_OK;
}

static void
stream_close(PqBody *base, PqSection *section)
{
	StreamBody *body = (StreamBody *) base;
	StreamSection **link = &body->sections;

	while (*link != NULL && *link != section->state)
		link = &(*link)->next;
	if (*link == NULL)
		return;
	*link = (*link)->next;
	body->nsections--;
	free_section(section->state);
	section->state = NULL;
	section->pos = section->end = NULL;
	section->behind = 0;
}

PqBody *
pq_stream_body_create(const PqStreamSetup *setup, const PqPageParts *parts, size_t *memory)
{
	const FmtAllocator *allocator = &setup->file->allocator;
	StreamBody *body = allocator->alloc(allocator->context, sizeof(*body));

	if (body == NULL)
		return NULL;
	memset(body, 0, sizeof(*body));
	body->body.len = parts->len;
	body->body.open = stream_open;
	body->body.close = stream_close;
	body->setup = *setup;
	body->parts = *parts;
	body->step = setup->read_size < PQ_STREAM_WINDOW ? setup->read_size : PQ_STREAM_WINDOW;
	if (body->step == 0)
		body->step = 1;
	if (body->setup.max_window < PQ_STREAM_WINDOW)
		body->setup.max_window = PQ_STREAM_WINDOW;
	*memory = sizeof(*body) + USUAL_SECTIONS * (sizeof(StreamSection) + 2 * body->step + PQ_SLACK);
	return &body->body;
}

void
pq_stream_body_free(PqBody *base)
{
	StreamBody *body = (StreamBody *) base;

	while (body->sections != NULL)
	{
		StreamSection *stream = body->sections;

		body->sections = stream->next;
		free_section(stream);
	}
	give(body, body);
}
