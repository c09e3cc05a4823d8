/*
 * row_transforms.c: the transforms of a contract on the rows of a batch.
 *
 * in:  a RowBatch with the inputs: texts of the file, behind the lane's attributes
 * out: values of the columns that are computed, and cells; all in the batch
 *
 * As with CHECKs, errors of an expression are errors of rows: all rows run in one
 * subtransaction, and only when that fails row by row.
 */
#include "postgres.h"

#include "contract/row_transforms.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "contract/guard.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"

typedef struct Transform
{
	int column;
	ExprState *state;
	bool gives_text; /* to be converted, as a field of the file */
} Transform;

struct RowTransforms
{
	const Contract *contract;
	int n;
	Transform *transforms;
	ExprContext *econtext;
	TupleTableSlot *slot; /* virtual; its arrays are the inputs of the row at hand */
};

/* What guard_call() hands to the evaluation. */
typedef struct TransformRun
{
	RowTransforms *transforms;
	RowBatch *batch;
	const Transform *first; /* transforms [first, end) */
	const Transform *end;
	int first_row; /* rows [first_row, end_row) */
	int end_row;
} TransformRun;

static TupleDesc
input_desc(int n)
{
	TupleDesc desc = CreateTemplateTupleDesc(n);
	int i;

	for (i = 1; i <= n; i++)
	{
		TupleDescInitEntry(desc, i, "input", TEXTOID, -1, 0);
		TupleDescInitEntryCollation(desc, i, DEFAULT_COLLATION_OID);
	}
	return desc;
}

RowTransforms *
row_transforms_create(const Contract *contract)
{
	const ContractSpec *spec = contract_spec(contract);
	RowTransforms *transforms = palloc0(sizeof(RowTransforms));
	EState *estate = NULL;
	int i;

	transforms->contract = contract;
	transforms->transforms = palloc0(spec->ncolumns * sizeof(Transform));
	for (i = 0; i < spec->ncolumns; i++)
	{
		Transform *transform = &transforms->transforms[transforms->n];
		Node *expr;

		if (spec->columns[i].transform == NULL)
			continue;
		if (estate == NULL)
			estate = CreateExecutorState();
		expr = stringToNode(spec->columns[i].transform);
		transform->column = i;
		transform->gives_text = exprType(expr) == TEXTOID;
		transform->state = ExecPrepareExpr((Expr *) expr, estate);
		transforms->n++;
	}
	if (transforms->n == 0)
		return NULL;
	transforms->econtext = CreateExprContext(estate);
	transforms->slot = ExecStoreVirtualTuple(
		MakeSingleTupleTableSlot(input_desc(list_length(spec->inputs)), &TTSOpsVirtual));
	transforms->econtext->ecxt_scantuple = transforms->slot;
	return transforms;
}

/* Text as a field of the file would be: NULL only where the expression is. */
static void
put_text(const RowTransforms *transforms, RowBatch *batch, int row, int column, Datum value)
{
	batch_put_text(batch, row, column, contract_converter(transforms->contract, column),
				   TextDatumGetCString(value));
}

/* Computes a range of columns of a range of rows; may raise what the expressions raise. */
static void
run_rows(void *arg)
{
	TransformRun *run = arg;
	RowTransforms *transforms = run->transforms;
	RowBatch *batch = run->batch;
	int first_input = contract_first_input(transforms->contract);
	int row;

	for (row = run->first_row; row < run->end_row; row++)
	{
		size_t at = (size_t) row * batch->natts;
		const Transform *transform;

		if (batch->rows[row].raw_is_broken)
			continue;
		transforms->slot->tts_values = &batch->values[at + first_input];
		transforms->slot->tts_isnull = &batch->nulls[at + first_input];
		for (transform = run->first; transform < run->end; transform++)
		{
			bool isnull;
			/* values live as long as the batch */
			Datum value = ExecEvalExpr(transform->state, transforms->econtext, &isnull);

			batch->nulls[at + transform->column] = isnull;
			if (isnull)
				continue;
			if (transform->gives_text)
				put_text(transforms, batch, row, transform->column, value);
			else
				batch->values[at + transform->column] = value;
		}
	}
}

/* For batches with a row on which an expression raises an error. */
static void
run_one_by_one(TransformRun *run)
{
	RowTransforms *transforms = run->transforms;
	RowBatch *batch = run->batch;
	int row;
	int i;

	for (row = 0; row < batch->nrows; row++)
		for (i = 0; i < transforms->n; i++)
		{
			int column = transforms->transforms[i].column;
			Violation *violation;
			ErrorData *error;

			CHECK_FOR_INTERRUPTS();
			run->first_row = row;
			run->end_row = row + 1;
			run->first = &transforms->transforms[i];
			run->end = run->first + 1;
			if (guard_call(run_rows, run, &error))
				continue;
			batch->nulls[(size_t) row * batch->natts + column] = true;
			violation = batch_add_violation(
				batch, row, "transform", error->sqlerrcode,
				psprintf("transform of column \"%s\" raised an error: %s",
						 contract_spec(transforms->contract)->columns[column].name,
						 error->message));
			violation->column = contract_spec(transforms->contract)->columns[column].name;
		}
}

void
row_transforms_apply(RowTransforms *transforms, RowBatch *batch)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	TransformRun run = {.transforms = transforms,
						.batch = batch,
						.first = transforms->transforms,
						.end = transforms->transforms + transforms->n,
						.end_row = batch->nrows};
	int ncells = batch->ncells;

	if (!guard_call(run_rows, &run, NULL))
	{
		batch->ncells = ncells;
		run_one_by_one(&run);
	}
	MemoryContextSwitchTo(oldcontext);
}
