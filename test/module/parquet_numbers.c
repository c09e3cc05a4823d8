/*
 * parquet_numbers.c: random numbers as Parquet has them, and as text.
 *
 * Decimals are made from their digits, floats with the mathematics library: without the code that is tested.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgroids.h"
#include "utils/numeric.h"

#include "parquet_values.h"

#define MAX_DECIMAL_BYTES 40

static int
pick(pg_prng_state *prng, int n)
{
	return (int) pg_prng_uint64_range(prng, 0, n - 1);
}

uint64
random_bits(pg_prng_state *prng)
{
	return pg_prng_uint64(prng) >> pick(prng, 64);
}

int64
random_int64(pg_prng_state *prng)
{
	uint64 bits = random_bits(prng);

	return (int64) (pick(prng, 2) == 0 ? bits : 0 - bits);
}

/* Whether floats of the target's width have to round it. */
static bool
float_rounds(Oid target, int64 value)
{
	uint64 magnitude = value < 0 ? 0 - (uint64) value : (uint64) value;
	int bits = target == FLOAT4OID ? 24 : target == FLOAT8OID ? 53 : 64;

	while (magnitude > 0 && magnitude % 2 == 0)
		magnitude /= 2;
	return bits < 64 && magnitude >> bits != 0;
}

void
make_integer_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	int64 number = random_int64(prng);
	int32 narrow = (int32) number;
	int bits = kind->logical.bits;

	if (kind->type == PQ_INT64)
	{
		memcpy(value->bytes, &number, sizeof(number));
		if (bits == 64 && !kind->logical.is_signed && number < 0)
		{
			value->text = psprintf(UINT64_FORMAT, (uint64) number);
			return;
		}
	}
	else
	{
		memcpy(value->bytes, &narrow, sizeof(narrow));
		number = narrow;
		if (bits > 0 && !kind->logical.is_signed)
			number &= (INT64CONST(1) << bits) - 1;
	}
	value->text = psprintf(INT64_FORMAT, number);
	value->lossy = float_rounds(target, number);
}

/* bytes = bytes * 10 + digit */
static void
add_digit(unsigned char *bytes, int digit)
{
	int i;

	for (i = MAX_DECIMAL_BYTES - 1; i >= 0; i--)
	{
		digit += bytes[i] * 10;
		bytes[i] = (unsigned char) digit;
		digit >>= 8;
	}
}

static void
negate(unsigned char *bytes)
{
	int carry = 1;
	int i;

	for (i = MAX_DECIMAL_BYTES - 1; i >= 0; i--)
	{
		carry += (unsigned char) ~bytes[i];
		bytes[i] = (unsigned char) carry;
		carry >>= 8;
	}
}

/* Bytes of the shortest two's complement that has the number. */
static int
needed_bytes(const unsigned char *bytes)
{
	int i = 0;

	while (i < MAX_DECIMAL_BYTES - 1 && (bytes[i] == 0 || bytes[i] == 0xff) &&
		   ((bytes[i] ^ bytes[i + 1]) & 0x80) == 0)
		i++;
	return MAX_DECIMAL_BYTES - i;
}

static void
store_decimal(pg_prng_state *prng, const ParquetKind *kind, const unsigned char *bytes,
			  ParquetValue *value)
{
	int needed = needed_bytes(bytes);
	int len = kind->type_length;
	int i;

	if (kind->type == PQ_INT32 || kind->type == PQ_INT64)
	{
		int64 number = 0;
		int32 narrow;

		for (i = MAX_DECIMAL_BYTES - 8; i < MAX_DECIMAL_BYTES; i++)
			number = (int64) ((uint64) number << 8 | bytes[i]);
		narrow = (int32) number;
		if (kind->type == PQ_INT64)
			memcpy(value->bytes, &number, sizeof(number));
		else
			memcpy(value->bytes, &narrow, sizeof(narrow));
		return;
	}
	if (kind->type == PQ_BYTE_ARRAY)
	{
		len = needed + pick(prng, MAX_DECIMAL_BYTES - needed + 1);
		if (needed == 1 && bytes[MAX_DECIMAL_BYTES - 1] == 0)
			len = pick(prng, 3);
	}
	memcpy(value->bytes, bytes + MAX_DECIMAL_BYTES - len, len);
	value->data.len = (uint32) len;
}

/* Rounded half away from zero. */
static char *
round_decimal(const char *text)
{
	Datum number = OidInputFunctionCall(F_NUMERIC_IN, unconstify(char *, text), InvalidOid, -1);

	number = DirectFunctionCall2(numeric_round, number, Int32GetDatum(0));
	return OidOutputFunctionCall(F_NUMERIC_OUT, number);
}

void
make_decimal_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	unsigned char bytes[MAX_DECIMAL_BYTES] = {0};
	int scale = kind->logical.scale;
	int ndigits = 1 + pick(prng, kind->logical.precision);
	int zeros = pick(prng, 3) == 0 ? pick(prng, ndigits) : 0;
	bool negative = pick(prng, 2) == 0;
	StringInfoData text;
	int i;

	initStringInfo(&text);
	appendStringInfoString(&text, negative ? "-" : "");
	if (ndigits <= scale)
		appendStringInfoString(&text, "0.");
	for (i = ndigits; i < scale; i++)
		appendStringInfoChar(&text, '0');
	for (i = 0; i < ndigits; i++)
	{
		int digit = i == 0 ? 1 + pick(prng, 9) : i >= ndigits - zeros ? 0 : pick(prng, 10);

		if (ndigits > scale && i == ndigits - scale)
			appendStringInfoChar(&text, '.');
		appendStringInfoChar(&text, (char) ('0' + digit));
		add_digit(bytes, digit);
		value->lossy |= digit != 0 && i >= ndigits - scale;
	}
	if (pick(prng, 20) == 0)
	{
		memset(bytes, 0, sizeof(bytes));
		resetStringInfo(&text);
		appendStringInfo(&text, "%.*f", scale, 0.0);
		value->lossy = false;
	}
	else if (negative)
		negate(bytes);
	store_decimal(prng, kind, bytes, value);
	value->text = text.data;
	if (target == INT2OID || target == INT4OID || target == INT8OID)
		value->text = round_decimal(text.data);
	else
		value->lossy = false;
}

/* Floats for integers; false for other targets. */
static bool
make_rounded(float8 number, Oid target, ParquetValue *value)
{
	if (target != INT2OID && target != INT4OID && target != INT8OID)
		return false;
	if (fabs(number) < 1e19) /* false for NaN */
		value->text = psprintf("%.0f", rint(number));
	value->lossy = rint(number) != number;
	return true;
}

void
make_float_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	uint64 bits = pg_prng_uint64(prng);
	float8 number;
	float4 narrow;

	memcpy(&number, &bits, sizeof(number));
	if (pick(prng, 3) != 0)
		number = (float8) random_int64(prng) / (pick(prng, 2) == 0 ? 1.0 : 1024.0);
	if (isnan(number)) /* the bits of others differ */
		number = get_float8_nan();
	narrow = (float4) number;
	if (kind->type == PQ_FLOAT)
	{
		number = narrow;
		memcpy(value->bytes, &narrow, sizeof(narrow));
	}
	else
		memcpy(value->bytes, &number, sizeof(number));

	if (make_rounded(number, target, value))
		return;
	if (kind->type == PQ_FLOAT && target != FLOAT8OID)
		value->text = OidOutputFunctionCall(F_FLOAT4OUT, Float4GetDatum(narrow));
	else
		value->text = OidOutputFunctionCall(F_FLOAT8OUT, Float8GetDatum(number));
	value->lossy = target == FLOAT4OID && !isnan(number) && (float8) narrow != number;
}

void
make_float16_value(pg_prng_state *prng, const ParquetKind *kind, Oid target, ParquetValue *value)
{
	int bits = pick(prng, 1 << 16);
	int exponent = bits >> 10 & 0x1f;
	int mantissa = bits & 0x3ff;
	float8 number;

	if (exponent == 0x1f && mantissa != 0)
		bits = 0x7e00; /* the bits of other NaNs differ */
	if (exponent == 0x1f)
		number = mantissa != 0 ? get_float8_nan() : get_float8_infinity();
	else
		number = exponent == 0 ? ldexp(mantissa, -24) : ldexp(mantissa + 1024, exponent - 25);
	if (bits >> 15 != 0 && !isnan(number))
		number = -number;
	value->bytes[0] = (char) (bits & 0xff);
	value->bytes[1] = (char) (bits >> 8);
	if (make_rounded(number, target, value))
		return;
	value->text = OidOutputFunctionCall(target == FLOAT8OID ? F_FLOAT8OUT : F_FLOAT4OUT,
										target == FLOAT8OID ? Float8GetDatum(number)
															: Float4GetDatum((float4) number));
}
