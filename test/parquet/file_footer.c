/*
 * file_footer.c: writes the footer of a Parquet file, for tests.
 *
 * in:  the schema and what is known of the row groups
 * out: a FileMetaData of parquet.thrift
 */
#include "test/parquet/file_writer_parts.h"

#include <string.h>

/* Field ids of LogicalType whose structs have members. */
enum
{
	LOGICAL_DECIMAL = 5,
	LOGICAL_TIME = 7,
	LOGICAL_TIMESTAMP = 8,
	LOGICAL_INTEGER = 10
};

static int
count_nodes(const FileNode *node)
{
	const FileNode *child;
	int n = 1;

	for (child = node->first_child; child != NULL; child = child->next)
		n += count_nodes(child);
	return n;
}

static void
put_logical(ThriftWriter *w, const FileNode *node)
{
	const PqLogical *logical = &node->logical;

	tw_field_struct(w, 10);
	tw_field_struct(w, node->logical_id);
	switch (node->logical_id)
	{
		case LOGICAL_DECIMAL:
			tw_field_i32(w, 1, logical->scale);
			tw_field_i32(w, 2, logical->precision);
			break;
		case LOGICAL_TIME:
		case LOGICAL_TIMESTAMP:
			tw_field_bool(w, 1, logical->is_utc);
			tw_field_struct(w, 2);
			tw_field_struct(w, (int32_t) logical->unit + 1);
			tw_end(w);
			tw_end(w);
			break;
		case LOGICAL_INTEGER:
			tw_head(w, 1, TW_I8);
			tw_byte(w, logical->bits);
			tw_field_bool(w, 2, logical->is_signed);
			break;
		default:
			break;
	}
	tw_end(w);
	tw_end(w);
}

static void
put_element(ThriftWriter *w, const FileNode *node)
{
	const FileNode *child;
	int children = 0;

	for (child = node->first_child; child != NULL; child = child->next)
		children++;
	tw_struct(w);
	if (node->is_leaf)
		tw_field_i32(w, 1, node->type);
	if (node->is_leaf && node->type == PQ_FIXED_LEN_BYTE_ARRAY)
		tw_field_i32(w, 2, node->type_length);
	if (node->parent != NULL)
		tw_field_i32(w, 3, node->repetition);
	tw_field_text(w, 4, node->name);
	if (!node->is_leaf)
		tw_field_i32(w, 5, children);
	if (node->converted_type != -1)
		tw_field_i32(w, 6, node->converted_type);
	if (node->logical.kind == PQ_LOGICAL_DECIMAL)
	{
		tw_field_i32(w, 7, node->logical.scale);
		tw_field_i32(w, 8, node->logical.precision);
	}
	if (node->has_field_id)
		tw_field_i32(w, 9, node->field_id);
	if (node->logical_id != -1)
		put_logical(w, node);
	tw_end(w);
	for (child = node->first_child; child != NULL; child = child->next)
		put_element(w, child);
}

/* The names from the top-level column down to node. */
static void
put_path(ThriftWriter *w, const FileNode *node)
{
	const FileNode *names[256];
	int depth = 0;

	for (; node->parent != NULL; node = node->parent)
		names[depth++] = node;
	tw_field_list(w, 3, TW_BINARY, (uint64_t) depth);
	while (depth > 0)
		tw_text(w, names[--depth]->name);
}

static void
put_statistics(ThriftWriter *w, const WrittenFile *file, const WrittenChunk *chunk)
{
	const bool is_old = file->options->old_statistics;

	tw_field_struct(w, 12);
	if (chunk->has_bounds && is_old)
	{
		tw_field_bytes(w, 1, chunk->max.data, chunk->max.len);
		tw_field_bytes(w, 2, chunk->min.data, chunk->min.len);
	}
	tw_field_i64(w, 3, chunk->null_count);
	if (chunk->has_bounds && !is_old)
	{
		tw_field_bytes(w, 5, chunk->max.data, chunk->max.len);
		tw_field_bytes(w, 6, chunk->min.data, chunk->min.len);
		tw_field_bool(w, 7, 1);
		tw_field_bool(w, 8, 1);
	}
	tw_end(w);
}

static void
put_chunk(ThriftWriter *w, const WrittenFile *file, const FileNode *node, const WrittenChunk *chunk)
{
	int i;

	tw_struct(w);
	tw_field_i64(w, 2, chunk->start);
	tw_field_struct(w, 3);
	tw_field_i32(w, 1, node->type);
	tw_field_list(w, 2, TW_I32, (uint64_t) chunk->nencodings);
	for (i = 0; i < chunk->nencodings; i++)
		tw_zigzag(w, chunk->encodings[i]);
	put_path(w, node);
	tw_field_i32(w, 4, file->options->codec);
	tw_field_i64(w, 5, chunk->num_values);
	tw_field_i64(w, 6, chunk->uncompressed);
	tw_field_i64(w, 7, chunk->compressed);
	tw_field_i64(w, 9, chunk->data_page_offset);
	if (chunk->dictionary_page_offset != -1)
		tw_field_i64(w, 11, chunk->dictionary_page_offset);
	if (file->options->statistics)
		put_statistics(w, file, chunk);
	tw_end(w);
	tw_end(w);
}

static void
put_row_group(ThriftWriter *w, const WrittenFile *file, const WrittenRowGroup *group)
{
	int64_t uncompressed = 0;
	int64_t compressed = 0;
	int32_t i;

	tw_struct(w);
	tw_field_list(w, 1, TW_STRUCT, (uint64_t) file->nleaves);
	for (i = 0; i < file->nleaves; i++)
	{
		put_chunk(w, file, file->leaves[i].node, &group->chunks[i]);
		uncompressed += group->chunks[i].uncompressed;
		compressed += group->chunks[i].compressed;
	}
	tw_field_i64(w, 2, uncompressed);
	tw_field_i64(w, 3, group->rows);
	tw_field_i64(w, 6, compressed);
	tw_end(w);
}

static void
put_key_values(ThriftWriter *w, const WrittenFile *file)
{
	size_t i;

	if (file->nkey_values == 0)
		return;
	tw_field_list(w, 5, TW_STRUCT, file->nkey_values);
	for (i = 0; i < file->nkey_values; i++)
	{
		tw_struct(w);
		tw_field_text(w, 1, file->key_values[2 * i]);
		if (file->key_values[2 * i + 1] != NULL)
			tw_field_text(w, 2, file->key_values[2 * i + 1]);
		tw_end(w);
	}
}

void
footer_write(const WrittenFile *file, ThriftWriter *out)
{
	int64_t rows = 0;
	size_t i;
	int32_t leaf;

	for (i = 0; i < file->nrow_groups; i++)
		rows += file->row_groups[i].rows;
	tw_field_i32(out, 1, file->options->page_version);
	tw_field_list(out, 2, TW_STRUCT, (uint64_t) count_nodes(file->root));
	put_element(out, file->root);
	tw_field_i64(out, 3, rows);
	tw_field_list(out, 4, TW_STRUCT, file->nrow_groups);
	for (i = 0; i < file->nrow_groups; i++)
		put_row_group(out, file, &file->row_groups[i]);
	put_key_values(out, file);
	tw_field_text(out, 6, file->options->created_by);
	if (file->options->statistics && !file->options->old_statistics)
	{
		tw_field_list(out, 7, TW_STRUCT, (uint64_t) file->nleaves);
		for (leaf = 0; leaf < file->nleaves; leaf++)
		{
			tw_struct(out);
			tw_field_struct(out, 1); /* the order that the type defines */
			tw_end(out);
			tw_end(out);
		}
	}
	tw_byte(out, 0);
}
