/*
 * read_scan.c: Custom Scan (IngestRead): the rows of files, one for each call.
 *
 * in:  a CustomScan as read_path.c makes it
 * out: rows in the scan's slot, which points into the batch of file_rows.c
 *
 * Files are opened with the first row, and closed with the scan, or with the memory of the query when
 * that fails.  A rescan reads them anew.
 */
#include "postgres.h"

#include "read/read_scan.h"

#include "catalog/objectaccess.h"
#include "commands/explain.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "read/file_rows.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "compat.h"

typedef struct ReadScanState
{
	CustomScanState css; /* first */
	List *arguments;     /* of ExprState *: source, options */
	const char *name;    /* the call's alias */
	FileRows *rows;      /* NULL: not begun */
	uint64 bytes_read;   /* before the last rescan */
} ReadScanState;

/* An argument's value; false for NULL. */
static bool
evaluate(ReadScanState *state, int argument, Datum *value)
{
	bool isnull;

	*value = ExecEvalExprSwitchContext(list_nth(state->arguments, argument),
									   state->css.ss.ps.ps_ExprContext, &isnull);
	return !isnull;
}

static void
open_files(ReadScanState *state)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(state->css.ss.ps.state->es_query_cxt);
	Datum source;
	Datum options;

	if (!evaluate(state, 0, &source))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", "source")));
	if (!evaluate(state, 1, &options))
		options = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
	state->rows = file_rows_open(TextDatumGetCString(source), DatumGetJsonbP(options),
								 state->css.ss.ss_ScanTupleSlot->tts_tupleDescriptor, state->name);
	MemoryContextSwitchTo(oldcontext);
}

static void
close_files(ReadScanState *state)
{
	if (state->rows == NULL)
		return;
	state->bytes_read += file_rows_bytes_read(state->rows);
	file_rows_close(state->rows);
	state->rows = NULL;
}

/* ExecScanAccessMtd */
static TupleTableSlot *
next_row(ScanState *node)
{
	ReadScanState *state = (ReadScanState *) node;
	TupleTableSlot *slot = node->ss_ScanTupleSlot;
	Datum *values;
	bool *nulls;

	ExecClearTuple(slot);
	if (state->rows == NULL)
		open_files(state);
	if (!file_rows_next(state->rows, &values, &nulls))
		return slot;
	memcpy(slot->tts_values, values, slot->tts_tupleDescriptor->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, nulls, slot->tts_tupleDescriptor->natts * sizeof(bool));
	return ExecStoreVirtualTuple(slot);
}

/* ExecScanRecheckMtd: never called, as rows of functions that are locked are wanted as a whole. */
static bool
recheck_row(ScanState *node, TupleTableSlot *slot)
{
	return true;
}

/* As the executor checks functions. */
static void
check_execute(Oid function)
{
	AclResult result = compat_check_execute(function, GetUserId());

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FUNCTION, get_func_name(function));
	InvokeFunctionExecuteHook(function);
}

static void
begin_scan(CustomScanState *node, EState *estate, int eflags)
{
	ReadScanState *state = (ReadScanState *) node;
	CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);

	check_execute(linitial_oid(linitial(scan->custom_private)));
	state->name = strVal(lsecond(scan->custom_private));
	state->arguments = ExecInitExprList(scan->custom_exprs, &node->ss.ps);
}

static TupleTableSlot *
exec_scan(CustomScanState *node)
{
	return ExecScan(&node->ss, next_row, recheck_row);
}

static void
end_scan(CustomScanState *node)
{
	close_files((ReadScanState *) node);
}

static void
rescan(CustomScanState *node)
{
	close_files((ReadScanState *) node);
	ExecScanReScan(&node->ss);
}

static void
explain_scan(CustomScanState *node, List *ancestors, ExplainState *es)
{
	ReadScanState *state = (ReadScanState *) node;
	CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);
	List *context = set_deparse_context_plan(es->deparse_cxt, &scan->scan.plan, ancestors);

	ExplainPropertyText(
		"Source", deparse_expression(linitial(scan->custom_exprs), context, false, false), es);
	if (es->analyze)
		ExplainPropertyUInteger(
			"Bytes Read", NULL,
			state->bytes_read + (state->rows != NULL ? file_rows_bytes_read(state->rows) : 0), es);
}

static const CustomExecMethods exec_methods = {
	.CustomName = READ_SCAN_NAME,
	.BeginCustomScan = begin_scan,
	.ExecCustomScan = exec_scan,
	.EndCustomScan = end_scan,
	.ReScanCustomScan = rescan,
	.ExplainCustomScan = explain_scan,
};

static Node *
create_state(CustomScan *scan)
{
	ReadScanState *state = palloc0(sizeof(ReadScanState));

	NodeSetTag(state, T_CustomScanState);
	state->css.methods = &exec_methods;
	return (Node *) state;
}

static const CustomScanMethods scan_methods = {.CustomName = READ_SCAN_NAME,
											   .CreateCustomScanState = create_state};

const CustomScanMethods *
read_scan_methods(void)
{
	return &scan_methods;
}

void
read_scan_register(void)
{
	RegisterCustomScanMethods(&scan_methods);
}
