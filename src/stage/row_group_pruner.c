/*
 * row_group_pruner.c: footer and constants of a file -> may a row group be left out?
 *
 * in:  the filter, a row group
 * out: yes or no; a row group that is left out counts as read and its rows as filtered
 *
 * Results are the same either way, as long as the file's statistics are true.
 */
#include "postgres.h"

#include "stage/row_group_pruner.h"

#include "contract/filter_proof.h"

struct RowGroupPruner
{
	const Contract *contract;
	FilterProof *proof;
	ColumnRange *ranges; /* by column of the contract */
};

RowGroupPruner *
row_group_pruner_create(const Contract *contract)
{
	FilterProof *proof = filter_proof_create(contract_spec(contract));
	RowGroupPruner *pruner;

	if (proof == NULL)
		return NULL;
	pruner = palloc0(sizeof(RowGroupPruner));
	pruner->contract = contract;
	pruner->proof = proof;
	pruner->ranges = palloc0(Max(contract_spec(contract)->ncolumns, 1) * sizeof(ColumnRange));
	return pruner;
}

/* A value from the path, or a default: the same in every row. */
static bool
constant_range(const RowGroupPruner *pruner, const Chunk *chunk, int column, RowBatch *batch,
			   ColumnRange *range)
{
	Converter *converter = contract_constant_converter(pruner->contract, column);
	const char *text = chunk->file->constants[column];

	memset(range, 0, sizeof(*range));
	range->has_nulls = text == NULL;
	if (text == NULL)
		return true;
	range->has_values = range->has_min = range->has_max = true;
	if (converter_try(converter, text, strlen(text), &batch->arena, &range->min) != CONVERT_OK)
		return false;
	range->max = range->min;
	return true;
}

/* What the metadata of the row group says of a column. */
static bool
chunk_range(const PqFile *file, const Chunk *chunk, int column, ParquetColumn *conversion,
			RowBatch *batch, ColumnRange *range)
{
	const PqField *field = file->schema->fields[chunk->file->fields[column]];
	PqColumnChunk metadata;
	PqError error;

	/* what is wrong here is complained about by whoever reads the row group */
	pq_error_init(&error);
	return field->kind == PQ_FIELD_SCALAR &&
		   pq_row_group_read(file, chunk->row_group, &field->leaf, 1, &metadata, &error) ==
			   FMT_OK &&
		   metadata.num_values == file->row_groups[chunk->row_group].num_rows &&
		   parquet_column_range(conversion, file, &metadata, batch, range);
}

bool
row_group_pruner_prunes(const RowGroupPruner *pruner, const PqFile *file, const Chunk *chunk,
						ParquetColumn *const *columns, RowBatch *batch)
{
	const Bitmapset *wanted = filter_proof_columns(pruner->proof);
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	bool known = true;
	bool prunes;
	int i = -1;

	while (known && (i = bms_next_member(wanted, i)) >= 0)
		known = chunk->file->fields[i] == CHUNK_COMPUTED ? false
				: columns[i] == NULL
					? constant_range(pruner, chunk, i, batch, &pruner->ranges[i])
					: chunk_range(file, chunk, i, columns[i], batch, &pruner->ranges[i]);
	prunes = known && filter_proof_refutes(pruner->proof, pruner->ranges);
	MemoryContextSwitchTo(oldcontext);
	batch_reset(batch);
	return prunes;
}
