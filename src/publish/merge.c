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
#include "publish/key_order.h"
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

/* Without a match to look for, the rows are only inserted. */
static void
fill(const PublishRequest *request, WriteCounts *done)
{
	if (request->lanes != NIL && request->options->null_keys != NULL_KEYS_MATCH &&
		key_order_is_strict(request))
		append_rows(request, done);
	else
		write_rows(request, append_statement(request, staged_winners(request)), JOIN_FREELY, done);
}

static void
write_merge(const PublishRequest *request, MatchedAction matched, WriteCounts *done,
			const char **plan)
{
	double target_rows = target_size_rows(request->target);
	const char *sql;

	if (target_rows == 0 && request->options->hard_delete == NULL)
	{
		*plan = "insert into empty table";
		fill(request, done);
		return;
	}
	sql = merge_statement(request, matched);
	if (request->options->null_keys == NULL_KEYS_MATCH || request->rows_staged < 0)
	{
		*plan = "merge";
		write_rows(request, sql, JOIN_FREELY, done);
	}
	else if (target_size_favours_probes(request->target, request->key, request->rows_staged))
	{
		*plan = "probe index in key order";
		write_rows(request, sql, JOIN_PROBE_TARGET, done);
	}
	else
	{
		*plan = "merge join";
		write_rows(request, sql, JOIN_MERGE_TARGET, done);
	}
}

/* More than one reason not to write a row, or to update it: the statement's counts do not tell. */
static bool
counts_are_ambiguous(const PublishRequest *request)
{
	return request->options->update_if_newer != NULL || request->options->hard_delete != NULL;
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
	int64 deletions = 0;
	WriteCounts done;

	conditions_check_key(request);
	if (path != NULL)
		manifest_refuse_defaults(path);
	if (matched != MATCHED_KEEP && counts_are_ambiguous(request))
	{
		const char *classified = merge_classification(request, matched);

		counts->skipped = query_count(classified, "_ingest_kind OPERATOR(pg_catalog.=) 'skipped'");
		deletions = query_count(classified, "_ingest_kind OPERATOR(pg_catalog.=) 'deleted'");
	}
	write_merge(request, matched, &done, &counts->plan);
	if (matched == MATCHED_KEEP)
		counts->skipped = done.winners - done.offered;
	else
		check_surplus(request, done.matches - done.winners);
	set_counts(request, &done, deletions, counts);
}
