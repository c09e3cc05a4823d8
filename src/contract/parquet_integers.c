/*
 * parquet_integers.c: INT32 and INT64, signed and unsigned.
 *
 * In: runs of integers, which may be annotated with a width and a sign.  Out: integers where they fit,
 * numeric, floating-point numbers where they keep every digit.
 * Numerics live in the run's arena.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"

#include "contract/numeric_form.h"
#include "contract/parquet_internal.h"

/* Integers up to these are floating-point numbers without rounding. */
#define FLOAT4_EXACT (INT64CONST(1) << 24)
#define FLOAT8_EXACT (INT64CONST(1) << 53)

#define MAX_GROUPS64 5 /* base-10000 digits of 64 bits */

/* Values of a block: enough to hide the choice of a loader, few enough for the stack. */
#define BLOCK_VALUES 256

static bool
is_unsigned(const ParquetScalar *scalar)
{
	return scalar->logical.kind == PQ_LOGICAL_INTEGER && !scalar->logical.is_signed;
}

/* The bits of a value as the signed number they mean; of UINT_64 only what int64 can hold is meant. */
static inline int64
load_one(const ParquetScalar *scalar, const char *data)
{
	int64 wide;
	int32 narrow;

	if (scalar->width == sizeof(wide))
	{
		memcpy(&wide, data, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, data, sizeof(narrow));
	if (!is_unsigned(scalar))
		return narrow;
	return (int64) ((uint32) narrow & (PG_UINT32_MAX >> (32 - scalar->logical.bits)));
}

/* Values from..from + n - 1 of the run; false if one of them is beyond int64. */
static bool
load_block(const ParquetScalar *scalar, const ParquetRun *run, uint32 from, uint32 n, int64 *block)
{
	const char *data = parquet_at(run, from);
	uint64 signs = 0;
	uint32 i;

	if (scalar->width == sizeof(int64))
	{
		memcpy(block, data, n * sizeof(int64));
		if (!is_unsigned(scalar))
			return true;
		for (i = 0; i < n; i++)
			signs |= (uint64) block[i];
		return signs >> 63 == 0;
	}
	if (!is_unsigned(scalar))
	{
		for (i = 0; i < n; i++)
		{
			int32 value;

			memcpy(&value, data + i * sizeof(value), sizeof(value));
			block[i] = value;
		}
	}
	else
	{
		for (i = 0; i < n; i++)
			block[i] = load_one(scalar, data + i * sizeof(int32));
	}
	return true;
}

/* Stores the values of a block, from number first of the run on. */
typedef void StoreBlock(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n,
						const int64 *block);

static inline void
convert_blocks(ParquetScalar *scalar, ParquetRun *run, StoreBlock *store)
{
	int64 block[BLOCK_VALUES];
	uint32 first;

	for (first = 0; first < run->n; first += BLOCK_VALUES)
	{
		uint32 n = Min(run->n - first, BLOCK_VALUES);
		uint32 i;

		if (load_block(scalar, run, first, n, block))
			store(scalar, run, first, n, block);
		else
		{
			for (i = first; i < first + n; i++)
				parquet_by_text(scalar, run, i);
		}
	}
}

static void
store_int2(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n, const int64 *block)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (likely(block[i] >= PG_INT16_MIN && block[i] <= PG_INT16_MAX))
			parquet_put(run, first + i, Int16GetDatum((int16) block[i]));
		else
			parquet_by_text(scalar, run, first + i);
	}
}

static void
store_int4(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n, const int64 *block)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (likely(block[i] >= PG_INT32_MIN && block[i] <= PG_INT32_MAX))
			parquet_put(run, first + i, Int32GetDatum((int32) block[i]));
		else
			parquet_by_text(scalar, run, first + i);
	}
}

static void
store_int8(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n, const int64 *block)
{
	uint32 i;

	for (i = 0; i < n; i++)
		parquet_put(run, first + i, Int64GetDatum(block[i]));
}

/* Whether a floating-point number with that many bits has the very value. */
static inline bool
is_exact(const ParquetScalar *scalar, int64 value, int64 limit)
{
	return (value >= -limit && value <= limit) || scalar->format->allow_lossy;
}

static void
store_float4(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n, const int64 *block)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (likely(is_exact(scalar, block[i], FLOAT4_EXACT)) ||
			(double) (float4) block[i] == (double) block[i])
			parquet_put(run, first + i, Float4GetDatum((float4) block[i]));
		else
			parquet_refuse_loss(scalar, run, first + i);
	}
}

/* 2^63 as a double is no int64, so the way back is compared only below it. */
static inline bool
survives_float8(int64 value)
{
	float8 number = (float8) value;

	return number < -(float8) PG_INT64_MIN && (int64) number == value;
}

static void
store_float8(ParquetScalar *scalar, ParquetRun *run, uint32 first, uint32 n, const int64 *block)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (likely(is_exact(scalar, block[i], FLOAT8_EXACT)) || survives_float8(block[i]))
			parquet_put(run, first + i, Float8GetDatum((float8) block[i]));
		else
			parquet_refuse_loss(scalar, run, first + i);
	}
}

static void
convert_int2_values(ParquetScalar *scalar, ParquetRun *run)
{
	convert_blocks(scalar, run, store_int2);
}

static void
convert_int4_values(ParquetScalar *scalar, ParquetRun *run)
{
	convert_blocks(scalar, run, store_int4);
}

static void
convert_int8_values(ParquetScalar *scalar, ParquetRun *run)
{
	convert_blocks(scalar, run, store_int8);
}

static void
convert_float4_values(ParquetScalar *scalar, ParquetRun *run)
{
	convert_blocks(scalar, run, store_float4);
}

static void
convert_float8_values(ParquetScalar *scalar, ParquetRun *run)
{
	convert_blocks(scalar, run, store_float8);
}

/* numeric without a typmod, or with one that has no negative scale and as many digits before the point. */
static void
convert_numeric_values(ParquetScalar *scalar, ParquetRun *run)
{
	const Converter *converter = scalar->rendered;
	int max_digits = converter->precision - converter->scale;
	bool limited = converter->precision >= 0 && max_digits < 20; /* 2^64 has 20 digits */
	uint64 limit = 1;
	uint32 i;

	for (i = 0; limited && i < (uint32) max_digits; i++)
		limit *= 10;
	for (i = 0; i < run->n; i++)
	{
		int64 value = load_one(scalar, parquet_at(run, i));
		bool negative = value < 0 && !is_unsigned(scalar);
		uint64 rest = negative ? 0 - (uint64) value : (uint64) value;
		int16 groups[MAX_GROUPS64];
		int16 *group = groups + MAX_GROUPS64;
		NumericForm form;

		if (limited && rest >= limit)
		{
			parquet_by_text(scalar, run, i);
			continue;
		}
		for (; rest > 0; rest /= NBASE)
			*--group = (int16) (rest % NBASE);
		form.negative = negative;
		form.dscale = converter->precision >= 0 ? converter->scale : 0;
		form.groups = group;
		form.ngroups = (int) (groups + MAX_GROUPS64 - group);
		form.weight = form.ngroups - 1;
		parquet_put(run, i, numeric_form_store(form, run->arena));
	}
}

static bool
render_integer(ParquetScalar *scalar, const char *data, StringInfo text)
{
	int64 value = load_one(scalar, data);

	if (is_unsigned(scalar))
		appendStringInfo(text, UINT64_FORMAT, (uint64) value);
	else
		appendStringInfo(text, INT64_FORMAT, value);
	return true;
}

static ParquetConvert *
convert_for(const Converter *converter)
{
	switch (converter->base_type)
	{
		case INT2OID:
			return convert_int2_values;
		case INT4OID:
			return convert_int4_values;
		case INT8OID:
			return convert_int8_values;
		case FLOAT4OID:
			return convert_float4_values;
		case FLOAT8OID:
			return convert_float8_values;
		case NUMERICOID:
			if (numeric_is_plain(converter))
				return convert_numeric_values;
			return parquet_convert_by_text;
		default:
			return parquet_convert_by_text;
	}
}

bool
parquet_pick_integer(ParquetScalar *scalar)
{
	scalar->render = render_integer;
	scalar->convert = convert_for(scalar->rendered);
	return (scalar->target & (TARGET_NUMBER | TARGET_TEXT | TARGET_USER)) != 0;
}
