/*
 * parquet_footers.c: Parquet files made in memory, for tests of what is in a footer.
 *
 * in:  a FileSpec, or bytes that a test has written itself
 * out: an opened file; its bytes stay until the next one is opened
 */
#include "test/unit/parquet_footers.h"
#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

ThriftWriter footer_writer;
size_t footer_allocated;

FileSpec
footer_usual(void)
{
	FileSpec spec;
	int i;

	spec.created_by = "parquet-mr version 1.12.0 (build x)";
	spec.nrow_groups = 2;
	spec.nchunks = FOOTER_COLUMNS;
	spec.num_rows = 10;
	spec.orders = 1;
	for (i = 0; i < FOOTER_COLUMNS; i++)
	{
		ChunkSpec *chunk = &spec.chunks[i];

		memset(chunk, 0, sizeof(*chunk));
		chunk->path[0] = "a";
		chunk->type = PQ_INT32;
		chunk->num_values = 10;
		chunk->size = 100;
		chunk->data_offset = 100;
		chunk->dictionary_offset = -1;
		chunk->null_count = -1;
	}
	spec.chunks[1].path[0] = "b";
	spec.chunks[1].type = PQ_BYTE_ARRAY;
	spec.chunks[2].path[0] = "g";
	spec.chunks[2].path[1] = "c";
	spec.chunks[2].type = PQ_DOUBLE;
	return spec;
}

static void *
count_alloc(void *context, size_t size)
{
	footer_allocated++;
	return malloc(size);
}

static void
count_free(void *context, void *pointer)
{
	footer_allocated--;
	free(pointer);
}

static FmtStatus
read_memory(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	memcpy(buffer, (const unsigned char *) context + offset, len);
	return FMT_OK;
}

void
footer_write_element(const char *name, int type, int children)
{
	tw_struct(&footer_writer);
	if (type >= 0)
		tw_field_i32(&footer_writer, 1, type);
	tw_field_i32(&footer_writer, 3, PQ_OPTIONAL);
	tw_field_text(&footer_writer, 4, name);
	if (children > 0)
		tw_field_i32(&footer_writer, 5, children);
	tw_end(&footer_writer);
}

static void
write_statistics(const ChunkSpec *c)
{
	tw_field_struct(&footer_writer, 12);
	if (c->max != NULL)
		tw_field_bytes(&footer_writer, 1, c->max, c->stat_len);
	if (c->min != NULL)
		tw_field_bytes(&footer_writer, 2, c->min, c->stat_len);
	if (c->null_count >= 0)
		tw_field_i64(&footer_writer, 3, c->null_count);
	if (c->max_value != NULL)
		tw_field_bytes(&footer_writer, 5, c->max_value, c->stat_len);
	if (c->min_value != NULL)
		tw_field_bytes(&footer_writer, 6, c->min_value, c->stat_len);
	tw_end(&footer_writer);
}

static void
write_chunk(const ChunkSpec *c)
{
	const int depth = c->path[1] != NULL ? 2 : 1;
	int i;

	tw_struct(&footer_writer);
	if (c->external)
		tw_field_text(&footer_writer, 1, "/elsewhere");
	tw_field_i64(&footer_writer, 2, 0);
	if (!c->no_metadata)
	{
		tw_field_struct(&footer_writer, 3);
		tw_field_i32(&footer_writer, 1, c->type);
		tw_field_list(&footer_writer, 2, TW_I32, 20);
		for (i = 0; i < 20; i++)
			tw_zigzag(&footer_writer, i);
		tw_field_list(&footer_writer, 3, TW_BINARY, (uint64_t) depth);
		for (i = 0; i < depth; i++)
			tw_text(&footer_writer, c->path[i]);
		tw_field_i32(&footer_writer, 4, 42); /* a codec that is unknown */
		tw_field_i64(&footer_writer, 5, c->num_values);
		tw_field_i64(&footer_writer, 6, 123);
		tw_field_i64(&footer_writer, 7, c->size);
		tw_field_i64(&footer_writer, 9, c->data_offset);
		if (c->dictionary_offset >= 0)
			tw_field_i64(&footer_writer, 11, c->dictionary_offset);
		write_statistics(c);
		tw_field_list(&footer_writer, 15, TW_I16, 1); /* Dremio's, of another wire type */
		tw_zigzag(&footer_writer, 5);
		tw_end(&footer_writer);
	}
	if (c->encrypted)
	{
		tw_field_struct(&footer_writer, 8);
		tw_field_struct(&footer_writer, 1);
		tw_end(&footer_writer);
		tw_end(&footer_writer);
	}
	tw_end(&footer_writer);
}

static void
write_row_group(const FileSpec *spec)
{
	int i;

	tw_struct(&footer_writer);
	tw_field_list(&footer_writer, 1, TW_STRUCT, (uint64_t) spec->nchunks);
	for (i = 0; i < spec->nchunks; i++)
		write_chunk(&spec->chunks[i]);
	tw_field_i64(&footer_writer, 3, spec->num_rows);
	tw_end(&footer_writer);
}

void
footer_write(const FileSpec *spec)
{
	int i;

	tw_init(&footer_writer);
	tw_field_i32(&footer_writer, 1, 2);
	tw_field_list(&footer_writer, 2, TW_STRUCT, 5);
	footer_write_element("schema", -1, 3);
	footer_write_element("a", PQ_INT32, 0);
	footer_write_element("b", PQ_BYTE_ARRAY, 0);
	footer_write_element("g", -1, 1);
	footer_write_element("c", PQ_DOUBLE, 0);
	tw_field_i64(&footer_writer, 3, 12345); /* wrong, and of no importance */
	tw_field_list(&footer_writer, 4, TW_STRUCT, (uint64_t) spec->nrow_groups);
	for (i = 0; i < spec->nrow_groups; i++)
		write_row_group(spec);
	tw_field_list(&footer_writer, 5, TW_STRUCT, 1);
	tw_struct(&footer_writer);
	tw_field_text(&footer_writer, 1, "key");
	tw_end(&footer_writer);
	if (spec->created_by != NULL)
		tw_field_text(&footer_writer, 6, spec->created_by);
	if (spec->orders != 0)
	{
		tw_field_list(&footer_writer, 7, TW_STRUCT, FOOTER_COLUMNS);
		for (i = 0; i < FOOTER_COLUMNS; i++)
		{
			tw_struct(&footer_writer);
			tw_field_struct(&footer_writer, spec->orders);
			tw_end(&footer_writer);
			tw_end(&footer_writer);
		}
	}
	tw_byte(&footer_writer, 0);
}

FmtStatus
footer_open_bytes(const char *magic, size_t len, size_t max_footer, PqFile **file, PqError *error)
{
	static unsigned char bytes[FOOTER_OFFSET + TW_CAPACITY + 8];
	static const FmtAllocator allocator = {count_alloc, count_free, NULL};
	const PqInput input = {read_memory, bytes, FOOTER_OFFSET + footer_writer.len + 8};
	size_t i;

	memcpy(bytes, "PAR1", 4);
	memcpy(bytes + FOOTER_OFFSET, footer_writer.data, footer_writer.len);
	for (i = 0; i < 4; i++)
		bytes[FOOTER_OFFSET + footer_writer.len + i] = (unsigned char) (len >> (8 * i));
	memcpy(bytes + FOOTER_OFFSET + footer_writer.len + 4, magic, 4);
	return pq_file_open(&input, &allocator, max_footer, file, error);
}

PqFile *
footer_open(const FileSpec *spec)
{
	PqFile *file = NULL;
	PqError error;

	footer_write(spec);
	if (!CHECK(footer_open_bytes("PAR1", footer_writer.len, PQ_MAX_FOOTER, &file, &error) ==
			   FMT_OK))
	{
		printf("  %s\n", error.base.message);
		exit(1);
	}
	return file;
}
