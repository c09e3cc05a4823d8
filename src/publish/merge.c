/*
 * merge.c: looks every staged row up by its key: new ones are inserted, those
 * known are updated if they differ, or left alone.
 *
 * Of several rows with one key one counts.  The key needs no unique index, but
 * a key that the target holds twice is an error.
 */
#include "postgres.h"

#include "manifest/manifest.h"
#include "publish/conditions.h"
#include "publish/heap_merge.h"
#include "publish/key_order.h"
#include "publish/lane_reader.h"
#include "publish/merge.h"
#include "publish/merge_statement.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/target_size.h"

/* surplus: rows of the target that share their key with another one. */
static void
check_surplus(const PublishRequest *request, int64 surplus)
{
	if (surplus > 0)
		ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
						errmsg("the key of the load is not unique in table \"%s\"",
							   RelationGetRelationName(request->target)),
						errdetail("%lld rows of the load match more rows of the table than one.",
								  (long long) surplus),
						errhint("Remove the duplicates and create a unique index on the key.")));
}

void
merge_check_target(const PublishRequest *request)
{
	StringInfoData sql;

	conditions_check_key(request);
	if (target_key_is_unique(request->target, request->key,
							 request->options->null_keys == NULL_KEYS_MATCH))
		return;
	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT FROM %s AS target WHERE EXISTS (SELECT FROM (%s) AS staged WHERE ",
					 staged_relation_name(RelationGetRelid(request->target)), staged_rows(request));
	conditions_append_match(&sql, request);
	appendStringInfoString(&sql, ") GROUP BY ");
	staged_append_columns(&sql, "target", request->key);
	appendStringInfoString(&sql, " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1");
	check_surplus(request, query_count(sql.data, NULL));
}

/* A merge, planned anew at every attempt: another transaction may have filled the target. */
typedef struct Merge
{
	const PublishRequest *request;
	MatchedAction matched;
	WriteAttempt way; /* run: NULL while none is chosen */
	HeapMergeResult result;
	int64 deleted; /* with soft_delete: updates that are deletions */
} Merge;

/* Without a match to look for, the rows are only inserted. */
static WriteAttempt
fill(Merge *merge)
{
	const PublishRequest *request = merge->request;

	merge->result.plan = "insert into empty table";
	if (request->lanes != NIL && request->options->null_keys != NULL_KEYS_MATCH &&
		lane_reader_applies(request->lanes) && key_order_is_strict(request))
		return append_attempt(request, &merge->result.counts);
	if (heap_merge_applies(request, merge->matched))
		return heap_merge(request, merge->matched, true, &merge->result);
	return write_statement(request, append_statement(request, staged_winners(request)), JOIN_FREELY,
						   &merge->result.counts);
}

/* More than one reason not to write a row, or to update it: the statement's counts do not tell. */
static void
count_ambiguous(Merge *merge)
{
	const PublishOptions *options = merge->request->options;
	const char *classified;

	if (merge->matched == MATCHED_KEEP ||
		(options->update_if_newer == NULL && options->hard_delete == NULL))
		return;
	classified = merge_classification(merge->request, merge->matched);
	merge->result.older = query_count(classified, "_ingest_kind OPERATOR(pg_catalog.=) 'skipped'");
	if (options->soft_delete != NULL)
		merge->deleted = query_count(classified, "_ingest_kind OPERATOR(pg_catalog.=) 'deleted'");
}

static WriteAttempt
merge_by_statement(Merge *merge)
{
	const PublishRequest *request = merge->request;
	JoinOrder order;

	count_ambiguous(merge);
	if (request->options->null_keys == NULL_KEYS_MATCH || request->rows_staged < 0)
	{
		merge->result.plan = "merge";
		order = JOIN_FREELY;
	}
	else if (target_size_favours_probes(request->target, request->key, request->rows_staged))
	{
		merge->result.plan = "probe index in key order";
		order = JOIN_PROBE_TARGET;
	}
	else
	{
		merge->result.plan = "merge join";
		order = JOIN_MERGE_TARGET;
	}
	return write_statement(request, merge_statement(request, merge->matched), order,
						   &merge->result.counts);
}

/* WriteAttempt.run */
static void
run(void *arg)
{
	Merge *merge = arg;

	merge->way.run = NULL;
	memset(&merge->result, 0, sizeof(merge->result));
	merge->deleted = 0;
	if (merge->request->options->hard_delete == NULL &&
		target_size_rows(merge->request->target) == 0)
		merge->way = fill(merge);
	else if (heap_merge_applies(merge->request, merge->matched))
		merge->way = heap_merge(merge->request, merge->matched, false, &merge->result);
	else
		merge->way = merge_by_statement(merge);
	merge->way.run(merge->way.arg);
}

/* WriteAttempt.current_row */
static void
current_row(void *arg, StagedPosition *position)
{
	Merge *merge = arg;

	position->file_no = -1;
	if (merge->way.run != NULL)
		merge->way.current_row(merge->way.arg, position);
}

/*
 * Sets the counts of what was done; skipped and deletions were counted before.
 * What others have committed in between can move a row from one count to
 * another, but no count below zero.
 */
static void
set_counts(const PublishRequest *request, const WriteCounts *done, int64 deletions,
		   PublishCounts *counts)
{
	int64 changed = done->updated + done->deleted;
	int64 left_alone = done->winners - done->offered - changed;

	counts->read = done->staged;
	counts->deduplicated = done->staged - done->winners;
	counts->inserted = done->inserted;
	counts->deleted =
		request->options->soft_delete != NULL ? Min(deletions, changed) : done->deleted;
	counts->updated = changed - counts->deleted;
	counts->skipped = Min(counts->skipped, left_alone);
	counts->unchanged = left_alone - counts->skipped;
}

void
merge_run(const PublishRequest *request, MatchedAction matched, PublishCounts *counts)
{
	const char *path = matched == MATCHED_UPDATE && request->lanes != NIL
						   ? manifest_path_with_defaults(request->load_id)
						   : NULL;
	Merge merge = {.request = request, .matched = matched};
	WriteAttempt attempt = {run, current_row, &merge};
	const WriteCounts *done = &merge.result.counts;

	conditions_check_key(request);
	if (path != NULL)
		manifest_refuse_defaults(path);
	write_guarded(request, &attempt);
	counts->plan = merge.result.plan;
	if (matched == MATCHED_KEEP)
		counts->skipped = done->winners - done->offered;
	else
	{
		check_surplus(request, done->matches - done->winners);
		counts->skipped = merge.result.older;
	}
	set_counts(request, done, merge.deleted, counts);
}
