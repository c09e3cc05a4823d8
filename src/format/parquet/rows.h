/*
 * rows.h: the rows of one row group, batch by batch.
 *
 * All projected leaves advance in lockstep.  Memory is pages in flight, kept
 * below a budget: pages that are not needed now are given back and read again
 * when their column's turn comes, pages beyond a quarter of the budget are
 * decompressed while they are read (snappy and LZ4 cannot: FMT_LIMIT when one exceeds the
 * budget alone).  A small reserve comes on top, PQ_BUDGET_RESERVE, so that any budget works.
 */
#ifndef INGEST_FORMAT_PARQUET_ROWS_H
#define INGEST_FORMAT_PARQUET_ROWS_H

#include "format/parquet/file.h"
#include "format/parquet/values.h"

typedef struct PqReadOptions
{
	size_t memory_budget; /* bytes of pages, dictionaries and batches */
	uint32_t batch_rows;  /* the most rows of a batch */
	uint32_t read_size;   /* bytes asked of the input at a time; tests use 1 */
	bool verify_crc;
	/* Called now and then, between pages at least; anything but FMT_OK ends the read with it. NULL: never. */
	FmtStatus (*interrupt)(void *context);
	void *interrupt_context;
} PqReadOptions;

/* The values of a dictionary page. */
typedef struct PqDictionary
{
	/*
	 * Row group and leaf: unique in the file, and the same whenever the chunk is read.  A cache of converted
	 * entries is keyed by it.
	 */
	uint64_t generation;
	PqValues values;
} PqDictionary;

/*
 * One leaf's part of a batch.  For a flat column (max_rep 0) slots are rows.  values has one element per
 * slot with def == max_def.  Everything is valid until the next call.
 */
typedef struct PqVector
{
	uint32_t nslots;
	uint32_t nvalues;
	const uint8_t *def; /* NULL: every slot has its value (def == max_def) */
	const uint8_t *rep; /* NULL: max_rep is 0 */
	PqValueKind kind;   /* of data; PQ_VALUES_INDEX: look up in dictionary */
	uint32_t width;
	const void *data;
	const PqDictionary *dictionary;
} PqVector;

typedef struct PqBatch
{
	uint64_t first_row; /* in the row group, from 0 */
	uint32_t nrows;
	const PqVector *vectors; /* one per projected leaf, in the order of leaves[] */
} PqBatch;

typedef struct PqRows PqRows;

/* Which leaves are read: numbers in ascending order; none is fine (rows without columns). */
typedef struct PqProjection
{
	const int32_t *leaves;
	int32_t n;
} PqProjection;

/*
 * projection is not needed any more afterwards.  Errors name the column; columns that are not asked for are
 * never touched, and cannot fail.
 */
extern FmtStatus pq_rows_open(const PqFile *file, uint32_t row_group,
							  const PqProjection *projection, const PqReadOptions *options,
							  PqRows **rows, PqError *error);
/* Passes over rows, whole pages without decompressing them where that is possible. */
extern FmtStatus pq_rows_skip(PqRows *rows, uint64_t n, PqError *error);
/* Up to max_rows (<= batch_rows) rows. FMT_END: all rows of the row group are out, and every column agreed. */
extern FmtStatus pq_rows_next(PqRows *rows, uint32_t max_rows, PqBatch *batch, PqError *error);
extern void pq_rows_close(PqRows *rows);

/* Bytes that pages, dictionaries and batches take now, and took at most. */
extern void pq_rows_memory(const PqRows *rows, size_t *now, size_t *peak);

#endif
