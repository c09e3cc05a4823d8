/*
 * compare.c: runs the comparisons, and the statements they ask for.
 *
 * In: tables, what may be built.  Out: objects on the replacement; a list of
 * what is left, in the caller's context.
 */
#include "postgres.h"

#include "swap/compare.h"

#include "contract/guard.h"
#include "miscadmin.h"
#include "swap/caller_sql.h"

static const Comparison *const groups[] = {compare_columns, compare_indexes, compare_security,
										   compare_settings};

typedef struct Difference
{
	char *text;
	char *statement; /* NULL: it cannot be helped */
} Difference;

/* StatementRow */
static void
collect_difference(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **differences = arg;
	Difference *difference = palloc(sizeof(Difference));

	difference->text = row_text(tuple, desc, 1);
	difference->statement = row_text(tuple, desc, 2);
	*differences = lappend(*differences, difference);
}

/* Errors that say what is wrong with the table, not with the session or the server. */
static bool
is_about_the_table(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_FEATURE_NOT_SUPPORTED:
		case ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION:
		case ERRCODE_DEPENDENT_PRIVILEGE_DESCRIPTORS_STILL_EXIST: /* so are objects */
			return true;
		default:
			return false;
	}
}

/* guard_error() */
static void
execute(void *arg)
{
	caller_execute(arg);
}

char *
compare_try(char *sql)
{
	ErrorData *error = guard_error(execute, sql);

	if (error == NULL)
		return NULL;
	if (!is_about_the_table(error->sqlerrcode))
		ReThrowError(error);
	return error->detail == NULL ? error->message
								 : psprintf("%s (%s)", error->message, error->detail);
}

/* Returns what stays different after one comparison. */
static List *
run_comparison(const Comparison *comparison, const SwapRequest *request, uint32 build)
{
	Oid relations[] = {request->parent, request->partition, request->replacement};
	List *differences = NIL;
	List *left = NIL;
	ListCell *lc;

	(void) caller_query(comparison->sql, relations, lengthof(relations), collect_difference,
						&differences);
	foreach (lc, differences)
	{
		Difference *difference = lfirst(lc);
		char *failure = NULL;

		CHECK_FOR_INTERRUPTS();
		if (difference->statement != NULL && (comparison->build & build) != 0)
		{
			failure = compare_try(difference->statement);
			if (failure == NULL)
				continue;
		}
		left = lappend(left, failure == NULL ? difference->text
											 : psprintf("%s: %s", difference->text, failure));
	}
	return left;
}

bool
compare_same_columns(const SwapRequest *request)
{
	const Comparison *comparison;

	for (comparison = compare_columns; comparison->build == BUILD_NOTHING; comparison++)
		if (run_comparison(comparison, request, BUILD_NOTHING) != NIL)
			return false;
	return true;
}

List *
compare_tables(const SwapRequest *request, SwapMethod method, uint32 build)
{
	List *left = NIL;
	int i;

	for (i = 0; i < (int) lengthof(groups); i++)
	{
		const Comparison *comparison;

		for (comparison = groups[i]; comparison->sql != NULL; comparison++)
			if (method == SWAP_ATTACH || !comparison->detaching_only)
				left = list_concat(left, run_comparison(comparison, request, build));
	}
	return left;
}
