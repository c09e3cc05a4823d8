/*
 * load.c: the SQL functions load(), stage(), publish(), discard().
 *
 * They check arguments and rights, then call stage/ (files to staged rows) and
 * publish/ (staged rows to the target), and make the result row.
 */
#include "postgres.h"

#include "api/load.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "api/access.h"
#include "api/arguments.h"
#include "api/publish_load.h"
#include "funcapi.h"
#include "manifest/manifest.h"
#include "miscadmin.h"
#include "options/options.h"
#include "publish/publish.h"
#include "stage/failpoint.h"
#include "stage/lane_table.h"
#include "stage/stage.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(ingest_load);
PG_FUNCTION_INFO_V1(ingest_stage);
PG_FUNCTION_INFO_V1(ingest_publish);
PG_FUNCTION_INFO_V1(ingest_discard);

#define RESULT_COLUMNS 17

#define BUSY_MESSAGE "another load into the table is running"

/* One row of type load_result. load_id 0 and message NULL become SQL NULL. */
Datum
load_result(FunctionCallInfo fcinfo, int64 load_id, const char *status,
			const ManifestCounts *counts, TimestampTz started_at, const char *message)
{
	Datum values[RESULT_COLUMNS];
	bool nulls[RESULT_COLUMNS] = {false};
	Interval *elapsed = palloc0(sizeof(Interval));
	TupleDesc desc;
	int i = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	elapsed->time = GetCurrentTimestamp() - started_at;
	nulls[i] = load_id == 0;
	values[i++] = Int64GetDatum(load_id);
	values[i++] = CStringGetTextDatum(status);
	values[i++] = Int32GetDatum(counts->files_loaded);
	values[i++] = Int32GetDatum(counts->files_skipped);
	values[i++] = Int64GetDatum(counts->rows_read);
	values[i++] = Int64GetDatum(counts->rows_staged);
	values[i++] = Int64GetDatum(counts->rows_quarantined);
	values[i++] = Int64GetDatum(counts->rows_ignored);
	values[i++] = Int64GetDatum(counts->rows_deduplicated);
	values[i++] = Int64GetDatum(counts->rows_inserted);
	values[i++] = Int64GetDatum(counts->rows_updated);
	values[i++] = Int64GetDatum(counts->rows_deleted);
	values[i++] = Int64GetDatum(counts->rows_unchanged);
	values[i++] = Int64GetDatum(counts->rows_skipped);
	values[i++] = Int64GetDatum(counts->bytes_read);
	values[i++] = IntervalPGetDatum(elapsed);
	nulls[i] = message == NULL;
	values[i++] = message == NULL ? (Datum) 0 : CStringGetTextDatum(message);
	Assert(i == RESULT_COLUMNS);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

void
load_init(FunctionCallInfo fcinfo, LoadCall *call)
{
	memset(call, 0, sizeof(*call));
	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "source");
	call->target = PG_GETARG_OID(0);
	call->source = argument_text(fcinfo, 1);
	call->unique_key = argument_texts(fcinfo, 2);
	call->strategy = argument_text(fcinfo, 3);
	access_check_files();
	access_check_target(call->target, ACL_INSERT);
	PreventCommandIfReadOnly("ingest.load()");
	load_terms(call->target, 0, argument_options(fcinfo, 4), &call->terms);
}

bool
load_begin(LoadCall *call)
{
	Relation target;

	if (!stage_lock_target(call->target, call->terms.options->on_busy))
		return false;
	target = access_open_target(call->target);
	call->chosen = argument_strategy(target, call->strategy, call->unique_key);
	table_close(target, NoLock);
	return true;
}

int64
load_run(const LoadCall *call, ManifestCounts *counts)
{
	StageRequest request = {0};
	StageOutcome outcome;

	request.target = access_open_target(call->target);
	request.source = call->source;
	request.files = call->files;
	request.unique_key = call->chosen.key;
	request.strategy = publish_strategy_name(call->chosen.strategy);
	request.restates = publish_restates(call->chosen.strategy);
	load_terms_apply(&call->terms, &request);
	request.options->computed =
		publish_computed_columns(call->chosen.strategy, &request.options->publish);
	stage_run(&request, &outcome);
	counts->files_skipped = outcome.files_skipped;
	if (outcome.load_id != 0)
	{
		publish_load(manifest_load(outcome.load_id), request.target, &call->chosen, &call->terms,
					 counts);
		publish_load_warn(outcome.load_id, counts);
	}
	else
		table_close(request.target, NoLock);
	return outcome.load_id;
}

Datum
ingest_load(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	ManifestCounts counts = {0};
	LoadCall call;
	int64 load_id;

	load_init(fcinfo, &call);
	if (!load_begin(&call))
		return load_result(fcinfo, 0, "busy", &counts, started_at, BUSY_MESSAGE);
	load_id = load_run(&call, &counts);
	if (load_id == 0)
		return load_result(fcinfo, 0, "nothing_new", &counts, started_at,
						   "every file is loaded already");
	return load_result(fcinfo, load_id, "published", &counts, started_at, NULL);
}

Datum
ingest_stage(PG_FUNCTION_ARGS)
{
	StageRequest request = {0};
	StageOutcome outcome;
	LoadTerms terms;

	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "source");
	access_check_files();
	access_check_target(PG_GETARG_OID(0), ACL_INSERT);
	PreventCommandIfReadOnly("ingest.stage()");
	request.source = argument_text(fcinfo, 1);
	load_terms(PG_GETARG_OID(0), 0, argument_options(fcinfo, 2), &terms);
	load_terms_apply(&terms, &request);
	if (!stage_lock_target(PG_GETARG_OID(0), request.options->on_busy))
		PG_RETURN_NULL();
	request.target = access_open_target(PG_GETARG_OID(0));
	request.unique_key = publish_primary_key(request.target);
	request.restates = request.unique_key != NIL;
	request.options->computed = publish_computed_columns(NULL, &request.options->publish);
	stage_run(&request, &outcome);
	table_close(request.target, NoLock);
	if (outcome.load_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(outcome.load_id);
}

/* Who staged a load may discard it when its table is gone, and with it the rights on that. */
static void
check_caller(const ManifestLoad *load)
{
	if (superuser() || strcmp(load->caller, GetUserNameFromId(GetUserId(), false)) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("load " INT64_FORMAT " was staged by role \"%s\", and its table does not exist "
					"any more",
					load->load_id, load->caller)));
}

/* A load that is to be published or discarded, its target locked against other loads. */
static ManifestLoad *
lock_load(int64 load_id, bool discard, OptionsOnBusy on_busy, bool *busy)
{
	ManifestLoad *load = manifest_load(load_id);

	*busy = false;
	if (load == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("load " INT64_FORMAT " does not exist", load_id)));
	if (discard && get_rel_name(load->target) == NULL)
		check_caller(load);
	else
		access_check_target(load->target, ACL_INSERT);
	if (!stage_lock_target(load->target, on_busy))
	{
		*busy = true;
		return load;
	}
	return manifest_load(load_id); /* it may have changed while we waited */
}

/* What was said when the load was staged, unless it is said otherwise now. */
static IngestOptions *
with_options_of_load(FunctionCallInfo fcinfo, int arg, const ManifestLoad *load)
{
	Datum staged = DirectFunctionCall1(jsonb_in, CStringGetDatum(load->options));

	if (PG_ARGISNULL(arg))
		return options_parse(DatumGetJsonbP(staged));
	return options_parse(
		DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, staged, PG_GETARG_DATUM(arg))));
}

/* Is there something to publish? */
static void
check_publishable(const ManifestLoad *load)
{
	if (strcmp(load->status, "staged") == 0 ||
		(strcmp(load->status, "rejected") == 0 && manifest_lanes(load->load_id) != NIL))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("load " INT64_FORMAT " is %s, not staged", load->load_id, load->status)));
}

Datum
ingest_publish(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	ManifestCounts counts = {0};
	List *unique_key = argument_texts(fcinfo, 1);
	char *strategy_name = argument_text(fcinfo, 2);
	IngestOptions *options;
	LoadTerms terms;
	ManifestLoad *load;
	StrategyArgument strategy;
	Relation target;
	bool busy;

	argument_require(fcinfo, 0, "load_id");
	PreventCommandIfReadOnly("ingest.publish()");
	options = options_parse(argument_options(fcinfo, 3));
	load = lock_load(PG_GETARG_INT64(0), false, options->on_busy, &busy);
	if (busy)
		return load_result(fcinfo, load->load_id, "busy", &counts, started_at, BUSY_MESSAGE);
	target = access_open_target(load->target);
	check_publishable(load);
	if (strategy_name == NULL && unique_key == NIL && load->strategy != NULL)
	{
		strategy_name = load->strategy;
		unique_key = publish_needs_key(publish_strategy(strategy_name)) ? load->unique_key : NIL;
	}
	strategy = argument_strategy(target, strategy_name, unique_key);
	load_terms(load->target, 0, argument_options(fcinfo, 3), &terms);
	terms.options = with_options_of_load(fcinfo, 3, load);
	publish_load(load, target, &strategy, &terms, &counts);
	publish_load_warn(load->load_id, &counts);
	return load_result(fcinfo, load->load_id, "published", &counts, started_at, NULL);
}

Datum
ingest_discard(PG_FUNCTION_ARGS)
{
	ManifestLoad *load;
	bool busy;

	PreventCommandIfReadOnly("ingest.discard()");
	load = lock_load(PG_GETARG_INT64(0), true, ON_BUSY_WAIT, &busy);
	load = manifest_lock_load(load->load_id);
	if (strcmp(load->status, "staging") != 0 && strcmp(load->status, "staged") != 0 &&
		(strcmp(load->status, "rejected") != 0 || manifest_lanes(load->load_id) == NIL))
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("load " INT64_FORMAT " is %s, there is nothing to discard",
							   load->load_id, load->status)));
	lane_drop_all(load->load_id);
	manifest_set_status(load->load_id, "discarded", NULL);
	PG_RETURN_VOID();
}
