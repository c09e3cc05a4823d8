/*
 * batch.c: memory of a RowBatch.
 *
 * The arrays live as long as the batch object; what rows point to lives in
 * batch->context and goes with batch_reset().
 */
#include "postgres.h"

#include "contract/batch.h"

#include "utils/memutils.h"

RowBatch *
batch_create(int natts)
{
	RowBatch *batch = palloc0(sizeof(RowBatch));

	batch->context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest batch", ALLOCSET_DEFAULT_SIZES);
	convert_arena_init(&batch->arena, batch->context);
	batch->natts = natts;
	batch->rows = palloc0(BATCH_ROWS * sizeof(BatchRow));
	batch->values = palloc0(mul_size(BATCH_ROWS * sizeof(Datum), natts));
	batch->nulls = palloc0(mul_size(BATCH_ROWS * sizeof(bool), natts));
	batch->maxcells = BATCH_ROWS;
	batch->cells = palloc(batch->maxcells * sizeof(ConvertCell));
	return batch;
}

void
batch_reset(RowBatch *batch)
{
	MemoryContextReset(batch->context);
	convert_arena_reset(&batch->arena);
	batch->nrows = 0;
	batch->ncells = 0;
}

Violation *
batch_add_violation(RowBatch *batch, int row, const char *rule, int sqlstate, const char *message)
{
	Violation *violation = MemoryContextAllocZero(batch->context, sizeof(Violation));
	Violation **tail = &batch->rows[row].violations;

	violation->rule = rule;
	violation->sqlstate = sqlstate;
	violation->message = message;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = violation;
	return violation;
}

void
batch_add_cell(RowBatch *batch, int row, int column, Converter *converter, const char *text,
			   size_t len)
{
	if (batch->ncells == batch->maxcells)
	{
		batch->maxcells *= 2;
		batch->cells = repalloc_huge(batch->cells, mul_size(batch->maxcells, sizeof(ConvertCell)));
	}
	batch->cells[batch->ncells++] = (ConvertCell){
		.converter = converter, .data = text, .len = len, .row = row, .column = column};
}

void
batch_put_text(RowBatch *batch, int row, int column, Converter *converter, const char *text)
{
	size_t at = (size_t) row * batch->natts + column;
	size_t len = strlen(text);

	batch->nulls[at] = false;
	if (converter_try(converter, text, len, &batch->arena, &batch->values[at]) != CONVERT_OK)
		batch_add_cell(batch, row, column, converter, text, len);
}
