/*
 * row_group.c: the column chunks of one row group.
 *
 * in:  a row group's part of the footer, which is in memory
 * out: the chunks of the leaves that are asked for; where a chunk's pages are in the file
 *
 * Chunks belong to leaves by their position; their path must say the same.  No memory is allocated:
 * statistics and paths are slices of the footer.
 */
#include "format/parquet/file.h"

#include <string.h>

/* Field ids of ColumnChunk. */
enum
{
	CHUNK_FILE_PATH = 1,
	CHUNK_FILE_OFFSET = 2,
	CHUNK_META_DATA = 3,
	CHUNK_OFFSET_INDEX_OFFSET = 4,
	CHUNK_OFFSET_INDEX_LENGTH = 5,
	CHUNK_COLUMN_INDEX_OFFSET = 6,
	CHUNK_COLUMN_INDEX_LENGTH = 7,
	CHUNK_CRYPTO_METADATA = 8,
	CHUNK_ENCRYPTED_METADATA = 9
};

/* Pages begin behind the magic number; smaller offsets mean that there is no such page. */
#define FIRST_PAGE 4

/* parquet-mr before 1.2.9 does not count the dictionary's header; arrow allows for as much. */
#define UNCOUNTED_HEADER 100

/* Where the path_in_schema of a chunk is. */
typedef struct Path
{
	const unsigned char *elements;
	uint32_t n;
	bool found;
} Path;

static void
parse_statistics(ThriftCursor *cursor, PqStatistics *s)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				s->has_max = thrift_field_binary(cursor, &field, &s->max);
				break;
			case 2:
				s->has_min = thrift_field_binary(cursor, &field, &s->min);
				break;
			case 3:
				s->has_null_count = thrift_field_i64(cursor, &field, &s->null_count);
				break;
			case 4:
				s->has_distinct_count = thrift_field_i64(cursor, &field, &s->distinct_count);
				break;
			case 5:
				s->has_max_value = thrift_field_binary(cursor, &field, &s->max_value);
				break;
			case 6:
				s->has_min_value = thrift_field_binary(cursor, &field, &s->min_value);
				break;
			case 7:
				s->has_max_exact = thrift_field_bool(cursor, &field, &s->max_exact);
				break;
			case 8:
				s->has_min_exact = thrift_field_bool(cursor, &field, &s->min_exact);
				break;
			case 9:
				s->has_nan_count = thrift_field_i64(cursor, &field, &s->nan_count);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

/* Encodings beyond the first PQ_MAX_ENCODINGS are not kept: the list is for display. */
static void
parse_encodings(ThriftCursor *cursor, const ThriftField *field, PqColumnChunk *chunk)
{
	uint32_t count;
	uint32_t i;

	if (!thrift_field_list(cursor, field, THRIFT_I32, &count))
		return;
	for (i = 0; i < count && cursor->status == FMT_OK; i++)
	{
		const int32_t encoding = thrift_read_i32(cursor);

		if (chunk->nencodings < PQ_MAX_ENCODINGS)
			chunk->encodings[chunk->nencodings++] = encoding;
	}
}

static void
parse_path(ThriftCursor *cursor, const ThriftField *field, Path *path)
{
	uint32_t i;

	path->found = thrift_field_list(cursor, field, THRIFT_BINARY, &path->n);
	if (!path->found)
		return;
	path->elements = cursor->pos;
	for (i = 0; i < path->n && cursor->status == FMT_OK; i++)
		thrift_skip(cursor, THRIFT_BINARY);
}

static void
parse_metadata(ThriftCursor *cursor, PqColumnChunk *chunk, Path *path)
{
	ThriftField field = {0, THRIFT_STOP};

	chunk->has_metadata = true;
	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				thrift_field_i32(cursor, &field, &chunk->type);
				break;
			case 2:
				parse_encodings(cursor, &field, chunk);
				break;
			case 3:
				parse_path(cursor, &field, path);
				break;
			case 4:
				thrift_field_i32(cursor, &field, &chunk->codec);
				break;
			case 5:
				thrift_field_i64(cursor, &field, &chunk->num_values);
				break;
			case 6:
				thrift_field_i64(cursor, &field, &chunk->total_uncompressed_size);
				break;
			case 7:
				thrift_field_i64(cursor, &field, &chunk->total_compressed_size);
				break;
			case 9:
				thrift_field_i64(cursor, &field, &chunk->data_page_offset);
				break;
			case 10:
				thrift_field_i64(cursor, &field, &chunk->index_page_offset);
				break;
			case 11:
				thrift_field_i64(cursor, &field, &chunk->dictionary_page_offset);
				break;
			case 12:
				chunk->has_statistics = thrift_field_struct(cursor, &field);
				if (chunk->has_statistics)
					parse_statistics(cursor, &chunk->statistics);
				break;
			case 14:
				thrift_field_i64(cursor, &field, &chunk->bloom_filter_offset);
				break;
			case 15:
				thrift_field_i32(cursor, &field, &chunk->bloom_filter_length);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

/* One ColumnChunk. */
static void
parse_chunk(ThriftCursor *cursor, PqColumnChunk *chunk, Path *path)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case CHUNK_FILE_PATH:
				thrift_field_binary(cursor, &field, &chunk->file_path);
				break;
			case CHUNK_FILE_OFFSET:
				thrift_field_i64(cursor, &field, &chunk->file_offset);
				break;
			case CHUNK_META_DATA:
				if (thrift_field_struct(cursor, &field))
					parse_metadata(cursor, chunk, path);
				break;
			case CHUNK_OFFSET_INDEX_OFFSET:
				thrift_field_i64(cursor, &field, &chunk->offset_index_offset);
				break;
			case CHUNK_OFFSET_INDEX_LENGTH:
				thrift_field_i32(cursor, &field, &chunk->offset_index_length);
				break;
			case CHUNK_COLUMN_INDEX_OFFSET:
				thrift_field_i64(cursor, &field, &chunk->column_index_offset);
				break;
			case CHUNK_COLUMN_INDEX_LENGTH:
				thrift_field_i32(cursor, &field, &chunk->column_index_length);
				break;
			case CHUNK_CRYPTO_METADATA:
				chunk->encrypted |= field.type == THRIFT_STRUCT;
				thrift_skip_field(cursor, &field);
				break;
			case CHUNK_ENCRYPTED_METADATA:
				chunk->encrypted |= field.type == THRIFT_BINARY;
				thrift_skip_field(cursor, &field);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

/* Is path what the schema says of the leaf? */
static bool
path_matches(const PqSchema *schema, int32_t leaf, const ThriftCursor *cursor, const Path *path)
{
	int32_t nodes[PQ_MAX_LEVEL];
	const int depth = pq_node_path(schema, schema->leaves[leaf], nodes);
	ThriftCursor elements = *cursor;
	int i;

	if (!path->found || path->n != (uint32_t) depth)
		return false;
	elements.pos = path->elements;
	for (i = 0; i < depth; i++)
	{
		const PqBytes found = thrift_read_binary(&elements);
		const PqBytes name = schema->nodes[nodes[i]].name;

		if (found.len != name.len || memcmp(found.data, name.data, name.len) != 0)
			return false;
	}
	return true;
}

static void
init_chunk(PqColumnChunk *chunk, int32_t leaf)
{
	memset(chunk, 0, sizeof(*chunk));
	chunk->leaf = leaf;
	chunk->file_path.data = "";
	chunk->type = chunk->codec = -1;
	chunk->file_offset = -1;
	chunk->num_values = -1;
	chunk->total_uncompressed_size = chunk->total_compressed_size = -1;
	chunk->data_page_offset = chunk->index_page_offset = chunk->dictionary_page_offset = -1;
	chunk->bloom_filter_offset = chunk->bloom_filter_length = -1;
	chunk->column_index_offset = chunk->column_index_length = -1;
	chunk->offset_index_offset = chunk->offset_index_length = -1;
}

/* Reads the chunk at the cursor and compares it with the schema. */
static FmtStatus
read_chunk(const PqFile *file, ThriftCursor *cursor, int32_t leaf, PqColumnChunk *chunk,
		   PqError *error)
{
	const uint64_t offset = file->footer_offset + (uint64_t) (cursor->pos - cursor->start);
	const PqSchema *schema = file->schema;
	Path path = {NULL, 0, false};

	init_chunk(chunk, leaf);
	parse_chunk(cursor, chunk, &path);
	if (cursor->status != FMT_OK)
		return thrift_report(cursor, file->footer_offset, "column chunk metadata", error);
	if (!chunk->has_metadata)
		return FMT_OK;
	if (!path_matches(schema, leaf, cursor, &path))
		return pq_error(error, FMT_CORRUPT, offset,
						"column chunk has another path than the schema's column");
	if (chunk->type != schema->nodes[schema->leaves[leaf]].type)
		return pq_error(error, FMT_CORRUPT, offset,
						"column chunk has physical type %d, the schema's column %d", chunk->type,
						schema->nodes[schema->leaves[leaf]].type);
	return FMT_OK;
}

FmtStatus
pq_row_group_read(const PqFile *file, uint32_t row_group, const int32_t *leaves, int32_t n,
				  PqColumnChunk *chunks, PqError *error)
{
	const PqRowGroupSummary *group = &file->row_groups[row_group];
	ThriftCursor cursor;
	FmtStatus status = FMT_OK;
	int32_t leaf = 0;
	int32_t i;

	if (group->ncolumns != (uint32_t) file->schema->nleaves && n > 0)
		status = pq_error(error, FMT_CORRUPT, file->footer_offset + group->columns_at,
						  "row group has %u column chunks, the schema has %d columns",
						  group->ncolumns, file->schema->nleaves);
	thrift_init(&cursor, file->footer, file->footer_len);
	cursor.pos += group->columns_at;
	for (i = 0; i < n && status == FMT_OK; i++)
	{
		for (; leaf < leaves[i]; leaf++)
			thrift_skip(&cursor, THRIFT_STRUCT);
		status = read_chunk(file, &cursor, leaf, &chunks[i], error);
		if (status != FMT_OK)
			pq_error_at_leaf(error, file->schema, leaf);
		leaf++;
	}
	if (status != FMT_OK && error != NULL)
		error->row_group = (int32_t) row_group;
	return status;
}

/* The range by the chunk's own numbers; NULL, or what is wrong with them. */
static const char *
find_range(const PqFile *file, const PqColumnChunk *chunk, uint64_t *start, uint64_t *end)
{
	const int64_t dictionary = chunk->dictionary_page_offset;
	int64_t first = chunk->data_page_offset;
	PqWriter writer;

	if (chunk->num_values < 0)
		return "its number of values is missing or negative";
	if (chunk->total_compressed_size < 0)
		return "its size is missing or negative";
	if (dictionary >= FIRST_PAGE && dictionary < first)
		first = dictionary;
	if (first < FIRST_PAGE || (uint64_t) first > file->footer_offset)
		return "its offset is not inside the file";
	*start = (uint64_t) first;
	if ((uint64_t) chunk->total_compressed_size > file->footer_offset - *start)
		return "it is longer than the file";
	*end = *start + (uint64_t) chunk->total_compressed_size;
	pq_file_writer(file, &writer);
	if (pq_writer_before(&writer, "parquet-mr", 1, 2, 9))
		*end = file->footer_offset - *end > UNCOUNTED_HEADER ? *end + UNCOUNTED_HEADER
															 : file->footer_offset;
	return NULL;
}

FmtStatus
pq_chunk_range(const PqFile *file, const PqColumnChunk *chunk, uint64_t *start, uint64_t *end,
			   PqError *error)
{
	FmtStatus status = FMT_OK;
	const char *reason;

	*start = *end = 0;
	if (chunk->encrypted)
		status = pq_error(error, FMT_UNSUPPORTED, file->footer_offset,
						  "column is encrypted (Parquet modular encryption)");
	else if (chunk->file_path.len > 0)
		status = pq_error(error, FMT_UNSUPPORTED, file->footer_offset,
						  "column's data is in another file, which is not read");
	else if (!chunk->has_metadata)
		status = pq_error(error, FMT_CORRUPT, file->footer_offset, "column chunk has no metadata");
	else if (chunk->num_values != 0)
	{
		reason = find_range(file, chunk, start, end);
		if (reason != NULL)
			status = pq_error(error, FMT_CORRUPT, file->footer_offset, "invalid column chunk: %s",
							  reason);
	}
	if (status != FMT_OK)
		pq_error_at_leaf(error, file->schema, chunk->leaf);
	return status;
}
