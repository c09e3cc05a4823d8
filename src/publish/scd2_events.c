/*
 * scd2_events.c: the history of a key as a series of events.
 *
 * Staged versions and deletions are events, and so are beginning and end of
 * each of the target's rows.  Only keys with which something is to be done are
 * looked at: reading the whole history of the others would be most of the work.
 *
 * In: a request.  Out: text in CurrentMemoryContext.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/scd2_events.h"
#include "publish/staged.h"

#include "utils/builtins.h"

static char *
target_name(const PublishRequest *request)
{
	return staged_relation_name(RelationGetRelid(request->target));
}

static char *
less(const Scd2Columns *columns, const char *a, const char *b)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, a);
	staged_append_operator(&sql, columns->less);
	appendStringInfoString(&sql, b);
	return sql.data;
}

static char *
match(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	conditions_append_match(&sql, request);
	return sql.data;
}

/* valid_to of the target's row, NULL if that is current. */
static char *
valid_until(const Scd2Columns *columns)
{
	return psprintf("NULLIF(target.%s::%s, %s)", quote_identifier(columns->valid_to), columns->type,
					columns->open_end);
}

/* The target's row is of the staged one's key, and valid at its time. */
static char *
valid_then(const PublishRequest *request, const Scd2Columns *columns)
{
	const char *from = psprintf("target.%s", quote_identifier(columns->valid_from));
	const char *until = valid_until(columns);
	const char *time = scd2_time(columns, "staged");

	return psprintf("%s AND NOT (%s) AND (%s IS NULL OR %s)", match(request),
					less(columns, time, from), until, less(columns, time, until));
}

/* … and tells all that the staged row does. */
static char *
says_the_same(const PublishRequest *request, const Scd2Columns *columns)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "%s AND NOT (", valid_then(request, columns));
	conditions_append_different(&sql, request, columns->compared);
	appendStringInfoChar(&sql, ')');
	if (columns->seen != NULL)
	{
		const char *name = quote_identifier(columns->seen);

		appendStringInfo(&sql, " AND target.%s IS NOT NULL AND NOT (target.%s", name, name);
		staged_append_operator(&sql, conditions_less_operator(request->target, columns->seen));
		appendStringInfo(&sql, "staged.%s)", name);
	}
	return sql.data;
}

/* WITH queries: winner, the staged versions; changed, those of keys with which something is to be done. */
static void
append_changed(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns, bool all)
{
	const char *deletion = conditions_deletes(request);
	const char *target = target_name(request);
	const char *key = staged_column_list("staged", request->key);

	appendStringInfo(sql, "WITH winner AS MATERIALIZED (%s), ", staged_winners(request));
	if (all)
	{
		appendStringInfoString(sql, "changed AS (SELECT * FROM winner)");
		return;
	}
	appendStringInfo(
		sql,
		"moving AS (SELECT %s FROM winner AS staged WHERE %s IS NOT TRUE AND NOT EXISTS "
		"(SELECT FROM %s AS target WHERE %s)",
		key, deletion != NULL ? deletion : "false", target, says_the_same(request, columns));
	if (deletion != NULL)
		appendStringInfo(sql,
						 " UNION ALL SELECT %s FROM winner AS staged WHERE %s AND EXISTS "
						 "(SELECT FROM %s AS target WHERE %s)",
						 key, deletion, target, valid_then(request, columns));
	appendStringInfo(sql,
					 "), changed AS MATERIALIZED (SELECT * FROM winner AS staged WHERE EXISTS "
					 "(SELECT FROM moving AS target WHERE %s))",
					 match(request));
}

/* The target's row, of the staged one's key, has not ended before that begins: older ones stay as they are. */
static char *
is_affected(const PublishRequest *request, const Scd2Columns *columns)
{
	const char *until = valid_until(columns);

	return psprintf("%s AND (%s IS NULL OR NOT (%s))", match(request), until,
					less(columns, until, scd2_time(columns, "staged")));
}

/*
 * WITH query history: the target's rows of these keys: place, interval, the
 * time when a row was last seen (NULL: when it began) and whether it fits its neighbours.
 */
static void
append_history(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns)
{
	const char *from = quote_identifier(columns->valid_from);

	appendStringInfo(
		sql,
		", interval_of AS (SELECT target.ctid AS _ingest_place, target.tableoid AS _ingest_table, "
		"%s, target.%s AS "
		"_ingest_from, %s AS _ingest_until, pg_catalog.lead(target.%s) OVER (PARTITION BY %s "
		"ORDER BY target.%s) AS _ingest_next, %s AS _ingest_flag FROM %s AS target WHERE EXISTS "
		"(SELECT FROM changed AS staged WHERE %s))",
		staged_column_list("target", columns->stored), from, valid_until(columns), from,
		staged_column_list("target", request->key), from,
		columns->is_current != NULL
			? psprintf("target.%s IS TRUE", quote_identifier(columns->is_current))
			: "NULL::pg_catalog.bool",
		target_name(request), is_affected(request, columns));
	appendStringInfo(sql,
					 ", history AS (SELECT *, _ingest_from IS NULL OR _ingest_next IS NOT NULL AND "
					 "(_ingest_until IS NULL OR %s) OR NOT (%s) IS TRUE AND _ingest_until IS NOT "
					 "NULL OR _ingest_flag IS DISTINCT FROM (_ingest_until IS NULL) AND "
					 "_ingest_flag IS NOT NULL AS _ingest_broken, ",
					 less(columns, "_ingest_next", "_ingest_until"),
					 less(columns, "_ingest_from", "_ingest_until"));
	if (columns->seen == NULL)
		appendStringInfo(sql, "NULL::%s AS _ingest_seen", columns->type);
	else
	{
		const char *seen = scd2_time(columns, "interval_of");

		appendStringInfo(sql,
						 "CASE WHEN %s AND (_ingest_until IS NULL OR %s) THEN %s END AS "
						 "_ingest_seen",
						 less(columns, "_ingest_from", seen), less(columns, seen, "_ingest_until"),
						 seen);
	}
	appendStringInfoString(sql, " FROM interval_of)");
}

/* Type of the column seen; of none, one that takes NULL. */
static char *
seen_type(const PublishRequest *request, const Scd2Columns *columns)
{
	if (columns->seen == NULL)
		return "pg_catalog.bool";
	return format_type_extended(conditions_attribute(request->target, columns->seen)->atttypid, -1,
								FORMAT_TYPE_FORCE_QUALIFY);
}

/* Stored columns of an event that begins a version: it was seen then, whenever it was seen again. */
static char *
stored_at_begin(const PublishRequest *request, const Scd2Columns *columns)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	foreach (cell, columns->stored)
	{
		const char *name = quote_identifier(lfirst(cell));

		appendStringInfoString(&sql, cell != list_head(columns->stored) ? ", " : "");
		if (columns->seen != NULL && strcmp(lfirst(cell), columns->seen) == 0)
			appendStringInfo(&sql,
							 "CASE WHEN _ingest_seen IS NULL THEN %s ELSE _ingest_from::%s END",
							 name, seen_type(request, columns));
		else
			appendStringInfoString(&sql, name);
	}
	return sql.data;
}

static void
append_staged_events(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns)
{
	const char *deletion = conditions_deletes(request);

	appendStringInfo(sql,
					 "SELECT _ingest_file, _ingest_row, %s, %d, %s IS NOT TRUE, "
					 "NULL::pg_catalog.tid, NULL::pg_catalog.oid, NULL::%s, false, NULL::%s, %s "
					 "FROM changed AS staged",
					 scd2_time(columns, "staged"), EVENT_STAGED,
					 deletion != NULL ? deletion : "false", columns->type,
					 seen_type(request, columns), staged_column_list("staged", columns->stored));
}

static void
append_events(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns)
{
	const char *stored = staged_column_list(NULL, columns->stored);

	appendStringInfo(sql,
					 ", event (_ingest_file, _ingest_row, _ingest_time, _ingest_rank, "
					 "_ingest_live, _ingest_place, _ingest_table, _ingest_until, _ingest_broken, "
					 "_ingest_known, %s) AS (",
					 stored);
	append_staged_events(sql, request, columns);
	appendStringInfo(sql,
					 " UNION ALL SELECT -1, 0, _ingest_from, %d, true, _ingest_place, "
					 "_ingest_table, _ingest_until, _ingest_broken, %s, %s FROM history",
					 EVENT_BEGIN, columns->seen != NULL ? quote_identifier(columns->seen) : "NULL",
					 stored_at_begin(request, columns));
	if (columns->seen != NULL)
		appendStringInfo(sql,
						 " UNION ALL SELECT -1, 0, _ingest_seen, %d, true, NULL, NULL, NULL, "
						 "false, NULL, %s FROM history WHERE _ingest_seen IS NOT NULL",
						 EVENT_SEEN, stored);
	appendStringInfo(sql,
					 " UNION ALL SELECT -1, 0, _ingest_until, %d, false, NULL, NULL, NULL, false, "
					 "NULL, %s FROM history WHERE _ingest_until IS NOT NULL)",
					 EVENT_END, stored);
}

void
scd2_append_events(StringInfo sql, const PublishRequest *request, const Scd2Columns *columns,
				   bool all)
{
	append_changed(sql, request, columns, all);
	append_history(sql, request, columns);
	append_events(sql, request, columns);
}
