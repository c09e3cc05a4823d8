/*
 * sniff_cell.c: what a field looks like.
 *
 * in:  the bytes of a field, blanks around them not counted
 * out: a CsvCellKind
 *
 * These are looks, not values: 99/99/2024 looks like a date.  Whether a column is
 * one of dates is decided by the converters.
 */
#include "format/csv/sniff_cursor.h"

static bool
is_one_of(const char *data, size_t len, const char *const *words)
{
	for (; *words != NULL; words++)
	{
		if (is_word(data, len, *words))
			return true;
	}
	return false;
}

bool
csv_is_null_word(const char *data, size_t len)
{
	static const char *const words[] = {"na",     "n/a",    "#n/a", "nan",  "null",
										"(null)", "<null>", "nil",  "none", "\\n",
										"-",      "--",     "?",    ".",    NULL};

	return is_one_of(data, len, words);
}

static bool
is_boolean(const char *data, size_t len)
{
	static const char *const words[] = {"true", "false", "yes", "no", NULL};

	return is_one_of(data, len, words);
}

/* Signs of currencies and percent; also those that are several bytes of UTF-8 or one of Latin 1. */
static bool
take_currency(SniffCursor *c)
{
	static const char *const signs[] = {"$",        "%",    "\xc2\xa3", "\xe2\x82\xac",
										"\xc2\xa5", "\xa3", "\x80",     "EUR",
										"USD",      "GBP",  NULL};
	int i;

	for (i = 0; signs[i] != NULL; i++)
	{
		const size_t len = strlen(signs[i]);

		if ((size_t) (c->end - c->pos) >= len && memcmp(c->pos, signs[i], len) == 0)
		{
			c->pos += len;
			return true;
		}
	}
	return false;
}

static bool
take_exponent(SniffCursor *c)
{
	if (!take_one_of(c, "eE"))
		return true;
	take_one_of(c, "+-");
	return take_digits(c, 4) > 0;
}

/* 1234.5, 1,234.5, 1.234,5, .5: groups of three, one fraction. */
static bool
take_grouped(SniffCursor *c)
{
	const int first = take_digits(c, 400);
	const char separator = at_end(c) ? '\0' : *c->pos;
	int groups = 0;

	while (first > 0 && first <= 3 && take_one_of(c, ".,'"))
	{
		const char *const digits = c->pos;

		if (digits[-1] != separator || take_digits(c, 4) != 3)
		{
			c->pos = digits - 1;
			break;
		}
		groups++;
	}
	if (!at_end(c) && (groups == 0 || *c->pos != separator) && take_one_of(c, ".,"))
		return take_digits(c, 400) > 0 || first > 0;
	return first > 0;
}

/* CSV_CELL_TEXT: not a number. */
static CsvCellKind
number_kind(const char *data, size_t len)
{
	SniffCursor c = {data, data + len};
	const bool bracket = take(&c, '(');
	bool currency;

	take_one_of(&c, "+-");
	currency = take_currency(&c);
	if (currency)
	{
		take(&c, ' ');
		take_one_of(&c, "+-");
	}
	if (!take_grouped(&c) || !take_exponent(&c))
		return CSV_CELL_TEXT;
	if (bracket && !take(&c, ')'))
		return CSV_CELL_TEXT;
	if (!currency && !at_end(&c))
	{
		take(&c, ' ');
		currency = take_currency(&c);
	}
	if (!at_end(&c))
		return CSV_CELL_TEXT;
	return currency || bracket ? CSV_CELL_AMOUNT : CSV_CELL_NUMBER;
}

static bool
is_hex(char c)
{
	return sniff_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_uuid(const char *data, size_t len)
{
	size_t i;

	if (len != 36)
		return false;
	for (i = 0; i < len; i++)
	{
		const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? data[i] != '-' : !is_hex(data[i]))
			return false;
	}
	return true;
}

/* 192.168.0.1, and versions such as 1.2.3.4 */
static bool
is_dotted(const char *data, size_t len)
{
	SniffCursor c = {data, data + len};
	int groups = 0;

	do
	{
		if (take_digits(&c, 3) == 0)
			return false;
		groups++;
	} while (take(&c, '.'));
	return at_end(&c) && groups == 4;
}

static bool
contains(const char *data, size_t len, const char *part)
{
	const size_t part_len = strlen(part);
	size_t i;

	for (i = 0; i + part_len <= len; i++)
	{
		if (memcmp(data + i, part, part_len) == 0)
			return true;
	}
	return false;
}

static bool
is_token(const char *data, size_t len)
{
	const char first = data[0];
	const char last = data[len - 1];

	if (is_uuid(data, len) || is_dotted(data, len))
		return true;
	if ((first == '{' && last == '}') || (first == '[' && last == ']'))
		return true;
	return memchr(data, ' ', len) == NULL &&
		   (contains(data, len, "://") ||
			(memchr(data, '@', len) != NULL && memchr(data, '.', len) != NULL));
}

CsvCellKind
csv_cell_kind(const char *data, size_t len)
{
	CsvCellKind kind;

	while (len > 0 && (data[0] == ' ' || data[0] == '\t'))
	{
		data++;
		len--;
	}
	while (len > 0 && (data[len - 1] == ' ' || data[len - 1] == '\t'))
		len--;
	if (len == 0)
		return CSV_CELL_EMPTY;
	if (csv_is_null_word(data, len))
		return CSV_CELL_NULL_WORD;
	if (is_boolean(data, len))
		return CSV_CELL_BOOLEAN;
	kind = sniff_datetime_kind(data, len);
	if (kind == CSV_CELL_TEXT)
		kind = number_kind(data, len);
	if (kind == CSV_CELL_TEXT && is_token(data, len))
		kind = CSV_CELL_TOKEN;
	return kind;
}
