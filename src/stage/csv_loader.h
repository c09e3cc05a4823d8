/*
 * csv_loader.h: the records of a chunk of text into a batch.
 */
#ifndef INGEST_STAGE_CSV_LOADER_H
#define INGEST_STAGE_CSV_LOADER_H

#include "stage/row_sink.h"

typedef struct CsvLoader CsvLoader; /* opaque; lives in the context current at creation */

extern CsvLoader *csv_loader_create(const IngestOptions *options, RowSink *sink);

/* All records of a chunk into the sink, or among the ignored; returns how many there were. */
extern uint64 csv_loader_load(CsvLoader *loader, const Chunk *chunk, ChunkCounts *counts);

#endif
