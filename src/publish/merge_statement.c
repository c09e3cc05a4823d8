/*
 * merge_statement.c: the SQL of a merge: the MERGE that writes, and the SELECT
 * that says of each row what the MERGE would do with it.
 *
 * In: a request.  Out: text in CurrentMemoryContext.  The cases are in one
 * order in both: older versions first, then deletions, then changes.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/merge_statement.h"
#include "publish/staged.h"

#include "utils/builtins.h"

/* Columns that the load does not carry, of char *: neither computed nor the mark of soft_delete. */
static List *
other_columns(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	List *columns = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		char *name = NameStr(att->attname);

		if (att->attisdropped || att->attgenerated != '\0' || att->attidentity != '\0' ||
			conditions_has_name(request->columns, name) ||
			(request->options->soft_delete != NULL &&
			 strcmp(request->options->soft_delete, name) == 0))
			continue;
		columns = lappend(columns, name);
	}
	return columns;
}

static void
append_assignments(StringInfo sql, const PublishRequest *request, MatchedAction matched,
				   List *updated)
{
	const char *separator = "";
	ListCell *cell;

	foreach (cell, updated)
	{
		const char *name = quote_identifier(lfirst(cell));

		appendStringInfo(sql, "%s%s = staged.%s", separator, name, name);
		separator = ", ";
	}
	if (conditions_unmarks(request))
	{
		appendStringInfoString(sql, separator);
		conditions_append_mark(sql, request, false);
		separator = ", ";
	}
	if (matched != MATCHED_REPLACE)
		return;
	foreach (cell, other_columns(request))
	{
		appendStringInfo(sql, "%s%s = DEFAULT", separator, quote_identifier(lfirst(cell)));
		separator = ", ";
	}
}

/* The row has to be written: it differs, or it is marked as deleted and lives again. */
static void
append_changes(StringInfo sql, const PublishRequest *request, List *updated)
{
	appendStringInfoChar(sql, '(');
	conditions_append_different(sql, request, updated);
	if (conditions_unmarks(request))
	{
		appendStringInfoString(sql, " OR NOT (");
		conditions_append_unmarked(sql, request, "target");
		appendStringInfoChar(sql, ')');
	}
	appendStringInfoChar(sql, ')');
}

/* A deletion may come before what it deletes; its mark then keeps the older versions out. */
static bool
inserts_deletions(const PublishRequest *request)
{
	return request->options->soft_delete != NULL && request->options->update_if_newer != NULL;
}

/* " AND the versions differ": a row marked already takes over that of a later deletion. */
static void
append_other_version(StringInfo sql, const PublishRequest *request)
{
	appendStringInfoString(sql, " AND ");
	conditions_append_different(sql, request,
								list_make1(pstrdup(request->options->update_if_newer)));
}

static void
append_deletion(StringInfo sql, const PublishRequest *request, const char *deletes)
{
	const char *version = request->options->update_if_newer;

	if (request->options->soft_delete == NULL)
	{
		appendStringInfo(sql, " WHEN MATCHED AND %s THEN DELETE", deletes);
		return;
	}
	if (version != NULL)
		version = psprintf("%s = staged.%s", quote_identifier(version), quote_identifier(version));
	appendStringInfo(sql, " WHEN MATCHED AND %s AND ", deletes);
	conditions_append_unmarked(sql, request, "target");
	appendStringInfo(sql, " THEN UPDATE SET %s%s", version != NULL ? version : "",
					 version != NULL ? ", " : "");
	conditions_append_mark(sql, request, true);
	if (version != NULL)
	{
		appendStringInfo(sql, " WHEN MATCHED AND %s", deletes);
		append_other_version(sql, request);
		appendStringInfo(sql, " THEN UPDATE SET %s", version);
	}
	appendStringInfo(sql, " WHEN MATCHED AND %s THEN DO NOTHING", deletes);
}

static void
append_matched(StringInfo sql, const PublishRequest *request, MatchedAction matched,
			   const char *deletes)
{
	List *updated = conditions_updated_columns(request);
	StringInfoData older;

	if (matched == MATCHED_KEEP)
		return;
	initStringInfo(&older);
	if (conditions_append_older(&older, request))
		appendStringInfo(sql, " WHEN MATCHED AND %s THEN DO NOTHING", older.data);
	if (deletes != NULL)
		append_deletion(sql, request, deletes);
	if (updated == NIL && !conditions_unmarks(request))
		return;
	appendStringInfoString(sql, " WHEN MATCHED AND ");
	append_changes(sql, request, updated);
	appendStringInfoString(sql, " THEN UPDATE SET ");
	append_assignments(sql, request, matched, updated);
}

static void
append_insert(StringInfo sql, const PublishRequest *request, bool deleted)
{
	bool mark = request->options->soft_delete != NULL && conditions_unmarks(request) && deleted;

	appendStringInfoString(sql, " THEN INSERT (");
	staged_append_columns(sql, NULL, request->columns);
	if (mark)
		appendStringInfo(sql, ", %s", quote_identifier(request->options->soft_delete));
	appendStringInfoString(sql, ") OVERRIDING SYSTEM VALUE VALUES (");
	staged_append_columns(sql, "staged", request->columns);
	if (mark)
		appendStringInfo(sql, ", %s", conditions_mark(request, true));
	appendStringInfoChar(sql, ')');
}

char *
merge_statement(const PublishRequest *request, MatchedAction matched)
{
	const char *deletes = conditions_deletes(request);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "MERGE INTO %s AS target USING (%s) AS staged ON ",
					 staged_relation_name(RelationGetRelid(request->target)),
					 staged_winners(request));
	conditions_append_match(&sql, request);
	append_matched(&sql, request, matched, deletes);
	if (deletes != NULL)
	{
		appendStringInfo(&sql, " WHEN NOT MATCHED AND %s", deletes);
		if (inserts_deletions(request))
			append_insert(&sql, request, true);
		else
			appendStringInfoString(&sql, " THEN DO NOTHING");
	}
	appendStringInfoString(&sql, " WHEN NOT MATCHED");
	append_insert(&sql, request, false);
	return sql.data;
}

/* CASE … END of merge_classification() for rows that match. */
static void
append_matched_kinds(StringInfo sql, const PublishRequest *request, const char *deletes)
{
	StringInfoData older;

	initStringInfo(&older);
	if (conditions_append_older(&older, request))
		appendStringInfo(sql, " WHEN %s THEN 'skipped'", older.data);
	if (deletes != NULL && request->options->soft_delete != NULL)
	{
		appendStringInfo(sql, " WHEN %s AND ", deletes);
		conditions_append_unmarked(sql, request, "target");
		appendStringInfoString(sql, " THEN 'deleted'");
		if (request->options->update_if_newer != NULL)
		{
			appendStringInfo(sql, " WHEN %s", deletes);
			append_other_version(sql, request);
			appendStringInfoString(sql, " THEN 'updated'");
		}
		appendStringInfo(sql, " WHEN %s THEN 'unchanged'", deletes);
	}
	else if (deletes != NULL)
		appendStringInfo(sql, " WHEN %s THEN 'deleted'", deletes);
	appendStringInfoString(sql, " WHEN ");
	append_changes(sql, request, conditions_updated_columns(request));
	appendStringInfoString(sql, " THEN 'updated' ELSE 'unchanged'");
}

/* merge_classification() of MATCHED_KEEP: a key may match many rows of the target. */
static char *
classify_new(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT CASE WHEN EXISTS (SELECT FROM %s AS target WHERE ",
					 staged_relation_name(RelationGetRelid(request->target)));
	conditions_append_match(&sql, request);
	appendStringInfo(&sql,
					 ") THEN 'skipped' ELSE 'inserted' END AS _ingest_kind, staged.* "
					 "FROM (%s) AS staged",
					 staged_winners(request));
	return sql.data;
}

char *
merge_classification(const PublishRequest *request, MatchedAction matched)
{
	const char *deletes = conditions_deletes(request);
	StringInfoData sql;

	if (matched == MATCHED_KEEP)
		return classify_new(request);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT CASE");
	if (deletes != NULL && !inserts_deletions(request))
		appendStringInfo(&sql, " WHEN target.tableoid IS NULL AND %s THEN 'skipped'", deletes);
	appendStringInfoString(&sql, " WHEN target.tableoid IS NULL THEN 'inserted'");
	append_matched_kinds(&sql, request, deletes);
	appendStringInfo(
		&sql, " END AS _ingest_kind, staged.* FROM (%s) AS staged LEFT JOIN %s AS target ON ",
		staged_winners(request), staged_relation_name(RelationGetRelid(request->target)));
	conditions_append_match(&sql, request);
	return sql.data;
}
