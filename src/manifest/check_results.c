/*
 * check_results.c: rows of ingest.manifest_checks, in the caller's transaction.
 */
#include "postgres.h"

#include "manifest/check_results.h"

#include "manifest/statement.h"

static void
insert_check(int64 load_id, const char *accepted_by, const ManifestCheck *check)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_checks (load_id, name, type, severity, passed,"
				   " observed, expected, accepted_by, accepted_at)"
				   " VALUES ($1, $2, $3, CASE WHEN $4 THEN 'warn' ELSE 'error' END, $5, $6, $7,"
				   " CASE WHEN $8 THEN $9::name END, CASE WHEN $8 THEN now() END)");
	statement_add_int64(&statement, load_id);
	statement_add_text(&statement, check->name);
	statement_add_text(&statement, check->type);
	statement_add_bool(&statement, check->is_warning);
	statement_add_bool(&statement, check->passed);
	statement_add_text(&statement, check->observed);
	statement_add_text(&statement, check->expected);
	statement_add_bool(&statement, check->accepted);
	statement_add_text(&statement, accepted_by);
	statement_run(&statement, NULL, NULL);
}

void
manifest_set_checks(int64 load_id, const char *accepted_by, List *results)
{
	Statement statement;
	ListCell *lc;

	statement_init(&statement, "DELETE FROM ingest.manifest_checks WHERE load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, NULL, NULL);
	foreach (lc, results)
		insert_check(load_id, accepted_by, lfirst(lc));
}
