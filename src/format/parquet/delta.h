/*
 * delta.h: the numbers of a DELTA_BINARY_PACKED run.
 *
 * They are the values of INT32 and INT64 columns, and the lengths of the two
 * encodings for strings.
 */
#ifndef INGEST_FORMAT_PARQUET_DELTA_H
#define INGEST_FORMAT_PARQUET_DELTA_H

#include "format/parquet/section.h"

/* Miniblocks of a block that can be read; writers make 1 to 32. */
#define PQ_DELTA_MINIBLOCKS 1024

typedef struct PqDelta
{
	PqSection section;
	uint64_t left;      /* numbers not yet given */
	bool has_previous;  /* false: the next number is the first */
	uint64_t previous;  /* the first number, before it is given */
	uint64_t min_delta; /* of the block */
	uint64_t miniblock_values;
	uint64_t miniblock_left; /* deltas left in the miniblock, with its padding */
	uint32_t miniblocks;     /* of a block */
	uint32_t miniblock;      /* number of the next one in the block */
	uint32_t width;          /* of the current miniblock */
	uint32_t packed_at;      /* deltas of the current group of 8 already read */
	unsigned char widths[PQ_DELTA_MINIBLOCKS];
} PqDelta;

/*
 * Reads the header, and takes over the section, also when it fails.  limit: the most numbers there
 * may be, else FMT_CORRUPT.  An empty section is a run of 0 numbers.
 */
extern FmtStatus pq_delta_open(PqDelta *delta, const PqSection *section, uint64_t limit,
							   PqError *error);

/*
 * Exactly n numbers, modulo 2^64 or, since writers let INT32 overflow, modulo 2^32.  FMT_TRUNCATED
 * when there are fewer.
 */
extern FmtStatus pq_delta_decode64(PqDelta *delta, uint64_t *out, uint32_t n, PqError *error);
extern FmtStatus pq_delta_decode32(PqDelta *delta, uint32_t *out, uint32_t n, PqError *error);
extern FmtStatus pq_delta_skip(PqDelta *delta, uint64_t n, PqError *error);

/* The same for lengths: FMT_CORRUPT for a negative one, FMT_LIMIT for one over PQ_BYTES_MAX. */
extern FmtStatus pq_delta_decode_lengths(PqDelta *delta, uint32_t *out, uint32_t n, PqError *error);

/*
 * The bytes of the run at offset of the body.  Miniblocks are passed over without being decoded, so
 * that this takes time by their bytes and not by what they expand to.
 */
extern FmtStatus pq_delta_run_bytes(PqBody *body, uint64_t offset, uint64_t limit, uint64_t *bytes,
									PqError *error);

#endif
