/*
 * removals.c: staged rows that refer to nothing, or repeat what must be unique.
 *
 * in:  the lanes, "references" and "unique" of the contract, the tables they are about
 * out: such rows in quarantine instead of the lanes
 *
 * Set-based: one query for each reference and each unique set, never one for each row.  NULL
 * refers to nothing and repeats nothing.
 */
#include "postgres.h"

#include "audit/audit_internal.h"

#include "catalog/namespace.h"
#include "manifest/quarantine.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

/* What of a row goes to quarantine. */
#define ROW_AS_JSON                                         \
	"(pg_catalog.to_jsonb(staged.*) OPERATOR(pg_catalog.-)" \
	" '{_ingest_lane,_ingest_ctid,_ingest_file,_ingest_row}'::pg_catalog.text[])::pg_catalog.text"
#define REMOVED_COLUMNS                                               \
	"staged._ingest_lane, staged._ingest_ctid, staged._ingest_file, " \
	"staged._ingest_row, " ROW_AS_JSON

static bool
carries(const AuditRequest *request, const char *column)
{
	ListCell *lc;

	foreach (lc, request->columns)
		if (strcmp(lfirst(lc), column) == 0)
			return true;
	return false;
}

static Oid
referenced_table(const DocumentReference *reference)
{
	RangeVar *name =
		makeRangeVarFromNameList(textToQualifiedNameList(cstring_to_text(reference->table)));
	Oid table = RangeVarGetRelid(name, NoLock, false);

	if (get_attnum(table, reference->column) == InvalidAttrNumber)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of relation \"%s\" does not exist", reference->column,
							   get_rel_name(table))));
	return table;
}

static int64
remove_orphans_of(const AuditRequest *request, const DocumentColumn *column)
{
	const DocumentReference *reference = column->references;
	const char *name = quote_identifier(column->name);
	Oid table = referenced_table(reference);
	char *rows = audit_staged_rows(request);
	StringInfoData sql;
	QuarantineReason reason = {.rule = "references",
							   .sqlstate = "23503",
							   .columns = column->name,
							   .message = psprintf("value is not in column \"%s\" of table \"%s\"",
												   reference->column, get_rel_name(table))};

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT " REMOVED_COLUMNS ", staged.%s::pg_catalog.text FROM (%s) AS staged"
					 " WHERE staged.%s IS NOT NULL AND NOT EXISTS (SELECT FROM %s AS referenced"
					 " WHERE referenced.%s = staged.%s)",
					 name, rows, name, audit_table_name(table), quote_identifier(reference->column),
					 name);
	/* rows of the load may refer to each other */
	if (table == RelationGetRelid(request->target) && carries(request, reference->column))
		appendStringInfo(&sql,
						 " AND NOT EXISTS (SELECT FROM (%s) AS other WHERE other.%s = staged.%s)",
						 rows, quote_identifier(reference->column), name);
	return quarantine_remove(request->load_id, sql.data, &reason);
}

int64
audit_remove_orphans(const AuditRequest *request)
{
	int64 total = 0;
	ListCell *lc;

	foreach (lc, request->document->columns)
	{
		const DocumentColumn *column = lfirst(lc);

		if (column->references != NULL && carries(request, column->name))
			total += remove_orphans_of(request, column);
	}
	return total;
}

/* "left.a = right.a AND …" */
static char *
equal_columns(List *columns, const char *left, const char *right)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, columns)
	{
		const char *name = quote_identifier(lfirst(lc));

		appendStringInfo(&sql, "%s%s.%s = %s.%s", sql.len > 0 ? " AND " : "", left, name, right,
						 name);
	}
	return sql.data;
}

/* "staged.a, staged.b" with suffix behind each */
static char *
column_list(List *columns, const char *suffix, const char *separator)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, columns)
		appendStringInfo(&sql, "%sstaged.%s%s", sql.len > 0 ? separator : "",
						 quote_identifier(lfirst(lc)), suffix);
	return sql.data;
}

/*
 * Does a row repeat one that is kept?  Rows with one key are versions of one row, which do not
 * disturb each other.  Over windows "first", the kept row at its beginning, and "all".
 */
static const char *
is_repeat(const AuditRequest *request, const DocumentUnique *unique)
{
	const char *key;

	if (request->key == NIL)
		return strcmp(unique->keep, "none") == 0 ? "pg_catalog.count(*) OVER everyone > 1"
												 : "pg_catalog.row_number() OVER ordered > 1";
	key = column_list(request->key, "", ", ");
	if (strcmp(unique->keep, "none") != 0)
		return psprintf("ROW(%s) IS DISTINCT FROM pg_catalog.first_value(ROW(%s)) OVER ordered",
						key, key);
	return psprintf("pg_catalog.first_value(ROW(%s)) OVER (everyone ORDER BY %s) IS DISTINCT FROM"
					" pg_catalog.first_value(ROW(%s)) OVER (everyone ORDER BY %s)",
					key, column_list(request->key, "", ", "), key,
					column_list(request->key, " DESC", ", "));
}

static char *
join_columns(List *columns)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, columns)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", (char *) lfirst(lc));
	return text.data;
}

/* Rows that repeat others of the load. */
static char *
repeats_in_load(const AuditRequest *request, const DocumentUnique *unique)
{
	const char *direction = strcmp(unique->keep, "last") == 0 ? "DESC" : "ASC";

	return psprintf("SELECT " REMOVED_COLUMNS ", NULL::pg_catalog.text FROM (%s) AS staged WHERE"
					" (_ingest_lane, _ingest_ctid) IN"
					" (SELECT _ingest_lane, _ingest_ctid FROM"
					" (SELECT _ingest_lane, _ingest_ctid, %s AS is_repeat FROM (%s) AS staged"
					" WHERE %s WINDOW everyone AS (PARTITION BY %s), ordered AS (everyone ORDER BY"
					" _ingest_file %s, _ingest_row %s)) AS ranked WHERE is_repeat)",
					audit_staged_rows(request), is_repeat(request, unique),
					audit_staged_rows(request),
					column_list(unique->columns, " IS NOT NULL", " AND "),
					column_list(unique->columns, "", ", "), direction, direction);
}

/* Rows that repeat some of the target, but for those with their key. */
static char *
repeats_in_target(const AuditRequest *request, const DocumentUnique *unique)
{
	return psprintf("SELECT " REMOVED_COLUMNS ", NULL::pg_catalog.text FROM (%s) AS staged"
					" WHERE EXISTS (SELECT FROM %s AS other WHERE %s AND %s)",
					audit_staged_rows(request), audit_table_name(RelationGetRelid(request->target)),
					equal_columns(unique->columns, "other", "staged"),
					request->key == NIL ? "true"
										: psprintf("(%s) IS NOT TRUE",
												   equal_columns(request->key, "other", "staged")));
}

static int64
remove_repeats_of(const AuditRequest *request, const DocumentUnique *unique)
{
	QuarantineReason reason = {
		.rule = "unique",
		.sqlstate = "23505",
		.columns = join_columns(unique->columns),
		.message = psprintf("row repeats what \"%s\" says is unique", unique->name)};
	int64 removed = 0;

	/* rows of the target come first: a row that repeats one of them must not push out others */
	if (unique->in_target)
		removed = quarantine_remove(request->load_id, repeats_in_target(request, unique), &reason);
	return removed + quarantine_remove(request->load_id, repeats_in_load(request, unique), &reason);
}

int64
audit_remove_repeats(const AuditRequest *request)
{
	int64 total = 0;
	ListCell *lc;

	foreach (lc, request->document->unique)
	{
		const DocumentUnique *unique = lfirst(lc);
		bool all = true;
		ListCell *cc;

		foreach (cc, unique->columns)
			all = all && carries(request, lfirst(cc));
		if (all)
			total += remove_repeats_of(request, unique);
	}
	return total;
}
