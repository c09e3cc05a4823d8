/*
 * dialect.h: what makes up a CSV dialect, fixed for one file.
 *
 * A plain value: filled from the options and the head of the file by the
 * leader, copied to the workers, read by everything in format/csv.
 *
 * Whoever fills it makes sure that delimiter, quote and newline differ, that
 * no byte of the delimiter is the quote, '\r' or '\n', and that neither quote
 * nor escape nor comment is '\r' or '\n'.  A dialect that breaks this gives
 * odd records, never an access outside the buffer.
 */
#ifndef INGEST_FORMAT_CSV_DIALECT_H
#define INGEST_FORMAT_CSV_DIALECT_H

#include "format/status.h"

#define CSV_DELIMITER_MAX 4                  /* bytes; the same limit as DuckDB's */
#define CSV_RECORD_MAX    ((size_t) 1 << 30) /* bytes; no text value of PostgreSQL is longer */

typedef struct CsvDialect
{
	char delimiter[CSV_DELIMITER_MAX];
	uint8_t delimiter_len; /* 1 .. CSV_DELIMITER_MAX */
	char quote;            /* '\0': no quoting */
	char escape;           /* equal to quote unless set; meaningful inside quotes only */
	char comment;          /* '\0': none; else a record starting with it is a comment */
	char newline;          /* '\n', or '\r' for files that have no '\n' at all */
	bool null_padding;     /* records with fewer than ncolumns fields are complete */
	uint32_t ncolumns;     /* fields of a whole record; 0: unknown (header, sample) */
	size_t max_record;     /* bytes, CSV_RECORD_MAX at most (more counts as that) */
} CsvDialect;

#endif
