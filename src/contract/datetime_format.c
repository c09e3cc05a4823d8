/*
 * datetime_format.c: dates and times in a given strptime style format.
 *
 * In: a format, compiled once into a list of fields, and texts.  Out: the parts
 * of the date and time a text names.  Numbers take up to the digits of their
 * field (%d 1 or 2, %Y exactly 4), names are English in any case, everything
 * else in the format stands for itself.  The text must match to its end.
 */
#include "postgres.h"

#include <math.h>

#include "utils/datetime.h"

#include "contract/datetime_format.h"

#define MAX_FIELDS        32
#define PIVOT_YEAR        69 /* POSIX strptime: %y from 69 is 19xx, below is 20xx */
#define NANOSECOND_DIGITS 9

typedef enum FieldKind
{
	FIELD_LITERAL,
	FIELD_NUMBER,
	FIELD_MONTH_NAME,
	FIELD_MERIDIEM,
	FIELD_FRACTION,
	FIELD_ZONE
} FieldKind;

/* What a number means; the index of a value while parsing. */
typedef enum NumberRole
{
	ROLE_YEAR,
	ROLE_SHORT_YEAR,
	ROLE_MONTH,
	ROLE_DAY,
	ROLE_DAY_OF_YEAR,
	ROLE_HOUR,
	ROLE_HOUR_12,
	ROLE_MINUTE,
	ROLE_SECOND,
	ROLE_COUNT,
	ROLE_NONE = ROLE_COUNT
} NumberRole;

typedef struct Specifier
{
	char letter;
	FieldKind kind;
	NumberRole role;
	int min_digits;
	int max_digits;
	int min;
	int max;
} Specifier;

static const Specifier specifiers[] = {
	{'Y', FIELD_NUMBER, ROLE_YEAR, 4, 4, 1, 9999},
	{'y', FIELD_NUMBER, ROLE_SHORT_YEAR, 2, 2, 0, 99},
	{'m', FIELD_NUMBER, ROLE_MONTH, 1, 2, 1, 12},
	{'d', FIELD_NUMBER, ROLE_DAY, 1, 2, 1, 31},
	{'j', FIELD_NUMBER, ROLE_DAY_OF_YEAR, 1, 3, 1, 366},
	{'H', FIELD_NUMBER, ROLE_HOUR, 1, 2, 0, 23},
	{'I', FIELD_NUMBER, ROLE_HOUR_12, 1, 2, 1, 12},
	{'M', FIELD_NUMBER, ROLE_MINUTE, 1, 2, 0, 59},
	{'S', FIELD_NUMBER, ROLE_SECOND, 1, 2, 0, 59},
	{'b', FIELD_MONTH_NAME, ROLE_MONTH, 0, 0, 1, 12},
	{'B', FIELD_MONTH_NAME, ROLE_MONTH, 0, 0, 1, 12},
	{'p', FIELD_MERIDIEM, ROLE_NONE, 0, 0, 0, 0},
	{'f', FIELD_FRACTION, ROLE_NONE, 0, 0, 0, 0},
	{'z', FIELD_ZONE, ROLE_NONE, 0, 0, 0, 0},
};

static const char *const month_names[MONTHS_PER_YEAR] = {
	"january", "february", "march",     "april",   "may",      "june",
	"july",    "august",   "september", "october", "november", "december"};

typedef struct Field
{
	const Specifier *specifier; /* NULL: a literal */
	char literal;
} Field;

struct DatetimeFormat
{
	int nfields;
	Field fields[MAX_FIELDS];
};

/* A text being matched. */
typedef struct Scan
{
	const char *pos;
	const char *end;
	int numbers[ROLE_COUNT]; /* -1: not seen */
	bool pm;
	bool out_of_range;
	DatetimeParts *parts;
} Scan;

static const Specifier *
find_specifier(char letter)
{
	size_t i;

	for (i = 0; i < lengthof(specifiers); i++)
	{
		if (specifiers[i].letter == letter)
			return &specifiers[i];
	}
	return NULL;
}

/* How many of the format's specifiers are among letters. */
static int
count_specifiers(const DatetimeFormat *format, const char *letters)
{
	int count = 0;
	int i;

	for (i = 0; i < format->nfields; i++)
	{
		const Specifier *specifier = format->fields[i].specifier;

		count += specifier != NULL && strchr(letters, specifier->letter) != NULL;
	}
	return count;
}

static void
format_error(const char *option, const char *text, const char *detail)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("invalid %s \"%s\"", option, text), errdetail_internal("%s", detail),
					errhint("Specifiers are %%Y %%y %%m %%d %%b %%B %%j %%H %%I %%p %%M %%S %%f "
							"%%z and %%%%.")));
}

/* A format must have a year, and name no part of the date or time twice or by halves. */
static void
check_format(const DatetimeFormat *format, const char *option, const char *text)
{
	static const char *const exclusive[] = {"Yy", "mbBj", "dj", "HI", "M", "S", "f", "p", "z"};
	size_t i;

	for (i = 0; i < lengthof(exclusive); i++)
	{
		if (count_specifiers(format, exclusive[i]) > 1)
			format_error(option, text, _("It names a part of the date or time twice."));
	}
	if (count_specifiers(format, "Yy") == 0)
		format_error(option, text, _("It has no year (%Y or %y)."));
	if (count_specifiers(format, "d") > count_specifiers(format, "mbB"))
		format_error(option, text, _("It has a day but no month."));
	if (count_specifiers(format, "I") != count_specifiers(format, "p"))
		format_error(option, text, _("%I and %p need each other."));
}

DatetimeFormat *
datetime_format_compile(const char *format, const char *option)
{
	DatetimeFormat *result = palloc0(sizeof(DatetimeFormat));
	const char *p;

	for (p = format; *p != '\0'; p++)
	{
		Field *field;

		if (result->nfields == MAX_FIELDS)
			format_error(option, format, _("It is too long."));
		field = &result->fields[result->nfields++];
		if (*p == '%' && *++p != '%')
		{
			field->specifier = find_specifier(*p);
			if (field->specifier == NULL)
				format_error(option, format, _("It has a specifier that is not known."));
		}
		else
			field->literal = *p;
	}
	check_format(result, option, format);
	return result;
}

static bool
match_number(Scan *scan, const Specifier *specifier)
{
	int number = 0;
	int ndigits = 0;

	while (scan->pos < scan->end && ndigits < specifier->max_digits && *scan->pos >= '0' &&
		   *scan->pos <= '9')
	{
		number = number * 10 + (*scan->pos++ - '0');
		ndigits++;
	}
	if (ndigits < specifier->min_digits)
		return false;
	if (number < specifier->min || number > specifier->max)
		scan->out_of_range = true;
	scan->numbers[specifier->role] = number;
	return true;
}

/* Whether the text goes on with name, ASCII letters in lower case; if so moves behind it. */
static bool
match_name(Scan *scan, const char *name, size_t len)
{
	size_t i;

	if ((size_t) (scan->end - scan->pos) < len)
		return false;
	for (i = 0; i < len; i++)
	{
		if (pg_ascii_tolower((unsigned char) scan->pos[i]) != (unsigned char) name[i])
			return false;
	}
	scan->pos += len;
	return true;
}

/* %B is the whole name, %b its first three letters. */
static bool
match_month_name(Scan *scan, const Specifier *specifier)
{
	int month;

	for (month = 0; month < MONTHS_PER_YEAR; month++)
	{
		const char *name = month_names[month];

		if (match_name(scan, name, specifier->letter == 'B' ? strlen(name) : 3))
		{
			scan->numbers[ROLE_MONTH] = month + 1;
			return true;
		}
	}
	return false;
}

static bool
match_meridiem(Scan *scan)
{
	if (match_name(scan, "am", 2))
		return true;
	scan->pm = match_name(scan, "pm", 2);
	return scan->pm;
}

/* 1 to 9 digits of a second. */
static bool
match_fraction(Scan *scan)
{
	int nanoseconds = 0;
	int ndigits = 0;

	while (scan->pos < scan->end && ndigits < NANOSECOND_DIGITS && *scan->pos >= '0' &&
		   *scan->pos <= '9')
	{
		nanoseconds = nanoseconds * 10 + (*scan->pos++ - '0');
		ndigits++;
	}
	if (ndigits == 0)
		return false;
	for (; ndigits < NANOSECOND_DIGITS; ndigits++)
		nanoseconds *= 10;
	scan->parts->microsecond = (int) rint(nanoseconds / 1000.0);
	scan->parts->inexact = nanoseconds % 1000 != 0;
	return true;
}

/* Z, +-HH, +-HHMM or +-HH:MM */
static bool
match_zone(Scan *scan)
{
	static const Specifier two_digits = {'z', FIELD_NUMBER, ROLE_HOUR, 2, 2, 0, 59};
	Scan digits = *scan;
	int seconds;
	bool negative;

	scan->parts->has_zone = true;
	if (match_name(scan, "z", 1))
		return true;
	if (scan->pos == scan->end || (*scan->pos != '+' && *scan->pos != '-'))
		return false;

	negative = *scan->pos == '-';
	digits.pos++;
	if (!match_number(&digits, &two_digits))
		return false;
	if (digits.numbers[ROLE_HOUR] > MAX_TZDISP_HOUR)
		scan->out_of_range = true;
	seconds = digits.numbers[ROLE_HOUR] * SECS_PER_HOUR;
	scan->pos = digits.pos;

	if (digits.pos < digits.end && *digits.pos == ':')
		digits.pos++;
	if (match_number(&digits, &two_digits))
	{
		seconds += digits.numbers[ROLE_HOUR] * SECS_PER_MINUTE;
		scan->out_of_range |= digits.out_of_range;
		scan->pos = digits.pos;
	}
	scan->parts->zone = negative ? -seconds : seconds;
	return true;
}

static bool
match_field(Scan *scan, const Field *field)
{
	if (field->specifier == NULL)
		return scan->pos < scan->end && *scan->pos++ == field->literal;

	switch (field->specifier->kind)
	{
		case FIELD_NUMBER:
			return match_number(scan, field->specifier);
		case FIELD_MONTH_NAME:
			return match_month_name(scan, field->specifier);
		case FIELD_MERIDIEM:
			return match_meridiem(scan);
		case FIELD_FRACTION:
			return match_fraction(scan);
		case FIELD_ZONE:
			return match_zone(scan);
		default:
			return false;
	}
}

static int
number_or(const Scan *scan, NumberRole role, int otherwise)
{
	return scan->numbers[role] >= 0 ? scan->numbers[role] : otherwise;
}

/* The date that the numbers mean; false if the calendar does not have it. */
static bool
make_date(const Scan *scan, DatetimeParts *parts)
{
	int short_year = scan->numbers[ROLE_SHORT_YEAR];
	int day_of_year = scan->numbers[ROLE_DAY_OF_YEAR];

	if (short_year >= 0)
		parts->year = short_year + (short_year >= PIVOT_YEAR ? 1900 : 2000);
	else
		parts->year = scan->numbers[ROLE_YEAR];
	parts->month = number_or(scan, ROLE_MONTH, 1);
	parts->day = number_or(scan, ROLE_DAY, 1);

	if (day_of_year >= 0)
	{
		const int *month_days = day_tab[isleap(parts->year)];

		for (; parts->month <= MONTHS_PER_YEAR && day_of_year > month_days[parts->month - 1];
			 parts->month++)
			day_of_year -= month_days[parts->month - 1];
		parts->day = day_of_year;
	}
	return parts->month <= MONTHS_PER_YEAR &&
		   parts->day <= day_tab[isleap(parts->year)][parts->month - 1];
}

DatetimeMatch
datetime_format_parse(const DatetimeFormat *format, const char *data, size_t len,
					  DatetimeParts *parts)
{
	Scan scan = {0};
	int i;

	memset(parts, 0, sizeof(*parts));
	scan.pos = data;
	scan.end = data + len;
	scan.parts = parts;
	for (i = 0; i < ROLE_COUNT; i++)
		scan.numbers[i] = -1;

	for (i = 0; i < format->nfields; i++)
	{
		if (!match_field(&scan, &format->fields[i]))
			return DATETIME_NO_MATCH;
	}
	if (scan.pos != scan.end)
		return DATETIME_NO_MATCH;
	if (scan.out_of_range || !make_date(&scan, parts))
		return DATETIME_OUT_OF_RANGE;

	parts->hour = number_or(&scan, ROLE_HOUR, 0);
	if (scan.numbers[ROLE_HOUR_12] >= 0)
		parts->hour = scan.numbers[ROLE_HOUR_12] % 12 + (scan.pm ? 12 : 0);
	parts->minute = number_or(&scan, ROLE_MINUTE, 0);
	parts->second = number_or(&scan, ROLE_SECOND, 0);
	return DATETIME_MATCH;
}
