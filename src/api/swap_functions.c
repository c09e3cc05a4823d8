/*
 * swap_functions.c: the SQL functions swap_partition(), undo_swap(), cleanup(),
 * create_partition() and the procedure swap().
 *
 * They read arguments and call swap/.  The procedure commits what was built and
 * makes every attempt in a transaction of its own.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "manifest/quarantine_queue.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "swap/create_partition.h"
#include "swap/swap.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(ingest_swap_partition);
PG_FUNCTION_INFO_V1(ingest_swap);
PG_FUNCTION_INFO_V1(ingest_undo_swap);
PG_FUNCTION_INFO_V1(ingest_cleanup);
PG_FUNCTION_INFO_V1(ingest_create_partition);

static Datum
argument(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", name)));
	return PG_GETARG_DATUM(arg);
}

static SwapOptions *
options_argument(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		return swap_options_parse(
			DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"))));
	return swap_options_parse(PG_GETARG_JSONB_P(arg));
}

static SwapRequest
request_arguments(FunctionCallInfo fcinfo)
{
	SwapRequest request = {.parent = DatumGetObjectId(argument(fcinfo, 0, "parent")),
						   .partition = DatumGetObjectId(argument(fcinfo, 1, "partition")),
						   .replacement = DatumGetObjectId(argument(fcinfo, 2, "replacement")),
						   .options = options_argument(fcinfo, 3)};

	return request;
}

Datum
ingest_swap_partition(PG_FUNCTION_ARGS)
{
	SwapRequest request = request_arguments(fcinfo);

	PreventCommandIfReadOnly("ingest.swap_partition()");
	PG_RETURN_INT64(swap_partition(&request));
}

static void
require_top_level(FunctionCallInfo fcinfo)
{
	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
						errmsg("ingest.swap() cannot run inside a transaction block or a function"),
						errhint("Use SELECT ingest.swap_partition(...) there.")));
}

static bool
attempt_and_commit(Swap *swap)
{
	bool swapped;

	PushActiveSnapshot(GetTransactionSnapshot());
	swapped = swap_attempt(swap);
	PopActiveSnapshot();
	SPI_commit();
	return swapped;
}

/* What must live longer than a transaction is in the context of the SPI connection. */
Datum
ingest_swap(PG_FUNCTION_ARGS)
{
	SwapRequest request;
	Swap *swap;

	require_top_level(fcinfo);
	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
	request = request_arguments(fcinfo);
	PreventCommandIfReadOnly("ingest.swap()");
	PushActiveSnapshot(GetTransactionSnapshot());
	swap = swap_prepare(&request);
	PopActiveSnapshot();
	SPI_commit();
	while (!attempt_and_commit(swap))
		swap_wait(swap);
	SPI_finish();
	PG_RETURN_VOID();
}

Datum
ingest_undo_swap(PG_FUNCTION_ARGS)
{
	int64 swap_id = DatumGetInt64(argument(fcinfo, 0, "swap_id"));

	PreventCommandIfReadOnly("ingest.undo_swap()");
	swap_undo(swap_id, options_argument(fcinfo, 1));
	PG_RETURN_VOID();
}

static int64
microseconds_of(const Interval *interval)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	TimestampTz then = DatumGetTimestampTz(DirectFunctionCall2(
		timestamptz_mi_interval, TimestampTzGetDatum(now), PointerGetDatum(interval)));

	return now - then;
}

/* One row for each of names, of char *. */
static void
put_cleaned(ReturnSetInfo *rsinfo, const char *kind, List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		Datum values[2] = {CStringGetTextDatum(kind), CStringGetTextDatum((char *) lfirst(lc))};
		bool nulls[2] = {false, false};

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

Datum
ingest_cleanup(PG_FUNCTION_ARGS)
{
	Interval *older_than = DatumGetIntervalP(argument(fcinfo, 0, "older_than"));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 age = microseconds_of(older_than);

	PreventCommandIfReadOnly("ingest.cleanup()");
	InitMaterializedSRF(fcinfo, 0);
	put_cleaned(rsinfo, "replaced partition", swap_cleanup(age));
	put_cleaned(rsinfo, "quarantine", queue_cleanup(age));
	return (Datum) 0;
}

/* The value is text of the partition key's type. */
Datum
ingest_create_partition(PG_FUNCTION_ARGS)
{
	Oid parent = DatumGetObjectId(argument(fcinfo, 0, "parent"));
	char *value = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *interval = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	int32 typmod;
	Oid type = create_partition_key_type(parent, &typmod);
	Datum key = (Datum) 0;
	Oid input;
	Oid ioparam;

	PreventCommandIfReadOnly("ingest.create_partition()");
	if (value != NULL)
	{
		getTypeInputInfo(type, &input, &ioparam);
		key = OidInputFunctionCall(input, value, ioparam, typmod);
	}
	PG_RETURN_OID(create_partition_for(parent, key, value == NULL, interval));
}
