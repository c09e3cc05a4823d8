/*
 * read_function.c: the SQL function read(), where it is called as a function.
 *
 * in:  source, options, the columns that the query lists
 * out: all rows, in a tuplestore
 *
 * In FROM the planner replaces the call by a scan (read_path.c), which does not collect rows; what
 * is left are calls in other places, WITH ORDINALITY, ROWS FROM of several, and rows that are wanted as a
 * whole.
 */
#include "postgres.h"

#include "api/arguments.h"
#include "funcapi.h"
#include "read/file_rows.h"

PG_FUNCTION_INFO_V1(ingest_read);

Datum
ingest_read(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	FileRows *rows;
	Datum *values;
	bool *nulls;

	argument_require(fcinfo, 0, "source");
	if (result == NULL || !IsA(result, ReturnSetInfo) || result->expectedDesc == NULL)
		ereport(
			ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("ingest.read is called in a context that does not say which columns it has"),
			 errhint("Write FROM ingest.read(…) AS t(a integer, b text).")));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	rows = file_rows_open(argument_text(fcinfo, 0), argument_options(fcinfo, 1), result->setDesc,
						  "read");
	while (file_rows_next(rows, &values, &nulls))
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	file_rows_close(rows);
	return (Datum) 0;
}
