/*
 * parquet_numerics.c: DECIMAL to numeric, straight into its on-disk form.
 *
 * In: runs of unscaled values.  Out: numerics in the run's arena, whose digits never were a floating-point number:
 * 64 bits fast, 128 bits nearly so, more, and what needs rounding, by way of the decimal's text.
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/numeric_form.h"
#include "contract/parquet_decimals.h"

/* Base-10000 digits of 64 bits, cut at the decimal point, both ends incomplete. */
#define MAX_GROUPS64 7

const uint64 parquet_powers_of_ten[MAX_POWER64 + 1] = {
	UINT64CONST(1),
	UINT64CONST(10),
	UINT64CONST(100),
	UINT64CONST(1000),
	UINT64CONST(10000),
	UINT64CONST(100000),
	UINT64CONST(1000000),
	UINT64CONST(10000000),
	UINT64CONST(100000000),
	UINT64CONST(1000000000),
	UINT64CONST(10000000000),
	UINT64CONST(100000000000),
	UINT64CONST(1000000000000),
	UINT64CONST(10000000000000),
	UINT64CONST(100000000000000),
	UINT64CONST(1000000000000000),
	UINT64CONST(10000000000000000),
	UINT64CONST(100000000000000000),
	UINT64CONST(1000000000000000000),
	UINT64CONST(10000000000000000000),
};

typedef struct Magnitude64
{
	bool negative;
	uint64 value;
} Magnitude64;

static inline Magnitude64
magnitude(int64 value)
{
	Magnitude64 result;

	result.negative = value < 0;
	result.value = value < 0 ? 0 - (uint64) value : (uint64) value;
	return result;
}

/*
 * value / 10^scale with dscale digits of the fraction shown.  The groups of numeric begin at the decimal point, so the
 * digits behind the last full group of the fraction are cut off first, and padded with zeros.
 */
static inline Datum
make_numeric(Magnitude64 number, int scale, int dscale, ConvertArena *arena)
{
	int16 groups[MAX_GROUPS64];
	int16 *group = groups + MAX_GROUPS64;
	uint64 rest = number.value;
	int odd = scale % DEC_DIGITS;
	NumericForm form;

	if (odd > 0)
	{
		*--group =
			(int16) (rest % parquet_powers_of_ten[odd] * parquet_powers_of_ten[DEC_DIGITS - odd]);
		rest /= parquet_powers_of_ten[odd];
	}
	for (; rest > 0; rest /= NBASE)
		*--group = (int16) (rest % NBASE);
	form.negative = number.negative;
	form.dscale = dscale;
	form.groups = group;
	form.ngroups = (int) (groups + MAX_GROUPS64 - group);
	form.weight = form.ngroups - 1 - (scale + DEC_DIGITS - 1) / DEC_DIGITS;
	return numeric_form_store(form, arena);
}

#ifdef HAVE_INT128

#define MAX_GROUPS128 11 /* as MAX_GROUPS64 */

/* false: more than 128 bits. */
static inline bool
load128(PqBytes bytes, bool *negative, uint128 *magnitude)
{
	const unsigned char *pos = (const unsigned char *) bytes.data;
	uint128 bits;
	uint32 i;

	if (bytes.len == 0 || bytes.len > sizeof(bits))
		return false;
	*negative = (pos[0] & 0x80) != 0;
	bits = *negative ? ~(uint128) 0 : 0;
	for (i = 0; i < bytes.len; i++)
		bits = bits << 8 | pos[i];
	*magnitude = *negative ? 0 - bits : bits;
	return true;
}

/* Powers of ten up to 10^38, the largest below 2^127. */
static uint128
power128(int exponent)
{
	uint128 result = parquet_powers_of_ten[Min(exponent, MAX_POWER64)];

	return exponent > MAX_POWER64 ? result * parquet_powers_of_ten[exponent - MAX_POWER64] : result;
}

/*
 * More than 64 bits: as make_numeric(), four groups at a time, because dividing 128 bits is slow.  false: goes by
 * its text.
 */
static bool
make_numeric128(const ParquetScalar *scalar, PqBytes bytes, ConvertArena *arena, Datum *value)
{
	const Converter *converter = scalar->rendered;
	const uint64 four_groups = parquet_powers_of_ten[4 * DEC_DIGITS];
	int scale = scalar->logical.scale;
	int odd = scale % DEC_DIGITS;
	int max_digits = converter->precision - converter->scale + scale;
	int16 groups[MAX_GROUPS128 + 4];
	int16 *group = groups + lengthof(groups);
	uint128 rest;
	NumericForm form;

	if ((converter->precision >= 0 && scale > converter->scale) ||
		!load128(bytes, &form.negative, &rest) ||
		(converter->precision >= 0 && max_digits <= 2 * MAX_POWER64 &&
		 rest >= power128(max_digits)))
		return false;
	if (odd > 0)
	{
		*--group = (int16) (uint64) (rest % parquet_powers_of_ten[odd] *
									 parquet_powers_of_ten[DEC_DIGITS - odd]);
		rest /= parquet_powers_of_ten[odd];
	}
	while (rest > 0)
	{
		uint64 low = rest > PG_UINT64_MAX ? (uint64) (rest % four_groups) : (uint64) rest;
		int i = rest > PG_UINT64_MAX ? 4 : 0; /* groups that low stands for */

		rest = rest > PG_UINT64_MAX ? rest / four_groups : 0;
		for (; i > 0 || low > 0; i--, low /= NBASE)
			*--group = (int16) (low % NBASE);
	}
	form.dscale = converter->precision >= 0 ? converter->scale : scale;
	form.groups = group;
	form.ngroups = (int) (groups + lengthof(groups) - group);
	form.weight = form.ngroups - 1 - (scale + DEC_DIGITS - 1) / DEC_DIGITS;
	*value = numeric_form_store(form, arena);
	return true;
}

#else

static bool
make_numeric128(const ParquetScalar *scalar, PqBytes bytes, ConvertArena *arena, Datum *value)
{
	return false;
}

#endif

/* What has more than 64 bits. */
static void
convert_large(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	Datum value;

	if (make_numeric128(scalar, parquet_bytes_at(scalar, parquet_at(run, i)), run->arena, &value))
		parquet_put(run, i, value);
	else
		parquet_by_text(scalar, run, i);
}

/*
 * numeric_is_plain() holds.  To a column of a smaller scale only digits that are 0 are lost; what has more digits
 * than 64 bits or than the column has before the point, or needs rounding, goes by its text.
 */
void
parquet_convert_numerics(ParquetScalar *scalar, ParquetRun *run)
{
	const Converter *converter = scalar->rendered;
	bool limited = converter->precision >= 0;
	int dscale = limited ? converter->scale : scalar->logical.scale;
	int excess = scalar->logical.scale - dscale;
	int scale = Min(scalar->logical.scale, dscale);
	uint64 divisor = excess > 0 ? parquet_powers_of_ten[Min(excess, MAX_POWER64)] : 1;
	int max_digits = limited ? converter->precision - converter->scale + scale : MAX_POWER64 + 1;
	uint64 limit = max_digits <= MAX_POWER64 ? parquet_powers_of_ten[max_digits] - 1
											 : PG_UINT64_MAX; /* the largest */
	uint32 i;

	for (i = 0; i < run->n; i++)
	{
		Magnitude64 number;
		int64 value;

		if (!load64(scalar, parquet_at(run, i), &value))
		{
			convert_large(scalar, run, i);
			continue;
		}
		number = magnitude(value);
		if (excess > 0)
		{
			if (number.value % divisor != 0 || excess > MAX_POWER64)
			{
				parquet_by_text(scalar, run, i);
				continue;
			}
			number.value /= divisor;
		}
		if (number.value > limit)
			parquet_by_text(scalar, run, i);
		else
			parquet_put(run, i, make_numeric(number, scale, dscale, run->arena));
	}
}
