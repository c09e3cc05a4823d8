/*
 * parquet_decimals.h: unscaled values of DECIMAL.
 */
#ifndef INGEST_CONTRACT_PARQUET_DECIMALS_H
#define INGEST_CONTRACT_PARQUET_DECIMALS_H

#include "contract/parquet_internal.h"

#define MAX_POWER64 19 /* 10^19 < 2^64 */

/* 10^0 .. 10^MAX_POWER64 */
extern const uint64 parquet_powers_of_ten[MAX_POWER64 + 1];

/* parquet_numerics.c: to numeric columns for which numeric_is_plain() holds. */
extern ParquetConvert parquet_convert_numerics;

/* false: more than 64 bits. */
static inline bool
load_bytes(PqBytes bytes, int64 *value)
{
	const unsigned char *pos = (const unsigned char *) bytes.data;
	uint32 len = bytes.len;
	uint64 bits;

	if (len == 0)
	{
		*value = 0;
		return true;
	}
	bits = (pos[0] & 0x80) != 0 ? PG_UINT64_MAX : 0;
	for (; len > sizeof(bits); len--, pos++)
	{
		if (*pos != (unsigned char) bits || ((pos[1] ^ *pos) & 0x80) != 0)
			return false;
	}
	for (; len > 0; len--)
		bits = bits << 8 | *pos++;
	*value = (int64) bits;
	return true;
}

/* The unscaled value; false: more than 64 bits. */
static inline bool
load64(const ParquetScalar *scalar, const char *data, int64 *value)
{
	int32 narrow;

	switch (scalar->type)
	{
		case PQ_INT32:
			memcpy(&narrow, data, sizeof(narrow));
			*value = narrow;
			return true;
		case PQ_INT64:
			memcpy(value, data, sizeof(*value));
			return true;
		default:
			return load_bytes(parquet_bytes_at(scalar, data), value);
	}
}

#endif
