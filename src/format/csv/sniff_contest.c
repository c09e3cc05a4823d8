/*
 * sniff_contest.c: dialects compete.
 *
 * in:  the beginning of a file, what is known of its dialect
 * out: the best trial, and how good the second best was
 *
 * Delimiters and quotes that the sample does not have are not tried.  A dialect
 * in which every record is one field competes like the others.
 */
#include "format/csv/sniff_contest.h"

#include <string.h>

/* How likely a delimiter is before anything is seen. */
typedef struct Delimiter
{
	const char *text;
	double weight;
} Delimiter;

static const Delimiter delimiters[] = {
	{",", 1.0},    {";", 1.0},    {"\t", 1.0},   {"|", 1.0},    {", ", 0.97},  {"; ", 0.97},
	{"||", 1.0},   {"|~|", 1.0},  {"~|~", 1.0},  {";;", 0.9},   {"::", 0.8},   {":", 0.6},
	{"\x01", 1.0}, {"\x02", 0.9}, {"\x1c", 0.9}, {"\x1d", 0.9}, {"\x1e", 0.9}, {"\x1f", 1.0},
	{"^", 0.9},    {"~", 0.9},    {" ", 0.6},
};
#define NDELIMITERS (sizeof(delimiters) / sizeof(delimiters[0]))

#define UNUSUAL_WEIGHT  0.9 /* delimiters below it take more evidence */
#define SIGNED_ROWS_MAX 32

/* A separator of units: no text has it, so every record is one field. */
#define NO_DELIMITER '\x1f'

static bool
sample_has(const SniffContest *contest, const char *text, size_t text_len)
{
	const char *pos = contest->sample;
	const char *const end = pos + contest->len;

	while ((size_t) (end - pos) >= text_len &&
		   (pos = memchr(pos, text[0], (size_t) (end - pos) - text_len + 1)) != NULL)
	{
		if (memcmp(pos, text, text_len) == 0)
			return true;
		pos++;
	}
	return false;
}

/* Is every such byte in the sample one of a pair? Then the pair is the delimiter. */
static bool
is_always_doubled(const SniffContest *contest, char c)
{
	const char *pos = contest->sample;
	const char *const end = pos + contest->len;

	while (pos < end && (pos = memchr(pos, c, (size_t) (end - pos))) != NULL)
	{
		if (end - pos < 2 || pos[1] != c || (end - pos > 2 && pos[2] == c))
			return false;
		pos += 2;
	}
	return true;
}

static bool
is_candidate(const SniffContest *contest, const char *delimiter)
{
	const size_t len = strlen(delimiter);

	if (!sample_has(contest, delimiter, len))
		return false;
	return len > 1 || strchr("|;:", delimiter[0]) == NULL ||
		   !is_always_doubled(contest, delimiter[0]);
}

/* Also when one is the other with a blank behind it. */
static bool
same_delimiter(const CsvDialect *a, const CsvDialect *b)
{
	if (a->delimiter_len == b->delimiter_len)
		return memcmp(a->delimiter, b->delimiter, a->delimiter_len) == 0;
	return a->delimiter[0] == b->delimiter[0] && a->delimiter_len <= 2 && b->delimiter_len <= 2 &&
		   (a->delimiter_len == 1 ? b->delimiter[1] : a->delimiter[1]) == ' ';
}

static void
set_runner_up(SniffContest *contest, const CsvDialect *dialect)
{
	memcpy(contest->runner_up, dialect->delimiter, CSV_DELIMITER_MAX);
	contest->runner_up_len = dialect->delimiter_len;
}

/* Blanks stand between words: only where all records are alike they can be delimiters. */
static double
blank_weight(const SniffTrial *trial)
{
	if (trial->dialect.delimiter[0] != ' ' || trial->width < 2)
		return 1;
	return trial->nmatch == trial->nrows && trial->nmatch > 1 ? 1 : 0.25;
}

/* Keeps the trial if it is better than the best so far. */
static void
compete(SniffContest *contest, double weight)
{
	SniffTrial *const trial = &contest->trial;
	const double score = trial->score * weight * blank_weight(trial);
	const bool same = contest->best.nrows > 0 && trial->width > 1 && contest->best.width > 1 &&
					  same_delimiter(&trial->dialect, &contest->best.dialect);

	if (contest->best.nrows == 0 || score > contest->best_score * 1.0001)
	{
		SniffTrial loser = contest->best;

		if (!same)
		{
			contest->second_score = contest->best_score;
			if (loser.width > 1)
				set_runner_up(contest, &loser.dialect);
		}
		contest->best_score = score;
		contest->best = *trial;
		trial->rows = loser.rows;
	}
	else if (!same && score > contest->second_score)
	{
		contest->second_score = score;
		if (trial->width > 1)
			set_runner_up(contest, &trial->dialect);
	}
}

/* Widths of records that begin with '#', and whether one stands between others. */
typedef struct SignedRows
{
	uint32_t n;
	uint32_t widths[SIGNED_ROWS_MAX];
	bool is_between;
} SignedRows;

static SignedRows
find_signed_rows(const SniffTrial *trial)
{
	SignedRows found;
	bool after_record = false;
	uint32_t i;

	memset(&found, 0, sizeof(found));
	for (i = 0; i < trial->nrows && found.n < SIGNED_ROWS_MAX; i++)
	{
		if (!trial->rows[i].has_comment_sign)
			after_record = true;
		else
		{
			found.widths[found.n++] = trial->rows[i].nfields;
			found.is_between |= after_record;
		}
	}
	return found;
}

/* The dialect with '#' for comments: none of the lines that begin with it may have as many fields as the rest. */
static FmtStatus
try_comments(SniffContest *contest, const CsvDialect *dialect, const SignedRows *found,
			 double weight)
{
	FmtStatus status;
	uint32_t i;

	contest->trial.dialect = *dialect;
	contest->trial.dialect.comment = '#';
	status = csv_sniff_try(&contest->trial, contest->reader);
	if (status != FMT_OK || contest->trial.nrows == 0 || contest->trial.width < 2)
		return status;
	for (i = 0; i < found->n; i++)
	{
		if (found->widths[i] == contest->trial.width)
			return FMT_OK;
	}
	compete(contest, weight);
	return FMT_OK;
}

static FmtStatus
try_dialect(SniffContest *contest, const CsvDialect *dialect, double weight)
{
	SniffTrial *const trial = &contest->trial;
	SignedRows found;
	FmtStatus status;

	trial->dialect = *dialect;
	status = csv_sniff_try(trial, contest->reader);
	contest->last.nmatch = trial->nmatch;
	contest->last.nbad = trial->nbad;
	contest->last.nquoted = trial->nquoted;
	if (status != FMT_OK || trial->nrows == 0)
		return status;
	found = find_signed_rows(trial);
	compete(contest, weight);
	if (contest->request->has_comment || !found.is_between)
		return FMT_OK;
	return try_comments(contest, dialect, &found, weight);
}

/* Does the sample have the quote behind a backslash? */
static bool
has_backslash_escape(const SniffContest *contest, char quote)
{
	const char text[2] = {'\\', quote};

	return sample_has(contest, text, sizeof(text));
}

/* With the quote, and its escapes. */
static FmtStatus
try_quote(SniffContest *contest, CsvDialect *dialect, double weight)
{
	FmtStatus status;

	if (!contest->request->has_escape)
		dialect->escape = dialect->quote;
	status = try_dialect(contest, dialect, weight);
	if (status == FMT_OK && !contest->request->has_escape && dialect->quote != '\0' &&
		has_backslash_escape(contest, dialect->quote))
	{
		dialect->escape = '\\';
		status = try_dialect(contest, dialect, weight);
	}
	return status;
}

/*
 * All quotes with one delimiter.  That quotes are no quotes is only believed when more records have
 * irregular ones than have regular ones: a stray quote must cost one record, not all quoted ones.
 */
static FmtStatus
try_delimiter(SniffContest *contest, const char *delimiter, size_t len, double weight)
{
	const CsvSniffRequest *const request = contest->request;
	CsvDialect dialect = request->dialect;
	FmtStatus status;
	bool plain;

	memcpy(dialect.delimiter, delimiter, len);
	dialect.delimiter_len = (uint8_t) len;
	if (request->has_quote)
		return try_quote(contest, &dialect, weight);

	dialect.quote = '"';
	status = try_quote(contest, &dialect, weight);
	plain = contest->last.nbad > contest->last.nquoted &&
			(contest->last.nbad > 1 || contest->last.nmatch == 0);
	dialect.quote = '\'';
	if (status == FMT_OK && sample_has(contest, "'", 1))
		status = try_quote(contest, &dialect, weight);
	dialect.quote = '\0';
	if (status == FMT_OK && plain)
		status = try_quote(contest, &dialect, weight);
	return status;
}

FmtStatus
sniff_contest_run(SniffContest *contest)
{
	const CsvSniffRequest *const request = contest->request;
	const char none = NO_DELIMITER;
	FmtStatus status;
	size_t i;

	if (request->has_delimiter)
		return try_delimiter(contest, request->dialect.delimiter, request->dialect.delimiter_len,
							 1);
	for (i = 0; i < NDELIMITERS; i++)
	{
		const Delimiter *const delimiter = &delimiters[i];

		if (!is_candidate(contest, delimiter->text))
			continue;
		status =
			try_delimiter(contest, delimiter->text, strlen(delimiter->text), delimiter->weight);
		if (status != FMT_OK)
			return status;
	}
	return sample_has(contest, &none, 1) ? FMT_OK : try_delimiter(contest, &none, 1, 1);
}

void
sniff_set_unused_delimiter(const SniffContest *contest, CsvDialect *dialect)
{
	size_t i;

	for (i = 0; i < NDELIMITERS; i++)
	{
		const char *const text = delimiters[i].text;

		if (strlen(text) == 1 && !sample_has(contest, text, 1))
		{
			dialect->delimiter[0] = text[0];
			dialect->delimiter_len = 1;
			return;
		}
	}
}

bool
sniff_is_unusual(const CsvDialect *dialect)
{
	size_t i;

	for (i = 0; i < NDELIMITERS; i++)
	{
		if (strlen(delimiters[i].text) == dialect->delimiter_len &&
			memcmp(delimiters[i].text, dialect->delimiter, dialect->delimiter_len) == 0)
			return delimiters[i].weight < UNUSUAL_WEIGHT;
	}
	return false;
}
