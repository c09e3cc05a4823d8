/*
 * little_endian.h: numbers as Parquet writes them, from any address.
 */
#ifndef INGEST_FORMAT_PARQUET_LITTLE_ENDIAN_H
#define INGEST_FORMAT_PARQUET_LITTLE_ENDIAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define PQ_HOST_IS_LITTLE_ENDIAN false
#else
#define PQ_HOST_IS_LITTLE_ENDIAN true
#endif

static inline uint32_t
pq_load32(const void *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return PQ_HOST_IS_LITTLE_ENDIAN ? value : __builtin_bswap32(value);
}

static inline uint64_t
pq_load64(const void *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return PQ_HOST_IS_LITTLE_ENDIAN ? value : __builtin_bswap64(value);
}

#endif
