/*
 * merge_functions.c: the SQL functions merge() and preview_merge(): rows of any relation
 * into a table, without a load.
 *
 * They check arguments and rights, call publish/ and make the result row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "api/access.h"
#include "api/arguments.h"
#include "catalog/pg_class.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "stage/stage.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(ingest_merge);
PG_FUNCTION_INFO_V1(ingest_preview_merge);

#define RESULT_COLUMNS 10

/* Opens a table, view or materialized view that the caller may read. */
static Relation
open_source(Oid source)
{
	Relation rel = table_open(source, AccessShareLock);
	char relkind = rel->rd_rel->relkind;

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE &&
		relkind != RELKIND_VIEW && relkind != RELKIND_MATVIEW && relkind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not a table or view", RelationGetRelationName(rel))));
	if (pg_class_aclcheck(source, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(relkind),
					   RelationGetRelationName(rel));
	return rel;
}

/* The request of the arguments; the target is open, and locked against loads if lock is true. */
static void
init_request(FunctionCallInfo fcinfo, PublishRequest *request, bool lock)
{
	List *unique_key = argument_texts(fcinfo, 2);
	IngestOptions *options;
	StrategyArgument strategy;
	Relation source;

	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "source");
	options = options_parse(argument_options(fcinfo, 4));
	access_check_target(PG_GETARG_OID(0), ACL_INSERT);
	if (lock)
		PreventCommandIfReadOnly("ingest.merge()");
	if (lock && !stage_lock_target(PG_GETARG_OID(0), options->on_busy))
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
						errmsg("another load into table \"%s\" is running",
							   get_rel_name(PG_GETARG_OID(0)))));
	memset(request, 0, sizeof(*request));
	request->target = access_open_target(PG_GETARG_OID(0));
	strategy = argument_strategy(request->target, argument_text(fcinfo, 3), unique_key);
	request->strategy = strategy.strategy;
	request->key = strategy.key;
	request->options = &options->publish;
	request->rows_staged = -1;
	source = open_source(PG_GETARG_OID(1));
	publish_from_relation(request, source);
	table_close(source, NoLock);
}

/* One row of type merge_result; samples may be NULL. */
static Datum
make_result(FunctionCallInfo fcinfo, const PublishCounts *counts, TimestampTz started_at,
			const char *samples)
{
	Datum values[RESULT_COLUMNS];
	bool nulls[RESULT_COLUMNS] = {false};
	Interval *elapsed = palloc0(sizeof(Interval));
	TupleDesc desc;
	int i = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	elapsed->time = GetCurrentTimestamp() - started_at;
	values[i++] = Int64GetDatum(counts->read);
	values[i++] = Int64GetDatum(counts->inserted);
	values[i++] = Int64GetDatum(counts->updated);
	values[i++] = Int64GetDatum(counts->deleted + counts->removed);
	values[i++] = Int64GetDatum(counts->unchanged);
	values[i++] = Int64GetDatum(counts->deduplicated);
	values[i++] = Int64GetDatum(counts->skipped);
	values[i++] = IntervalPGetDatum(elapsed);
	nulls[i] = counts->plan == NULL;
	values[i++] = counts->plan == NULL ? (Datum) 0 : CStringGetTextDatum(counts->plan);
	nulls[i] = samples == NULL;
	values[i++] =
		samples == NULL ? (Datum) 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(samples));
	Assert(i == RESULT_COLUMNS);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

Datum
ingest_merge(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	PublishRequest request;
	PublishCounts counts;

	init_request(fcinfo, &request, true);
	publish_run(&request, &counts);
	table_close(request.target, NoLock);
	return make_result(fcinfo, &counts, started_at, NULL);
}

Datum
ingest_preview_merge(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	PublishRequest request;
	PublishPreview preview;

	init_request(fcinfo, &request, false);
	publish_preview(&request, &preview);
	table_close(request.target, NoLock);
	return make_result(fcinfo, &preview.counts, started_at, preview.samples);
}
