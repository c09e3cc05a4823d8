/*
 * type_candidates.c: the types and formats that are tried on a column, and the trial.
 *
 * in:  values
 * out: the candidates that took all of them
 *
 * Input functions take more than people mean: 'now' is a date, '1' a boolean.  So a value must look
 * like the type before its converter is asked.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "format/csv/sniff.h"

#include "inspect/type_candidates.h"

#define CANDIDATES_MAX    160
#define SMALL_INTEGER_LEN 15 /* digits that every double keeps */

/* A way to write dates. */
typedef struct DateStyle
{
	const char *format;
	DateOrder order;
	bool with_time; /* is also looked for in timestamps */
} DateStyle;

static const DateStyle date_styles[] = {
	{"%Y/%m/%d", ORDER_NONE, true},      {"%Y.%m.%d", ORDER_NONE, true},
	{"%d.%m.%Y", ORDER_NONE, true},      {"%d.%m.%y", ORDER_NONE, true},
	{"%d/%m/%Y", ORDER_DAY_MONTH, true}, {"%m/%d/%Y", ORDER_MONTH_DAY, true},
	{"%d-%m-%Y", ORDER_DAY_MONTH, true}, {"%m-%d-%Y", ORDER_MONTH_DAY, true},
	{"%d/%m/%y", ORDER_DAY_MONTH, true}, {"%m/%d/%y", ORDER_MONTH_DAY, true},
	{"%d-%m-%y", ORDER_DAY_MONTH, true}, {"%m-%d-%y", ORDER_MONTH_DAY, true},
	{"%d-%b-%Y", ORDER_NONE, true},      {"%d-%b-%y", ORDER_NONE, true},
	{"%d %b %Y", ORDER_NONE, true},      {"%d %B %Y", ORDER_NONE, false},
	{"%b %d, %Y", ORDER_NONE, true},     {"%B %d, %Y", ORDER_NONE, false},
	{"%b %d %Y", ORDER_NONE, false},     {"%d %b %y", ORDER_NONE, false},
	{"%d. %B %Y", ORDER_NONE, false},
};

/* What stands behind the date of a timestamp. */
static const char *const time_styles[] = {" %H:%M:%S",    " %H:%M",    " %H:%M:%S.%f",
										  " %I:%M:%S %p", " %I:%M %p", ", %I:%M %p"};

typedef struct Separators
{
	char decimal;
	char thousands;
} Separators;

static const Separators separators[] = {
	{'.', '\0'}, {'.', ','}, {',', '\0'}, {',', '.'}, {'.', '\''}};

static Candidate *
add(TypeCandidates *candidates, CandidateKind kind, Oid oid, const char *type,
	const ConvertFormat *format)
{
	Candidate *candidate;

	Assert(candidates->n < candidates->capacity);
	candidate = &candidates->items[candidates->n++];
	candidate->kind = kind;
	candidate->type = type;
	candidate->decimal_separator = format->decimal_separator;
	candidate->thousands = format->thousands;
	candidate->datetime_format =
		kind == CANDIDATE_DATE ? format->dateformat : format->timestampformat;
	candidate->converter = converter_create(oid, -1, format);
	return candidate;
}

static void
add_numbers(TypeCandidates *candidates)
{
	const TypeGiven *given = &candidates->given;
	ConvertFormat format = {.decimal_separator = '.'};
	size_t i;

	add(candidates, CANDIDATE_INTEGER, INT8OID, "bigint", &format);
	for (i = 0; i < lengthof(separators); i++)
	{
		format.decimal_separator = separators[i].decimal;
		format.thousands = separators[i].thousands;
		if (given->has_separators)
			format = (ConvertFormat){.decimal_separator = given->format.decimal_separator,
									 .thousands = given->format.thousands};
		add(candidates, CANDIDATE_NUMERIC, NUMERICOID, "numeric", &format);
		if (format.thousands == '\0' || given->has_separators)
			add(candidates, CANDIDATE_FLOAT, FLOAT8OID, "double precision", &format);
		if (given->has_separators)
			return;
	}
}

static void
add_dates(TypeCandidates *candidates)
{
	const TypeGiven *given = &candidates->given;
	ConvertFormat format = {.decimal_separator = '.'};
	size_t i;

	format.dateformat = given->has_dateformat ? given->format.dateformat : NULL;
	add(candidates, CANDIDATE_DATE, DATEOID, "date", &format);
	for (i = 0; i < lengthof(date_styles) && !given->has_dateformat; i++)
	{
		format.dateformat = date_styles[i].format;
		add(candidates, CANDIDATE_DATE, DATEOID, "date", &format)->order = date_styles[i].order;
	}
}

static void
add_timestamps(TypeCandidates *candidates)
{
	const TypeGiven *given = &candidates->given;
	ConvertFormat format = {.decimal_separator = '.'};
	size_t i, j;

	format.timestampformat = given->has_timestampformat ? given->format.timestampformat : NULL;
	add(candidates, CANDIDATE_TIMESTAMP, TIMESTAMPOID, "timestamp", &format);
	add(candidates, CANDIDATE_TIMESTAMPTZ, TIMESTAMPTZOID, "timestamptz", &format);
	for (i = 0; i < lengthof(date_styles) && !given->has_timestampformat; i++)
	{
		for (j = 0; j < lengthof(time_styles) && date_styles[i].with_time; j++)
		{
			format.timestampformat = psprintf("%s%s", date_styles[i].format, time_styles[j]);
			add(candidates, CANDIDATE_TIMESTAMP, TIMESTAMPOID, "timestamp", &format)->order =
				date_styles[i].order;
		}
	}
}

TypeCandidates *
type_candidates_create(const TypeGiven *given)
{
	TypeCandidates *candidates = palloc0(sizeof(TypeCandidates));
	const ConvertFormat plain = {.decimal_separator = '.'};

	candidates->given = *given;
	candidates->capacity = CANDIDATES_MAX;
	candidates->items = palloc0(CANDIDATES_MAX * sizeof(Candidate));
	add(candidates, CANDIDATE_BOOLEAN, BOOLOID, "boolean", &plain);
	add_numbers(candidates);
	add_dates(candidates);
	add_timestamps(candidates);
	add(candidates, CANDIDATE_TIME, TIMEOID, "time", &plain);
	add(candidates, CANDIDATE_UUID, UUIDOID, "uuid", &plain);
	add(candidates, CANDIDATE_INET, INETOID, "inet", &plain);
	add(candidates, CANDIDATE_JSON, JSONBOID, "jsonb", &plain);
	return candidates;
}

TypeGuess *
type_guess_create(TypeCandidates *candidates)
{
	TypeGuess *guess = palloc0(sizeof(TypeGuess));

	guess->candidates = candidates;
	guess->alive = palloc(candidates->n * sizeof(int16));
	guess->all_compact_dates = true;
	for (guess->nalive = 0; guess->nalive < candidates->n; guess->nalive++)
		guess->alive[guess->nalive] = guess->nalive;
	return guess;
}

bool
type_guess_has(const TypeGuess *guess, int candidate)
{
	int i;

	for (i = 0; i < guess->nalive; i++)
	{
		if (guess->alive[i] == candidate)
			return true;
	}
	return false;
}

/* A value without blanks around it, and what is known of it. */
typedef struct ValueLook
{
	const char *data;
	size_t len;
	CsvCellKind kind;
	int word;        /* WORD_TRUE, WORD_FALSE; 0: no word of a boolean */
	bool is_integer; /* digits, perhaps a sign */
	bool has_leading_zero;
	bool has_zone;
} ValueLook;

static int
boolean_word(const char *data, size_t len)
{
	static const struct
	{
		const char *text;
		int word;
	} words[] = {{"true", WORD_TRUE}, {"false", WORD_FALSE}, {"yes", WORD_TRUE}, {"no", WORD_FALSE},
				 {"on", WORD_TRUE},   {"off", WORD_FALSE},   {"t", WORD_TRUE},   {"f", WORD_FALSE},
				 {"y", WORD_TRUE},    {"n", WORD_FALSE}};
	size_t i;

	for (i = 0; i < lengthof(words); i++)
	{
		if (strlen(words[i].text) == len && pg_strncasecmp(words[i].text, data, len) == 0)
			return words[i].word;
	}
	return 0;
}

static void
look_at_integer(ValueLook *look)
{
	size_t digits = look->len > 0 && (look->data[0] == '-' || look->data[0] == '+') ? 1 : 0;
	size_t i;

	look->has_leading_zero = look->len > digits + 1 && look->data[digits] == '0' &&
							 look->data[digits + 1] >= '0' && look->data[digits + 1] <= '9';
	look->is_integer = look->len > digits;
	for (i = digits; i < look->len; i++)
		look->is_integer &= look->data[i] >= '0' && look->data[i] <= '9';
}

static ValueLook
look_at(const char *data, size_t len)
{
	ValueLook look = {0};

	while (len > 0 && (*data == ' ' || *data == '\t'))
	{
		data++;
		len--;
	}
	while (len > 0 && (data[len - 1] == ' ' || data[len - 1] == '\t'))
		len--;
	look.data = data;
	look.len = len;
	look.kind = csv_cell_kind(data, len);
	look.word = boolean_word(data, len);
	look_at_integer(&look);
	if (look.kind == CSV_CELL_TIMESTAMP && len > 16)
		look.has_zone = data[len - 1] == 'Z' || memchr(data + 16, '+', len - 16) != NULL ||
						memchr(data + 16, '-', len - 16) != NULL;
	return look;
}

/* 2024-01-31 at the beginning, whatever follows. */
static bool
begins_with_iso_date(const ValueLook *look)
{
	return look->len >= 10 && look->data[4] == '-' && look->data[7] == '-';
}

static bool
looks_like_number(const ValueLook *look)
{
	return look->kind == CSV_CELL_NUMBER && !look->has_leading_zero && look->data[0] != '+';
}

static bool
looks_like_address(const ValueLook *look)
{
	size_t i;

	for (i = 0; i < look->len; i++)
	{
		if (look->data[i] == '\0' || strchr("0123456789abcdefABCDEF.:/", look->data[i]) == NULL)
			return false;
	}
	return look->kind != CSV_CELL_TIME && look->kind != CSV_CELL_NUMBER &&
		   (memchr(look->data, '.', look->len) != NULL ||
			memchr(look->data, ':', look->len) != NULL);
}

static bool
looks_like(const ValueLook *look, const Candidate *candidate)
{
	const bool has_format = candidate->datetime_format != NULL;

	switch (candidate->kind)
	{
		case CANDIDATE_BOOLEAN:
			return look->word != 0;
		case CANDIDATE_INTEGER:
			return look->is_integer && looks_like_number(look);
		case CANDIDATE_NUMERIC:
			return looks_like_number(look) && memchr(look->data, 'e', look->len) == NULL &&
				   memchr(look->data, 'E', look->len) == NULL;
		case CANDIDATE_FLOAT:
			return looks_like_number(look);
		case CANDIDATE_DATE:
			return has_format ||
				   (look->kind == CSV_CELL_DATE && look->len == 10 && begins_with_iso_date(look));
		case CANDIDATE_TIMESTAMP:
			return has_format || (look->kind == CSV_CELL_TIMESTAMP && !look->has_zone &&
								  begins_with_iso_date(look));
		case CANDIDATE_TIMESTAMPTZ:
			return has_format || (look->kind == CSV_CELL_TIMESTAMP && look->has_zone &&
								  begins_with_iso_date(look));
		case CANDIDATE_TIME:
			return look->kind == CSV_CELL_TIME;
		case CANDIDATE_UUID:
			return look->kind == CSV_CELL_TOKEN && look->len == 36;
		case CANDIDATE_INET:
			return looks_like_address(look);
		case CANDIDATE_JSON:
			return look->kind == CSV_CELL_TOKEN && (look->data[0] == '{' || look->data[0] == '[');
	}
	return false;
}

/* Few digits are a number of every type, whatever its separators are: no need to ask. */
static bool
is_small_integer(const ValueLook *look, CandidateKind kind)
{
	return look->is_integer && look->len <= SMALL_INTEGER_LEN &&
		   (kind == CANDIDATE_INTEGER || kind == CANDIDATE_NUMERIC || kind == CANDIDATE_FLOAT);
}

/* Would a load take the value? */
static bool
takes(const Candidate *candidate, const char *data, size_t len, ConvertArena *arena)
{
	ConvertCell cell = {.converter = candidate->converter, .data = data, .len = (uint32) len};
	Datum value;

	if (converter_try(candidate->converter, data, len, arena, &value) == CONVERT_OK)
		return true;
	if (candidate->datetime_format != NULL)
		return false;
	convert_cells(&cell, 1);
	return cell.failure == NULL;
}

static bool
is_compact_date(const ValueLook *look)
{
	return look->len == 8 && look->is_integer &&
		   (memcmp(look->data, "19", 2) == 0 || memcmp(look->data, "20", 2) == 0) &&
		   memcmp(look->data + 4, "01", 2) >= 0 && memcmp(look->data + 4, "12", 2) <= 0 &&
		   memcmp(look->data + 6, "01", 2) >= 0 && memcmp(look->data + 6, "31", 2) <= 0;
}

void
type_guess_add(TypeGuess *guess, const char *data, size_t len, ConvertArena *arena)
{
	const ValueLook look = look_at(data, len);
	int kept = 0;
	int i;

	guess->nvalues++;
	guess->words |= look.word;
	guess->has_long_word |= look.len > 1;
	guess->has_leading_zero |= look.is_integer && look.has_leading_zero;
	guess->has_plus |= look.len > 0 && look.data[0] == '+';
	guess->has_amount |= look.kind == CSV_CELL_AMOUNT;
	guess->all_compact_dates &= is_compact_date(&look);
	for (i = 0; i < guess->nalive; i++)
	{
		const Candidate *candidate = &guess->candidates->items[guess->alive[i]];

		if (looks_like(&look, candidate) &&
			(is_small_integer(&look, candidate->kind) || takes(candidate, data, len, arena)))
			guess->alive[kept++] = guess->alive[i];
	}
	guess->nalive = kept;
}
