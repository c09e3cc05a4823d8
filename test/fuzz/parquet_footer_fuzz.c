/*
 * parquet_footer_fuzz.c: fuzz target for the footer of Parquet files, and for page headers.
 *
 * The input is the footer; magic and length are put around it, so the fuzzer need not find
 * them.  Everything that can be asked of an opened file is asked.  The same bytes
 * are also parsed as a page header.
 *
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -I. -Isrc test/fuzz/parquet_footer_fuzz.c \
 *       src/format/parquet/ *.c (and the codecs) -lm
 *
 * With replay_main.c instead of the fuzzer it runs over stored inputs.
 */
#include "format/parquet/page_header.h"
#include "format/parquet/statistics.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE  ((size_t) 64) /* data before the footer */
#define TAIL_SIZE  ((size_t) 8)
#define MAX_GROUPS 4

extern int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Memory
{
	const uint8_t *footer;
	size_t len;
} Memory;

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

/* One byte of the file. */
static unsigned char
byte_at(const Memory *memory, uint64_t offset)
{
	static const char magic[] = "PAR1";
	const uint64_t size = HEAD_SIZE + memory->len + TAIL_SIZE;

	if (offset < HEAD_SIZE)
		return offset < 4 ? (unsigned char) magic[offset] : 0;
	if (offset < HEAD_SIZE + memory->len)
		return memory->footer[offset - HEAD_SIZE];
	if (offset < size - 4)
		return (unsigned char) (memory->len >> (8 * (offset - HEAD_SIZE - memory->len)));
	return (unsigned char) magic[offset - (size - 4)];
}

static FmtStatus
read_memory(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	const Memory *memory = context;
	size_t i;

	if (offset > HEAD_SIZE + memory->len + TAIL_SIZE ||
		len > HEAD_SIZE + memory->len + TAIL_SIZE - offset)
		abort();
	for (i = 0; i < len; i++)
		((unsigned char *) buffer)[i] = byte_at(memory, offset + i);
	return FMT_OK;
}

/* Reads every byte. */
static void
touch(PqBytes bytes)
{
	const volatile char *data = bytes.data;
	uint32_t i;

	for (i = 0; i < bytes.len; i++)
		(void) data[i];
}

/* The leaves below a field follow each other and are all there. */
static void
walk_field(const PqSchema *schema, const PqField *field)
{
	int32_t leaf = field->leaf;
	int32_t i;

	if (field->leaf + field->nleaves > schema->nleaves)
		abort();
	for (i = 0; i < field->nchildren; i++)
	{
		if (field->children[i]->leaf != leaf)
			abort();
		leaf += field->children[i]->nleaves;
		walk_field(schema, field->children[i]);
	}
	if (field->kind != PQ_FIELD_SCALAR && leaf != field->leaf + field->nleaves)
		abort();
}

static void
walk_schema(const PqSchema *schema)
{
	char path[50];
	int32_t i;

	for (i = 0; i < schema->nfields; i++)
		walk_field(schema, schema->fields[i]);
	for (i = 0; i < schema->nnodes; i++)
	{
		const size_t room = 1 + (size_t) i % sizeof(path);

		touch(schema->nodes[i].name);
		if (strlen(pq_schema_path(schema, i, path, room)) >= room)
			abort();
	}
}

static void
walk_chunk(const PqFile *file, const PqColumnChunk *chunk)
{
	PqBounds bounds;
	PqError error;
	uint64_t start;
	uint64_t end;

	touch(chunk->file_path);
	if (pq_chunk_range(file, chunk, &start, &end, &error) == FMT_OK &&
		(start > end || end > file->footer_offset))
		abort();
	pq_chunk_bounds(file, chunk, &bounds);
	if (bounds.has_min && bounds.has_max &&
		pq_bound_compare(bounds.order, &bounds.min, &bounds.max) > 0)
		abort();
	if (bounds.order == PQ_ORDER_BYTES)
	{
		touch(bounds.min.bytes);
		touch(bounds.max.bytes);
	}
}

/* Each leaf of the first row groups, alone. */
static void
walk_row_groups(const PqFile *file)
{
	uint32_t group;
	int32_t leaf;

	for (group = 0; group < file->nrow_groups && group < MAX_GROUPS; group++)
	{
		for (leaf = 0; leaf < file->schema->nleaves && leaf < 50; leaf++)
		{
			PqColumnChunk chunk;
			PqError error;

			if (pq_row_group_read(file, group, &leaf, 1, &chunk, &error) == FMT_OK)
				walk_chunk(file, &chunk);
			else if (error.row_group != (int32_t) group)
				abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	Memory memory = {data, size};
	const PqInput input = {read_memory, &memory, HEAD_SIZE + size + TAIL_SIZE};
	PqPageHeader header;
	PqWriter writer;
	PqError error;
	PqFile *file;
	size_t used = 0;
	uint32_t i;

	if (pq_page_header_parse(data, size, &header, &used, &error) == FMT_OK && used > size)
		abort();
	if (pq_file_open(&input, &allocator, PQ_MAX_FOOTER, &file, &error) != FMT_OK)
	{
		if (error.base.offset > input.size)
			abort();
		return 0;
	}
	walk_schema(file->schema);
	walk_row_groups(file);
	for (i = 0; i < file->nkey_values; i++)
	{
		touch(file->key_values[i].key);
		touch(file->key_values[i].value);
	}
	pq_file_writer(file, &writer);
	touch(writer.application);
	pq_file_close(file);
	return 0;
}
