/*
 * chunk_loader.h: the records of a chunk into a lane and into quarantine.
 */
#ifndef INGEST_STAGE_CHUNK_LOADER_H
#define INGEST_STAGE_CHUNK_LOADER_H

#include "contract/spec.h"
#include "options/options.h"
#include "stage/chunk.h"
#include "utils/rel.h"

typedef struct ChunkLoader ChunkLoader; /* opaque; lives in the context current at creation */

/* What became of a chunk's records. */
typedef struct ChunkCounts
{
	int64 rows_read;
	int64 rows_staged;
	int64 rows_quarantined;
	int64 rows_ignored;
	int64 rows_filtered; /* of those: for which option "filter" is not true */
	int64 rows_bad;      /* quarantined, or ignored because bad */
	int64 leading_bad;   /* bad rows before the first that is not: good or filtered */
} ChunkCounts;

/* Was there no row so far that converts? */
static inline bool
chunk_counts_all_bad(const ChunkCounts *counts)
{
	return counts->rows_staged == 0 && counts->rows_filtered == 0;
}

static inline void
chunk_counts_add_filtered(ChunkCounts *counts, int64 rows)
{
	counts->rows_ignored += rows;
	counts->rows_filtered += rows;
}

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
