/*
 * new_heap_check.c: see new_heap_check.h.
 *
 * In: a table, and a table with its future rows.  Out: an error, or nothing.
 *
 * Queries made from the catalogs, run as the caller, who needs SELECT on the
 * tables at the other ends of foreign keys.
 */
#include "postgres.h"

#include "swap/new_heap_check.h"

#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "swap/caller_sql.h"
#include "utils/lsyscache.h"

/* One constraint: what is to be asked, and who is at its other end. */
typedef struct Question
{
	char *constraint;
	Oid other;
	char *query; /* has a row if the constraint would not hold */
} Question;

/* The condition that the columns of a foreign key, f, are equal to those they reference, k. */
#define KEYS_MATCH(k, f)                                                     \
	"(SELECT string_agg(format('" k ".%I OPERATOR(%I.%s) " f                 \
	".%I', ka.attname, n.nspname, o.oprname,"                                \
	" fa.attname), ' AND ')"                                                 \
	" FROM unnest(c.confkey, c.conkey, c.conpfeqop) u(k, f, op)"             \
	" JOIN pg_attribute ka ON ka.attrelid = c.confrelid AND ka.attnum = u.k" \
	" JOIN pg_attribute fa ON fa.attrelid = c.conrelid AND fa.attnum = u.f"  \
	" JOIN pg_operator o ON o.oid = u.op JOIN pg_namespace n ON n.oid = o.oprnamespace)"

/* Children by inheritance have no part in a foreign key, partitions have. */
#define ROWS_OF(relation)                                                                \
	"concat((SELECT 'ONLY ' FROM pg_class WHERE oid = " relation " AND relkind <> 'p')," \
	" " relation "::regclass)"

/* Rows that others reference and that the table would not have any more. $1 table, $2 contents. */
static const char incoming[] =
	"SELECT coalesce((SELECT u.conname FROM pg_constraint u WHERE u.oid = c.conparentid), conname),"
	" conrelid, format('SELECT FROM %s f JOIN %s o ON %s WHERE NOT EXISTS"
	" (SELECT FROM %s n WHERE %s) LIMIT 1', " ROWS_OF("c.conrelid") ", " ROWS_OF(
		"$1") ", " KEYS_MATCH("o",
							  "f") ", " ROWS_OF("$2") ", " KEYS_MATCH("n",
																	  "f") ")"
																		   "  FROM pg_constraint c "
																		   "WHERE c.confrelid = $1 "
																		   "AND c.contype = 'f' "
																		   "AND c.conrelid <> $1"
																		   " ORDER BY c.conrelid";

/* Rows that reference what is not there.  A key with a NULL references nothing, if not MATCH FULL. */
static const char outgoing[] =
	"SELECT conname, confrelid, format('SELECT FROM %s f WHERE %s AND NOT EXISTS"
	" (SELECT FROM %s k WHERE %s) LIMIT 1', " ROWS_OF(
		"$2") ","
			  " (SELECT '(' || string_agg(format('f.%I IS NOT NULL', a.attname),"
			  "                           CASE c.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' "
			  "END) || ')'"
			  "    FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY "
			  "(c.conkey)),"
			  " CASE c.confrelid WHEN $1 THEN " ROWS_OF("$2") " ELSE " ROWS_OF(
				  "c.confrelid") " END, " KEYS_MATCH("k", "f") ")"
															   "  FROM pg_constraint c WHERE "
															   "c.conrelid = $1 AND c.contype = "
															   "'f' AND c.convalidated"
															   "   AND NOT EXISTS (SELECT FROM "
															   "pg_constraint u WHERE u.oid = "
															   "c.conparentid AND u.conrelid = "
															   "c.conrelid)"
															   " ORDER BY c.confrelid";

static const char checks[] =
	"SELECT conname, conrelid, format('SELECT FROM %s WHERE (%s) IS FALSE LIMIT 1', " ROWS_OF(
		"$2") ", pg_get_expr(conbin, conrelid))"
			  "  FROM pg_constraint WHERE conrelid = $1 AND contype = 'c' AND convalidated ORDER "
			  "BY conname";

/* StatementRow */
static void
collect_question(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **questions = arg;
	Question *question = palloc(sizeof(Question));

	question->constraint = row_text(tuple, desc, 1);
	question->other = (Oid) row_int64(tuple, desc, 2);
	question->query = row_text(tuple, desc, 3);
	*questions = lappend(*questions, question);
}

static List *
questions_of(const char *sql, Oid table, Oid contents)
{
	Oid relations[] = {table, contents};
	List *questions = NIL;

	(void) caller_query(sql, relations, lengthof(relations), collect_question, &questions);
	return questions;
}

/* Rows written by others since a fixed snapshot would not be seen. */
static void
refuse_fixed_snapshot(const Question *question)
{
	if (IsolationUsesXactSnapshot())
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot check foreign key \"%s\" in this transaction", question->constraint),
			 errdetail("A transaction of isolation level %s does not see the rows that it "
					   "would have to look at.",
					   IsolationIsSerializable() ? "SERIALIZABLE" : "REPEATABLE READ"),
			 errhint("Use READ COMMITTED.")));
}

static void
check_references(const char *sql, Oid table, Oid contents, const char *problem)
{
	ListCell *lc;

	foreach (lc, questions_of(sql, table, contents))
	{
		Question *question = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		refuse_fixed_snapshot(question);
		if (question->other != table)
			(void) find_all_inheritors(question->other, ShareRowExclusiveLock, NULL);
		if (caller_query(question->query, NULL, 0, NULL, NULL) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
					 errmsg("the new contents of \"%s\" violate foreign key constraint \"%s\"",
							get_rel_name(table), question->constraint),
					 errdetail_internal(problem, get_rel_name(question->other))));
	}
}

void
new_heap_check_references(Oid table, Oid contents)
{
	int nest_level = caller_settings_begin();

	check_references(incoming, table, contents,
					 "Rows of table \"%s\" reference rows that would be gone.");
	check_references(outgoing, table, contents,
					 "Rows reference what is not present in table \"%s\".");
	caller_settings_end(nest_level);
}

void
new_heap_check_constraints(Oid table, Oid contents)
{
	int nest_level = caller_settings_begin();
	ListCell *lc;

	foreach (lc, questions_of(checks, table, contents))
	{
		Question *question = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (caller_query(question->query, NULL, 0, NULL, NULL) > 0)
			ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
							errmsg("the new contents of \"%s\" violate check constraint \"%s\"",
								   get_rel_name(table), question->constraint)));
	}
	caller_settings_end(nest_level);
}
