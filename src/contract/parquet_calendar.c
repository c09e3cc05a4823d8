/*
 * parquet_calendar.c: names of days, in two calendars.
 *
 * In: numbers of days since 1970-01-01.  Out: text in a StringInfo of the caller's, or other numbers.
 */
#include "postgres.h"

#include "contract/parquet_calendar.h"

#define JULIAN_DAY_OF_EPOCH 2440588 /* 1970-01-01 */

typedef struct Day
{
	int64 year; /* astronomical: 0 is 1 BC */
	int month;
	int day;
} Day;

/* E. G. Richards, "Calendars", in "Explanatory Supplement to the Astronomical Almanac", 2013: Julian calendar. */
static Day
julian_day(int64 days)
{
	int64 f = days + JULIAN_DAY_OF_EPOCH + 1401;
	int64 e = 4 * f + 3;
	int64 g = floor_mod(e, 1461) / 4;
	int64 h = 5 * g + 2;
	Day result;

	result.day = (int) (h % 153 / 5 + 1);
	result.month = (int) ((h / 153 + 2) % 12 + 1);
	result.year = floor_div(e, 1461) - 4716 + (12 + 2 - result.month) / 12;
	return result;
}

/* H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil() and civil_from_days(). */
static int64
days_from_gregorian(Day day)
{
	int64 year = day.year - (day.month <= 2);
	int64 era = floor_div(year, 400);
	int64 year_of_era = year - era * 400;
	int64 day_of_year =
		(153 * (day.month > 2 ? day.month - 3 : day.month + 9) + 2) / 5 + day.day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
		   719468;
}

static Day
gregorian_day(int64 days)
{
	int64 from_march = days + 719468; /* since 0000-03-01 */
	int64 era = floor_div(from_march, 146097);
	int64 day_of_era = from_march - era * 146097;
	int64 year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64 month = (5 * day_of_year + 2) / 153;
	Day result;

	result.day = (int) (day_of_year - (153 * month + 2) / 5 + 1);
	result.month = (int) (month < 10 ? month + 3 : month - 9);
	result.year = year_of_era + era * 400 + (result.month <= 2);
	return result;
}

int64
parquet_day_from_julian(int64 days)
{
	Day first_of_month;
	int day;

	if (days >= PARQUET_GREGORIAN_START)
		return days;
	first_of_month = julian_day(days);
	day = first_of_month.day;
	first_of_month.day = 1;
	return days_from_gregorian(first_of_month) + day - 1;
}

void
parquet_append_date(StringInfo text, int64 days)
{
	Day day = gregorian_day(days);

	appendStringInfo(text, "%04lld-%02d-%02d", (long long) (day.year > 0 ? day.year : 1 - day.year),
					 day.month, day.day);
}

void
parquet_append_era(StringInfo text, int64 days)
{
	if (gregorian_day(days).year <= 0)
		appendStringInfoString(text, " BC");
}

void
parquet_append_time(StringInfo text, int64 nanos)
{
	int64 seconds = nanos / INT64CONST(1000000000);
	int fraction = (int) (nanos % INT64CONST(1000000000));

	appendStringInfo(text, "%02d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60),
					 (int) (seconds % 60));
	if (fraction == 0)
		return;
	appendStringInfo(text, ".%09d", fraction);
	while (text->data[text->len - 1] == '0')
		text->data[--text->len] = '\0';
}
