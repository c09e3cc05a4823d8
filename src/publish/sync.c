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
#include "publish/missing.h"
#include "publish/predicate.h"
#include "publish/query.h"
#include "publish/replace.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/sync.h"

/* The part of the target that the source knows all of. */
static const char *
scope_of(const PublishRequest *request)
{
	const char *where = request->options->replace_where;

	return where == NULL ? "true"
						 : predicate_text(request->target, "replace_where", where, "target");
}

/* Rows of the load that cannot be compared with the target's. */
static bool
has_unknown_rows(const PublishRequest *request)
{
	if (request->rows_left_out > 0)
		return true;
	return request->rows_staged >= 0 &&
		   query_count(staged_rows(request), NULL) < request->rows_staged;
}

void
sync_run(PublishRequest *request, PublishCounts *counts)
{
	conditions_check_key(request);
	replace_lock(request);
	if (has_unknown_rows(request))
		ereport(
			WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("no row of table \"%s\" was deleted", RelationGetRelationName(request->target)),
			 errdetail(
				 "Rows of the load are in quarantine or were ignored, so what the source lacks "
				 "cannot be told."),
			 errhint("Correct the source and load it again.")));
	else
		missing_remove(request, scope_of(request), counts);
	merge_run(request, MATCHED_UPDATE, counts);
}

char *
sync_removed_rows(const PublishRequest *request)
{
	return missing_rows(request, scope_of(request));
}
