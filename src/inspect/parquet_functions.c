/*
 * parquet_functions.c: the SQL functions that show what Parquet files are made of.
 *
 * in:  a source as for a load: a path, a directory or a pattern
 * out: rows of what the footers say; the data of the files is not looked at, so that files can be
 *      shown whose data cannot be read
 *
 * Texts are allocated in the memory context of the row, see inspection.h.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "inspect/annotations.h"
#include "inspect/inspection.h"
#include "inspect/value_text.h"
#include "lib/stringinfo.h"

PG_FUNCTION_INFO_V1(ingest_parquet_schema);
PG_FUNCTION_INFO_V1(ingest_parquet_file_metadata);
PG_FUNCTION_INFO_V1(ingest_parquet_metadata);
PG_FUNCTION_INFO_V1(ingest_parquet_kv_metadata);
PG_FUNCTION_INFO_V1(ingest_parquet_column_stats);

/*
 * parquet_schema(): one row per element of the schema, parents before children
 */

static void
show_node(Inspection *row, const PqNode *node)
{
	const bool is_root = node == row->file->schema->nodes;
	const bool is_fixed = node->is_leaf && node->type == PQ_FIXED_LEN_BYTE_ARRAY;

	inspection_begin_row(row);
	cell_text(row, value_text(node->name));
	cell_text(row, node->is_leaf ? annotation_type(node->type) : NULL);
	cell_int32(row, is_fixed, node->type_length);
	cell_text(row, is_root ? NULL : annotation_repetition(node->repetition));
	cell_int32(row, !node->is_leaf, node->num_children);
	cell_text(row, annotation_converted(node->converted_type));
	cell_int32(row, node->scale != -1, node->scale);
	cell_int32(row, node->precision != -1, node->precision);
	cell_int32(row, node->has_field_id, node->field_id);
	cell_text(row, annotation_logical(node));
	inspection_end_row(row);
}

static void
show_schema(Inspection *row)
{
	const PqSchema *schema = row->file->schema;
	int32 i;

	for (i = 0; i < schema->nnodes; i++)
		show_node(row, &schema->nodes[i]);
}

Datum
ingest_parquet_schema(PG_FUNCTION_ARGS)
{
	return inspection_run(fcinfo, show_schema);
}

/*
 * parquet_file_metadata(): one row per file
 */

static void
show_file(Inspection *row)
{
	const PqFile *file = row->file;

	inspection_begin_row(row);
	cell_text(row, file->created_by.len > 0 ? value_text(file->created_by) : NULL);
	cell_int64(row, true, pq_file_rows(file));
	cell_int64(row, true, file->nrow_groups);
	cell_text(row, psprintf("%d", file->version));
	inspection_end_row(row);
}

Datum
ingest_parquet_file_metadata(PG_FUNCTION_ARGS)
{
	return inspection_run(fcinfo, show_file);
}

/*
 * parquet_metadata(): one row per row group and leaf
 */

static char *
leaf_path(const PqSchema *schema, int32 leaf)
{
	int32_t path[PQ_MAX_LEVEL];
	const int depth = pq_node_path(schema, schema->leaves[leaf], path);
	StringInfoData text;
	int i;

	initStringInfo(&text);
	for (i = 0; i < depth; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "." : "", value_text(schema->nodes[path[i]].name));
	return text.data;
}

static char *
encodings_text(const PqColumnChunk *chunk)
{
	StringInfoData text;
	int i;

	initStringInfo(&text);
	for (i = 0; i < chunk->nencodings; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "," : "", annotation_encoding(chunk->encodings[i]));
	return text.data;
}

/* A bound as the file has it; of old writers the one that has no defined order. */
static void
cell_bound(Inspection *row, const PqNode *node, const PqBytes *bound, const PqBytes *deprecated)
{
	const PqBytes *known = bound != NULL ? bound : deprecated;

	cell_text(row, known != NULL ? value_text_plain(node, *known) : NULL);
}

static void
cell_statistics(Inspection *row, const PqNode *node, const PqColumnChunk *chunk)
{
	const PqStatistics *s = &chunk->statistics;

	cell_int64(row, s->has_null_count, s->null_count);
	cell_int64(row, s->has_distinct_count, s->distinct_count);
	cell_bound(row, node, s->has_min_value ? &s->min_value : NULL, s->has_min ? &s->min : NULL);
	cell_bound(row, node, s->has_max_value ? &s->max_value : NULL, s->has_max ? &s->max : NULL);
}

static void
show_chunk(Inspection *row, uint32 row_group, const PqColumnChunk *chunk)
{
	const PqFile *file = row->file;
	const PqRowGroupSummary *group = &file->row_groups[row_group];
	const PqNode *node = inspection_leaf(row, chunk->leaf);

	inspection_begin_row(row);
	cell_int64(row, true, row_group);
	cell_int64(row, true, group->num_rows);
	cell_int64(row, true, group->ncolumns);
	cell_size(row, group->total_byte_size);
	cell_int64(row, true, chunk->leaf);
	cell_size(row, chunk->file_offset);
	cell_size(row, chunk->num_values);
	cell_text(row, leaf_path(file->schema, chunk->leaf));
	cell_text(row, annotation_type(node->type));
	cell_statistics(row, node, chunk);
	cell_text(row, chunk->has_metadata ? annotation_codec(chunk->codec) : NULL);
	cell_text(row, chunk->has_metadata ? encodings_text(chunk) : NULL);
	cell_size(row, chunk->index_page_offset);
	cell_size(row, chunk->dictionary_page_offset);
	cell_size(row, chunk->data_page_offset);
	cell_size(row, chunk->total_compressed_size);
	cell_size(row, chunk->total_uncompressed_size);
	inspection_end_row(row);
}

static void
show_chunks(Inspection *row)
{
	uint32 i;
	int32 leaf;

	for (i = 0; i < row->file->nrow_groups; i++)
	{
		const PqColumnChunk *chunks = inspection_chunks(row, i);

		for (leaf = 0; leaf < row->file->schema->nleaves; leaf++)
			show_chunk(row, i, &chunks[leaf]);
	}
}

Datum
ingest_parquet_metadata(PG_FUNCTION_ARGS)
{
	return inspection_run(fcinfo, show_chunks);
}

/*
 * parquet_kv_metadata(): one row per key
 */

static void
show_key_values(Inspection *row)
{
	uint32 i;

	for (i = 0; i < row->file->nkey_values; i++)
	{
		const PqKeyValue *key_value = &row->file->key_values[i];

		inspection_begin_row(row);
		cell_bytea(row, true, key_value->key);
		cell_bytea(row, key_value->has_value, key_value->value);
		inspection_end_row(row);
	}
}

Datum
ingest_parquet_kv_metadata(PG_FUNCTION_ARGS)
{
	return inspection_run(fcinfo, show_key_values);
}

/*
 * parquet_column_stats(): one row per leaf, over all row groups
 */

typedef struct ColumnSummary
{
	PqOrder order; /* of min and max; PQ_ORDER_NONE: no row group had bounds yet */
	bool lacks_min, lacks_max, lacks_null_count; /* of some row group it is not known */
	PqBound min, max;
	int64 null_count;
	int64 distinct_count; /* -1: not known */
} ColumnSummary;

/* Takes in a row group's bounds; one that has no values has none, and lacks nothing. */
static void
summarize_bounds(ColumnSummary *summary, const PqBounds *bounds, bool has_values)
{
	if (!has_values)
		return;
	summary->lacks_min |= !bounds->has_min;
	summary->lacks_max |= !bounds->has_max;
	if (bounds->order == PQ_ORDER_NONE)
		return;
	if (summary->order == PQ_ORDER_NONE)
	{
		summary->order = bounds->order;
		summary->min = bounds->min;
		summary->max = bounds->max;
		return;
	}
	if (!summary->lacks_min && pq_bound_compare(summary->order, &bounds->min, &summary->min) < 0)
		summary->min = bounds->min;
	if (!summary->lacks_max && pq_bound_compare(summary->order, &bounds->max, &summary->max) > 0)
		summary->max = bounds->max;
}

static void
summarize_chunk(const PqFile *file, const PqColumnChunk *chunk, ColumnSummary *summary)
{
	PqBounds bounds;
	bool has_values;

	pq_chunk_bounds(file, chunk, &bounds);
	has_values = chunk->num_values != 0 &&
				 !(bounds.has_null_count && bounds.null_count == chunk->num_values);
	summarize_bounds(summary, &bounds, has_values);
	if (!bounds.has_null_count ||
		pg_add_s64_overflow(summary->null_count, bounds.null_count, &summary->null_count))
		summary->lacks_null_count = true;

	/* distinct values of several row groups may be the same */
	if (file->nrow_groups == 1 && chunk->statistics.has_distinct_count)
		summary->distinct_count = chunk->statistics.distinct_count;
}

static void
show_summary(Inspection *row, int32 leaf, const ColumnSummary *summary)
{
	const PqNode *node = inspection_leaf(row, leaf);
	const PqOrder order = summary->order;
	const bool has_min = order != PQ_ORDER_NONE && !summary->lacks_min;
	const bool has_max = order != PQ_ORDER_NONE && !summary->lacks_max;

	inspection_begin_row(row);
	cell_int32(row, true, leaf);
	cell_int32(row, node->has_field_id, node->field_id);
	cell_text(row, has_min ? value_text_bound(node, order, &summary->min) : NULL);
	cell_text(row, has_max ? value_text_bound(node, order, &summary->max) : NULL);
	cell_int64(row, !summary->lacks_null_count, summary->null_count);
	cell_size(row, summary->distinct_count);
	inspection_end_row(row);
}

static void
show_column_stats(Inspection *row)
{
	const PqFile *file = row->file;
	const int32 nleaves = file->schema->nleaves;
	ColumnSummary *summaries = inspection_allocate(row, nleaves, sizeof(ColumnSummary));
	uint32 i;
	int32 leaf;

	for (leaf = 0; leaf < nleaves; leaf++)
		summaries[leaf].distinct_count = -1;
	for (i = 0; i < file->nrow_groups; i++)
	{
		const PqColumnChunk *chunks = inspection_chunks(row, i);

		for (leaf = 0; leaf < nleaves; leaf++)
			summarize_chunk(file, &chunks[leaf], &summaries[leaf]);
	}
	for (leaf = 0; leaf < nleaves; leaf++)
		show_summary(row, leaf, &summaries[leaf]);
}

Datum
ingest_parquet_column_stats(PG_FUNCTION_ARGS)
{
	return inspection_run(fcinfo, show_column_stats);
}
