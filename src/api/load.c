/*
 * load.c: the SQL functions load(), stage(), publish(), discard().
 *
 * They check arguments and rights, then call stage/ (files to staged rows) and
 * publish/ (staged rows to the target), and make the result row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "api/access.h"
#include "funcapi.h"
#include "manifest/manifest.h"
#include "manifest/quarantine.h"
#include "miscadmin.h"
#include "options/options.h"
#include "publish/publish.h"
#include "stage/failpoint.h"
#include "stage/lane_table.h"
#include "stage/stage.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(ingest_load);
PG_FUNCTION_INFO_V1(ingest_stage);
PG_FUNCTION_INFO_V1(ingest_publish);
PG_FUNCTION_INFO_V1(ingest_discard);

#define RESULT_COLUMNS 16

#define BUSY_MESSAGE "another load into the table is running"

/* How the staged rows go into the target. */
typedef struct Strategy
{
	PublishStrategy kind;
	const char *name;
	List *key; /* of char * */
} Strategy;

static List *
texts_argument(FunctionCallInfo fcinfo, int arg)
{
	List *result = NIL;
	Datum *elements;
	bool *nulls;
	int n;
	int i;

	if (PG_ARGISNULL(arg))
		return NIL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &n);
	for (i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("unique_key must not contain nulls")));
		result = lappend(result, TextDatumGetCString(elements[i]));
	}
	return result;
}

static char *
text_argument(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

static void
require_argument(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", name)));
}

/* options as text, '{}' for NULL. */
static char *
options_argument(FunctionCallInfo fcinfo, int arg, IngestOptions **options)
{
	Jsonb *jsonb;

	if (PG_ARGISNULL(arg))
		jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	else
		jsonb = PG_GETARG_JSONB_P(arg);
	*options = options_parse(jsonb);
	return JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
}

/* Every key column must be a column of the target, named once. */
static void
check_key(Relation target, List *key)
{
	TupleDesc desc = RelationGetDescr(target);
	ListCell *lc;

	foreach (lc, key)
	{
		bool found = false;
		int i;

		for (i = 0; i < foreach_current_index(lc); i++)
			if (strcmp(list_nth(key, i), lfirst(lc)) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
								errmsg("column \"%s\" is in unique_key more than once",
									   (char *) lfirst(lc))));
		for (i = 0; i < desc->natts && !found; i++)
			found = !TupleDescAttr(desc, i)->attisdropped &&
					strcmp(NameStr(TupleDescAttr(desc, i)->attname), lfirst(lc)) == 0;
		if (!found)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
							errmsg("column \"%s\" of unique_key does not exist in table \"%s\"",
								   (char *) lfirst(lc), RelationGetRelationName(target))));
	}
}

/* By default: upsert with a key (given, or the primary key), append without. */
static Strategy
resolve_strategy(Relation target, const char *name, List *unique_key)
{
	Strategy strategy = {PUBLISH_APPEND, "append", NIL};
	List *key = unique_key != NIL ? unique_key : publish_primary_key(target);

	if (name == NULL)
		name = key != NIL ? "upsert" : "append";
	if (strcmp(name, "upsert") == 0)
	{
		if (key == NIL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("strategy \"upsert\" needs a unique_key"),
							errdetail("Table \"%s\" has no primary key.",
									  RelationGetRelationName(target))));
		check_key(target, key);
		access_check_target(RelationGetRelid(target), true);
		strategy.kind = PUBLISH_UPSERT;
		strategy.name = "upsert";
		strategy.key = key;
	}
	else if (strcmp(name, "append") != 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("unrecognized strategy: \"%s\"", name),
						errhint("Strategies are \"append\" and \"upsert\".")));
	else if (unique_key != NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("strategy \"append\" has no unique_key"),
						errhint("Leave the unique_key out, or use strategy \"upsert\".")));
	return strategy;
}

/* One row of type load_result. load_id 0 and message NULL become SQL NULL. */
static Datum
make_result(FunctionCallInfo fcinfo, int64 load_id, const char *status,
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
	values[i++] = Int64GetDatum(counts->bytes_read);
	values[i++] = IntervalPGetDatum(elapsed);
	nulls[i] = message == NULL;
	values[i++] = message == NULL ? (Datum) 0 : CStringGetTextDatum(message);
	Assert(i == RESULT_COLUMNS);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

static void
warn_about_quarantine(int64 load_id, int64 rows)
{
	char *summary = quarantine_summary(load_id);

	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg_plural("load " INT64_FORMAT ": " INT64_FORMAT " row is in quarantine",
						   "load " INT64_FORMAT ": " INT64_FORMAT " rows are in quarantine", rows,
						   load_id, rows),
			 errdetail("Commonest reasons: %s.", summary),
			 errhint("See SELECT * FROM ingest.quarantine WHERE load_id = " INT64_FORMAT ";",
					 load_id)));
}

/* The lanes of a load, readable for the caller; error when a crash emptied one. */
static List *
intact_lanes(const ManifestLoad *load)
{
	List *lanes = manifest_lanes(load->load_id);
	List *relations = NIL;
	bool intact = lanes != NIL;
	ListCell *lc;

	foreach (lc, lanes)
	{
		const ManifestLane *lane = lfirst(lc);

		intact = intact && lane_is_intact(lane);
		if (!intact)
			break;
		lane_grant(lane, GetUserId());
		relations = lappend_oid(relations, lane->relation);
	}
	if (!intact)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("staged rows of load " INT64_FORMAT " did not survive a server crash",
						load->load_id),
				 errhint("Call ingest.load or ingest.stage again with the same arguments.")));
	return relations;
}

/* The manifest's last word in the caller's transaction; a content goes in once. */
static void
finish_publish(ManifestLoad *load, const ManifestCounts *counts, const char *message)
{
	manifest_publish_files(load->load_id);
	manifest_set_published(load, counts, message);
	lane_drop_all(load->load_id);
	CommandCounterIncrement();
}

/* Publishes a staged load; counts says what it did. */
static void
publish_load(ManifestLoad *load, Relation target, const Strategy *strategy, ManifestCounts *counts)
{
	PublishRequest request = {0};
	PublishCounts published = {0};
	int files_skipped = counts->files_skipped;

	manifest_sum(load->load_id, counts);
	counts->files_skipped = files_skipped;
	request.load_id = load->load_id;
	request.target = target;
	request.strategy = strategy->kind;
	request.lanes = intact_lanes(load);
	request.columns = load->columns;
	request.key = strategy->key;
	request.rows_staged = counts->rows_staged;
	FAILPOINT("publishing");
	publish_run(&request, &published);
	counts->rows_staged -= published.null_keys;
	counts->rows_quarantined += published.null_keys;
	counts->rows_deduplicated = published.deduplicated;
	counts->rows_inserted = published.inserted;
	counts->rows_updated = published.updated;
	counts->rows_unchanged = published.unchanged;
	load->strategy = (char *) strategy->name;
	load->unique_key = strategy->key;
	finish_publish(load, counts, NULL);
	if (counts->rows_quarantined > 0)
		warn_about_quarantine(load->load_id, counts->rows_quarantined);
	FAILPOINT("published");
}

/* The request of load() and stage(): arguments 0 and 1 are target and source. */
static void
init_request(FunctionCallInfo fcinfo, StageRequest *request, int options_arg)
{
	require_argument(fcinfo, 0, "target");
	require_argument(fcinfo, 1, "source");
	access_check_files();
	access_check_target(PG_GETARG_OID(0), false);
	request->source = text_argument(fcinfo, 1);
	request->options_text = options_argument(fcinfo, options_arg, &request->options);
}

Datum
ingest_load(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	StageRequest request = {0};
	StageOutcome outcome;
	ManifestCounts counts = {0};
	List *unique_key = texts_argument(fcinfo, 2);
	Strategy strategy;
	Datum result;

	init_request(fcinfo, &request, 4);
	if (!stage_lock_target(PG_GETARG_OID(0), request.options->on_busy))
		return make_result(fcinfo, 0, "busy", &counts, started_at, BUSY_MESSAGE);
	request.target = access_open_target(PG_GETARG_OID(0));
	strategy = resolve_strategy(request.target, text_argument(fcinfo, 3), unique_key);
	request.unique_key = strategy.key;
	request.strategy = strategy.name;
	stage_run(&request, &outcome);
	counts.files_skipped = outcome.files_skipped;
	if (outcome.load_id != 0)
	{
		publish_load(manifest_load(outcome.load_id), request.target, &strategy, &counts);
		result = make_result(fcinfo, outcome.load_id, "published", &counts, started_at, NULL);
	}
	else
		result = make_result(fcinfo, 0, "nothing_new", &counts, started_at,
							 "every file is loaded already");
	table_close(request.target, NoLock);
	return result;
}

Datum
ingest_stage(PG_FUNCTION_ARGS)
{
	StageRequest request = {0};
	StageOutcome outcome;

	init_request(fcinfo, &request, 2);
	if (!stage_lock_target(PG_GETARG_OID(0), request.options->on_busy))
		PG_RETURN_NULL();
	request.target = access_open_target(PG_GETARG_OID(0));
	request.unique_key = publish_primary_key(request.target);
	stage_run(&request, &outcome);
	table_close(request.target, NoLock);
	if (outcome.load_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(outcome.load_id);
}

/* A load that is still to be published, its target locked against other loads. */
static ManifestLoad *
lock_load(int64 load_id, OptionsOnBusy on_busy, bool *busy)
{
	ManifestLoad *load = manifest_load(load_id);

	*busy = false;
	if (load == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("load " INT64_FORMAT " does not exist", load_id)));
	access_check_target(load->target, false);
	if (!stage_lock_target(load->target, on_busy))
	{
		*busy = true;
		return load;
	}
	return manifest_load(load_id); /* it may have changed while we waited */
}

Datum
ingest_publish(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	ManifestCounts counts = {0};
	List *unique_key = texts_argument(fcinfo, 1);
	char *strategy_name = text_argument(fcinfo, 2);
	IngestOptions *options;
	ManifestLoad *load;
	Strategy strategy;
	Relation target;
	bool busy;

	require_argument(fcinfo, 0, "load_id");
	(void) options_argument(fcinfo, 3, &options);
	load = lock_load(PG_GETARG_INT64(0), options->on_busy, &busy);
	if (busy)
		return make_result(fcinfo, load->load_id, "busy", &counts, started_at, BUSY_MESSAGE);
	target = access_open_target(load->target);
	if (strcmp(load->status, "staged") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("load " INT64_FORMAT " is %s, not staged", load->load_id, load->status)));
	if (strategy_name == NULL && unique_key == NIL && load->strategy != NULL)
	{
		strategy_name = load->strategy;
		unique_key = strcmp(load->strategy, "append") == 0 ? NIL : load->unique_key;
	}
	strategy = resolve_strategy(target, strategy_name, unique_key);
	publish_load(load, target, &strategy, &counts);
	table_close(target, NoLock);
	return make_result(fcinfo, load->load_id, "published", &counts, started_at, NULL);
}

Datum
ingest_discard(PG_FUNCTION_ARGS)
{
	bool busy;
	ManifestLoad *load = lock_load(PG_GETARG_INT64(0), ON_BUSY_WAIT, &busy);

	if (strcmp(load->status, "staging") != 0 && strcmp(load->status, "staged") != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("load " INT64_FORMAT " is %s, there is nothing to discard",
							   load->load_id, load->status)));
	lane_drop_all(load->load_id);
	manifest_set_status(load->load_id, "discarded", NULL);
	PG_RETURN_VOID();
}
