/*
 * csv_sample.h: the beginning of a text file, decoded, and what its bytes tell of its encoding.
 */
#ifndef INGEST_INSPECT_CSV_SAMPLE_H
#define INGEST_INSPECT_CSV_SAMPLE_H

#include "options/options.h"
#include "source/source.h"

typedef struct CsvSample
{
	char *buf;
	size_t len;
	bool eof;         /* it is the whole file */
	int encoding;     /* of buf */
	const char *name; /* of the file's encoding, as the option takes it */
	bool is_default;  /* a load takes it for that without the option */
	bool is_guess;    /* of several encodings of single bytes */
} CsvSample;

/* At most max bytes, in CurrentMemoryContext. The options say compression and perhaps the encoding. */
extern CsvSample csv_sample_read(const SourceFile *file, const IngestOptions *options, size_t max);

#endif
