/*
 * sniff_trial.h: one dialect, tried on the beginning of a file; private to sniff*.c.
 */
#ifndef INGEST_FORMAT_CSV_SNIFF_TRIAL_H
#define INGEST_FORMAT_CSV_SNIFF_TRIAL_H

#include "format/csv/sniff.h"

/* A record of the sample that is neither blank nor a comment. */
typedef struct SniffRow
{
	size_t start;     /* offset in the sample */
	uint64_t line;    /* physical lines before it */
	uint32_t nfields; /* 0: its quotes are irregular */
	uint32_t nempty;  /* fields that are empty */
	uint32_t ntyped;  /* fields that look like something else than text */
	float likeness;   /* sum over its fields: how much they look like one value each, 0 to 1 */
	bool has_quoted;
	bool has_comment_sign; /* begins with '#' */
} SniffRow;

typedef struct SniffTrial
{
	const char *sample; /* begins with a record */
	size_t len;
	bool eof;
	CsvDialect dialect;
	SniffRow *rows; /* room for SNIFF_ROWS */
	uint32_t nrows;
	uint32_t width;   /* fields of most records */
	uint32_t body;    /* index of the first record with them; what is before is preamble */
	uint32_t nmatch;  /* records from body on that have them */
	uint32_t nbad;    /* records with irregular quotes */
	uint32_t nquoted; /* records with a field in quotes */
	double typed;     /* share of fields that are typed, of those that are not empty */
	double likeness;  /* mean over all fields of records that count */
	double score;     /* without the weight of the delimiter */
} SniffTrial;

/* Fills what is behind rows; FMT_OK or FMT_NO_MEMORY. */
extern FmtStatus csv_sniff_try(SniffTrial *trial, CsvReader *reader);

/* Decides about the header of the trial that won; fills those members of result. */
extern FmtStatus csv_sniff_header(const CsvSniffRequest *request, const SniffTrial *trial,
								  CsvReader *reader, const FmtAllocator *allocator,
								  CsvSniffResult *result);

#endif
