/*
 * differences.c: a row for each difference of a file.
 */
#include "postgres.h"

#include "manifest/differences.h"

#include "manifest/statement.h"

static void
insert_difference(int64 load_id, int file_no, int difference_no,
				  const ManifestDifference *difference)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_drift (load_id, file_no, difference_no, kind,"
				   " column_name, file_column, expected, found, severity, action)"
				   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file_no);
	statement_add_int32(&statement, difference_no);
	statement_add_text(&statement, difference->kind);
	statement_add_text(&statement, difference->column);
	statement_add_text(&statement, difference->file_column);
	statement_add_text(&statement, difference->expected);
	statement_add_text(&statement, difference->found);
	statement_add_text(&statement, difference->breaking ? "breaking" : "compatible");
	statement_add_text(&statement, difference->action);
	statement_run(&statement, NULL, NULL);
}

/* A file may have changed since it was looked at. */
static void
forget_file(int64 load_id, int file_no)
{
	Statement statement;

	statement_init(&statement,
				   "DELETE FROM ingest.manifest_drift WHERE load_id = $1 AND file_no = $2");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file_no);
	statement_run(&statement, NULL, NULL);
}

void
manifest_add_drift(int64 load_id, int file_no, int first, List *differences)
{
	ListCell *lc;

	if (first == 0)
		forget_file(load_id, file_no);
	foreach (lc, differences)
		insert_difference(load_id, file_no, first + foreach_current_index(lc), lfirst(lc));
}
