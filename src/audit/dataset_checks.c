/*
 * dataset_checks.c: checks of a contract that are SQL over the staged rows.
 *
 * in:  the lanes, "checks" of the contract
 * out: results in CurrentMemoryContext
 *
 * Each check is two expressions: what is observed, and whether that is good.  All but the
 * assertions that people write are aggregates, which one scan of the lanes answers together.
 */
#include "postgres.h"

#include "audit/audit_internal.h"

#include "manifest/statement.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#define LOADS_DEFAULT 5

/* One check as SQL. */
typedef struct CheckSql
{
	char *observed; /* an aggregate over "staged" */
	char *expected; /* for people */
} CheckSql;

/* "staged.a, staged.b" */
static char *
columns_of(const DocumentCheck *check)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, check->columns)
		appendStringInfo(&sql, "%sstaged.%s", sql.len > 0 ? ", " : "",
						 quote_identifier(lfirst(lc)));
	return sql.data;
}

/* Different combinations of values, NULL among them. */
static char *
distinct_count(const DocumentCheck *check)
{
	return psprintf("pg_catalog.count(DISTINCT ROW(%s))", columns_of(check));
}

/* StatementRow */
static void
read_rows(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

/* Rows that earlier loads of the target staged, on average, as SQL; NULL without any. */
static char *
earlier_rows(const AuditRequest *request, const DocumentCheck *check)
{
	Statement statement;
	char *rows = NULL;

	statement_init(&statement,
				   "SELECT avg(rows_staged)::text FROM (SELECT rows_staged"
				   " FROM ingest.manifest_loads WHERE target = $1 AND status = 'published'"
				   " AND load_id <> $2 ORDER BY load_id DESC LIMIT $3) AS earlier");
	statement_add_regclass(&statement, RelationGetRelid(request->target));
	statement_add_int64(&statement, request->load_id);
	statement_add_int64(&statement, check->loads < 0 ? LOADS_DEFAULT : check->loads);
	(void) statement_run(&statement, read_rows, &rows);
	return psprintf("%s::pg_catalog.numeric", rows == NULL ? "NULL" : rows);
}

static char *
observed(const AuditRequest *request, const DocumentCheck *check)
{
	const char *column =
		check->column == NULL ? NULL : psprintf("staged.%s", quote_identifier(check->column));

	if (strcmp(check->type, "row_count") == 0)
		return pstrdup("pg_catalog.count(*)");
	if (strcmp(check->type, "row_count_change") == 0)
		return psprintf("pg_catalog.round(pg_catalog.count(*) / nullif(%s, 0), 4)",
						earlier_rows(request, check));
	if (strcmp(check->type, "null_ratio") == 0)
		return psprintf("pg_catalog.round(pg_catalog.avg((%s IS NULL)::pg_catalog.int4), 6)",
						column);
	if (strcmp(check->type, "distinct_count") == 0)
		return distinct_count(check);
	if (strcmp(check->type, "distinct_ratio") == 0)
		return psprintf("pg_catalog.round(%s::pg_catalog.numeric"
						" / nullif(pg_catalog.count(*), 0), 6)",
						distinct_count(check));
	if (strcmp(check->type, "duplicate_ratio") == 0)
		return psprintf("pg_catalog.round(1 - %s::pg_catalog.numeric"
						" / nullif(pg_catalog.count(*), 0), 6)",
						distinct_count(check));
	if (strcmp(check->type, "freshness") == 0)
		return psprintf("pg_catalog.max(%s)", column);
	return psprintf("pg_catalog.sum(%s)", column);
}

/* "from 1 to 5" */
static char *
expected(const DocumentCheck *check)
{
	if (check->max_age != NULL)
		return psprintf("at most %s old", check->max_age);
	if (check->equals != NULL && check->tolerance != NULL)
		return psprintf("%s, give or take %s", check->equals, check->tolerance);
	if (check->equals != NULL)
		return check->equals;
	if (check->min != NULL && check->max != NULL)
		return psprintf("%s to %s", check->min, check->max);
	return check->min != NULL ? psprintf("at least %s", check->min)
							  : psprintf("at most %s", check->max);
}

/* The verdict on "value", what was observed; NULL: nothing was. */
static char *
verdict(const DocumentCheck *check)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "true");
	if (check->max_age != NULL)
		appendStringInfo(&sql, " AND pg_catalog.now() - value <= %s::pg_catalog.interval",
						 quote_literal_cstr(check->max_age));
	if (check->min != NULL)
		appendStringInfo(&sql, " AND value >= %s", quote_literal_cstr(check->min));
	if (check->max != NULL)
		appendStringInfo(&sql, " AND value <= %s", quote_literal_cstr(check->max));
	if (check->equals != NULL && check->tolerance != NULL)
		appendStringInfo(&sql, " AND pg_catalog.abs(value - %s) <= %s",
						 quote_literal_cstr(check->equals), quote_literal_cstr(check->tolerance));
	else if (check->equals != NULL)
		appendStringInfo(&sql, " AND value = %s", quote_literal_cstr(check->equals));
	return sql.data;
}

/*
 * Of a load without rows there is nothing to say about values; no earlier load is nothing to
 * compare with; but a sum of nothing is 0, and nothing is not fresh.
 */
static const char *
verdict_on_nothing(const DocumentCheck *check)
{
	if (strcmp(check->type, "freshness") == 0)
		return "false";
	return "true";
}

static void
append_check(const AuditRequest *request, const DocumentCheck *check, StringInfo observations,
			 StringInfo verdicts, int i)
{
	const char *value = observed(request, check);

	if (strcmp(check->type, "sum") == 0)
		value = psprintf("coalesce(%s, 0)", value);
	appendStringInfo(observations, "%s%s AS value%d", i > 0 ? ", " : "", value, i);
	appendStringInfo(verdicts,
					 "%svalue%d::pg_catalog.text,"
					 " (SELECT coalesce(%s, %s) FROM (SELECT value%d AS value) AS one)",
					 i > 0 ? ", " : "", i, verdict(check), verdict_on_nothing(check), i);
}

static bool
is_aggregate(const DocumentCheck *check)
{
	return !audit_is_file_check(check) && strcmp(check->type, "sql") != 0;
}

/* Runs a query of one row as the caller; its columns are pairs of observation and verdict. */
static void
run_query(const char *sql, List *results)
{
	MemoryContext caller = CurrentMemoryContext;
	ListCell *lc;

	PushActiveSnapshot(GetTransactionSnapshot());
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(sql, true, 2) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "a query of checks gave no row");
	foreach (lc, results)
	{
		ManifestCheck *result = lfirst(lc);
		int column = 2 * foreach_current_index(lc) + 1;
		char *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column);
		char *passed = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column + 1);

		result->observed = value == NULL ? NULL : MemoryContextStrdup(caller, value);
		result->passed = passed != NULL && strcmp(passed, "t") == 0;
	}
	SPI_finish();
	PopActiveSnapshot();
}

static List *
run_aggregates(const AuditRequest *request)
{
	StringInfoData observations;
	StringInfoData verdicts;
	List *results = NIL;
	ListCell *lc;

	initStringInfo(&observations);
	initStringInfo(&verdicts);
	foreach (lc, request->document->checks)
	{
		const DocumentCheck *check = lfirst(lc);
		ManifestCheck *result;

		if (!is_aggregate(check))
			continue;
		append_check(request, check, &observations, &verdicts, list_length(results));
		result = audit_result(check);
		result->expected = expected(check);
		results = lappend(results, result);
	}
	if (results != NIL)
		run_query(psprintf("SELECT %s FROM (SELECT %s FROM (%s) AS staged) AS observed",
						   verdicts.data, observations.data, audit_staged_rows(request)),
				  results);
	return results;
}

/* A query that people wrote, over "staged": one boolean; NULL passes, as for CHECK. */
static ManifestCheck *
run_assertion(const AuditRequest *request, const DocumentCheck *check)
{
	ManifestCheck *result = audit_result(check);

	result->expected = "true";
	run_query(psprintf("WITH staged AS NOT MATERIALIZED (%s)"
					   " SELECT answer::pg_catalog.text, coalesce(answer, true)"
					   " FROM (SELECT (%s)::pg_catalog.bool AS answer) AS assertion",
					   audit_staged_rows(request), check->query),
			  list_make1(result));
	return result;
}

List *
audit_dataset_checks(const AuditRequest *request)
{
	List *results = run_aggregates(request);
	ListCell *lc;

	foreach (lc, request->document->checks)
	{
		const DocumentCheck *check = lfirst(lc);

		if (strcmp(check->type, "sql") == 0)
			results = lappend(results, run_assertion(request, check));
	}
	return results;
}
