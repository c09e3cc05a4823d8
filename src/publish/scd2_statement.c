/*
 * scd2_statement.c: the SQL that puts versions into the history of their keys.
 *
 * Of the events at one time one counts.  Events with equal values that follow
 * each other are a run; a run is one version, valid until the next run begins.
 * What differs from the target's rows is to be done.
 *
 * In: a request.  Out: text in CurrentMemoryContext.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/scd2_events.h"
#include "publish/scd2_statement.h"
#include "publish/staged.h"

#include "catalog/pg_attribute.h"
#include "utils/builtins.h"

/* Those of the columns whose "=" is exact, or the others, as a record. */
static char *
record_of(const PublishRequest *request, List *columns, bool exact)
{
	List *chosen = NIL;
	ListCell *cell;

	foreach (cell, columns)
	{
		if (conditions_equality_is_exact(conditions_attribute(request->target, lfirst(cell))) ==
			exact)
			chosen = lappend(chosen, lfirst(cell));
	}
	return psprintf("ROW(%s)::pg_catalog.record",
					chosen != NIL ? staged_column_list(NULL, chosen) : "0");
}

/* Two events have other values; as conditions_append_different(). */
static char *
differs(const char *other)
{
	return psprintf("(_ingest_exact IS DISTINCT FROM %s_exact OR "
					"_ingest_image OPERATOR(pg_catalog.*<>) %s_image)",
					other, other);
}

/* WITH queries up to version: the one event that counts at each time. */
static void
append_versions(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns)
{
	appendStringInfo(sql,
					 ", compared AS (SELECT *, %s AS _ingest_exact, %s AS _ingest_image FROM "
					 "event)",
					 record_of(request, columns->compared, true),
					 record_of(request, columns->compared, false));
	appendStringInfo(sql,
					 ", ranked AS (SELECT *, pg_catalog.row_number() OVER w AS _ingest_n, "
					 "pg_catalog.lead(_ingest_rank) OVER w AS _ingest_other, "
					 "pg_catalog.lead(_ingest_exact) OVER w AS _ingest_other_exact, "
					 "pg_catalog.lead(_ingest_image) OVER w AS _ingest_other_image, "
					 "pg_catalog.bool_or(_ingest_broken) OVER t AS _ingest_contradicted, "
					 "pg_catalog.max(_ingest_place) OVER t AS _ingest_row_place, "
					 "pg_catalog.max(_ingest_table) OVER t AS _ingest_row_table, "
					 "pg_catalog.lead(_ingest_until) OVER w AS _ingest_other_until, "
					 "pg_catalog.lead(_ingest_known) OVER w AS _ingest_other_known "
					 "FROM compared WINDOW t AS (PARTITION BY %s, _ingest_time), w AS (t ORDER BY "
					 "_ingest_rank))",
					 staged_column_list(NULL, request->key));
	appendStringInfo(
		sql,
		", version AS (SELECT *, _ingest_rank OPERATOR(pg_catalog.=) %d AND _ingest_other "
		"OPERATOR(pg_catalog.=) %d AND _ingest_live AND %s AS _ingest_corrected, "
		"CASE WHEN _ingest_rank OPERATOR(pg_catalog.=) %d THEN _ingest_until ELSE "
		"_ingest_other_until END AS _ingest_row_until, "
		"CASE WHEN _ingest_rank OPERATOR(pg_catalog.=) %d THEN _ingest_known ELSE "
		"_ingest_other_known END AS _ingest_row_known "
		"FROM ranked WHERE _ingest_n OPERATOR(pg_catalog.=) 1)",
		EVENT_STAGED, EVENT_BEGIN, differs("_ingest_other"), EVENT_BEGIN, EVENT_BEGIN);
}

/* WITH queries up to placed: versions with the interval and the first row of their run. */
static void
append_runs(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns)
{
	const char *key = staged_column_list(NULL, request->key);

	appendStringInfo(sql,
					 ", neighbour AS (SELECT *, pg_catalog.lag(_ingest_live) OVER k AS "
					 "_ingest_before, pg_catalog.lag(_ingest_exact) OVER k AS "
					 "_ingest_before_exact, pg_catalog.lag(_ingest_image) OVER k AS "
					 "_ingest_before_image, pg_catalog.lead(_ingest_time) OVER k AS _ingest_after "
					 "FROM version WINDOW k AS (PARTITION BY %s ORDER BY _ingest_time))",
					 key);
	appendStringInfo(sql,
					 ", starting AS (SELECT *, _ingest_before IS DISTINCT FROM _ingest_live OR "
					 "_ingest_live AND %s AS _ingest_starts FROM neighbour)",
					 differs("_ingest_before"));
	appendStringInfo(sql,
					 ", run AS (SELECT *, pg_catalog.count(*) FILTER (WHERE _ingest_starts) OVER "
					 "(PARTITION BY %s ORDER BY _ingest_time) AS _ingest_run FROM starting)",
					 key);
	appendStringInfo(
		sql,
		", placed AS (SELECT *, pg_catalog.first_value(_ingest_time) OVER r AS _ingest_start, "
		"pg_catalog.last_value(_ingest_after) OVER r AS _ingest_end, "
		"pg_catalog.last_value(_ingest_time) OVER r AS _ingest_last, "
		"pg_catalog.count(_ingest_row_place) OVER r AS _ingest_rows, "
		"pg_catalog.count(_ingest_row_place) OVER (u ROWS UNBOUNDED PRECEDING) AS _ingest_nth, "
		"%s AS _ingest_seen FROM run WINDOW u AS (PARTITION BY %s, _ingest_run ORDER BY "
		"_ingest_time), r AS (u ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))",
		columns->seen != NULL
			? psprintf("pg_catalog.last_value(%s) OVER r", quote_identifier(columns->seen))
			: "NULL::pg_catalog.bool",
		key);
}

/* What to do with a row of the target. */
#define ACTION                                                                                 \
	"CASE WHEN _ingest_row_place IS NOT NULL AND (NOT _ingest_live OR _ingest_nth "            \
	"OPERATOR(pg_catalog.>) 1) THEN 'delete' "                                                 \
	"WHEN _ingest_row_place IS NOT NULL THEN CASE WHEN _ingest_corrected OR _ingest_start IS " \
	"DISTINCT FROM _ingest_time OR _ingest_end IS DISTINCT FROM _ingest_row_until OR "         \
	"_ingest_seen IS DISTINCT FROM _ingest_row_known THEN 'update' END "                       \
	"WHEN _ingest_starts AND _ingest_live AND _ingest_rows OPERATOR(pg_catalog.=) 0 THEN "     \
	"'insert' END"

/* What a staged row is counted as; %d: EVENT_STAGED, EVENT_END, EVENT_END. */
#define KIND                                                                                     \
	"CASE WHEN _ingest_rank OPERATOR(pg_catalog.<>) %d THEN NULL "                               \
	"WHEN NOT _ingest_live THEN CASE WHEN _ingest_row_place IS NOT NULL OR _ingest_before IS "   \
	"TRUE AND _ingest_other IS DISTINCT FROM %d THEN 'deleted' ELSE 'skipped' END "              \
	"WHEN _ingest_corrected THEN 'updated' "                                                     \
	"WHEN _ingest_starts AND _ingest_rows OPERATOR(pg_catalog.=) 0 THEN 'inserted' "             \
	"WHEN _ingest_starts AND _ingest_row_place IS NULL THEN 'updated' "                          \
	"WHEN NOT _ingest_starts AND _ingest_other OPERATOR(pg_catalog.=) %d THEN 'updated' "        \
	"WHEN _ingest_seen IS NOT NULL AND _ingest_rows OPERATOR(pg_catalog.>) 0 AND _ingest_other " \
	"IS NULL AND _ingest_time OPERATOR(pg_catalog.=) _ingest_last THEN 'updated' "               \
	"ELSE 'unchanged' END"

/* Stored columns of a version: the column seen is that of the run's last event. */
static char *
stored_of_run(const Scd2Columns *columns)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	foreach (cell, columns->stored)
	{
		bool seen = columns->seen != NULL && strcmp(lfirst(cell), columns->seen) == 0;

		appendStringInfo(&sql, ", %s%s", seen ? "_ingest_seen AS " : "",
						 quote_identifier(lfirst(cell)));
	}
	return sql.data;
}

char *
scd2_changes(const PublishRequest *request, const Scd2Columns *columns, bool all)
{
	StringInfoData sql;

	initStringInfo(&sql);
	scd2_append_events(&sql, request, columns, all);
	append_versions(&sql, request, columns);
	append_runs(&sql, request, columns);
	appendStringInfo(&sql,
					 " SELECT * FROM (SELECT _ingest_file, _ingest_row, " ACTION
					 " AS _ingest_action, " KIND
					 " AS _ingest_kind, CASE WHEN _ingest_contradicted THEN "
					 "pg_catalog.concat('(', pg_catalog.concat_ws(', ', %s), ')') END AS "
					 "_ingest_broken, _ingest_row_place AS _ingest_place, _ingest_row_table AS "
					 "_ingest_table, _ingest_corrected, _ingest_start, _ingest_end%s FROM placed "
					 "ORDER BY %s, _ingest_time) AS change WHERE _ingest_action IS NOT NULL OR "
					 "_ingest_kind IS NOT NULL OR _ingest_broken IS NOT NULL",
					 EVENT_STAGED, EVENT_END, EVENT_END, staged_column_list(NULL, request->key),
					 stored_of_run(columns), staged_column_list(NULL, request->key));
	return sql.data;
}

char *
scd2_delete_statement(const PublishRequest *request)
{
	return psprintf("DELETE FROM %s AS target USING " SCD2_CHANGES
					" AS change WHERE change._ingest_action OPERATOR(pg_catalog.=) 'delete' AND "
					"target.ctid OPERATOR(pg_catalog.=) change._ingest_place AND target.tableoid "
					"OPERATOR(pg_catalog.=) change._ingest_table",
					staged_relation_name(RelationGetRelid(request->target)));
}

/* valid_to of a version. */
static char *
end_value(const Scd2Columns *columns)
{
	return psprintf("COALESCE(change._ingest_end, %s)", columns->open_end);
}

/* A version keeps its values when only its interval changes, also those that are equal but look different. */
char *
scd2_update_statement(const PublishRequest *request, const Scd2Columns *columns)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfo(&sql, "UPDATE %s AS target SET %s = change._ingest_start, %s = %s",
					 staged_relation_name(RelationGetRelid(request->target)),
					 quote_identifier(columns->valid_from), quote_identifier(columns->valid_to),
					 end_value(columns));
	if (columns->is_current != NULL)
		appendStringInfo(&sql, ", %s = change._ingest_end IS NULL",
						 quote_identifier(columns->is_current));
	foreach (cell, columns->stored)
	{
		const char *name = quote_identifier(lfirst(cell));

		if (conditions_has_name(request->key, lfirst(cell)) ||
			conditions_attribute(request->target, lfirst(cell))->attidentity ==
				ATTRIBUTE_IDENTITY_ALWAYS)
			continue;
		if (columns->seen != NULL && strcmp(lfirst(cell), columns->seen) == 0)
			appendStringInfo(&sql, ", %s = change.%s", name, name);
		else
			appendStringInfo(&sql,
							 ", %s = CASE WHEN change._ingest_corrected THEN change.%s ELSE "
							 "target.%s END",
							 name, name, name);
	}
	appendStringInfoString(&sql,
						   " FROM " SCD2_CHANGES
						   " AS change WHERE change._ingest_action OPERATOR(pg_catalog.=) 'update' "
						   "AND target.ctid OPERATOR(pg_catalog.=) change._ingest_place AND "
						   "target.tableoid OPERATOR(pg_catalog.=) change._ingest_table");
	return sql.data;
}

char *
scd2_insert_statement(const PublishRequest *request, const Scd2Columns *columns)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s (%s, %s, %s",
					 staged_relation_name(RelationGetRelid(request->target)),
					 staged_column_list(NULL, columns->stored),
					 quote_identifier(columns->valid_from), quote_identifier(columns->valid_to));
	if (columns->is_current != NULL)
		appendStringInfo(&sql, ", %s", quote_identifier(columns->is_current));
	appendStringInfo(&sql, ") OVERRIDING SYSTEM VALUE SELECT %s, change._ingest_start, %s",
					 staged_column_list("change", columns->stored), end_value(columns));
	if (columns->is_current != NULL)
		appendStringInfoString(&sql, ", change._ingest_end IS NULL");
	appendStringInfoString(&sql, " FROM " SCD2_CHANGES " AS change WHERE change._ingest_action "
								 "OPERATOR(pg_catalog.=) 'insert'");
	return sql.data;
}
