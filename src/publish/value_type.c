/*
 * value_type.c: see value_type.h.
 *
 * In: tables.  Out: a static string.
 *
 * A pattern decides which types are worth trying: it lets through only what a person would write,
 * so that codes with leading zeros, "now" and "1e5" stay text.  The cast itself decides if all are
 * values of the type.
 */
#include "postgres.h"

#include "publish/value_type.h"

#include "contract/guard.h"
#include "lib/stringinfo.h"
#include "manifest/statement.h"
#include "swap/caller_sql.h"
#include "utils/builtins.h"

#define DAY  "[0-9]{4}-[0-9]{2}-[0-9]{2}"
#define TIME "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
#define ZONE "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"

typedef enum Notation
{
	ANY_NOTATION,
	NUMBERS, /* decimal_separator, thousands */
	DATES,   /* dateformat */
	TIMES    /* timestampformat */
} Notation;

typedef struct TypeCandidate
{
	const char *type;
	Notation notation;
	const char *condition; /* on a value, which is not NULL */
} TypeCandidate;

/* Narrow ones first. */
static const TypeCandidate candidates[] = {
	{"boolean", ANY_NOTATION, "pg_catalog.lower(value) IN ('true', 'false')"},
	{"bigint", ANY_NOTATION, "value ~ '^(0|-?[1-9][0-9]{0,18})$'"},
	{"numeric", NUMBERS,
	 "pg_catalog.length(value) <= 1000 AND"
	 " value ~ '^(0|-?[1-9][0-9]*([.][0-9]+)?|-?0[.][0-9]+)$'"},
	{"date", DATES, "value ~ '^" DAY "$'"},
	{"timestamptz", TIMES, "value ~ '^" DAY "[ T]" TIME ZONE "$'"},
	{"timestamp", TIMES, "value ~ '^" DAY "[ T]" TIME "$'"},
	{"uuid", ANY_NOTATION, "value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"},
	{"jsonb", ANY_NOTATION, "value ~ '^[[:space:]]*[[{]'"},
};

/* Which conditions all values meet. */
typedef struct Verdicts
{
	bool has_values;
	bool meets[lengthof(candidates)];
} Verdicts;

/* StatementRow */
static void
read_verdicts(HeapTuple tuple, TupleDesc desc, void *arg)
{
	Verdicts *verdicts = arg;
	int i;

	verdicts->has_values = row_int64(tuple, desc, 1);
	for (i = 0; i < (int) lengthof(candidates); i++)
		verdicts->meets[i] = !row_is_null(tuple, desc, i + 2) && row_int64(tuple, desc, i + 2);
}

/* SELECT … AS value FROM … UNION ALL … */
static char *
values_sql(List *tables, const char *column)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, tables)
		appendStringInfo(&sql, "%sSELECT %s AS value FROM %s", sql.len > 0 ? " UNION ALL " : "",
						 quote_identifier(column), caller_relation_name(lfirst_oid(lc)));
	return sql.data;
}

/* SELECT … FROM the values, which are a query's. */
typedef struct ValuesQuery
{
	const char *values; /* SELECT … AS value …; $1: texts */
	List *texts;        /* NIL: the query needs none */
	const char *select;
} ValuesQuery;

static void
run_query(const ValuesQuery *query, StatementRow row, void *arg)
{
	Statement statement;

	statement_init(&statement,
				   psprintf("SELECT %s FROM (%s) AS values", query->select, query->values));
	if (query->texts != NIL)
		statement_add_texts(&statement, query->texts);
	statement_run(&statement, row, arg);
}

/* What guard_call() runs. */
static void
try_cast(void *arg)
{
	run_query(arg, NULL, NULL);
}

/* Are values written otherwise than PostgreSQL reads them? */
static bool
is_foreign(Notation notation, const ConvertFormat *format)
{
	switch (notation)
	{
		case ANY_NOTATION:
			return false;
		case NUMBERS:
			return format->decimal_separator != '.' || format->thousands != '\0';
		case DATES:
			return format->dateformat != NULL;
		case TIMES:
			return format->timestampformat != NULL;
	}
	return false;
}

static const char *
find_type(ValuesQuery *query, const ConvertFormat *format)
{
	Verdicts verdicts = {0};
	StringInfoData select;
	int i;

	initStringInfo(&select);
	appendStringInfoString(&select, "pg_catalog.count(value) > 0");
	for (i = 0; i < (int) lengthof(candidates); i++)
		appendStringInfo(&select, ", pg_catalog.bool_and(%s)", candidates[i].condition);
	query->select = select.data;
	run_query(query, read_verdicts, &verdicts);
	if (!verdicts.has_values)
		return NULL;
	for (i = 0; i < (int) lengthof(candidates); i++)
	{
		query->select = psprintf("pg_catalog.count(value::%s)", candidates[i].type);
		if (verdicts.meets[i] && !is_foreign(candidates[i].notation, format) &&
			guard_call(try_cast, query, NULL))
			return candidates[i].type;
	}
	return "text";
}

const char *
value_type_find(List *tables, const char *column, const ConvertFormat *format)
{
	ValuesQuery query = {.values = values_sql(tables, column)};

	return find_type(&query, format);
}

const char *
value_type_of_texts(List *texts, const ConvertFormat *format)
{
	ValuesQuery query = {.values = "SELECT pg_catalog.unnest($1) AS value", .texts = texts};

	return texts == NIL ? NULL : find_type(&query, format);
}
