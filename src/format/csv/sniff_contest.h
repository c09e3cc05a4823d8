/*
 * sniff_contest.h: dialects compete; private to sniff*.c.
 */
#ifndef INGEST_FORMAT_CSV_SNIFF_CONTEST_H
#define INGEST_FORMAT_CSV_SNIFF_CONTEST_H

#include "format/csv/sniff_trial.h"

typedef struct SniffContest
{
	const CsvSniffRequest *request;
	const char *sample; /* behind what is skipped */
	size_t len;
	CsvReader *reader;
	SniffTrial best;
	SniffTrial trial; /* the next; its rows are the other array */
	struct
	{
		uint32_t nmatch, nbad, nquoted;
	} last; /* of the trial before */
	double best_score;
	double second_score;               /* of another delimiter */
	char runner_up[CSV_DELIMITER_MAX]; /* that delimiter */
	uint8_t runner_up_len;             /* 0: each record was one field, or there was none */
} SniffContest;

/* Tries all dialects; best is filled if there is any record.  FMT_OK or FMT_NO_MEMORY. */
extern FmtStatus sniff_contest_run(SniffContest *contest);

/* A delimiter that the file does not have, so that each record is one field. */
extern void sniff_set_unused_delimiter(const SniffContest *contest, CsvDialect *dialect);

/* Does the delimiter take more evidence than others? */
extern bool sniff_is_unusual(const CsvDialect *dialect);

#endif
