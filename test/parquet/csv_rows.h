/*
 * csv_rows.h: the CSV file of the benchmarks as rows of a Parquet file.
 */
#ifndef INGEST_TEST_CSV_ROWS_H
#define INGEST_TEST_CSV_ROWS_H

#include "test/parquet/file_writer.h"

/* The columns of test/bench/run.py, in the language of schema_text.h. */
extern const char csv_schema[];

/* Adds all rows of the file, which begins with a header and has those columns. */
extern void csv_add_rows(FileWriter *writer, const FileNode *root, const char *path);

#endif
