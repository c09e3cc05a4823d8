/*
 * page_samples.c: column chunks made page by page, and a file around them.
 */
#include "page_samples.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIRST_PAGE 4

/* A page header being written, in Thrift's compact protocol. */
typedef struct HeaderWriter
{
	unsigned char *data;
	size_t size;
	int last_field;
} HeaderWriter;

static void
put_byte(HeaderWriter *writer, int byte)
{
	writer->data[writer->size++] = (unsigned char) byte;
}

static void
put_varint(HeaderWriter *writer, uint32_t number)
{
	while (number > 127)
	{
		put_byte(writer, (int) (number & 127) | 128);
		number >>= 7;
	}
	put_byte(writer, (int) number);
}

static void
put_field(HeaderWriter *writer, int id, int type)
{
	put_byte(writer, (id - writer->last_field) << 4 | type);
	writer->last_field = id;
}

static void
put_i32(HeaderWriter *writer, int id, int32_t number)
{
	put_field(writer, id, 5);
	put_varint(writer, ((uint32_t) number << 1) ^ (number < 0 ? UINT32_MAX : 0));
}

static void
put_struct(HeaderWriter *writer, int id)
{
	put_field(writer, id, 12);
	writer->last_field = 0;
}

/* Statistics with a maximum of len bytes. */
static void
put_statistics(HeaderWriter *writer, int id, size_t len)
{
	put_struct(writer, id);
	put_field(writer, 1, 8);
	put_varint(writer, (uint32_t) len);
	memset(writer->data + writer->size, 0, len);
	writer->size += len;
	put_byte(writer, 0);
	writer->last_field = id;
}

/* The struct that belongs to the page's type. */
static void
put_member(HeaderWriter *writer, const PageSpec *spec)
{
	if (spec->type == PQ_DATA_PAGE)
	{
		put_struct(writer, 5);
		put_i32(writer, 1, spec->num_values);
		put_i32(writer, 2, PQ_PLAIN);
		put_i32(writer, 3, PQ_RLE);
		put_i32(writer, 4, PQ_RLE);
		if (spec->statistics > 0)
			put_statistics(writer, 5, spec->statistics);
	}
	else if (spec->type == PQ_DICTIONARY_PAGE)
	{
		put_struct(writer, 7);
		put_i32(writer, 1, spec->num_values);
		put_i32(writer, 2, PQ_PLAIN);
	}
	else if (spec->type == PQ_DATA_PAGE_V2)
	{
		put_struct(writer, 8);
		put_i32(writer, 1, spec->num_values);
		put_i32(writer, 2, 0);
		put_i32(writer, 3, spec->num_values);
		put_i32(writer, 4, PQ_PLAIN);
		put_i32(writer, 5, (int32_t) (spec->levels_len - spec->levels_len / 2));
		put_i32(writer, 6, (int32_t) (spec->levels_len / 2));
		if (spec->says_uncompressed)
			put_field(writer, 7, 2);
	}
	else
		return;
	put_byte(writer, 0);
}

static size_t
write_header(const PageSpec *spec, size_t packed_len, uint32_t crc, unsigned char *data)
{
	HeaderWriter writer = {data, 0, 0};

	put_i32(&writer, 1, spec->type);
	put_i32(&writer, 2, (int32_t) spec->len + spec->wrong_len);
	put_i32(&writer, 3, (int32_t) packed_len + spec->wrong_packed);
	if (spec->with_crc || spec->wrong_crc)
		put_i32(&writer, 4, (int32_t) (spec->wrong_crc ? ~crc : crc));
	put_member(&writer, spec);
	put_byte(&writer, 0);
	return writer.size;
}

/* The page's bytes behind its header. */
static size_t
write_body(const PageSpec *spec, unsigned char *out)
{
	size_t levels_len = spec->levels_len;

	memcpy(out, spec->body, levels_len);
	if (spec->framing == NULL || (spec->len == levels_len && !spec->pack_nothing))
	{
		memcpy(out + levels_len, spec->body + levels_len, spec->len - levels_len);
		return spec->len;
	}
	return levels_len +
		   spec->framing->pack(spec->body + levels_len, spec->len - levels_len, out + levels_len);
}

static FmtStatus
read_at(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	PageFile *pages = context;

	assert(offset <= pages->size && len <= pages->size - offset);
	if (len > pages->largest_read)
		pages->largest_read = len;
	if (pages->fails_at >= offset && pages->fails_at < offset + len)
		return pq_error(error, FMT_IO, offset, "cannot read");
	memcpy(buffer, pages->data + offset, len);
	return FMT_OK;
}

void
page_file_init(PageFile *pages)
{
	memset(pages, 0, sizeof(*pages));
	pages->data = calloc(1, FIRST_PAGE);
	pages->size = FIRST_PAGE;
	counting_init(&pages->counting, -1);
	pages->file.allocator = pages->counting.allocator;
	pages->file.created_by.data = "";
	pages->file.input.read_at = read_at;
	pages->file.input.context = pages;
	pages->chunk.leaf = -1;
	pages->chunk.has_metadata = true;
	pages->chunk.data_page_offset = FIRST_PAGE;
	pages->chunk.dictionary_page_offset = -1;
}

void
page_file_free(PageFile *pages)
{
	assert(pages->counting.alive == 0);
	free(pages->data);
}

void
page_file_add(PageFile *pages, const PageSpec *spec)
{
	size_t room = pages->size + 200 + spec->statistics + block_bound(spec->len);
	unsigned char *body = malloc(block_bound(spec->len));
	size_t body_len = write_body(spec, body);
	uint32_t crc = (uint32_t) crc32(0, body, (uInt) body_len);

	pages->data = realloc(pages->data, room);
	pages->size += write_header(spec, body_len, crc, pages->data + pages->size);
	memcpy(pages->data + pages->size, body, body_len);
	pages->size += body_len;
	free(body);
	if (spec->type == PQ_DATA_PAGE || spec->type == PQ_DATA_PAGE_V2)
		pages->chunk.num_values += spec->num_values;
}

void
page_file_finish(PageFile *pages)
{
	pages->data = realloc(pages->data, pages->size);
	pages->file.input.size = pages->size;
	pages->file.footer_offset = pages->size;
	pages->chunk.total_compressed_size = (int64_t) pages->size - FIRST_PAGE;
}

int32_t
page_codec(const BlockFraming *framing)
{
	static const int32_t codecs[] = {PQ_UNCOMPRESSED, PQ_SNAPPY, PQ_GZIP,   PQ_BROTLI,
									 PQ_LZ4,          PQ_ZSTD,   PQ_LZ4_RAW};

	return framing == NULL ? PQ_UNCOMPRESSED : codecs[framing->kind];
}
