/*
 * convert_separated.c: numbers with a decimal or thousands separator of their own.
 *
 * In: "-1.234,50".  Out: "-1234.50", for the same converters that take plain
 * numbers.  Thousands must be whole groups of three digits; where the decimal
 * separator is not a point, a point is an error and never a separator.
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/convert_internal.h"

/* A longer number is left to convert_cells(). */
#define MAX_NORMAL_LEN 64

#define GROUP_DIGITS 3

/* Copies the digits at *data, without separators; false if a group is not three digits. */
static bool
copy_grouped_digits(const char **data, const char *end, char thousands, char **out)
{
	const char *pos = *data;
	int ndigits = 0; /* of the group */
	bool grouped = false;

	for (; pos < end; pos++)
	{
		if (is_digit(*pos))
		{
			*(*out)++ = *pos;
			ndigits++;
		}
		else if (thousands != '\0' && *pos == thousands && pos + 1 < end && is_digit(pos[1]))
		{
			if (ndigits == 0 || ndigits > GROUP_DIGITS || (grouped && ndigits != GROUP_DIGITS))
				return false;
			grouped = true;
			ndigits = 0;
		}
		else
			break;
	}
	*data = pos;
	return !grouped || ndigits == GROUP_DIGITS;
}

int
normalise_number(const ConvertFormat *format, const char *data, size_t len, char *out)
{
	const char *end = data + len;
	char *start = out;

	while (data < end && isspace((unsigned char) *data))
		data++;
	if (data < end && (*data == '-' || *data == '+'))
		*out++ = *data++;
	if (!copy_grouped_digits(&data, end, format->thousands, &out))
		return -1;
	if (data < end && *data == format->decimal_separator)
	{
		*out++ = '.';
		data++;
	}

	/* The rest: fraction, exponent, trailing blanks, NaN; no separator may follow. */
	for (; data < end; data++)
	{
		bool blank = isspace((unsigned char) *data);

		if (*data == '.' || *data == format->decimal_separator ||
			(*data == format->thousands && !blank))
			return -1;
		*out++ = *data;
	}
	return (int) (out - start);
}

ConvertStatus
convert_separated(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				  Datum *value)
{
	char normal[MAX_NORMAL_LEN];
	int normal_len;

	if (len > MAX_NORMAL_LEN)
		return CONVERT_UNDECIDED;
	normal_len = normalise_number(&converter->format, data, len, normal);
	if (normal_len < 0)
		return CONVERT_UNDECIDED;
	return converter->plain(converter, normal, normal_len, arena, value);
}
