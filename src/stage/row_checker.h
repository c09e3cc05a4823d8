/*
 * row_checker.h: the rows of a batch: converted, checked, and given out by what they are.
 *
 * Loaders of one format each (csv_loader.c, parquet_loader.c) fill the batch; the checker
 * converts what they left undecided, checks, counts, and gives out good rows in runs and bad ones
 * one by one.
 */
#ifndef INGEST_STAGE_ROW_CHECKER_H
#define INGEST_STAGE_ROW_CHECKER_H

#include "contract/contract.h"
#include "options/options.h"
#include "stage/chunk.h"
#include "stage/chunk_counts.h"
#include "stage/quarantine_writer.h"

typedef struct RowChecker RowChecker; /* opaque; lives in the context current at creation */

/*
 * Says where a bad row is, and its text: everything in *out but file and violations.  Called in
 * the batch's memory context.
 */
typedef void (*DescribeRow)(void *loader, const BatchRow *row, QuarantineRow *out);

/* The first attributes of desc are the spec's columns; the batch has as many as desc. */
extern RowChecker *row_checker_create(const ContractSpec *spec, const IngestOptions *options,
									  TupleDesc desc, Oid user);

/* Whose rows they are from now on. */
extern void row_checker_set_chunk(RowChecker *checker, const Chunk *chunk, ChunkCounts *counts,
								  DescribeRow describe, void *loader);

/* The batch to be filled. */
extern RowBatch *row_checker_batch(const RowChecker *checker);
extern const Contract *row_checker_contract(const RowChecker *checker);
/* Whose rights conversions take. */
extern Oid row_checker_user(const RowChecker *checker);

/* Forgets the rows of the batch. */
extern void row_checker_empty(RowChecker *checker);

/* Converts and checks the rows of the batch. */
extern void row_checker_check(RowChecker *checker);

/* What the next rows of a checked batch are. */
typedef enum RowVerdict
{
	ROWS_END,
	ROWS_GOOD, /* rows [first, first + count) */
	ROW_BAD    /* row first */
} RowVerdict;

/* In order; good rows count as staged, filtered ones are counted and passed over. */
extern RowVerdict row_checker_next(RowChecker *checker, int *first, int *count);

/*
 * Counts a bad row.  true: it is quarantined, and out, which lives as long as the batch, says what is
 * known of it; false: option on_error says to ignore it.  Raises its error if that says to stop.
 */
extern bool row_checker_reject(RowChecker *checker, int row, QuarantineRow *out);

#endif
