/*
 * row_filter.c: option "filter" on the rows of a batch.
 *
 * in:  a RowBatch with values and the violations of those that do not convert
 * out: the same batch, rows marked that are not wanted
 *
 * As with CHECKs, errors of the expression are errors of rows: all rows run in one
 * subtransaction, and only when that fails row by row.
 */
#include "postgres.h"

#include "contract/row_filter.h"

#include "contract/contract.h"
#include "contract/guard.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"

struct RowFilter
{
	const ContractSpec *spec;
	ExprState *state;
	Bitmapset *attrs; /* lane attributes it reads, offset by FirstLowInvalidHeapAttributeNumber */
	ExprContext *econtext;
	TupleTableSlot *slot; /* virtual; its arrays are those of the row at hand */
};

/* What guard_call() hands to the evaluation. */
typedef struct FilterRun
{
	RowFilter *filter;
	RowBatch *batch;
	int first_row; /* rows [first_row, end_row) */
	int end_row;
} FilterRun;

RowFilter *
row_filter_create(const ContractSpec *spec, TupleDesc desc)
{
	RowFilter *filter;
	EState *estate;
	Expr *expr;

	if (spec->filter == NULL)
		return NULL;
	filter = palloc0(sizeof(RowFilter));
	estate = CreateExecutorState();
	expr = stringToNode(spec->filter);
	filter->spec = spec;
	pull_varattnos((Node *) expr, 1, &filter->attrs);
	filter->state = ExecPrepareExpr(expr, estate);
	filter->econtext = CreateExprContext(estate);
	filter->slot = ExecStoreVirtualTuple(MakeSingleTupleTableSlot(desc, &TTSOpsVirtual));
	filter->econtext->ecxt_scantuple = filter->slot;
	return filter;
}

/* Decides a range of rows; may raise what the expression raises. */
static void
run_rows(void *arg)
{
	FilterRun *run = arg;
	RowFilter *filter = run->filter;
	RowBatch *batch = run->batch;
	int i;

	for (i = run->first_row; i < run->end_row; i++)
	{
		BatchRow *row = &batch->rows[i];
		Datum value;
		bool isnull;

		row->is_filtered = false;
		if (!contract_can_decide(filter->spec, filter->attrs, row))
			continue;
		filter->slot->tts_values = &batch->values[(size_t) i * batch->natts];
		filter->slot->tts_isnull = &batch->nulls[(size_t) i * batch->natts];
		value = ExecEvalExprSwitchContext(filter->state, filter->econtext, &isnull);
		row->is_filtered = isnull || !DatumGetBool(value);
		ResetExprContext(filter->econtext);
	}
}

/* For batches with a row on which the expression raises an error. */
static void
run_one_by_one(FilterRun *run)
{
	RowBatch *batch = run->batch;
	int row;

	for (row = 0; row < batch->nrows; row++)
	{
		ErrorData *error;

		CHECK_FOR_INTERRUPTS();
		run->first_row = row;
		run->end_row = row + 1;
		if (!guard_call(run_rows, run, &error))
			batch_add_violation(batch, row, "filter", error->sqlerrcode,
								psprintf("filter raised an error: %s", error->message));
	}
}

void
row_filter_apply(RowFilter *filter, RowBatch *batch)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	FilterRun run = {filter, batch, 0, batch->nrows};

	if (!guard_call(run_rows, &run, NULL))
		run_one_by_one(&run);
	MemoryContextSwitchTo(oldcontext);
}
