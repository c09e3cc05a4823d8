/*
 * convert_datetime.c: date, time, timestamp, timestamptz.
 *
 * Grammar: YYYY-MM-DD with years 0001 to 9999, HH:MM[:SS[.f{1,6}]], a blank or
 * T between them, and for a zone Z or +-HH, +-HHMM, +-HH:MM.  These forms mean
 * the same in every DateStyle.  A timestamptz without a zone is local time of
 * the session's TimeZone.  With a typmod only values that need no rounding.
 * A column with a format of its own takes only texts in that format.
 * All values are by value (where int8 is).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "contract/convert_internal.h"
#include "contract/digits.h"

#define DATE_LEN            10 /* YYYY-MM-DD */
#define MAX_FRACTION_DIGITS 6  /* microseconds */

/* Microseconds in a unit of the last digit of a precision. */
static const int precision_units[MAX_FRACTION_DIGITS + 1] = {1000000, 100000, 10000, 1000,
															 100,     10,     1};

static inline bool
two_digits(const char *data, int *number)
{
	unsigned int tens = (unsigned char) (data[0] - '0');
	unsigned int ones = (unsigned char) (data[1] - '0');

	*number = (int) (tens * 10 + ones);
	return tens <= 9 && ones <= 9;
}

/* Reads DATE_LEN bytes. */
static inline bool
parse_date(const char *data, DatetimeParts *parts)
{
	uint64 pairs;

	if (!digits_match(data, DIGITS_PICTURE('0', '0', '0', '0', '-', '0', '0', '-'), &pairs) ||
		!two_digits(data + 8, &parts->day))
		return false;
	parts->year = digits_pair(pairs, 0) * 100 + digits_pair(pairs, 2);
	parts->month = digits_pair(pairs, 5);
	return parts->year >= 1 && parts->month >= 1 && parts->month <= MONTHS_PER_YEAR &&
		   parts->day >= 1 && parts->day <= day_tab[isleap(parts->year)][parts->month - 1];
}

/* Reads the digits after the decimal point; returns where they end, or NULL. */
static inline const char *
parse_fraction(const char *data, const char *end, int *microsecond)
{
	const char *start = data;
	int number = 0;
	uint32 all;

	if (data < end && end - data <= MAX_FRACTION_DIGITS && digits_value(data, end - data, &all))
	{
		*microsecond = (int) all * precision_units[end - data];
		return end;
	}
	for (; data < end && is_digit(*data); data++)
	{
		if (data - start == MAX_FRACTION_DIGITS)
			return NULL;
		number = number * 10 + (*data - '0');
	}
	if (data == start)
		return NULL;
	*microsecond = number * precision_units[data - start];
	return data;
}

/* Reads a time of day; returns where it ends, or NULL. */
static inline const char *
parse_time(const char *data, const char *end, DatetimeParts *parts)
{
	uint64 pairs;

	parts->second = 0;
	parts->microsecond = 0;
	if (end - data >= 8 &&
		digits_match(data, DIGITS_PICTURE('0', '0', ':', '0', '0', ':', '0', '0'), &pairs))
	{
		parts->hour = digits_pair(pairs, 0);
		parts->minute = digits_pair(pairs, 3);
		parts->second = digits_pair(pairs, 6);
		if (parts->hour >= HOURS_PER_DAY || parts->minute >= MINS_PER_HOUR ||
			parts->second >= SECS_PER_MINUTE)
			return NULL;
		data += 8;
		if (data == end || *data != '.')
			return data;
		return parse_fraction(data + 1, end, &parts->microsecond);
	}
	if (end - data < 5 || data[2] != ':' || !two_digits(data, &parts->hour) ||
		!two_digits(data + 3, &parts->minute) || parts->hour >= HOURS_PER_DAY ||
		parts->minute >= MINS_PER_HOUR)
		return NULL;
	data += 5;
	return data == end || *data != ':' ? data : NULL;
}

/* Reads the rest of a text as a zone, which may be missing. */
static inline bool
parse_zone(const char *data, const char *end, DatetimeParts *parts)
{
	int hours;
	int minutes = 0;
	bool good;

	parts->has_zone = data < end;
	parts->zone = 0;
	switch (end - data)
	{
		case 0:
			return true;
		case 1:
			return *data == 'Z';
		case 3: /* +HH */
			good = two_digits(data + 1, &hours);
			break;
		case 5: /* +HHMM */
			good = two_digits(data + 1, &hours) && two_digits(data + 3, &minutes);
			break;
		case 6: /* +HH:MM */
			good = data[3] == ':' && two_digits(data + 1, &hours) && two_digits(data + 4, &minutes);
			break;
		default:
			return false;
	}
	if (!good || (*data != '+' && *data != '-') || hours > MAX_TZDISP_HOUR ||
		minutes >= MINS_PER_HOUR)
		return false;
	parts->zone = (hours * MINS_PER_HOUR + minutes) * SECS_PER_MINUTE;
	if (*data == '-')
		parts->zone = -parts->zone;
	return true;
}

static inline bool
parse_timestamp(const char *data, size_t len, DatetimeParts *parts)
{
	const char *end = data + len;

	if (len < DATE_LEN || !parse_date(data, parts))
		return false;
	data += DATE_LEN;
	if (data == end)
	{
		parts->hour = parts->minute = parts->second = parts->microsecond = 0;
		parts->has_zone = false;
		return true;
	}
	if (*data != ' ' && *data != 'T')
		return false;
	data = parse_time(data + 1, end, parts);
	return data != NULL && parse_zone(data, end, parts);
}

static inline DateADT
date_of(const DatetimeParts *parts)
{
	return date2j(parts->year, parts->month, parts->day) - POSTGRES_EPOCH_JDATE;
}

static inline TimeADT
time_of(const DatetimeParts *parts)
{
	int seconds = (parts->hour * MINS_PER_HOUR + parts->minute) * SECS_PER_MINUTE + parts->second;

	return seconds * USECS_PER_SEC + parts->microsecond;
}

static inline Timestamp
timestamp_of(const DatetimeParts *parts)
{
	return date_of(parts) * USECS_PER_DAY + time_of(parts);
}

/* Seconds east of UTC that the session's TimeZone had at this local time. */
static int
session_zone(const DatetimeParts *parts)
{
	struct pg_tm tm = {0};

	tm.tm_year = parts->year;
	tm.tm_mon = parts->month;
	tm.tm_mday = parts->day;
	tm.tm_hour = parts->hour;
	tm.tm_min = parts->minute;
	tm.tm_sec = parts->second;
	return -DetermineTimeZoneOffset(&tm, session_timezone);
}

static inline TimestampTz
timestamptz_of(const DatetimeParts *parts)
{
	int zone = parts->has_zone ? parts->zone : session_zone(parts);

	return timestamp_of(parts) - zone * USECS_PER_SEC;
}

/* Whether a zone other than UTC is named. */
static inline bool
has_other_zone(const DatetimeParts *parts)
{
	return parts->has_zone && parts->zone != 0;
}

/* Whether the column's precision keeps every digit of the second. */
static inline bool
precision_keeps(const Converter *converter, int microsecond)
{
	return converter->precision < 0 || microsecond % precision_units[converter->precision] == 0;
}

ConvertStatus
convert_date(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	DatetimeParts parts;

	if (len != DATE_LEN || !parse_date(data, &parts))
		return CONVERT_UNDECIDED;
	*value = DateADTGetDatum(date_of(&parts));
	return CONVERT_OK;
}

ConvertStatus
convert_time(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	DatetimeParts parts;
	const char *end = parse_time(data, data + len, &parts);

	if (end == NULL || end != data + len || !precision_keeps(converter, parts.microsecond))
		return CONVERT_UNDECIDED;
	*value = TimeADTGetDatum(time_of(&parts));
	return CONVERT_OK;
}

/* UTC may be named.  Another zone is left to convert_is_lossy(): timestamp_in() ignores it. */
ConvertStatus
convert_timestamp(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				  Datum *value)
{
	DatetimeParts parts;

	if (!parse_timestamp(data, len, &parts) || has_other_zone(&parts) ||
		!precision_keeps(converter, parts.microsecond))
		return CONVERT_UNDECIDED;
	*value = TimestampGetDatum(timestamp_of(&parts));
	return CONVERT_OK;
}

ConvertStatus
convert_timestamptz(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
					Datum *value)
{
	DatetimeParts parts;

	if (!parse_timestamp(data, len, &parts) || !precision_keeps(converter, parts.microsecond))
		return CONVERT_UNDECIDED;
	*value = TimestampTzGetDatum(timestamptz_of(&parts));
	return CONVERT_OK;
}

/* Rounds half away from zero, as AdjustTimestampForTypmod() does. */
static Timestamp
round_to_precision(Timestamp timestamp, int precision)
{
	int64 unit;

	if (precision < 0)
		return timestamp;
	unit = precision_units[precision];
	if (timestamp < 0)
		return -((-timestamp + unit / 2) / unit * unit);
	return (timestamp + unit / 2) / unit * unit;
}

DatetimeMatch
convert_by_format(const Converter *converter, const char *data, size_t len, Datum *value,
				  bool *lossy)
{
	DatetimeParts parts;
	DatetimeMatch match = datetime_format_parse(converter->datetime_format, data, len, &parts);

	if (match != DATETIME_MATCH)
		return match;
	*lossy = parts.inexact || !precision_keeps(converter, parts.microsecond);
	switch (converter->base_type)
	{
		case DATEOID:
			*lossy = parts.inexact || time_of(&parts) != 0;
			*value = DateADTGetDatum(date_of(&parts));
			break;
		case TIMESTAMPOID:
			*lossy = *lossy || has_other_zone(&parts);
			*value =
				TimestampGetDatum(round_to_precision(timestamp_of(&parts), converter->precision));
			break;
		default:
			Assert(converter->base_type == TIMESTAMPTZOID);
			*value = TimestampTzGetDatum(
				round_to_precision(timestamptz_of(&parts), converter->precision));
			break;
	}
	return DATETIME_MATCH;
}

ConvertStatus
convert_formatted(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
				  Datum *value)
{
	bool lossy;

	if (convert_by_format(converter, data, len, value, &lossy) != DATETIME_MATCH ||
		(lossy && !converter->format.allow_lossy))
		return CONVERT_UNDECIDED;
	return CONVERT_OK;
}
