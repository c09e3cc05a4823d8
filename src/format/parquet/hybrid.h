/*
 * hybrid.h: the RLE and bit-packing hybrid, of levels, dictionary indices and booleans.
 *
 * Tolerates what writers do: a last bit-packed group cut short, runs of
 * length 0 at the end, width 0 without value bytes.
 */
#ifndef INGEST_FORMAT_PARQUET_HYBRID_H
#define INGEST_FORMAT_PARQUET_HYBRID_H

#include "format/parquet/section.h"

typedef struct PqHybrid
{
	PqSection section;
	uint32_t width;     /* bits, 0 to 32 */
	uint32_t run_value; /* of an RLE run */
	uint64_t run_left;  /* values left of the run */
	bool run_is_rle;
	uint32_t packed_at; /* bit-packed run: values of the current group of 8 already given */
} PqHybrid;

/* Takes over the section. */
extern void pq_hybrid_init(PqHybrid *hybrid, const PqSection *section, uint32_t width);

/*
 * Exactly n values; FMT_TRUNCATED when there are fewer, FMT_CORRUPT for a value of more than width
 * bits.
 */
extern FmtStatus pq_hybrid_decode(PqHybrid *hybrid, uint32_t *values, uint32_t n, PqError *error);
/* The same into bytes: width is at most 8. *all_equal: every value of this call is values[0]. */
extern FmtStatus pq_hybrid_decode_bytes(PqHybrid *hybrid, uint8_t *values, uint32_t n,
										bool *all_equal, PqError *error);
extern FmtStatus pq_hybrid_skip(PqHybrid *hybrid, uint64_t n, PqError *error);

/*
 * The run at the cursor: *value repeats at least *length times (>= 1).  false: it is not a run,
 * or there is none; decode instead.
 */
extern bool pq_hybrid_peek_run(PqHybrid *hybrid, uint32_t *value, uint64_t *length);

/*
 * bitpack.c: n values of width bits (0 to 64), LSB first, from data; reads up to PQ_SLACK bytes
 * behind.
 */
extern void pq_unpack32(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
						uint32_t *values);
extern void pq_unpack8(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
					   uint8_t *values); /* width <= 8 */
extern void pq_unpack64(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
						uint64_t *values);

/* Bits that levels up to max take. */
extern uint32_t pq_bit_width(uint32_t max);

#endif
