/*
 * chunk_reader.h: the records of a chunk, as batches of checked rows.
 */
#ifndef INGEST_STAGE_CHUNK_READER_H
#define INGEST_STAGE_CHUNK_READER_H

#include "contract/spec.h"
#include "options/options.h"
#include "stage/row_checker.h"

typedef struct ChunkReader ChunkReader; /* opaque; lives in the context current at creation */

/*
 * One reader serves any number of chunks with the same columns.  The first attributes of desc
 * are the spec's columns; values are converted and checked as user.
 */
extern ChunkReader *chunk_reader_create(const ContractSpec *spec, const IngestOptions *options,
										TupleDesc desc, Oid user);

/* Begins a chunk; what becomes of its rows is counted in counts.  Both are kept. */
extern void chunk_reader_open(ChunkReader *reader, const Chunk *chunk, ChunkCounts *counts);

/*
 * Brings the next rows into the checker's batch, those before are gone.  false at the end of
 * the chunk: every record was taken from the checker or counted as ignored, and counts add
 * up, or an error is raised.
 */
extern bool chunk_reader_next(ChunkReader *reader);

/* Gives out the rows of the batch. */
extern RowChecker *chunk_reader_checker(const ChunkReader *reader);

#endif
