/*
 * missing.c: rows of the target that the source does not have.
 *
 * In: a request with a key, and which rows of the target the source speaks of.
 * Out: these rows deleted or marked.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/missing.h"
#include "publish/predicate.h"
#include "publish/staged.h"
#include "publish/write.h"

#include "utils/builtins.h"

/* A source cannot tell of rows that are newer than all of its own. */
static void
append_not_newer(StringInfo sql, const PublishRequest *request)
{
	const char *column = request->options->update_if_newer;
	const char *name = quote_identifier(column);

	appendStringInfo(sql,
					 " AND ((SELECT staged.%s FROM (%s) AS staged WHERE staged.%s IS NOT NULL "
					 "ORDER BY staged.%s DESC LIMIT 1)",
					 name, staged_rows(request), name, name);
	staged_append_operator(sql, conditions_less_operator(request->target, column));
	appendStringInfo(sql, "target.%s) IS NOT TRUE", name);
}

/* Rows that incremental_predicates leave out are not looked at, so they are not missing. */
static char *
missing(const PublishRequest *request, const char *scope)
{
	const PublishOptions *options = request->options;
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "(%s) AND NOT EXISTS (SELECT FROM (%s) AS staged WHERE ", scope,
					 staged_rows(request));
	conditions_append_match(&sql, request);
	appendStringInfoChar(&sql, ')');
	foreach (cell, options->incremental_predicates)
		appendStringInfo(
			&sql, " AND (%s)",
			predicate_text(request->target, "incremental_predicates", lfirst(cell), "target"));
	if (options->update_if_newer != NULL)
		append_not_newer(&sql, request);
	if (options->soft_delete != NULL)
	{
		appendStringInfoString(&sql, " AND ");
		conditions_append_unmarked(&sql, request, "target");
	}
	return sql.data;
}

char *
missing_rows(const PublishRequest *request, const char *scope)
{
	return psprintf("SELECT * FROM %s AS target WHERE %s",
					staged_relation_name(RelationGetRelid(request->target)),
					missing(request, scope));
}

void
missing_remove(const PublishRequest *request, const char *scope, PublishCounts *counts)
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
	appendStringInfoString(&sql, missing(request, scope));
	write_rows(request, sql.data, JOIN_FREELY, &done);
	counts->removed += done.deleted + done.updated;
}
