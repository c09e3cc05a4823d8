/*
 * csv_columns.h: from the values of a sample to columns of a table.
 */
#ifndef INGEST_INSPECT_CSV_COLUMNS_H
#define INGEST_INSPECT_CSV_COLUMNS_H

#include "inspect/column_tally.h"
#include "inspect/csv_names.h"

/* Decides formats, types and null words; fills columns, formats and null_words of the report. */
extern void csv_columns_report(SourceReport *report, const CsvNames *names,
							   TypeCandidates *candidates, const ColumnTally *tallies);

#endif
