/*
 * json_times.c: dates, times, intervals and UUIDs as JSON strings.
 *
 * In: the numbers of a Parquet file.  Out: ISO 8601 with six digits of the second, or nine; years
 * have at least four digits, and those before year 1 are counted backwards, with " BC" at the end.
 */
#include "format/parquet/json_writer.h"

#include "format/parquet/little_endian.h"

#define SECONDS_PER_DAY     86400
#define NANOS_PER_DAY       INT64_C(86400000000000)
#define JULIAN_DAY_OF_EPOCH 2440588 /* 1970-01-01 */

typedef struct CivilDate
{
	int64_t year; /* astronomical: 0 is 1 BC */
	unsigned month;
	unsigned day;
} CivilDate;

static const int64_t units_per_second[] = {1000, 1000000, 1000000000}; /* by PqTimeUnit */

/* Quotient rounded down; *rest is never negative. divisor > 0. */
static int64_t
floor_divide(int64_t value, int64_t divisor, int64_t *rest)
{
	int64_t quotient = value / divisor;

	*rest = value % divisor;
	if (*rest < 0)
	{
		*rest += divisor;
		quotient--;
	}
	return quotient;
}

/*
 * The proleptic Gregorian date of a day since 1970-01-01: H. Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms".
 */
static CivilDate
civil_date(int64_t days)
{
	CivilDate date;
	int64_t day_of_era;
	int64_t era = floor_divide(days + 719468, 146097, &day_of_era); /* from 0000-03-01 */
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100); /* from March */
	int64_t month = (5 * day_of_year + 2) / 153;

	date.day = (unsigned) (day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (unsigned) (month < 10 ? month + 3 : month - 9);
	date.year = year_of_era + era * 400 + (date.month <= 2);
	return date;
}

/* At least width digits. */
static void
put_padded(PqJsonWriter *writer, uint64_t value, int width)
{
	uint64_t bound = 10;

	for (; width > 1; width--, bound *= 10)
		;
	for (bound /= 10; bound > 1 && value < bound; bound /= 10)
		pq_json_literal(writer, "0");
	pq_json_unsigned(writer, value);
}

/* Without era and quotes. */
static void
put_date(PqJsonWriter *writer, const CivilDate *date)
{
	put_padded(writer, (uint64_t) (date->year > 0 ? date->year : 1 - date->year), 4);
	pq_json_literal(writer, "-");
	put_padded(writer, date->month, 2);
	pq_json_literal(writer, "-");
	put_padded(writer, date->day, 2);
}

static void
put_era(PqJsonWriter *writer, const CivilDate *date)
{
	if (date->year <= 0)
		pq_json_literal(writer, " BC");
}

/* Time of day in the unit, which may go beyond a day. */
static void
put_time(PqJsonWriter *writer, uint64_t value, PqTimeUnit unit, bool is_utc)
{
	uint64_t per_second = (uint64_t) units_per_second[unit];
	uint64_t seconds = value / per_second;
	uint64_t fraction = value % per_second;

	put_padded(writer, seconds / 3600, 2);
	pq_json_literal(writer, ":");
	put_padded(writer, seconds / 60 % 60, 2);
	pq_json_literal(writer, ":");
	put_padded(writer, seconds % 60, 2);
	pq_json_literal(writer, ".");
	if (unit == PQ_NANOS && writer->style->keep_nanoseconds)
		put_padded(writer, fraction, 9);
	else if (unit == PQ_NANOS)
		put_padded(writer, fraction / 1000, 6);
	else
		put_padded(writer, unit == PQ_MILLIS ? fraction * 1000 : fraction, 6);
	if (is_utc)
		pq_json_literal(writer, "Z");
}

void
pq_json_date(PqJsonWriter *writer, int32_t days)
{
	CivilDate date = civil_date(days);

	pq_json_literal(writer, "\"");
	put_date(writer, &date);
	put_era(writer, &date);
	pq_json_literal(writer, "\"");
}

/* A negative time, which the format forbids, keeps its sign. */
void
pq_json_time(PqJsonWriter *writer, int64_t value, PqTimeUnit unit, bool is_utc)
{
	pq_json_literal(writer, "\"");
	if (value < 0)
		pq_json_literal(writer, "-");
	put_time(writer, value < 0 ? 0 - (uint64_t) value : (uint64_t) value, unit, is_utc);
	pq_json_literal(writer, "\"");
}

static void
put_timestamp(PqJsonWriter *writer, int64_t days, int64_t time_of_day, PqTimeUnit unit, bool is_utc)
{
	CivilDate date = civil_date(days);

	pq_json_literal(writer, "\"");
	put_date(writer, &date);
	pq_json_literal(writer, "T");
	put_time(writer, (uint64_t) time_of_day, unit, is_utc);
	put_era(writer, &date);
	pq_json_literal(writer, "\"");
}

void
pq_json_timestamp(PqJsonWriter *writer, int64_t value, PqTimeUnit unit, bool is_utc)
{
	int64_t time_of_day;
	int64_t days = floor_divide(value, units_per_second[unit] * SECONDS_PER_DAY, &time_of_day);

	put_timestamp(writer, days, time_of_day, unit, is_utc);
}

void
pq_json_int96(PqJsonWriter *writer, const void *data)
{
	int64_t time_of_day;
	int64_t nanos = (int64_t) pq_load64(data);
	int64_t julian = (int32_t) pq_load32((const char *) data + 8);
	int64_t days = julian - JULIAN_DAY_OF_EPOCH + floor_divide(nanos, NANOS_PER_DAY, &time_of_day);

	put_timestamp(writer, days, time_of_day, PQ_NANOS, false);
}

void
pq_json_interval(PqJsonWriter *writer, const void *data)
{
	const char *bytes = data;

	pq_json_literal(writer, "{\"months\":");
	pq_json_unsigned(writer, pq_load32(bytes));
	pq_json_literal(writer, ",\"days\":");
	pq_json_unsigned(writer, pq_load32(bytes + 4));
	pq_json_literal(writer, ",\"millis\":");
	pq_json_unsigned(writer, pq_load32(bytes + 8));
	pq_json_literal(writer, "}");
}

void
pq_json_uuid(PqJsonWriter *writer, const void *data)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *bytes = data;
	char text[38];
	int len = 0;
	int i;

	text[len++] = '"';
	for (i = 0; i < 16; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[len++] = '-';
		text[len++] = hex[bytes[i] >> 4];
		text[len++] = hex[bytes[i] & 15];
	}
	text[len++] = '"';
	pq_json_put(writer, text, (size_t) len);
}
