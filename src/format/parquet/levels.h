/*
 * levels.h: definition or repetition levels of a page.
 */
#ifndef INGEST_FORMAT_PARQUET_LEVELS_H
#define INGEST_FORMAT_PARQUET_LEVELS_H

#include "format/parquet/hybrid.h"

typedef struct PqLevels
{
	bool is_bit_packed; /* deprecated BIT_PACKED: MSB first */
	uint8_t max;
	PqHybrid hybrid;
	uint32_t bit; /* BIT_PACKED: bits of the current byte already read */
} PqLevels;

/* encoding: PQ_RLE or PQ_BIT_PACKED, else FMT_UNSUPPORTED; max > 0. Takes over the section. */
extern FmtStatus pq_levels_init(PqLevels *levels, int32_t encoding, uint8_t max,
								const PqSection *section, PqError *error);

/*
 * Exactly n levels.  *nmax: how many of them are max (as definition levels: values that are not
 * null). FMT_CORRUPT for a level above max.
 */
extern FmtStatus pq_levels_decode(PqLevels *levels, uint8_t *out, uint32_t n, uint32_t *nmax,
								  PqError *error);

#endif
