/*
 * sniff_trial.c: one dialect, tried on the beginning of a file.
 *
 * in:  a dialect, bytes
 * out: how many fields records have, and how much these look like values
 */
#include "format/csv/sniff_trial.h"

#include <math.h>
#include <string.h>

#define WIDTHS_MAX 64 /* different numbers of fields that are counted */
#define AHEAD      8  /* records that must be alike where the body begins */

/* Delimiters that a value rarely has outside of quotes. */
static bool
has_foreign_delimiter(const char *data, size_t len, bool *has_comma)
{
	bool found = false;
	size_t i;

	for (i = 0; i < len; i++)
	{
		found |= data[i] == ';' || data[i] == '\t' || data[i] == '|' ||
				 (data[i] >= '\1' && data[i] <= '\b') || (data[i] >= '\x1c' && data[i] <= '\x1f');
		*has_comma |= data[i] == ',';
	}
	return found;
}

/* Letters, digits, bytes of other alphabets, and what stands in names. */
static bool
is_clean(const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
	{
		const unsigned char c = (unsigned char) data[i];

		if (c < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
			(c == '\0' || strchr(" _-.'&/()", c) == NULL))
			return false;
	}
	return true;
}

/*
 * How much a field looks like one value: 0 to 1.  Numbers have decimal commas where something usual
 * separates them.
 */
static float
field_likeness(const CsvDialect *dialect, const CsvField *field, CsvCellKind kind)
{
	const char *data = field->data;
	const size_t len = field->len;
	const bool decimal_comma =
		kind == CSV_CELL_NUMBER && strchr(";\t|", dialect->delimiter[0]) != NULL;
	bool has_comma = false;
	float likeness;

	if (kind == CSV_CELL_EMPTY)
		return 0.75f;
	if (field->quoted)
		return kind != CSV_CELL_TEXT || is_clean(data, len) ? 1.0f : 0.9f;
	if (has_foreign_delimiter(data, len, &has_comma))
		return 0.1f;
	if (kind == CSV_CELL_TEXT)
	{
		likeness = is_clean(data, len) ? 0.9f : 0.6f;
		if (memchr(data, '"', len) != NULL || data[0] == '\'' || data[len - 1] == '\'')
			likeness = 0.3f;
	}
	else
		likeness = 1.0f;
	if (has_comma)
		likeness *= decimal_comma ? 0.8f : 0.5f;
	if (data[0] == ' ' || data[len - 1] == ' ')
		likeness *= kind == CSV_CELL_TEXT ? 0.8f : 0.9f;
	return likeness;
}

static bool
is_typed(CsvCellKind kind)
{
	return kind != CSV_CELL_EMPTY && kind != CSV_CELL_TEXT && kind != CSV_CELL_NULL_WORD;
}

static void
add_row(SniffTrial *trial, const CsvRow *row, size_t start, uint64_t line)
{
	SniffRow *const out = &trial->rows[trial->nrows++];
	uint32_t i;

	memset(out, 0, sizeof(*out));
	out->start = start;
	out->line = line;
	out->nfields = row->nfields;
	out->has_comment_sign = row->raw_len > 0 && row->raw[0] == '#';
	for (i = 0; i < row->nfields; i++)
	{
		const CsvField *const field = &row->fields[i];
		const CsvCellKind kind = csv_cell_kind(field->data, field->len);

		out->nempty += kind == CSV_CELL_EMPTY;
		out->ntyped += is_typed(kind);
		out->has_quoted |= field->quoted;
		out->likeness += field_likeness(&trial->dialect, field, kind);
	}
}

static uint64_t
count_lines(const CsvDialect *dialect, const char *data, size_t len)
{
	const char *const end = data + len;
	uint64_t n = 0;

	while ((data = memchr(data, dialect->newline, (size_t) (end - data))) != NULL)
	{
		n++;
		data++;
	}
	return n;
}

/* Reads the rows.  The last one is left out when it may go on behind the sample. */
static FmtStatus
read_rows(SniffTrial *trial, CsvReader *reader)
{
	const char *const buf = trial->sample;
	FmtStatus status = FMT_OK;
	CsvRow row;
	size_t counted = 0;
	uint64_t line = 0;

	trial->nrows = 0;
	csv_reader_begin(reader, &trial->dialect, buf, trial->len);
	while (trial->nrows < SNIFF_ROWS && (status = csv_reader_next(reader, &row)) == FMT_OK)
	{
		const size_t start = (size_t) (row.raw - buf);

		if (row.kind == CSV_RECORD_BLANK || row.kind == CSV_RECORD_COMMENT)
			continue;
		if (!trial->eof && start + row.raw_len == trial->len && trial->nrows > 0)
			break;
		line += count_lines(&trial->dialect, buf + counted, start - counted);
		counted = start;
		add_row(trial, &row, start, line);
		csv_reader_release(reader);
	}
	return status == FMT_NO_MEMORY ? status : FMT_OK;
}

/* The number of fields that most records have; of equals the larger. */
static void
find_width(SniffTrial *trial)
{
	uint32_t widths[WIDTHS_MAX];
	uint32_t counts[WIDTHS_MAX];
	uint32_t n = 0;
	uint32_t best = 0;
	uint32_t i, j;

	for (i = 0; i < trial->nrows; i++)
	{
		const uint32_t width = trial->rows[i].nfields;

		if (width == 0)
			continue;
		for (j = 0; j < n && widths[j] != width; j++)
			;
		if (j == n && n == WIDTHS_MAX)
			continue;
		if (j == n)
		{
			widths[n] = width;
			counts[n++] = 0;
		}
		counts[j]++;
	}
	trial->width = 0;
	for (j = 0; j < n; j++)
	{
		if (counts[j] > best || (counts[j] == best && widths[j] > trial->width))
		{
			best = counts[j];
			trial->width = widths[j];
		}
	}
}

/* Does a run of records of the right width begin here? */
static bool
begins_body(const SniffTrial *trial, uint32_t from)
{
	const uint32_t to = from + AHEAD < trial->nrows ? from + AHEAD : trial->nrows;
	uint32_t matching = 0;
	uint32_t i;

	if (trial->rows[from].nfields != trial->width)
		return false;
	for (i = from; i < to; i++)
		matching += trial->rows[i].nfields == trial->width;
	return matching * 2 >= to - from;
}

static void
find_body(SniffTrial *trial)
{
	trial->body = 0;
	while (trial->body < trial->nrows && !begins_body(trial, trial->body))
		trial->body++;
	if (trial->body == trial->nrows)
		trial->body = 0;
}

/* The score of a dialect in which every record is one field. */
static double
single_score(const SniffTrial *trial, double share)
{
	return share * share * (0.3 + 0.4 * trial->typed) * trial->likeness * trial->likeness;
}

static void
rate(SniffTrial *trial)
{
	double fields = 0, empty = 0, typed = 0, likeness = 0, share;
	uint32_t i;

	trial->nmatch = trial->nbad = trial->nquoted = 0;
	for (i = trial->body; i < trial->nrows; i++)
	{
		const SniffRow *const row = &trial->rows[i];

		trial->nbad += row->nfields == 0;
		trial->nquoted += row->has_quoted;
		if (row->nfields == 0 || row->nfields != trial->width)
			continue;
		trial->nmatch++;
		fields += row->nfields;
		empty += row->nempty;
		typed += row->ntyped;
		likeness += row->likeness;
	}
	if (trial->nmatch == 0)
	{
		trial->typed = trial->likeness = trial->score = 0;
		return;
	}
	share = (double) trial->nmatch / (trial->nrows - trial->body);
	trial->typed = fields > empty ? typed / (fields - empty) : 0;
	trial->likeness = likeness / fields;
	if (trial->width == 1)
		trial->score = single_score(trial, share);
	else
		trial->score = share * share * (trial->width - 1) / trial->width * trial->likeness;
	if (trial->body > 0)
		trial->score *= 0.9 - 0.3 * trial->body / trial->nrows;
}

FmtStatus
csv_sniff_try(SniffTrial *trial, CsvReader *reader)
{
	const FmtStatus status = read_rows(trial, reader);

	if (status != FMT_OK)
		return status;
	find_width(trial);
	find_body(trial);
	rate(trial);
	return FMT_OK;
}
