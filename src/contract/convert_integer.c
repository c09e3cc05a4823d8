/*
 * convert_integer.c: smallint, integer, bigint.
 *
 * Grammar: [+-] digit{1,18}.  Blanks, longer numbers and what PostgreSQL 16
 * added (0x1F, 1_000) are left to the input function.  Values are by value.
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/convert_internal.h"
#include "contract/digits.h"

/* 18 digits always fit an int64, so the loop needs no overflow check. */
#define MAX_DIGITS 18

static inline bool
parse_integer(const char *data, size_t len, int64 *result)
{
	bool negative = false;
	int64 number = 0;
	uint32 part;

	if (len > 0 && (*data == '-' || *data == '+'))
	{
		negative = *data++ == '-';
		len--;
	}
	if (len == 0 || len > MAX_DIGITS)
		return false;

	while (len > DIGITS_MAX)
	{
		size_t head = (len - 1) % DIGITS_MAX + 1;

		if (!digits_value(data, head, &part))
			return false;
		number = number * digits_power_of_ten[DIGITS_MAX] + part;
		data += head;
		len -= head;
	}
	if (!digits_value(data, len, &part))
		return false;
	number = number * digits_power_of_ten[len] + part;
	*result = negative ? -number : number;
	return true;
}

ConvertStatus
convert_int2(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	int64 number;

	if (!parse_integer(data, len, &number) || number < PG_INT16_MIN || number > PG_INT16_MAX)
		return CONVERT_UNDECIDED;
	*value = Int16GetDatum((int16) number);
	return CONVERT_OK;
}

ConvertStatus
convert_int4(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	int64 number;

	if (!parse_integer(data, len, &number) || number < PG_INT32_MIN || number > PG_INT32_MAX)
		return CONVERT_UNDECIDED;
	*value = Int32GetDatum((int32) number);
	return CONVERT_OK;
}

ConvertStatus
convert_int8(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	int64 number;

	if (!parse_integer(data, len, &number))
		return CONVERT_UNDECIDED;
	*value = Int64GetDatum(number);
	return CONVERT_OK;
}
