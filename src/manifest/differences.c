/*
 * differences.c: a row for each difference of a file.
 */
#include "postgres.h"

#include "manifest/differences.h"

#include "manifest/statement.h"

/* Columns of the table, behind load_id; all travel as text, NULL as the empty string. */
#define DIFFERENCE_COLUMNS 9

static void
append_cells(List **columns, const ManifestDifference *difference)
{
	const char *cells[DIFFERENCE_COLUMNS] = {psprintf("%d", difference->file_no),
											 psprintf("%d", difference->difference_no),
											 difference->kind,
											 difference->column,
											 difference->file_column,
											 difference->expected,
											 difference->found,
											 difference->breaking ? "breaking" : "compatible",
											 difference->action};
	int i;

	for (i = 0; i < DIFFERENCE_COLUMNS; i++)
		columns[i] = lappend(columns[i], unconstify(char *, cells[i] != NULL ? cells[i] : ""));
}

void
manifest_add_differences(int64 load_id, List *differences)
{
	List *columns[DIFFERENCE_COLUMNS] = {NIL};
	Statement statement;
	ListCell *lc;
	int i;

	foreach (lc, differences)
		append_cells(columns, lfirst(lc));
	statement_init(&statement,
				   "INSERT INTO ingest.manifest_drift (load_id, file_no, difference_no, kind,"
				   " column_name, file_column, expected, found, severity, action)"
				   " SELECT $1, d.file_no::integer, d.difference_no::integer, d.kind,"
				   " nullif(d.column_name, ''), nullif(d.file_column, ''), nullif(d.expected, ''),"
				   " nullif(d.found, ''), d.severity, d.action"
				   " FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10) AS d (file_no, difference_no,"
				   " kind, column_name, file_column, expected, found, severity, action)"
				   " ON CONFLICT DO NOTHING");
	statement_add_int64(&statement, load_id);
	for (i = 0; i < DIFFERENCE_COLUMNS; i++)
		statement_add_texts(&statement, columns[i]);
	statement_run(&statement, NULL, NULL);
}
