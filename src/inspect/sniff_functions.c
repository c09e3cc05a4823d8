/*
 * sniff_functions.c: the SQL functions that look at files before they are loaded.
 *
 * in:  a source as for a load, options
 * out: sniff(): one row about it; sniff_columns(): a row of each column; create_table_sql(): a statement
 */
#include "postgres.h"

#include <math.h>

#include "api/access.h"
#include "api/arguments.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "inspect/report.h"
#include "inspect/table_sql.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(ingest_sniff);
PG_FUNCTION_INFO_V1(ingest_sniff_columns);
PG_FUNCTION_INFO_V1(ingest_create_table_sql);

#define SNIFF_COLUMNS 21 /* the longest row */

/* A row that is put together from the left. */
typedef struct RowText
{
	Datum values[SNIFF_COLUMNS];
	bool nulls[SNIFF_COLUMNS];
	int n;
} RowText;

static void
put(RowText *row, bool is_known, Datum value)
{
	Assert(row->n < SNIFF_COLUMNS);
	row->values[row->n] = value;
	row->nulls[row->n++] = !is_known;
}

static void
put_text(RowText *row, const char *text)
{
	put(row, text != NULL, text != NULL ? CStringGetTextDatum(text) : (Datum) 0);
}

static void
put_char(RowText *row, bool is_known, char value)
{
	put_text(row, is_known ? (value == '\0' ? "" : psprintf("%c", value)) : NULL);
}

static void
put_texts(RowText *row, List *texts)
{
	Datum *elements = palloc(Max(list_length(texts), 1) * sizeof(Datum));
	ListCell *lc;

	foreach (lc, texts)
		elements[foreach_current_index(lc)] = CStringGetTextDatum(lfirst(lc));
	put(row, true,
		PointerGetDatum(
			construct_array(elements, list_length(texts), TEXTOID, -1, false, TYPALIGN_INT)));
}

static void
put_jsonb(RowText *row, const char *json)
{
	put(row, true, DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}

static void
put_ratio(RowText *row, bool is_known, double value)
{
	put(row, is_known, Float4GetDatum((float4) (rint(value * 100) / 100)));
}

static double
null_ratio(const ColumnReport *column)
{
	const int64 n = column->nvalues + column->nnulls;

	return n > 0 ? (double) column->nnulls / n : 0;
}

/* Columns as sniff() shows them: name to type. */
static char *
columns_json(const SourceReport *report)
{
	StringInfoData json;
	ListCell *lc;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (lc, report->columns)
	{
		const ColumnReport *column = lfirst(lc);

		appendStringInfoString(&json, lc != list_head(report->columns) ? ", " : "");
		appendStringInfoString(&json, "{\"name\": ");
		escape_json(&json, column->name);
		appendStringInfoString(&json, ", \"type\": ");
		escape_json(&json, column->type);
		appendStringInfoChar(&json, '}');
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

static char *
problems_json(const SourceReport *report)
{
	StringInfoData json;
	ListCell *lc;

	initStringInfo(&json);
	appendStringInfoChar(&json, '[');
	foreach (lc, report->problems)
	{
		const ProblemReport *problem = lfirst(lc);

		appendStringInfoString(&json, lc != list_head(report->problems) ? ", " : "");
		appendStringInfoString(&json, "{\"rule\": ");
		escape_json(&json, problem->rule);
		appendStringInfoString(&json, ", \"message\": ");
		escape_json(&json, problem->message);
		if (problem->record_no > 0)
			appendStringInfo(&json,
							 ", \"record_no\": " INT64_FORMAT ", \"line_no\": " INT64_FORMAT
							 ", \"records\": " INT64_FORMAT,
							 problem->record_no, problem->line_no, problem->count);
		appendStringInfoChar(&json, '}');
	}
	appendStringInfoChar(&json, ']');
	return json.data;
}

/* Escapes and formats are shown where they apply. */
static void
put_dialect(RowText *row, const SourceReport *report)
{
	const bool is_csv = !report->is_parquet;
	const IngestOptions *options = report->options;

	put_text(row, is_csv ? report->encoding : NULL);
	put_text(row, is_csv ? options->delimiter : NULL);
	put_char(row, is_csv, options->quote);
	put_char(row, is_csv, options->escape);
	put_char(row, is_csv && options->comment != '\0', options->comment);
	put_text(row, report->newline);
	put(row, is_csv, Int64GetDatum(report->skip));
	put(row, is_csv, BoolGetDatum(report->has_header));
}

static void
put_formats(RowText *row, const SourceReport *report)
{
	const ConvertFormat *format = &report->formats.format;

	put_text(row, format->dateformat);
	put_text(row, format->timestampformat);
	put_texts(row, report->null_words);
}

static SourceReport *
make_report(FunctionCallInfo fcinfo, int options_arg)
{
	argument_require(fcinfo, 0, "source");
	access_check_files();
	return report_create(text_to_cstring(PG_GETARG_TEXT_PP(0)),
						 argument_options(fcinfo, options_arg));
}

Datum
ingest_sniff(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const SourceReport *report;
	RowText row = {.n = 0};

	InitMaterializedSRF(fcinfo, 0);
	report = make_report(fcinfo, 1);
	put_text(&row, report->file->path);
	put(&row, true, Int32GetDatum(list_length(report->files)));
	put_text(&row, report->is_parquet ? "parquet" : "csv");
	put_dialect(&row, report);
	put_formats(&row, report);
	put_jsonb(&row, columns_json(report));
	put(&row, true, Int64GetDatum(report->rows));
	put(&row, true, BoolGetDatum(report->is_complete));
	put_ratio(&row, true, Min(report->dialect_confidence, report->header_confidence));
	put_jsonb(&row, problems_json(report));
	put_jsonb(&row, report_options_json(report));
	put_text(&row, report_load_call(report, report_table_name(report)));
	tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
	return (Datum) 0;
}

Datum
ingest_sniff_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const SourceReport *report;
	ListCell *lc;

	InitMaterializedSRF(fcinfo, 0);
	report = make_report(fcinfo, 1);
	foreach (lc, report->columns)
	{
		const ColumnReport *column = lfirst(lc);
		const bool is_counted = !report->is_parquet && !column->is_partition;
		RowText row = {.n = 0};

		put(&row, true, Int32GetDatum(foreach_current_index(lc) + 1));
		put_text(&row, column->file_name);
		put_text(&row, column->name);
		put_text(&row, column->type);
		put(&row, true, BoolGetDatum(column->nnulls > 0 || report->rows == 0));
		put_ratio(&row, is_counted, null_ratio(column));
		put_texts(&row, column->null_words);
		put(&row, is_counted, BoolGetDatum(column->is_unique));
		put_texts(&row, column->samples);
		put_ratio(&row, true, column->confidence);
		put_text(&row, column->note);
		tuplestore_putvalues(result->setResult, result->setDesc, row.values, row.nulls);
	}
	return (Datum) 0;
}

Datum
ingest_create_table_sql(PG_FUNCTION_ARGS)
{
	const SourceReport *report;

	argument_require(fcinfo, 1, "table_name");
	report = make_report(fcinfo, 2);
	PG_RETURN_TEXT_P(cstring_to_text(table_sql(report, text_to_cstring(PG_GETARG_TEXT_PP(1)))));
}
