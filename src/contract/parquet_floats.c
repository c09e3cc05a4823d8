/*
 * parquet_floats.c: FLOAT, DOUBLE and FLOAT16.
 *
 * In: runs of floating-point numbers.  Out: floating-point numbers, bit by bit where the width is the same
 * (NaN, infinities and -0 included); narrower ones and integers where they are the same number;
 * other types by way of the fewest digits that give the number when they are read.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "fmgr.h"

#include "contract/parquet_internal.h"

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of mantissa; exact as binary32. */
static float4
widen_float16(const char *data)
{
	const unsigned char *bytes = (const unsigned char *) data;
	uint32 bits = (uint32) bytes[1] << 8 | bytes[0];
	uint32 sign = bits >> 15;
	uint32 exponent = bits >> 10 & 0x1f;
	uint32 mantissa = bits & 0x3ff;
	uint32 wide;
	float4 result;

	if (exponent == 0) /* subnormal: mantissa * 2^-24 */
	{
		result = (float4) mantissa / (float4) (1 << 24);
		return sign != 0 ? -result : result;
	}
	exponent = exponent == 0x1f ? 0xff : exponent + 127 - 15;
	wide = sign << 31 | exponent << 23 | mantissa << 13;
	memcpy(&result, &wide, sizeof(result));
	return result;
}

static inline float4
load_float4(const ParquetScalar *scalar, const char *data)
{
	float4 value;

	if (scalar->type != PQ_FLOAT)
		return widen_float16(data);
	memcpy(&value, data, sizeof(value));
	return value;
}

static inline float8
load_float8(const ParquetScalar *scalar, const char *data)
{
	float8 value;

	if (scalar->type != PQ_DOUBLE)
		return load_float4(scalar, data);
	memcpy(&value, data, sizeof(value));
	return value;
}

static void
convert_float4_values(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
		parquet_put(run, i, Float4GetDatum(load_float4(scalar, parquet_at(run, i))));
}

static void
convert_float8_values(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
		parquet_put(run, i, Float8GetDatum(load_float8(scalar, parquet_at(run, i))));
}

/* What float4 cannot hold at all is out of range, as for its input function; what it would round is lossy. */
static void
convert_narrowed_values(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		float8 value = load_float8(scalar, parquet_at(run, i));
		float4 narrow = (float4) value;

		if ((float8) narrow == value || isnan(value))
			parquet_put(run, i, Float4GetDatum(narrow));
		else if (isinf(narrow) || narrow == 0)
			parquet_refuse_range(scalar, run, i);
		else if (!scalar->format->allow_lossy)
			parquet_refuse_loss(scalar, run, i);
		else
			parquet_put(run, i, Float4GetDatum(narrow));
	}
}

/* An integer of the type's range; its bounds as floating-point numbers are -2^n and, just beyond, 2^n. */
static void
convert_integer_values(ParquetScalar *scalar, ParquetRun *run)
{
	Oid type = scalar->rendered->base_type;
	int bits = type == INT2OID ? 15 : type == INT4OID ? 31 : 63;
	float8 bound = ldexp(1.0, bits);
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		float8 value = load_float8(scalar, parquet_at(run, i));
		float8 rounded = rint(value); /* as the casts of PostgreSQL */

		if (!(rounded >= -bound && rounded < bound))
			parquet_refuse_range(scalar, run, i);
		else if (rounded != value && !scalar->format->allow_lossy)
			parquet_refuse_loss(scalar, run, i);
		else if (type == INT2OID)
			parquet_put(run, i, Int16GetDatum((int16) rounded));
		else if (type == INT4OID)
			parquet_put(run, i, Int32GetDatum((int32) rounded));
		else
			parquet_put(run, i, Int64GetDatum((int64) rounded));
	}
}

static bool
render_float(ParquetScalar *scalar, const char *data, StringInfo text)
{
	enlargeStringInfo(text, DOUBLE_SHORTEST_DECIMAL_LEN);
	if (scalar->type == PQ_DOUBLE)
		text->len += double_to_shortest_decimal_buf(load_float8(scalar, data), text->data);
	else
		text->len += float_to_shortest_decimal_buf(load_float4(scalar, data), text->data);
	return true;
}

bool
parquet_pick_float(ParquetScalar *scalar)
{
	scalar->render = render_float;
	switch (scalar->rendered->base_type)
	{
		case FLOAT4OID:
			scalar->convert =
				scalar->type == PQ_DOUBLE ? convert_narrowed_values : convert_float4_values;
			break;
		case FLOAT8OID:
			scalar->convert = convert_float8_values;
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			scalar->convert = convert_integer_values;
			break;
		default:
			scalar->convert = parquet_convert_by_text;
			break;
	}
	return (scalar->target & (TARGET_NUMBER | TARGET_TEXT | TARGET_USER)) != 0;
}
