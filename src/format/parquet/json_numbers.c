/*
 * json_numbers.c: numbers as JSON text, exactly, whatever the locale.
 *
 * In: integers, unscaled decimals, floats.  Out: digits to a PqJsonWriter.
 */
#include "format/parquet/json_writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Digits of a 64-bit number. */
#define MAX_DIGITS64 20

/* Nine digits are what fits into a 32-bit limb. */
#define LIMB_BASE          1000000000u
#define MAX_DECIMAL_LIMBS  (PQ_MAX_DECIMAL_BYTES / 4)
#define MAX_DECIMAL_DIGITS (PQ_MAX_DECIMAL_BYTES * 241 / 100 + 10) /* 8 * log10(2) = 2.408 */

/* Below these, floats have fewer digits; above, that many decimal digits survive. */
#define MIN_NORMAL_DOUBLE     2.2250738585072014e-308
#define MIN_NORMAL_FLOAT      1.17549435e-38f
#define DOUBLE_DECIMAL_DIGITS 15
#define FLOAT_DECIMAL_DIGITS  6

/* Floats whose exponent is outside of these are written with one. */
#define MIN_PLAIN_EXPONENT (-7)
#define MAX_PLAIN_EXPONENT 21

/* What a number consists of: 0.<digits> * 10^point. */
typedef struct Digits
{
	bool negative;
	int ndigits;
	int point;
	char digits[40];
} Digits;

/* The digits of value, without a sign, at the end of buffer; returns where they begin. */
static char *
digits_of(uint64_t value, char *end)
{
	do
	{
		*--end = (char) ('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return end;
}

void
pq_json_unsigned(PqJsonWriter *writer, uint64_t value)
{
	char buffer[MAX_DIGITS64];
	char *start = digits_of(value, buffer + MAX_DIGITS64);

	pq_json_put(writer, start, (size_t) (buffer + MAX_DIGITS64 - start));
}

static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
}

void
pq_json_integer(PqJsonWriter *writer, int64_t value)
{
	if (value < 0)
		pq_json_literal(writer, "-");
	pq_json_unsigned(writer, magnitude(value));
}

static void
put_zeros(PqJsonWriter *writer, size_t n)
{
	for (; n > 0; n--)
		pq_json_literal(writer, "0");
}

/* digits / 10^scale; digits have no leading zero, or are "0". */
static void
put_scaled(PqJsonWriter *writer, bool negative, const char *digits, size_t ndigits, int32_t scale)
{
	size_t fraction = (size_t) scale;
	bool quoted = writer->style->decimals_as_text;

	if (quoted)
		pq_json_literal(writer, "\"");
	if (negative)
		pq_json_literal(writer, "-");
	if (fraction == 0)
		pq_json_put(writer, digits, ndigits);
	else if (ndigits > fraction)
	{
		pq_json_put(writer, digits, ndigits - fraction);
		pq_json_literal(writer, ".");
		pq_json_put(writer, digits + ndigits - fraction, fraction);
	}
	else
	{
		pq_json_literal(writer, "0.");
		put_zeros(writer, fraction - ndigits);
		pq_json_put(writer, digits, ndigits);
	}
	if (quoted)
		pq_json_literal(writer, "\"");
}

static bool
scale_is_valid(PqJsonWriter *writer, int32_t scale)
{
	if (scale >= 0 && scale <= PQ_MAX_DECIMAL_SCALE)
		return true;
	(void) pq_json_fail(writer, FMT_UNSUPPORTED, "decimal scale is out of range");
	return false;
}

void
pq_json_decimal64(PqJsonWriter *writer, int64_t unscaled, int32_t scale)
{
	char buffer[MAX_DIGITS64];
	char *start = digits_of(magnitude(unscaled), buffer + MAX_DIGITS64);

	if (scale_is_valid(writer, scale))
		put_scaled(writer, unscaled < 0, start, (size_t) (buffer + MAX_DIGITS64 - start), scale);
}

/* Divides the number of n limbs, most significant first, by LIMB_BASE; returns the remainder. */
static uint32_t
divide_limbs(uint32_t *limbs, size_t n)
{
	uint64_t remainder = 0;
	size_t i;

	for (i = 0; i < n; i++)
	{
		uint64_t dividend = remainder << 32 | limbs[i];

		limbs[i] = (uint32_t) (dividend / LIMB_BASE);
		remainder = dividend % LIMB_BASE;
	}
	return (uint32_t) remainder;
}

/* Writes the digits in front of end; returns where they begin. Destroys the limbs. */
static char *
limbs_to_digits(uint32_t *limbs, size_t n, char *end)
{
	char *pos = end;

	while (n > 0)
	{
		uint32_t rest;
		int i;

		if (limbs[0] == 0)
		{
			limbs++;
			n--;
			continue;
		}
		rest = divide_limbs(limbs, n);
		for (i = 0; i < 9; i++)
		{
			*--pos = (char) ('0' + rest % 10);
			rest /= 10;
		}
	}
	while (pos < end && *pos == '0')
		pos++;
	if (pos == end)
		*--pos = '0';
	return pos;
}

void
pq_json_decimal(PqJsonWriter *writer, const void *data, size_t len, bool big_endian, int32_t scale)
{
	const unsigned char *bytes = data;
	uint32_t limbs[MAX_DECIMAL_LIMBS] = {0};
	char digits[MAX_DECIMAL_DIGITS];
	char *start;
	bool negative;
	uint32_t carry;
	size_t i;

	if (len > PQ_MAX_DECIMAL_BYTES)
		(void) pq_json_fail(writer, FMT_UNSUPPORTED, "decimal is too long");
	if (len > PQ_MAX_DECIMAL_BYTES || !scale_is_valid(writer, scale))
		return;

	/* the magnitude: of negative numbers the complement plus 1 */
	negative = len > 0 && (bytes[big_endian ? 0 : len - 1] & 0x80) != 0;
	carry = negative;
	for (i = 0; i < len; i++)
	{
		uint32_t byte = bytes[big_endian ? len - 1 - i : i];

		byte = (negative ? byte ^ 0xff : byte) + carry;
		carry = byte >> 8;
		limbs[MAX_DECIMAL_LIMBS - 1 - i / 4] |= (byte & 0xff) << (i % 4 * 8);
	}
	/* -2^(8 len - 1) has no carry out: its magnitude needs no more bytes */
	start = limbs_to_digits(limbs + MAX_DECIMAL_LIMBS - (len + 3) / 4, (len + 3) / 4,
							digits + MAX_DECIMAL_DIGITS);
	put_scaled(writer, negative, start, (size_t) (digits + MAX_DECIMAL_DIGITS - start), scale);
}

static void
put_digits(PqJsonWriter *writer, const Digits *number)
{
	int exponent = number->point - 1;

	if (number->negative)
		pq_json_literal(writer, "-");
	if (exponent < MIN_PLAIN_EXPONENT || exponent >= MAX_PLAIN_EXPONENT)
	{
		pq_json_put(writer, number->digits, 1);
		if (number->ndigits > 1)
		{
			pq_json_literal(writer, ".");
			pq_json_put(writer, number->digits + 1, (size_t) number->ndigits - 1);
		}
		pq_json_literal(writer, "e");
		pq_json_integer(writer, exponent);
	}
	else if (number->point <= 0)
	{
		pq_json_literal(writer, "0.");
		put_zeros(writer, (size_t) -number->point);
		pq_json_put(writer, number->digits, (size_t) number->ndigits);
	}
	else if (number->point >= number->ndigits)
	{
		pq_json_put(writer, number->digits, (size_t) number->ndigits);
		put_zeros(writer, (size_t) (number->point - number->ndigits));
	}
	else
	{
		pq_json_put(writer, number->digits, (size_t) number->point);
		pq_json_literal(writer, ".");
		pq_json_put(writer, number->digits + number->point,
					(size_t) (number->ndigits - number->point));
	}
}

/*
 * The text of "%.*e" as digits.  What is not a digit, sign or exponent is the locale's decimal
 * point, and passed over.
 */
static void
parse_scientific(const char *text, Digits *number)
{
	number->negative = *text == '-';
	number->ndigits = 0;
	for (; *text != 'e' && *text != '\0'; text++)
		if (*text >= '0' && *text <= '9')
			number->digits[number->ndigits++] = *text;
	number->point = (int) strtol(text + 1, NULL, 10) + 1;
	while (number->ndigits > 1 && number->digits[number->ndigits - 1] == '0')
		number->ndigits--;
}

/*
 * value == rounded / 10^*k with a rounded below limit?  Both, and the quotient, are exact or
 * correctly rounded as long as limit and 10^maxk are, so that reading rounded / 10^k gives value
 * again; the smallest k has the fewest digits.
 */
static bool
find_short_double(double value, uint64_t *rounded, int *k)
{
	static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
									1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

	for (*k = 0; *k < (int) (sizeof(powers) / sizeof(powers[0])); (*k)++)
	{
		double scaled = value * powers[*k];

		if (scaled >= 9007199254740992.0) /* 2^53 */
			return false;
		*rounded = (uint64_t) (scaled + 0.5);
		if ((double) *rounded / powers[*k] == value)
			return *rounded <= UINT64_C(9007199254740992);
	}
	return false;
}

static bool
find_short_float(float value, uint64_t *rounded, int *k)
{
	static const float powers[] = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f};

	for (*k = 0; *k < (int) (sizeof(powers) / sizeof(powers[0])); (*k)++)
	{
		float scaled = value * powers[*k];

		if (scaled >= 16777216.0f) /* 2^24 */
			return false;
		*rounded = (uint64_t) ((double) scaled + 0.5);
		if ((float) *rounded / powers[*k] == value)
			return *rounded <= 16777216;
	}
	return false;
}

/* NaN and infinities, which JSON has no numbers for; false for all others. */
static bool
put_special(PqJsonWriter *writer, double value)
{
	if (isnan(value))
		pq_json_literal(writer, "\"NaN\"");
	else if (!isinf(value))
		return false;
	else if (value > 0)
		pq_json_literal(writer, "\"Infinity\"");
	else
		pq_json_literal(writer, "\"-Infinity\"");
	return true;
}

static void
put_short(PqJsonWriter *writer, bool negative, uint64_t rounded, int k)
{
	char buffer[MAX_DIGITS64];
	char *start = digits_of(rounded, buffer + MAX_DIGITS64);
	Digits number = {negative, (int) (buffer + MAX_DIGITS64 - start), 0, {0}};

	memcpy(number.digits, start, (size_t) number.ndigits);
	number.point = number.ndigits - k;
	put_digits(writer, &number);
}

void
pq_json_double(PqJsonWriter *writer, double value)
{
	char text[64];
	Digits number;
	uint64_t rounded;
	int k;
	int precision;

	if (put_special(writer, value))
		return;
	if (find_short_double(fabs(value), &rounded, &k))
	{
		put_short(writer, signbit(value) != 0, rounded, k);
		return;
	}
	for (precision = fabs(value) < MIN_NORMAL_DOUBLE ? 0 : DOUBLE_DECIMAL_DIGITS - 1;
		 precision < 17; precision++)
	{
		snprintf(text, sizeof(text), "%.*e", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	parse_scientific(text, &number);
	put_digits(writer, &number);
}

void
pq_json_float(PqJsonWriter *writer, float value)
{
	char text[64];
	Digits number;
	uint64_t rounded;
	int k;
	int precision;

	if (writer->style->widen_floats)
	{
		pq_json_double(writer, (double) value);
		return;
	}
	if (put_special(writer, (double) value))
		return;
	if (find_short_float(fabsf(value), &rounded, &k))
	{
		put_short(writer, signbit(value) != 0, rounded, k);
		return;
	}
	for (precision = fabsf(value) < MIN_NORMAL_FLOAT ? 0 : FLOAT_DECIMAL_DIGITS - 1; precision < 9;
		 precision++)
	{
		snprintf(text, sizeof(text), "%.*e", precision, (double) value);
		if (strtof(text, NULL) == value)
			break;
	}
	parse_scientific(text, &number);
	put_digits(writer, &number);
}
