/*
 * convert_float.c: real and double precision, correctly rounded.
 *
 * Grammar: [+-] digits [. digits] [e [+-] digits] with at least one digit, at
 * most 19 significant ones, and a decimal exponent of the last digit within
 * +-27.  Longer numbers, NaN, infinity, hexadecimal and blanks are left to the
 * input function.  Values are by value (where float8 is).
 *
 * Like strtod() and strtof() the result is the nearest binary number, ties to
 * even.  Two ways: one exact floating-point operation (W. Clinger, "How to read
 * floating point numbers accurately", 1990) where mantissa and power of ten are
 * exact doubles; else integers, 128 bits wide, because within 10^27 the power
 * of five fits 64 bits, so product and quotient are known exactly.
 */
#include "postgres.h"

#include <float.h>

#include "fmgr.h"
#include "port/pg_bitutils.h"

#include "contract/convert_internal.h"
#include "contract/digits.h"

#define MAX_SIGNIFICANT_DIGITS 19 /* 10^19 - 1 < 2^64 */
#define MAX_EXPONENT_DIGITS    4
#define MAX_POWER              27 /* 5^27 < 2^64 */

/* (-1)^negative * mantissa * 10^exponent */
typedef struct Decimal
{
	bool negative;
	uint64 mantissa;
	int exponent;
} Decimal;

/* Adds digits to the mantissa; returns where they end. *significant counts from the first non-zero. */
static inline const char *
add_digits(const char *data, const char *end, Decimal *number, int *significant)
{
	uint64 mantissa = number->mantissa;

	/* once the first digit that counts is there, many at a time */
	while (mantissa != 0 && data < end)
	{
		size_t len = Min(end - data, DIGITS_MAX);
		uint32 part;

		if (!digits_value(data, len, &part))
			break;
		mantissa = mantissa * digits_power_of_ten[len] + part;
		*significant += len;
		data += len;
	}
	for (; data < end && is_digit(*data); data++)
	{
		*significant += mantissa != 0 || *data != '0'; /* the product may wrap to 0 */
		mantissa = mantissa * 10 + (uint64) (*data - '0');
	}
	number->mantissa = mantissa;
	return data;
}

static inline bool
parse_exponent(const char *data, const char *end, int *exponent)
{
	bool negative = false;

	if (data < end && (*data == '-' || *data == '+'))
		negative = *data++ == '-';
	if (data == end || end - data > MAX_EXPONENT_DIGITS)
		return false;
	*exponent = 0;
	for (; data < end; data++)
	{
		if (!is_digit(*data))
			return false;
		*exponent = *exponent * 10 + (*data - '0');
	}
	if (negative)
		*exponent = -*exponent;
	return true;
}

static inline bool
parse_decimal(const char *data, size_t len, Decimal *number)
{
	const char *end = data + len;
	const char *start;
	int significant = 0;
	int ndigits;
	int exponent = 0;
	int scale = 0;

	number->negative = false;
	number->mantissa = 0;
	if (len > 0 && (*data == '-' || *data == '+'))
		number->negative = *data++ == '-';

	start = data;
	data = add_digits(data, end, number, &significant);
	ndigits = (int) (data - start);
	if (data < end && *data == '.')
	{
		start = ++data;
		data = add_digits(data, end, number, &significant);
		scale = (int) (data - start);
		ndigits += scale;
	}
	if (ndigits == 0 || significant > MAX_SIGNIFICANT_DIGITS)
		return false;
	if (data < end)
	{
		if ((*data != 'e' && *data != 'E') || !parse_exponent(data + 1, end, &exponent))
			return false;
	}
	number->exponent = exponent - scale;
	return true;
}

#ifdef HAVE_INT128

static const uint64 powers_of_five[MAX_POWER + 1] = {
	UINT64CONST(1),
	UINT64CONST(5),
	UINT64CONST(25),
	UINT64CONST(125),
	UINT64CONST(625),
	UINT64CONST(3125),
	UINT64CONST(15625),
	UINT64CONST(78125),
	UINT64CONST(390625),
	UINT64CONST(1953125),
	UINT64CONST(9765625),
	UINT64CONST(48828125),
	UINT64CONST(244140625),
	UINT64CONST(1220703125),
	UINT64CONST(6103515625),
	UINT64CONST(30517578125),
	UINT64CONST(152587890625),
	UINT64CONST(762939453125),
	UINT64CONST(3814697265625),
	UINT64CONST(19073486328125),
	UINT64CONST(95367431640625),
	UINT64CONST(476837158203125),
	UINT64CONST(2384185791015625),
	UINT64CONST(11920928955078125),
	UINT64CONST(59604644775390625),
	UINT64CONST(298023223876953125),
	UINT64CONST(1490116119384765625),
	UINT64CONST(7450580596923828125),
};

/*
 * Rounds mantissa * 10^exponent to a binary number of nbits bits, the top one
 * set: *bits * 2^*exponent2. The mantissa is not 0, |exponent| <= MAX_POWER.
 */
static void
round_to_binary(const Decimal *number, int nbits, uint64 *bits, int *exponent2)
{
	uint64 power = powers_of_five[abs(number->exponent)];
	int shift = 63 - pg_leftmost_one_pos64(number->mantissa);
	int power_shift = 63 - pg_leftmost_one_pos64(power);
	uint64 mantissa = number->mantissa << shift;
	uint64 exact; /* 63 or 64 bits of the result */
	bool more;    /* and whether non-zero bits follow */
	int exp2;
	int drop;
	uint64 rest;
	uint64 half;

	power <<= power_shift;
	if (number->exponent >= 0)
	{
		uint128 product = (uint128) mantissa * power;

		exact = (uint64) (product >> 64);
		more = (uint64) product != 0;
		exp2 = number->exponent - shift - power_shift + 64;
	}
	else
	{
		uint128 dividend = (uint128) mantissa << 63;

		exact = (uint64) (dividend / power);
		more = exact * power != (uint64) dividend;
		exp2 = number->exponent - shift + power_shift - 63;
	}

	drop = pg_leftmost_one_pos64(exact) + 1 - nbits;
	half = UINT64CONST(1) << (drop - 1);
	rest = exact & ((half << 1) - 1);
	exact >>= drop;
	if (rest > half || (rest == half && (more || (exact & 1) != 0)))
		exact++;
	if (exact >> nbits != 0)
	{
		exact >>= 1;
		drop++;
	}
	*bits = exact;
	*exponent2 = exp2 + drop;
}

/* false: out of the range that the tables or a normal number of the type cover. */
static bool
decimal_to_float8(const Decimal *number, double *result)
{
	uint64 bits;
	int exponent;

	if (abs(number->exponent) > MAX_POWER)
		return false;
	round_to_binary(number, DBL_MANT_DIG, &bits, &exponent);
	exponent += DBL_MANT_DIG - 1 + DBL_MAX_EXP - 1; /* biased */
	bits &= (UINT64CONST(1) << (DBL_MANT_DIG - 1)) - 1;
	bits |= (uint64) exponent << (DBL_MANT_DIG - 1);
	bits |= (uint64) number->negative << 63;
	memcpy(result, &bits, sizeof(*result));
	return true;
}

static bool
decimal_to_float4(const Decimal *number, float *result)
{
	uint64 bits;
	uint32 bits32;
	int exponent;

	if (abs(number->exponent) > MAX_POWER)
		return false;
	round_to_binary(number, FLT_MANT_DIG, &bits, &exponent);
	exponent += FLT_MANT_DIG - 1 + FLT_MAX_EXP - 1;
	if (exponent >= 2 * FLT_MAX_EXP - 1)
		return false; /* 10^-27 is normal, so only overflow is possible */
	bits32 = (uint32) bits & ((1U << (FLT_MANT_DIG - 1)) - 1);
	bits32 |= (uint32) exponent << (FLT_MANT_DIG - 1);
	bits32 |= (uint32) number->negative << 31;
	memcpy(result, &bits32, sizeof(*result));
	return true;
}

#else

static bool
decimal_to_float8(const Decimal *number, double *result)
{
	return false;
}

static bool
decimal_to_float4(const Decimal *number, float *result)
{
	return false;
}

#endif /* HAVE_INT128 */

ConvertStatus
convert_float4(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			   Datum *value)
{
	Decimal number;
	float result;

	if (!parse_decimal(data, len, &number))
		return CONVERT_UNDECIDED;
	if (number.mantissa == 0)
		result = number.negative ? -0.0f : 0.0f;
	else if (!decimal_to_float4(&number, &result))
		return CONVERT_UNDECIDED;
	*value = Float4GetDatum(result);
	return CONVERT_OK;
}

/* Clinger's case: mantissa and power of ten are exact, so one operation rounds once. */
static inline bool
decimal_to_float8_exactly(const Decimal *number, double *result)
{
	/* No double arithmetic where the processor computes with more bits. */
#if FLT_EVAL_METHOD == 0
	static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
										   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
										   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

	if (number->mantissa <= UINT64CONST(1) << DBL_MANT_DIG &&
		abs(number->exponent) < (int) lengthof(powers_of_ten))
	{
		double mantissa = (double) number->mantissa;

		if (number->negative)
			mantissa = -mantissa;
		if (number->exponent < 0)
			*result = mantissa / powers_of_ten[-number->exponent];
		else
			*result = mantissa * powers_of_ten[number->exponent];
		return true;
	}
#endif
	return false;
}

ConvertStatus
convert_float8(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			   Datum *value)
{
	Decimal number;
	double result;

	if (!parse_decimal(data, len, &number))
		return CONVERT_UNDECIDED;
	if (number.mantissa == 0)
		result = number.negative ? -0.0 : 0.0;
	else if (!decimal_to_float8_exactly(&number, &result) && !decimal_to_float8(&number, &result))
		return CONVERT_UNDECIDED;
	*value = Float8GetDatum(result);
	return CONVERT_OK;
}
