/*
 * parquet_writer.c: Parquet files in memory.
 *
 * in:  schema, levels, values; or raw bodies of pages
 * out: the bytes of a file
 */
#include <brotli/encode.h>
#include <lz4.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "test/unit/parquet_writer.h"
#include "test/unit/thrift_writer.h"

#define MAX_ELEMENTS 4096
#define MAX_CHUNKS   16384
#define MAX_GROUPS   256

typedef struct Element
{
	char name[32];
	int repetition;
	int type; /* -1: group */
	uint32_t type_length;
	int num_children;
	int converted;
} Element;

typedef struct Chunk
{
	int codec;
	size_t offset;
	size_t dictionary_offset; /* 0: none */
	size_t data_offset;
	size_t packed;   /* bytes of its pages */
	size_t unpacked; /* the same before compression */
	int64_t num_values;
	bool counts;
} Chunk;

typedef struct Group
{
	int64_t num_rows;
	int first_chunk;
} Group;

struct PwFile
{
	EncBuffer out;
	ThriftWriter thrift;
	int top_level;
	int nelements;
	Element elements[MAX_ELEMENTS];
	int nchunks;
	Chunk chunks[MAX_CHUNKS];
	int ngroups;
	Group groups[MAX_GROUPS];
	size_t ndictionary;
	EncString *dictionary; /* of the current chunk */
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

PwFile *
pw_create(void)
{
	PwFile *file = calloc(1, sizeof(*file));

	require(file != NULL);
	enc_bytes(&file->out, "PAR1", 4);
	return file;
}

void
pw_free(PwFile *file)
{
	enc_free(&file->out);
	free(file->dictionary);
	free(file);
}

static Element *
add_element(PwFile *file, const char *name, int repetition)
{
	Element *element = &file->elements[file->nelements++];

	require(file->nelements <= MAX_ELEMENTS && strlen(name) < sizeof(element->name));
	strcpy(element->name, name);
	element->repetition = repetition;
	element->type = -1;
	element->converted = -1;
	return element;
}

void
pw_group(PwFile *file, const char *name, int repetition, int num_children, int converted)
{
	Element *element = add_element(file, name, repetition);

	element->num_children = num_children;
	element->converted = converted;
}

void
pw_leaf(PwFile *file, const char *name, int repetition, int type, uint32_t type_length)
{
	Element *element = add_element(file, name, repetition);

	element->type = type;
	element->type_length = type_length;
}

void
pw_top_level(PwFile *file, int num_children)
{
	file->top_level = num_children;
}

void
pw_row_group(PwFile *file, int64_t num_rows)
{
	Group *group = &file->groups[file->ngroups++];

	require(file->ngroups <= MAX_GROUPS);
	group->num_rows = num_rows;
	group->first_chunk = file->nchunks;
}

void
pw_chunk(PwFile *file, int codec, int64_t num_values)
{
	Chunk *chunk = &file->chunks[file->nchunks++];

	require(file->nchunks <= MAX_CHUNKS);
	chunk->codec = codec;
	chunk->offset = file->out.len;
	chunk->counts = num_values < 0;
	chunk->num_values = num_values < 0 ? 0 : num_values;
}

/* Compresses len bytes at data behind out's end. */
static void
compress_body(int codec, const unsigned char *data, size_t len, EncBuffer *out)
{
	size_t room = len + len / 4 + 4096;
	unsigned char *packed = malloc(room);
	z_stream stream = {0};
	size_t size = room;

	require(packed != NULL);
	switch (codec)
	{
		case PW_SNAPPY:
			require(snappy_compress((const char *) data, len, (char *) packed, &size) == SNAPPY_OK);
			break;
		case PW_GZIP:
			require(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
			stream.next_in = (unsigned char *) data;
			stream.avail_in = (uInt) len;
			stream.next_out = packed;
			stream.avail_out = (uInt) room;
			require(deflate(&stream, Z_FINISH) == Z_STREAM_END);
			size = stream.total_out;
			deflateEnd(&stream);
			break;
		case PW_BROTLI:
			require(BrotliEncoderCompress(1, 18, BROTLI_MODE_GENERIC, len, data, &size, packed));
			break;
		case PW_ZSTD:
			size = ZSTD_compress(packed, room, data, len, 1);
			require(!ZSTD_isError(size));
			break;
		case PW_LZ4_RAW:
			size = (size_t) LZ4_compress_default((const char *) data, (char *) packed, (int) len,
												 (int) room);
			break;
		default:
			memcpy(packed, data, len);
			size = len;
			break;
	}
	enc_bytes(out, packed, size);
	free(packed);
}

static size_t
length(const EncBuffer *buffer)
{
	return buffer != NULL ? buffer->len : 0;
}

static void
append(EncBuffer *out, const EncBuffer *buffer)
{
	if (length(buffer) > 0)
		enc_bytes(out, buffer->data, buffer->len);
}

/* The levels of a V1 page have their length in front. */
static void
append_levels(EncBuffer *out, const EncBuffer *levels)
{
	if (levels == NULL)
		return;
	enc_number(out, levels->len, 4);
	append(out, levels);
}

static void
write_header(PwFile *file, const PwPage *page, size_t unpacked, size_t packed)
{
	ThriftWriter *thrift = &file->thrift;

	tw_init(thrift);
	tw_struct(thrift);
	tw_field_i32(thrift, 1, page->type);
	tw_field_i32(thrift, 2, page->claimed_size != 0 ? page->claimed_size : (int64_t) unpacked);
	tw_field_i32(thrift, 3, (int64_t) packed);
	tw_field_struct(thrift, page->type == PW_V1 ? 5 : page->type == PW_DICTIONARY ? 7 : 8);
	tw_field_i32(thrift, 1, page->num_values);
	if (page->type == PW_V2)
	{
		tw_field_i32(thrift, 2, 0);
		tw_field_i32(thrift, 3, page->num_rows);
		tw_field_i32(thrift, 4, page->encoding);
		tw_field_i32(thrift, 5, (int64_t) length(page->def));
		tw_field_i32(thrift, 6, (int64_t) length(page->rep));
	}
	else
		tw_field_i32(thrift, 2, page->encoding);
	if (page->type == PW_V1)
	{
		tw_field_i32(thrift, 3, 3); /* RLE */
		tw_field_i32(thrift, 4, 3);
	}
	tw_end(thrift);
	tw_end(thrift);
	enc_bytes(&file->out, thrift->data, thrift->len);
}

void
pw_page(PwFile *file, const PwPage *page)
{
	Chunk *chunk = &file->chunks[file->nchunks - 1];
	size_t offset = file->out.len;
	EncBuffer body = {0};
	EncBuffer packed = {0};
	size_t unpacked;

	if (page->type == PW_V2)
	{
		append(&packed, page->rep);
		append(&packed, page->def);
	}
	else if (page->type == PW_V1)
	{
		append_levels(&body, page->rep);
		append_levels(&body, page->def);
	}
	append(&body, page->values);
	unpacked = packed.len + body.len;
	if (body.len > 0)
		compress_body(chunk->codec, body.data, body.len, &packed);
	write_header(file, page, unpacked, packed.len);
	append(&file->out, &packed);
	chunk->unpacked += unpacked + 64;
	chunk->packed = file->out.len - chunk->offset;
	if (page->type == PW_DICTIONARY && chunk->dictionary_offset == 0)
		chunk->dictionary_offset = offset;
	else if (page->type != PW_DICTIONARY)
	{
		if (chunk->data_offset == 0)
			chunk->data_offset = offset;
		if (chunk->counts)
			chunk->num_values += page->num_values;
	}
	enc_free(&body);
	enc_free(&packed);
}

static uint32_t
level_width(uint8_t max)
{
	uint32_t width = 0;

	while (max >> width != 0)
		width++;
	return width;
}

static void
encode_levels(EncBuffer *out, const uint8_t *levels, size_t n, uint8_t max)
{
	uint64_t *numbers = malloc((n + 1) * sizeof(*numbers));
	size_t i;

	require(numbers != NULL);
	for (i = 0; i < n; i++)
		numbers[i] = levels[i];
	enc_hybrid(out, numbers, n, level_width(max), ENC_RUNS_MIXED);
	free(numbers);
}

static uint64_t
as_number(const EncString *value)
{
	uint64_t number = 0;
	uint32_t i;

	for (i = 0; i < value->len && i < 8; i++)
		number |= (uint64_t) (unsigned char) value->data[i] << 8 * i;
	return number;
}

static void
encode_plain(EncBuffer *out, int type, const EncString *values, size_t n)
{
	uint64_t *bits;
	size_t i;

	if (type == PW_BYTE_ARRAY)
		enc_plain_strings(out, values, n);
	else if (type == PW_BOOLEAN)
	{
		bits = malloc((n + 1) * sizeof(*bits));
		require(bits != NULL);
		for (i = 0; i < n; i++)
			bits[i] = as_number(&values[i]);
		enc_packed(out, bits, n, 1);
		free(bits);
	}
	else
	{
		for (i = 0; i < n; i++)
			enc_bytes(out, values[i].data, values[i].len);
	}
}

static size_t
dictionary_index(const PwFile *file, const EncString *value)
{
	size_t i;

	for (i = 0; i < file->ndictionary; i++)
	{
		if (file->dictionary[i].len == value->len &&
			memcmp(file->dictionary[i].data, value->data, value->len) == 0)
			break;
	}
	return i;
}

/* Numbers or dictionary indices of values. */
static void
encode_numbers(const PwFile *file, EncBuffer *out, const PwSlots *slots, const EncString *values,
			   size_t n, int encoding)
{
	EncDelta delta = {128, 4, false, 0, false, slots->type == PW_INT32};
	uint64_t *numbers = malloc((n + 1) * sizeof(*numbers));
	uint32_t width = 0;
	size_t i;

	require(numbers != NULL);
	for (i = 0; i < n; i++)
	{
		bool is_index = encoding == PW_RLE_DICTIONARY;

		numbers[i] = is_index ? dictionary_index(file, &values[i]) : as_number(&values[i]);
		if (!is_index && slots->type == PW_INT32)
			numbers[i] = (uint64_t) (int64_t) (int32_t) numbers[i];
	}
	if (encoding == PW_RLE_DICTIONARY)
	{
		while (file->ndictionary >> width > 0)
			width++;
		enc_byte(out, (unsigned char) width);
		enc_hybrid(out, numbers, n, width, ENC_RUNS_MIXED);
	}
	else
		enc_delta(out, numbers, n, &delta);
	free(numbers);
}

static void
encode_values(const PwFile *file, EncBuffer *out, const PwSlots *slots, const EncString *values,
			  size_t n, int encoding)
{
	EncDelta delta = {128, 4, false, 0, false, true};

	switch (encoding)
	{
		case PW_PLAIN:
			encode_plain(out, slots->type, values, n);
			break;
		case PW_DELTA_LENGTH_BYTE_ARRAY:
			enc_delta_length(out, values, n, &delta);
			break;
		case PW_DELTA_BYTE_ARRAY:
			enc_delta_bytes(out, values, n, 1000, &delta);
			break;
		default:
			encode_numbers(file, out, slots, values, n, encoding);
			break;
	}
}

void
pw_data_page(PwFile *file, const PwSlots *slots, size_t from, size_t to, int version, int encoding)
{
	PwPage page = {.type = version, .encoding = encoding, .num_values = (int64_t) (to - from)};
	EncBuffer rep = {0};
	EncBuffer def = {0};
	EncBuffer values = {0};
	size_t before = 0;
	size_t n = 0;
	size_t i;

	for (i = 0; i < to; i++)
	{
		bool present = slots->max_def == 0 || slots->def[i] == slots->max_def;

		if (i < from)
			before += present;
		else
		{
			n += present;
			page.num_rows += slots->max_rep == 0 || slots->rep[i] == 0;
		}
	}
	if (slots->max_rep > 0)
	{
		encode_levels(&rep, slots->rep + from, to - from, slots->max_rep);
		page.rep = &rep;
	}
	if (slots->max_def > 0)
	{
		encode_levels(&def, slots->def + from, to - from, slots->max_def);
		page.def = &def;
	}
	if (n > 0)
		encode_values(file, &values, slots, slots->values + before, n, encoding);
	page.values = &values;
	pw_page(file, &page);
	enc_free(&rep);
	enc_free(&def);
	enc_free(&values);
}

void
pw_dictionary(PwFile *file, const PwSlots *slots)
{
	PwPage page = {.type = PW_DICTIONARY, .encoding = PW_PLAIN};
	EncBuffer values = {0};
	size_t present = 0;
	size_t i;

	for (i = 0; i < slots->n; i++)
		present += slots->max_def == 0 || slots->def[i] == slots->max_def;
	free(file->dictionary);
	file->dictionary = malloc((present + 1) * sizeof(*file->dictionary));
	require(file->dictionary != NULL);
	file->ndictionary = 0;
	for (i = 0; i < present; i++)
	{
		if (dictionary_index(file, &slots->values[i]) == file->ndictionary)
			file->dictionary[file->ndictionary++] = slots->values[i];
	}
	encode_plain(&values, slots->type, file->dictionary, file->ndictionary);
	page.values = &values;
	page.num_values = (int64_t) file->ndictionary;
	pw_page(file, &page);
	enc_free(&values);
}

static void
write_schema(PwFile *file)
{
	ThriftWriter *thrift = &file->thrift;
	int i;

	tw_field_list(thrift, 2, TW_STRUCT, (uint64_t) file->nelements + 1);
	tw_struct(thrift);
	tw_field_text(thrift, 4, "schema");
	tw_field_i32(thrift, 5, file->top_level);
	tw_end(thrift);
	for (i = 0; i < file->nelements; i++)
	{
		const Element *element = &file->elements[i];

		tw_struct(thrift);
		if (element->type >= 0)
			tw_field_i32(thrift, 1, element->type);
		if (element->type_length > 0)
			tw_field_i32(thrift, 2, element->type_length);
		tw_field_i32(thrift, 3, element->repetition);
		tw_field_text(thrift, 4, element->name);
		if (element->type < 0)
			tw_field_i32(thrift, 5, element->num_children);
		if (element->converted >= 0)
			tw_field_i32(thrift, 6, element->converted);
		tw_end(thrift);
	}
}

/*
 * The path of the element, as a list of names; returns the element behind it.  *leaf counts down to the
 * leaf that is looked for, which is at -1 when it was written.
 */
static int
write_path(PwFile *file, int element, int children, const char **names, int depth, int *leaf)
{
	int i;

	for (i = 0; i < children && *leaf >= 0; i++)
	{
		const Element *child = &file->elements[element];

		names[depth] = child->name;
		if (child->type < 0)
			element = write_path(file, element + 1, child->num_children, names, depth + 1, leaf);
		else
		{
			element++;
			if ((*leaf)-- == 0)
			{
				int part;

				tw_field_list(&file->thrift, 3, TW_BINARY, (uint64_t) depth + 1);
				for (part = 0; part <= depth; part++)
					tw_text(&file->thrift, names[part]);
			}
		}
	}
	return element;
}

/* The number of leaf's element in the schema. */
static const Element *
leaf_element(const PwFile *file, int leaf)
{
	int i;

	for (i = 0; i < file->nelements; i++)
	{
		if (file->elements[i].type >= 0 && leaf-- == 0)
			break;
	}
	return &file->elements[i];
}

static void
write_chunk(PwFile *file, const Chunk *chunk, int leaf)
{
	ThriftWriter *thrift = &file->thrift;
	const char *names[TW_MAX_DEPTH];
	int left = leaf;

	tw_struct(thrift);
	tw_field_i64(thrift, 2, (int64_t) chunk->offset);
	tw_field_struct(thrift, 3);
	tw_field_i32(thrift, 1, leaf_element(file, leaf)->type);
	tw_field_list(thrift, 2, TW_I32, 0);
	write_path(file, 0, file->top_level, names, 0, &left);
	tw_field_i32(thrift, 4, chunk->codec);
	tw_field_i64(thrift, 5, chunk->num_values);
	tw_field_i64(thrift, 6, (int64_t) chunk->unpacked);
	tw_field_i64(thrift, 7, (int64_t) chunk->packed);
	tw_field_i64(thrift, 9,
				 (int64_t) (chunk->data_offset != 0 ? chunk->data_offset : chunk->offset));
	if (chunk->dictionary_offset != 0)
		tw_field_i64(thrift, 11, (int64_t) chunk->dictionary_offset);
	tw_end(thrift);
	tw_end(thrift);
}

const unsigned char *
pw_finish(PwFile *file, const char *created_by, size_t *len)
{
	ThriftWriter *thrift = &file->thrift;
	int64_t rows = 0;
	int i, j;

	for (i = 0; i < file->ngroups; i++)
		rows += file->groups[i].num_rows;
	tw_init(thrift);
	tw_struct(thrift);
	tw_field_i32(thrift, 1, 1);
	write_schema(file);
	tw_field_i64(thrift, 3, rows);
	tw_field_list(thrift, 4, TW_STRUCT, (uint64_t) file->ngroups);
	for (i = 0; i < file->ngroups; i++)
	{
		int first = file->groups[i].first_chunk;
		int end = i + 1 < file->ngroups ? file->groups[i + 1].first_chunk : file->nchunks;

		tw_struct(thrift);
		tw_field_list(thrift, 1, TW_STRUCT, (uint64_t) (end - first));
		for (j = first; j < end; j++)
			write_chunk(file, &file->chunks[j], j - first);
		tw_field_i64(thrift, 2, 0);
		tw_field_i64(thrift, 3, file->groups[i].num_rows);
		tw_end(thrift);
	}
	tw_field_text(thrift, 6, created_by);
	tw_end(thrift);
	enc_bytes(&file->out, thrift->data, thrift->len);
	enc_number(&file->out, thrift->len, 4);
	enc_bytes(&file->out, "PAR1", 4);
	*len = file->out.len;
	return file->out.data;
}
