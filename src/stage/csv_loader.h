/*
 * csv_loader.h: the records of a chunk of text into a batch.
 */
#ifndef INGEST_STAGE_CSV_LOADER_H
#define INGEST_STAGE_CSV_LOADER_H

#include "stage/row_checker.h"

typedef struct CsvLoader CsvLoader; /* opaque; lives in the context current at creation */

extern CsvLoader *csv_loader_create(const IngestOptions *options, RowChecker *checker);

/* Begins a chunk. */
extern void csv_loader_open(CsvLoader *loader, const Chunk *chunk, ChunkCounts *counts);

/*
 * The next records into the empty batch, or among the ignored; false when none is left and all
 * are counted as read.
 */
extern bool csv_loader_fill(CsvLoader *loader);

#endif
