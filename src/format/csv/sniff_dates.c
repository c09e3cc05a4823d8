/*
 * sniff_dates.c: does a field look like a date, a time, or both?
 *
 * in:  the bytes of a field
 * out: a CsvCellKind
 */
#include "format/csv/sniff_cursor.h"

/* A month's English name, whole or its first three letters. */
static bool
take_month(SniffCursor *c)
{
	static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
										 "jul", "aug", "sep", "oct", "nov", "dec"};
	const char *start = c->pos;
	size_t i;

	while (!at_end(c) && is_letter(*c->pos))
		c->pos++;
	for (i = 0; i < sizeof(months) / sizeof(months[0]); i++)
	{
		if (c->pos - start >= 3 && c->pos - start <= 9 && is_word(start, 3, months[i]))
			return true;
	}
	c->pos = start;
	return false;
}

/* 2024-01-31, 31.1.24, 1/31/2024 */
static bool
take_numeric_date(SniffCursor *c)
{
	const SniffCursor start = *c;
	const int first = take_digits(c, 4);
	const char separator = at_end(c) ? '\0' : *c->pos;

	if (first > 0 && first != 3 && take_one_of(c, "-/.") && take_digits(c, 2) > 0 &&
		take(c, separator))
	{
		const int last = take_digits(c, 4);

		if ((first == 4 && (last == 1 || last == 2)) || (first <= 2 && (last == 2 || last == 4)))
			return true;
	}
	*c = start;
	return false;
}

/* 31-Jan-2024, 31 January 24, Jan 31, 2024 */
static bool
take_named_date(SniffCursor *c)
{
	const SniffCursor start = *c;
	const int day = take_digits(c, 2);
	int year;

	if (day > 0)
		take_one_of(c, "-/ .");
	if (take_month(c))
	{
		if (day == 0 && take(c, ' ') && take_digits(c, 2) > 0)
			take(c, ',');
		take_one_of(c, "-/ .");
		year = take_digits(c, 4);
		if (year == 2 || year == 4)
			return true;
	}
	*c = start;
	return false;
}

/* 23:59, 23:59:59.999, 11:59 PM */
static bool
take_time(SniffCursor *c)
{
	const SniffCursor start = *c;
	SniffCursor half;

	if (take_digits(c, 2) == 0 || !take(c, ':') || take_digits(c, 2) != 2)
	{
		*c = start;
		return false;
	}
	if (take(c, ':'))
	{
		take_digits(c, 2);
		if (take_one_of(c, ".,"))
			take_digits(c, 9);
	}
	half = *c;
	take(c, ' ');
	if (!take_one_of(c, "aApP") || !take_one_of(c, "mM"))
		*c = half;
	return true;
}

/* Z, UTC, +01, +01:00 */
static void
take_zone(SniffCursor *c)
{
	const SniffCursor start = *c;

	take(c, ' ');
	if (take(c, 'Z'))
		return;
	if (c->end - c->pos == 3 && (is_word(c->pos, 3, "utc") || is_word(c->pos, 3, "gmt")))
	{
		c->pos = c->end;
		return;
	}
	if (take_one_of(c, "+-") && take_digits(c, 2) == 2)
	{
		take(c, ':');
		take_digits(c, 2);
		return;
	}
	*c = start;
}

CsvCellKind
sniff_datetime_kind(const char *data, size_t len)
{
	SniffCursor c = {data, data + len};
	bool has_date = take_numeric_date(&c) || take_named_date(&c);

	if (has_date)
	{
		if (at_end(&c))
			return CSV_CELL_DATE;
		take(&c, ',');
		if (!take_one_of(&c, " T"))
			return CSV_CELL_TEXT;
	}
	if (!take_time(&c))
		return CSV_CELL_TEXT;
	take_zone(&c);
	if (!at_end(&c))
		return CSV_CELL_TEXT;
	return has_date ? CSV_CELL_TIMESTAMP : CSV_CELL_TIME;
}
