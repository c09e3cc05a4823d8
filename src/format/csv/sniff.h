/*
 * sniff.h: which dialect is this, and where do its records begin?
 *
 * in:  the beginning of a decoded file, and what is known of its dialect
 * out: the dialect, what stands before the records, how sure that is
 *
 * Every plausible dialect is tried on the first SNIFF_ROWS records of the first
 * SNIFF_BYTES bytes.  A dialect is good when records have the same number of
 * fields (share^2), when there are several fields, and when fields look like
 * values: numbers, dates, words, and not like several values with a delimiter
 * between them.  That the product of consistency and of how fields look tells
 * dialects apart is the finding of van den Burg, Nazabal and Sutton, "Wrangling
 * messy CSV files by detecting row and type patterns" (2019).
 */
#ifndef INGEST_FORMAT_CSV_SNIFF_H
#define INGEST_FORMAT_CSV_SNIFF_H

#include "format/allocator.h"
#include "format/csv/reader.h"

#define SNIFF_BYTES       ((size_t) 256 * 1024)
#define SNIFF_ROWS        1000
#define SNIFF_HEADER_ROWS 3 /* a header has at most so many */

/* What is known is taken as it is: the members of dialect that are given, skip and header. */
typedef struct CsvSniffRequest
{
	const char *buf;
	size_t len;
	bool eof;           /* nothing follows buf[len - 1] */
	CsvDialect dialect; /* newline and max_record are always given */
	bool has_delimiter;
	bool has_quote;
	bool has_escape;
	bool has_comment;
	bool has_skip;
	bool has_header;
	uint64_t skip; /* physical lines */
	bool header;
} CsvSniffRequest;

typedef struct CsvSniffResult
{
	CsvDialect dialect;
	uint32_t nfields;     /* of most records; 0: there is no record */
	uint64_t skip;        /* physical lines before header or records */
	uint32_t header_rows; /* 0: the first record is data */
	bool header_is_whole; /* the header has nfields fields */
	bool last_is_empty;   /* the last field of all records below the first is */
	bool sep_line;        /* a first line "sep=;" named the delimiter */
	double consistency;   /* records with nfields fields, of all of the sample; 0 to 1 */
	double confidence;    /* in the delimiter and quote; 0 to 1 */
	double header_confidence;
	char runner_up[CSV_DELIMITER_MAX]; /* the second best delimiter */
	uint8_t runner_up_len;             /* 0: none was worth a thought */
} CsvSniffResult;

/* FMT_OK or FMT_NO_MEMORY.  Memory is given back before it returns. */
extern FmtStatus csv_sniff(const CsvSniffRequest *request, const FmtAllocator *allocator,
						   CsvSniffResult *result);

/* What a field looks like. */
typedef enum CsvCellKind
{
	CSV_CELL_EMPTY,     /* nothing, or blanks */
	CSV_CELL_NULL_WORD, /* "NA", "\N", "-" */
	CSV_CELL_NUMBER,    /* with any separators */
	CSV_CELL_AMOUNT,    /* a number with a currency or a percent sign */
	CSV_CELL_DATE,
	CSV_CELL_TIME,
	CSV_CELL_TIMESTAMP,
	CSV_CELL_BOOLEAN, /* true, false, yes, no */
	CSV_CELL_TOKEN,   /* uuid, address, URL, JSON: one value and no word */
	CSV_CELL_TEXT
} CsvCellKind;

extern CsvCellKind csv_cell_kind(const char *data, size_t len);

/* Is this a word that people write for NULL? */
extern bool csv_is_null_word(const char *data, size_t len);

#endif
