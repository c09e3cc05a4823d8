/*
 * sniff_looks.c: does a record name the columns below it?
 *
 * in:  the values of columns, and the fields of the record above them
 * out: yes or no, and how sure
 *
 * It does when it is text where the columns are numbers, dates and the like, or when its fields
 * occur nowhere below and are of another length.
 */
#include "format/csv/sniff_looks.h"

#include <string.h>

SniffFamily
sniff_family(CsvCellKind kind)
{
	switch (kind)
	{
		case CSV_CELL_NUMBER:
		case CSV_CELL_AMOUNT:
			return FAMILY_NUMBER;
		case CSV_CELL_DATE:
		case CSV_CELL_TIMESTAMP:
			return FAMILY_DATE;
		case CSV_CELL_TIME:
			return FAMILY_TIME;
		case CSV_CELL_BOOLEAN:
		case CSV_CELL_TOKEN:
			return FAMILY_OTHER;
		default:
			return FAMILY_TEXT;
	}
}

/* The family of nearly all values of a column; FAMILY_TEXT if there is none. */
static SniffFamily
column_family(const ColumnLook *look)
{
	int family;

	for (family = 0; family < FAMILY_TEXT; family++)
	{
		if (look->filled > 0 && look->families[family] * 10 >= look->filled * 9)
			return (SniffFamily) family;
	}
	return FAMILY_TEXT;
}

static bool
has_digit(const CsvField *field)
{
	uint32_t i;

	for (i = 0; i < field->len; i++)
	{
		if (field->data[i] >= '0' && field->data[i] <= '9')
			return true;
	}
	return false;
}

void
sniff_look_at(ColumnLook *look, const CsvField *field)
{
	const CsvCellKind kind = csv_cell_kind(field->data, field->len);
	const SniffFamily family = sniff_family(kind);

	look->has_bytes |= field->len > 0;
	if (kind == CSV_CELL_EMPTY || kind == CSV_CELL_NULL_WORD)
		return;
	if (look->filled == 0 || field->len < look->min_len)
		look->min_len = field->len;
	if (field->len > look->max_len)
		look->max_len = field->len;
	look->filled++;
	if (family != FAMILY_TEXT)
		look->families[family]++;
	look->with_digits += has_digit(field);
	look->repeats_first |=
		field->len == look->first.len && memcmp(field->data, look->first.data, field->len) == 0;
}

/*
 * How much a field speaks for a header: 1 text above numbers, -1 a value above values of its
 * kind, 0 nothing known.
 */
static double
header_vote(const ColumnLook *look)
{
	const SniffFamily family = column_family(look);
	const SniffFamily first = sniff_family(look->first_kind);

	if (look->first_kind == CSV_CELL_EMPTY || look->filled == 0)
		return 0;
	if (family != FAMILY_TEXT)
	{
		if (look->first_kind == CSV_CELL_NULL_WORD)
			return -0.5;
		if (first == FAMILY_TEXT)
			return 1;
		return first == family ? -1 : -0.3;
	}
	if (first != FAMILY_TEXT)
		return -0.6;
	if (look->repeats_first)
		return -1;
	if (look->filled > 1 && look->min_len == look->max_len && look->first.len != look->min_len)
		return 0.5;
	if (look->with_digits * 10 >= look->filled * 8 && !has_digit(&look->first))
		return 0.4;
	if (look->filled > 3 &&
		(look->first.len * 3 < look->min_len || look->first.len > look->max_len))
		return 0.2;
	return 0;
}

static bool
is_year(const CsvField *field)
{
	return field->len == 4 &&
		   (memcmp(field->data, "19", 2) == 0 || memcmp(field->data, "20", 2) == 0);
}

/* Two or more years that go up by one, above numbers that are no years: names of columns. */
static bool
names_are_years(const ColumnLook *looks, uint32_t n)
{
	int previous = 0;
	uint32_t years = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		const CsvField *const first = &looks[i].first;
		int year;

		if (looks[i].first_kind != CSV_CELL_NUMBER)
			continue;
		if (!is_year(first) || (looks[i].min_len == 4 && looks[i].max_len == 4))
			return false;
		year =
			(first->data[2] - '0') * 10 + first->data[3] - '0' + (first->data[0] == '2' ? 100 : 0);
		if (years > 0 && year != previous + 1)
			return false;
		previous = year;
		years++;
	}
	return years >= 2;
}

/* The first record as text only, each field once. */
static bool
all_names(const ColumnLook *looks, uint32_t n)
{
	uint32_t i, j;

	for (i = 0; i < n; i++)
	{
		if (looks[i].first_kind != CSV_CELL_TEXT)
			return false;
		for (j = 0; j < i && n < 1000; j++)
		{
			if (looks[i].first.len == looks[j].first.len &&
				memcmp(looks[i].first.data, looks[j].first.data, looks[i].first.len) == 0)
				return false;
		}
	}
	return true;
}

bool
sniff_is_header(const ColumnLook *looks, uint32_t n, uint32_t nrows, double *confidence)
{
	double sum = 0, votes = 0;
	uint32_t above_values = 0; /* text above values of another kind */
	bool has_no_value = true;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		double vote = header_vote(&looks[i]);

		has_no_value &= sniff_family(looks[i].first_kind) == FAMILY_TEXT;
		above_values += vote == 1;
		sum += vote;
		votes += vote < 0 ? -vote : vote;
	}
	if (sum < 0 && names_are_years(looks, n))
	{
		*confidence = 0.8;
		return true;
	}
	if (sum <= 0 && above_values > 0 && has_no_value)
	{
		*confidence = 0.6;
		return true;
	}
	if (votes > 0 && sum != 0)
	{
		const double strength = (sum < 0 ? -sum : sum) / votes;

		*confidence = (0.6 + 0.39 * strength) * (votes < 0.5 ? 0.8 : 1) * (nrows < 2 ? 0.9 : 1);
		return sum > 0;
	}
	*confidence = 0.55;
	return has_no_value && all_names(looks, n);
}
