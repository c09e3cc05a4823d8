/*
 * parquet_loader.h: the rows of a row group into a batch.
 */
#ifndef INGEST_STAGE_PARQUET_LOADER_H
#define INGEST_STAGE_PARQUET_LOADER_H

#include "contract/spec.h"
#include "stage/row_sink.h"

typedef struct ParquetLoader ParquetLoader; /* opaque; lives in the context current at creation */

extern ParquetLoader *parquet_loader_create(const ContractSpec *spec, const IngestOptions *options,
											RowSink *sink);

/* All rows of a chunk into the sink; returns how many there were. */
extern uint64 parquet_loader_load(ParquetLoader *loader, const Chunk *chunk, ChunkCounts *counts);

#endif
