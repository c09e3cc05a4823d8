/*
 * scan.h: finding newlines, delimiters and quotes 64 bytes at a time.
 *
 * in:  bytes that start where a record starts
 * out: the number of regular records (count), or the offsets of delimiters and
 *      newlines outside quotes (index), up to the first place where the bytes
 *      are not regular
 *
 * Regular means that masks alone are certain to agree with csv_record_next(): every
 * quote stands where the grammar allows it.  At the first quote that does not,
 * an engine stops, and the caller hands that record to csv_record_next().  Engines
 * read nothing outside the bytes they are given and allocate nothing.
 */
#ifndef INGEST_FORMAT_CSV_SCAN_H
#define INGEST_FORMAT_CSV_SCAN_H

#include "format/csv/dialect.h"

#define CSV_SCAN_BLOCK 64 /* bytes; one bit each in a 64-bit mask */

/*
 * What an engine looks for.  The masks switch a test off without a branch:
 * all ones when the dialect has the thing, else zero.
 */
typedef struct CsvScanSet
{
	char newline;
	char delimiter;
	char quote;
	char comment;
	uint64_t quote_mask;
	uint64_t cr_mask;      /* '\r' may stand between a closing quote and the newline */
	bool comments;         /* stop at records that start with comment */
	bool quotes_by_record; /* any quote stops: its meaning takes more than masks */
} CsvScanSet;

/*
 * The structural bytes of a window.  The caller owns the arrays; ends needs room for
 * window + CSV_SCAN_BLOCK entries, marks for window.
 */
typedef struct CsvScanIndex
{
	uint32_t *ends;  /* delimiters and newlines outside quotes */
	uint32_t *marks; /* inside quotes: newlines, and the second quote of a doubled one */
	uint32_t nends;  /* up to the last newline, so whole records only */
	uint32_t nmarks;
	bool stopped; /* at something irregular; false: at the end of the window */
	bool ascii;   /* every byte up to there is one of 1 to 127 */
} CsvScanIndex;

/*
 * One implementation.  Both functions start outside quotes at the start of a
 * record.  Neither looks at lengths: max_record is the caller's to check.  index()
 * needs a delimiter of one byte.
 */
typedef struct CsvScanEngine
{
	const char *name;
	/* The end of the last regular single-line record; *records: how many there are. */
	size_t (*count)(const CsvScanSet *set, const char *buf, size_t len, uint64_t *records);
	void (*index)(const CsvScanSet *set, const char *buf, size_t len, CsvScanIndex *index);
} CsvScanEngine;

extern const CsvScanEngine csv_scan_portable;
#if defined(__SSE2__)
extern const CsvScanEngine csv_scan_sse2;
#endif
#if defined(__x86_64__)
extern const CsvScanEngine csv_scan_avx2; /* needs a check of the CPU */
#endif

/* The engine in use: the best that this CPU runs unless csv_scan_use_engine() chose one. */
extern const CsvScanEngine *csv_scan_engine(void);

extern void csv_scan_set_init(CsvScanSet *set, const CsvDialect *dialect);

#endif
