/*
 * parquet_loader.h: the rows of a row group into a batch.
 */
#ifndef INGEST_STAGE_PARQUET_LOADER_H
#define INGEST_STAGE_PARQUET_LOADER_H

#include "contract/spec.h"
#include "stage/row_checker.h"

typedef struct ParquetLoader ParquetLoader; /* opaque; lives in the context current at creation */

extern ParquetLoader *parquet_loader_create(const ContractSpec *spec, const IngestOptions *options,
											RowChecker *checker);

/* Begins a chunk. */
extern void parquet_loader_open(ParquetLoader *loader, const Chunk *chunk, ChunkCounts *counts);

/* The next rows into the empty batch; false when none is left and all are counted as read. */
extern bool parquet_loader_fill(ParquetLoader *loader);

#endif
