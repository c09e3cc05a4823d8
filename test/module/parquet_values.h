/*
 * parquet_values.h: random Parquet values, and what they mean as text.
 */
#ifndef INGEST_TEST_PARQUET_VALUES_H
#define INGEST_TEST_PARQUET_VALUES_H

#include "common/pg_prng.h"
#include "format/parquet/schema.h"

typedef struct ParquetValue
{
	char bytes[64]; /* as an element of a PqVector, but of a BYTE_ARRAY the bytes themselves */
	PqBytes data;   /* of a BYTE_ARRAY: bytes, or palloc'd */
	char *text; /* what the type's input function is to make the same value of; NULL: nothing can */
	bool lossy; /* the text does not tell that the type would round it */
} ParquetValue;

typedef struct ParquetKind ParquetKind;
struct ParquetKind
{
	const char *name;
	int32_t type;
	int32_t type_length;
	PqLogical logical;
	void (*make)(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value);
};

/* NULL: there is none of that name. */
extern const ParquetKind *parquet_kind(const char *name);

/* parquet_numbers.c */

/* As many significant bits as chance will have it. */
extern uint64 random_bits(pg_prng_state *prng);
extern int64 random_int64(pg_prng_state *prng);

typedef void MakeParquetValue(pg_prng_state *prng, const ParquetKind *kind, Oid target,
							  ParquetValue *value);
extern MakeParquetValue make_integer_value, make_decimal_value, make_float_value;
extern MakeParquetValue make_float16_value;

#endif
