/*
 * parquet_nested_check.c: nested Parquet fields to values of a PostgreSQL type, from SQL.
 *
 * nested_convert() gives per row the value as its output function writes it, or the violation.
 * nested_row_json() gives a row as parquet_row_as_json() writes it for the quarantine.
 */
#include "postgres.h"

#include "fmgr.h"
#include "parser/parse_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "catalog/pg_type.h"
#include "contract/parquet_nested.h"
#include "parquet_shred.h"

PG_FUNCTION_INFO_V1(nested_convert);
PG_FUNCTION_INFO_V1(nested_row_json);

static Datum
show_row(const RowBatch *batch, int r, Oid type, bool *isnull)
{
	const Violation *violation = batch->rows[r].violations;
	Oid output;
	bool is_varlena;

	*isnull = violation == NULL && batch->nulls[r];
	if (*isnull)
		return (Datum) 0;
	if (violation != NULL)
		return CStringGetTextDatum(psprintf("%s %s %s: %s", violation->column, violation->rule,
											unpack_sql_state(violation->sqlstate),
											violation->message));
	getTypeOutputInfo(type, &output, &is_varlena);
	return CStringGetTextDatum(OidOutputFunctionCall(output, batch->values[r]));
}

/* (field text, rows jsonb, type text) returns text[] */
Datum
nested_convert(PG_FUNCTION_ARGS)
{
	PqFile *file = shred_file(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	ParquetFormat format = {.path = "/f.parquet"};
	ConvertFormat convert_format = {.decimal_separator = '.'};
	ContractColumn column = {.name = "target"};
	RowBatch *batch = batch_create(1);
	ParquetNested *nested;
	PqVector *vectors;
	Datum *shown = palloc(BATCH_ROWS * sizeof(Datum));
	bool *nulls = palloc(BATCH_ROWS * sizeof(bool));
	int lower_bound = 1;
	int nrows;
	int r;

	parseTypeString(text_to_cstring(PG_GETARG_TEXT_PP(2)), &column.type, &column.typmod, false);
	nested = parquet_nested_create(file, file->schema->fields[0], &column,
								   converter_create(column.type, column.typmod, &convert_format),
								   &format);
	vectors = shred_rows(file, PG_GETARG_JSONB_P(1), &nrows);
	batch->nrows = nrows;
	parquet_nested_convert(nested, vectors, batch, 0);
	for (r = 0; r < nrows; r++)
		shown[r] = show_row(batch, r, column.type, &nulls[r]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(shown, nulls, 1, &nrows, &lower_bound, TEXTOID, -1,
											 false, TYPALIGN_INT));
}

/* (field text, rows jsonb, row int) returns text */
Datum
nested_row_json(PG_FUNCTION_ARGS)
{
	PqFile *file = shred_file(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	const PqField *fields[1] = {file->schema->fields[0]};
	PqBatch batch = {0};
	int nrows;
	size_t len;
	char *json;

	batch.vectors = shred_rows(file, PG_GETARG_JSONB_P(1), &nrows);
	batch.nrows = nrows;
	json = parquet_row_as_json(file, fields, 1, &batch, PG_GETARG_INT32(2), &len);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json, len));
}
