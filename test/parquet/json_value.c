/*
 * json_value.c: JSON values as values of a Parquet leaf, for tests.
 *
 * in:  a leaf of the schema and a JSON scalar
 * out: bytes, as in PLAIN encoding without length
 */
#include "test/parquet/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_SECONDS         86400
#define JULIAN_DAY_OF_EPOCH 2440588

static const int64_t unit_per_second[] = {1000, 1000000, 1000000000}; /* by PqTimeUnit */

static int64_t
next_digits(const char **text)
{
	int64_t number = 0;

	if (**text < '0' || **text > '9')
		file_writer_fail("expected a digit before \"%s\"", *text);
	while (**text >= '0' && **text <= '9')
		number = number * 10 + (*(*text)++ - '0');
	return number;
}

static void
skip_char(const char **text, const char *allowed)
{
	if (**text == '\0' || strchr(allowed, **text) == NULL)
		file_writer_fail("expected one of %s before \"%s\"", allowed, *text);
	(*text)++;
}

/* Days since 1970-01-01, counted year by year: this is not the reader's formula. */
int64_t
text_to_days(const char **text)
{
	static const int before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	const int64_t year = next_digits(text);
	int64_t month;
	int64_t past = year - 1; /* complete years since year 1 */
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t days;

	skip_char(text, "-");
	month = next_digits(text);
	skip_char(text, "-");
	if (year < 1 || month < 1 || month > 12)
		file_writer_fail("invalid date");
	days = past * 365 + past / 4 - past / 100 + past / 400 - 719162;
	days += before_month[month - 1] + (is_leap && month > 2);
	return days + next_digits(text) - 1;
}

int64_t
text_to_time(const char **text, PqTimeUnit unit)
{
	int64_t digit = unit_per_second[unit];
	int64_t value = next_digits(text) * 3600;

	skip_char(text, ":");
	value += next_digits(text) * 60;
	skip_char(text, ":");
	value = (value + next_digits(text)) * digit;
	if (**text == '.')
	{
		for ((*text)++; **text >= '0' && **text <= '9'; (*text)++)
		{
			digit /= 10;
			value += (**text - '0') * digit;
		}
	}
	return value;
}

int64_t
text_to_timestamp(const char *text, PqTimeUnit unit)
{
	const int64_t days = text_to_days(&text);

	if (*text == '\0')
		return days * DAY_SECONDS * unit_per_second[unit];
	skip_char(&text, " T");
	return days * DAY_SECONDS * unit_per_second[unit] + text_to_time(&text, unit);
}

__int128
text_to_decimal(const char *text, int32_t scale)
{
	const bool is_negative = *text == '-';
	unsigned __int128 value = 0;
	int32_t digits = -1; /* behind the point */

	for (text += is_negative; *text != '\0'; text++)
	{
		if (*text == '.')
		{
			digits = 0;
			continue;
		}
		if (*text < '0' || *text > '9')
			file_writer_fail("invalid decimal");
		value = value * 10 + (unsigned) (*text - '0');
		digits += digits >= 0;
	}
	if (digits > scale)
		file_writer_fail("a decimal has more than %d digits behind the point", scale);
	for (digits = digits < 0 ? 0 : digits; digits < scale; digits++)
		value *= 10;
	return is_negative ? -(__int128) value : (__int128) value;
}

/* Bits of the binary16 that is nearest to value, which must be one: none has more digits. */
static uint32_t
half_bits(double value)
{
	uint32_t sign = signbit(value) ? 0x8000 : 0;
	int exponent;
	double fraction;

	if (isnan(value))
		return sign | 0x7E00;
	if (isinf(value))
		return sign | 0x7C00;
	fraction = frexp(fabs(value), &exponent); /* 0.5 <= fraction < 1, or 0 */
	if (fraction == 0)
		return sign;
	if (exponent < -13)
		return sign | (uint32_t) ldexp(fraction, exponent + 24);
	return sign | (uint32_t) (exponent + 14) << 10 | ((uint32_t) (fraction * 2048) & 0x3FF);
}

static void
put_hex(const char *hex, EncBuffer *out)
{
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
	{
		const char pair[] = {hex[0], hex[1], '\0'};

		enc_byte(out, (unsigned char) strtoul(pair, NULL, 16));
	}
}

/* A decimal of len bytes, big-endian; 0: as many as it takes. */
static void
put_decimal_bytes(__int128 value, int32_t len, EncBuffer *out)
{
	if (len == 0)
	{
		for (len = 1; len < 16 && (value >> (8 * len - 1)) != 0 && (value >> (8 * len - 1)) != -1;)
			len++;
	}
	for (; len > 16; len--)
		enc_byte(out, value < 0 ? 0xFF : 0);
	while (len-- > 0)
		enc_byte(out, (unsigned char) (value >> (8 * len)));
}

static void
put_uuid(const char *text, EncBuffer *out)
{
	char hex[33];
	int n = 0;

	for (; *text != '\0' && n < 32; text++)
	{
		if (*text != '-')
			hex[n++] = *text;
	}
	hex[n] = '\0';
	put_hex(hex, out);
}

/* What is stored in an INT32 or INT64. */
static int64_t
integer_value(const FileNode *leaf, const JsonNode *json)
{
	const PqLogical *logical = &leaf->logical;
	const char *text = json->text;

	if (json->kind == JSON_STRING)
	{
		switch (logical->kind)
		{
			case PQ_LOGICAL_DATE:
				return text_to_days(&text);
			case PQ_LOGICAL_TIME:
				return text_to_time(&text, logical->unit);
			case PQ_LOGICAL_TIMESTAMP:
				return text_to_timestamp(text, logical->unit);
			case PQ_LOGICAL_DECIMAL:
				return (int64_t) text_to_decimal(text, logical->scale);
			default:
				break;
		}
	}
	return *text == '-' ? strtoll(text, NULL, 10) : (int64_t) strtoull(text, NULL, 10);
}

static void
put_int96(const JsonNode *json, EncBuffer *out)
{
	const char *text = json->text;
	const int64_t days = text_to_days(&text);
	int64_t nanos = 0;

	if (*text != '\0')
	{
		skip_char(&text, " T");
		nanos = text_to_time(&text, PQ_NANOS);
	}
	enc_number(out, (uint64_t) nanos, 8);
	enc_number(out, (uint64_t) (days + JULIAN_DAY_OF_EPOCH), 4);
}

static void
put_bytes(const FileNode *leaf, const JsonNode *json, EncBuffer *out)
{
	const int32_t len = leaf->type == PQ_FIXED_LEN_BYTE_ARRAY ? leaf->type_length : 0;

	if (leaf->logical.kind == PQ_LOGICAL_DECIMAL)
		put_decimal_bytes(text_to_decimal(json->text, leaf->logical.scale), len, out);
	else if (leaf->logical.kind == PQ_LOGICAL_UUID)
		put_uuid(json->text, out);
	else if (leaf->logical.kind == PQ_LOGICAL_FLOAT16)
		enc_number(out, half_bits(strtod(json->text, NULL)), 2);
	else
		enc_bytes(out, json->text, json->len);
}

static void
put_value(const FileNode *leaf, const JsonNode *json, EncBuffer *out)
{
	double d;
	float f;

	switch (leaf->type)
	{
		case PQ_BOOLEAN:
			enc_byte(out, json->text[0] == 't' || json->text[0] == '1');
			break;
		case PQ_INT32:
			enc_number(out, (uint64_t) integer_value(leaf, json), 4);
			break;
		case PQ_INT64:
			enc_number(out, (uint64_t) integer_value(leaf, json), 8);
			break;
		case PQ_INT96:
			put_int96(json, out);
			break;
		case PQ_FLOAT:
			f = strtof(json->text, NULL);
			enc_bytes(out, &f, sizeof(f));
			break;
		case PQ_DOUBLE:
			d = strtod(json->text, NULL);
			enc_bytes(out, &d, sizeof(d));
			break;
		default:
			put_bytes(leaf, json, out);
			break;
	}
}

void
json_value(const FileNode *leaf, const JsonNode *json, EncBuffer *out)
{
	const size_t start = out->len;
	const JsonNode *hex = json->kind == JSON_OBJECT ? json_member(json, "hex") : NULL;

	if (hex != NULL)
		put_hex(hex->text, out);
	else if (json->text != NULL)
		put_value(leaf, json, out);
	else
		file_writer_fail("column \"%s\" has no place for an array or object", leaf->name);
	if (leaf->type == PQ_FIXED_LEN_BYTE_ARRAY && out->len - start != (size_t) leaf->type_length)
		file_writer_fail("a value of column \"%s\" has %zu bytes, not %d", leaf->name,
						 out->len - start, leaf->type_length);
}
