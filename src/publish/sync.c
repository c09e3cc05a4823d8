/*
 * sync.c: the source is the whole truth, or the whole of what replace_where
 * says: an upsert, and rows that the source lacks are deleted or marked.
 *
 * A row in quarantine may be the new version of one that seems to be missing;
 * so nothing is deleted as long as rows of the load are in quarantine.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/merge.h"
#include "publish/predicate.h"
#include "publish/query.h"
#include "publish/replace.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/sync.h"

/* The target's rows that the source speaks of and does not have, a condition on alias "target". */
static char *
missing(const PublishRequest *request)
{
	const PublishOptions *options = request->options;
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "NOT EXISTS (SELECT FROM (%s) AS staged WHERE ", staged_rows(request));
	conditions_append_match(&sql, request);
	appendStringInfoChar(&sql, ')');
	if (options->replace_where != NULL)
		appendStringInfo(
			&sql, " AND (%s)",
			predicate_text(request->target, "replace_where", options->replace_where, "target"));
	foreach (cell, options->incremental_predicates)
		appendStringInfo(
			&sql, " AND (%s)",
			predicate_text(request->target, "incremental_predicates", lfirst(cell), "target"));
	if (options->soft_delete != NULL)
	{
		appendStringInfoString(&sql, " AND ");
		conditions_append_unmarked(&sql, request, "target");
	}
	return sql.data;
}

static void
remove_missing(const PublishRequest *request, PublishCounts *counts)
{
	const char *target = staged_relation_name(RelationGetRelid(request->target));
	WriteCounts done = {0};
	StringInfoData sql;

	initStringInfo(&sql);
	if (request->options->soft_delete == NULL)
		appendStringInfo(&sql, "DELETE FROM %s AS target WHERE ", target);
	else
	{
		appendStringInfo(&sql, "UPDATE %s AS target SET ", target);
		conditions_append_mark(&sql, request, true);
		appendStringInfoString(&sql, " WHERE ");
	}
	appendStringInfoString(&sql, missing(request));
	write_rows(request, sql.data, JOIN_FREELY, &done);
	counts->removed = done.deleted + done.updated;
}

/* Rows of the load that cannot be compared with the target's. */
static bool
has_unknown_rows(const PublishRequest *request)
{
	if (request->rows_quarantined > 0)
		return true;
	return request->rows_staged >= 0 &&
		   query_count(staged_rows(request), NULL) < request->rows_staged;
}

void
sync_run(const PublishRequest *request, PublishCounts *counts)
{
	conditions_check_key(request);
	replace_lock(request);
	if (has_unknown_rows(request))
		ereport(WARNING, (errcode(ERRCODE_WARNING),
						  errmsg("no row of table \"%s\" was deleted",
								 RelationGetRelationName(request->target)),
						  errdetail("Rows of the load are in quarantine, so what the source lacks "
									"cannot be told."),
						  errhint("Correct the source and load it again.")));
	else
		remove_missing(request, counts);
	merge_run(request, MATCHED_UPDATE, counts);
}

char *
sync_removed_rows(const PublishRequest *request)
{
	return psprintf("SELECT * FROM %s AS target WHERE %s",
					staged_relation_name(RelationGetRelid(request->target)), missing(request));
}
