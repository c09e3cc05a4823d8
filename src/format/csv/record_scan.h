/*
 * record_scan.h: csv_record_next() in steps, for buffers that grow.
 *
 * Between two steps nothing is looked at twice, so a record that arrives in
 * many small pieces still costs time linear in its length.
 */
#ifndef INGEST_FORMAT_CSV_RECORD_SCAN_H
#define INGEST_FORMAT_CSV_RECORD_SCAN_H

#include "format/csv/records.h"

/* Begins with the record that starts at start. */
extern void csv_record_scan_begin(CsvRecordScan *scan, size_t start);

/*
 * Looks for the end of the record in buf[0 .. len), of which earlier calls for
 * the same scan saw a prefix.  Results and status as csv_record_next(), of which
 * start < len is expected.  After FMT_NEED_INPUT, and after an open
 * CSV_RECORD_TOO_LONG, the scan can go on with a longer buffer.
 */
extern FmtStatus csv_record_scan_run(CsvRecordScan *scan, const CsvDialect *dialect,
									 const char *buf, size_t len, bool eof, CsvRecord *record);

/* The record limit that applies, see dialect.h. */
static inline size_t
csv_record_limit(const CsvDialect *dialect)
{
	return dialect->max_record < CSV_RECORD_MAX ? dialect->max_record : CSV_RECORD_MAX;
}

/* Whether a record of several physical lines may have this many fields. */
static inline bool
csv_multiline_fits(const CsvDialect *dialect, size_t nfields)
{
	return dialect->ncolumns == 0 || nfields == dialect->ncolumns ||
		   (dialect->null_padding && nfields < dialect->ncolumns);
}

/* The end of buf[start .. end) without the '\r' that belong to its line end. */
static inline size_t
csv_line_content_end(const CsvDialect *dialect, const char *buf, size_t start, size_t end)
{
	if (dialect->newline == '\n')
	{
		while (end > start && buf[end - 1] == '\r')
			end--;
	}
	return end;
}

/* Whether bytes are blanks and tabs only (or none). */
static inline bool
csv_is_blank(const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		if (bytes[i] != ' ' && bytes[i] != '\t')
			return false;
	}
	return true;
}

#endif
