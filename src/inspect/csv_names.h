/*
 * csv_names.h: the header of a sample, and the names that columns get.
 */
#ifndef INGEST_INSPECT_CSV_NAMES_H
#define INGEST_INSPECT_CSV_NAMES_H

#include "format/csv/sniff.h"
#include "inspect/csv_sample.h"
#include "inspect/report.h"
#include "stage/file_head.h"

typedef struct CsvNames
{
	List *in_file;           /* of char *, NULL where it has none; as many as columns */
	List *names;             /* of char *: as the table's columns can be called, all different */
	bool are_usable;         /* a load finds the columns by the header itself */
	uint32 nfields;          /* columns; one less than sniffed with a trailing field */
	bool has_trailing_field; /* without name and values, as when lines end with a delimiter */
	size_t bytes;            /* of the sample, up to the first data record */
	uint64 lines;            /* physical lines in them */
} CsvNames;

/*
 * Reads the header that was found.  report->options has the dialect, skip and header already.
 * What makes names unusable becomes a problem of the report.
 */
extern void csv_names_read(SourceReport *report, const CsvSample *sample,
						   const CsvSniffResult *found, CsvNames *names);

#endif
