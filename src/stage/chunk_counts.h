/*
 * chunk_counts.h: what became of a chunk's records.
 */
#ifndef INGEST_STAGE_CHUNK_COUNTS_H
#define INGEST_STAGE_CHUNK_COUNTS_H

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

#endif
