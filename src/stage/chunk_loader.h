/*
 * chunk_loader.h: the records of a chunk into a lane and into quarantine.
 */
#ifndef INGEST_STAGE_CHUNK_LOADER_H
#define INGEST_STAGE_CHUNK_LOADER_H

#include "contract/spec.h"
#include "options/options.h"
#include "stage/chunk.h"
#include "stage/chunk_counts.h"
#include "utils/rel.h"

typedef struct ChunkLoader ChunkLoader; /* opaque; lives in the context current at creation */

/*
 * One loader serves all chunks of a load in one process.  lane_desc is the
 * lane's; values are converted and checked as user.
 */
extern ChunkLoader *chunk_loader_create(const ContractSpec *spec, const IngestOptions *options,
										TupleDesc lane_desc, Oid user);

/* Where the rows of the current transaction go. */
extern void chunk_loader_begin(ChunkLoader *loader, int64 load_id, Relation lane);

/*
 * Loads one chunk: every record is staged, quarantined or counted as ignored,
 * and counts add up, or an error is raised.
 */
extern void chunk_loader_load(ChunkLoader *loader, const Chunk *chunk, ChunkCounts *counts);

/* Writes out what is buffered; before the transaction commits. */
extern void chunk_loader_end(ChunkLoader *loader);

#endif
