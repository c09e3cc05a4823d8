/*
 * append.c: every staged row becomes a new row of the target.
 *
 * Values for GENERATED ALWAYS AS IDENTITY columns are taken from the file as
 * they are: a load keeps the identifiers of its source.
 */
#include "postgres.h"

#include "publish/bulk_append.h"
#include "publish/staged.h"
#include "publish/write.h"
#include "publish/strategy.h"

#include "utils/builtins.h"

char *
append_statement(const PublishRequest *request, const char *rows)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s (",
					 staged_relation_name(RelationGetRelid(request->target)));
	staged_append_columns(&sql, NULL, request->columns);
	appendStringInfoString(&sql, ") OVERRIDING SYSTEM VALUE SELECT ");
	staged_append_columns(&sql, NULL, request->columns);
	appendStringInfo(&sql, " FROM (%s) AS staged", rows);
	return sql.data;
}

WriteAttempt
append_attempt(const PublishRequest *request, WriteCounts *done)
{
	if (bulk_append_applies(request))
		return bulk_append(request, done);
	return write_statement(request, append_statement(request, staged_rows(request)), JOIN_FREELY,
						   done);
}

void
append_rows(const PublishRequest *request, WriteCounts *done)
{
	WriteAttempt attempt = append_attempt(request, done);

	write_guarded(request, &attempt);
}

void
append_run(PublishRequest *request, PublishCounts *counts)
{
	WriteCounts done;

	append_rows(request, &done);
	counts->inserted = done.inserted;
	counts->read = done.staged;
	counts->plan = "append";
}
