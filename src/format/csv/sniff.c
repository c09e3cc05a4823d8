/*
 * sniff.c: tries dialects and takes the best.
 *
 * in:  the beginning of a file, what is known of its dialect
 * out: a CsvSniffResult
 *
 * Delimiters and quotes that the sample does not have are not tried.  A dialect
 * in which every record is one field competes like the others.
 */
#include "format/csv/sniff_trial.h"

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

#define UNUSUAL_WEIGHT 0.9 /* delimiters below it take more evidence */

/* A separator of units: no text has it, so every record is one field. */
#define NO_DELIMITER '\x1f'

typedef struct Sniffer
{
	const CsvSniffRequest *request;
	const char *sample; /* behind what is skipped */
	size_t len;
	CsvReader *reader;
	SniffTrial best;
	SniffTrial trial; /* the next; its rows are the other array */
	struct
	{
		uint32_t nmatch, nbad, nquoted;
	} last; /* of the trial before */
	double best_score;
	double second_score; /* of another delimiter */
	CsvSniffResult *result;
} Sniffer;

static bool
sample_has(const Sniffer *sniffer, const char *text, size_t text_len)
{
	const char *pos = sniffer->sample;
	const char *const end = pos + sniffer->len;

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
is_always_doubled(const Sniffer *sniffer, char c)
{
	const char *pos = sniffer->sample;
	const char *const end = pos + sniffer->len;

	while (pos < end && (pos = memchr(pos, c, (size_t) (end - pos))) != NULL)
	{
		if (end - pos < 2 || pos[1] != c || (end - pos > 2 && pos[2] == c))
			return false;
		pos += 2;
	}
	return true;
}

static bool
is_candidate(const Sniffer *sniffer, const char *delimiter)
{
	const size_t len = strlen(delimiter);

	if (!sample_has(sniffer, delimiter, len))
		return false;
	return len > 1 || strchr("|;:", delimiter[0]) == NULL ||
		   !is_always_doubled(sniffer, delimiter[0]);
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
set_runner_up(Sniffer *sniffer, const CsvDialect *dialect)
{
	memcpy(sniffer->result->runner_up, dialect->delimiter, CSV_DELIMITER_MAX);
	sniffer->result->runner_up_len = dialect->delimiter_len;
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
compete(Sniffer *sniffer, double weight)
{
	SniffTrial *const trial = &sniffer->trial;
	const double score = trial->score * weight * blank_weight(trial);
	const bool same = sniffer->best.nrows > 0 && trial->width > 1 && sniffer->best.width > 1 &&
					  same_delimiter(&trial->dialect, &sniffer->best.dialect);

	if (sniffer->best.nrows == 0 || score > sniffer->best_score * 1.0001)
	{
		SniffTrial loser = sniffer->best;

		if (!same)
		{
			sniffer->second_score = sniffer->best_score;
			if (loser.width > 1)
				set_runner_up(sniffer, &loser.dialect);
		}
		sniffer->best_score = score;
		sniffer->best = *trial;
		trial->rows = loser.rows;
	}
	else if (!same && score > sniffer->second_score)
	{
		sniffer->second_score = score;
		if (trial->width > 1)
			set_runner_up(sniffer, &trial->dialect);
	}
}

static FmtStatus
try_dialect(Sniffer *sniffer, const CsvDialect *dialect, double weight)
{
	FmtStatus status;

	sniffer->trial.dialect = *dialect;
	status = csv_sniff_try(&sniffer->trial, sniffer->reader);
	sniffer->last.nmatch = sniffer->trial.nmatch;
	sniffer->last.nbad = sniffer->trial.nbad;
	sniffer->last.nquoted = sniffer->trial.nquoted;
	if (status == FMT_OK && sniffer->trial.nrows > 0)
		compete(sniffer, weight);
	return status;
}

/* Does the sample have the quote behind a backslash? */
static bool
has_backslash_escape(const Sniffer *sniffer, char quote)
{
	const char text[2] = {'\\', quote};

	return sample_has(sniffer, text, sizeof(text));
}

/* With the quote, and its escapes. */
static FmtStatus
try_quote(Sniffer *sniffer, CsvDialect *dialect, double weight)
{
	FmtStatus status;

	if (!sniffer->request->has_escape)
		dialect->escape = dialect->quote;
	status = try_dialect(sniffer, dialect, weight);
	if (status == FMT_OK && !sniffer->request->has_escape && dialect->quote != '\0' &&
		has_backslash_escape(sniffer, dialect->quote))
	{
		dialect->escape = '\\';
		status = try_dialect(sniffer, dialect, weight);
	}
	return status;
}

/*
 * All quotes with one delimiter.  That quotes are no quotes is only believed when more records have
 * irregular ones than have regular ones: a stray quote must cost one record, not all quoted ones.
 */
static FmtStatus
try_delimiter(Sniffer *sniffer, const char *delimiter, size_t len, double weight)
{
	const CsvSniffRequest *const request = sniffer->request;
	CsvDialect dialect = request->dialect;
	FmtStatus status;
	bool plain;

	memcpy(dialect.delimiter, delimiter, len);
	dialect.delimiter_len = (uint8_t) len;
	if (request->has_quote)
		return try_quote(sniffer, &dialect, weight);

	dialect.quote = '"';
	status = try_quote(sniffer, &dialect, weight);
	plain = sniffer->last.nbad > sniffer->last.nquoted &&
			(sniffer->last.nbad > 1 || sniffer->last.nmatch == 0);
	dialect.quote = '\'';
	if (status == FMT_OK && sample_has(sniffer, "'", 1))
		status = try_quote(sniffer, &dialect, weight);
	dialect.quote = '\0';
	if (status == FMT_OK && plain)
		status = try_quote(sniffer, &dialect, weight);
	return status;
}

static FmtStatus
try_all(Sniffer *sniffer)
{
	const CsvSniffRequest *const request = sniffer->request;
	const char none = NO_DELIMITER;
	FmtStatus status;
	size_t i;

	if (request->has_delimiter)
		return try_delimiter(sniffer, request->dialect.delimiter, request->dialect.delimiter_len,
							 1);
	for (i = 0; i < NDELIMITERS; i++)
	{
		const Delimiter *const delimiter = &delimiters[i];

		if (!is_candidate(sniffer, delimiter->text))
			continue;
		status =
			try_delimiter(sniffer, delimiter->text, strlen(delimiter->text), delimiter->weight);
		if (status != FMT_OK)
			return status;
	}
	return sample_has(sniffer, &none, 1) ? FMT_OK : try_delimiter(sniffer, &none, 1, 1);
}

/* Lines that begin with '#' and are no records, between records: comments. */
static FmtStatus
find_comments(Sniffer *sniffer)
{
	const SniffTrial *const best = &sniffer->best;
	CsvDialect dialect = best->dialect;
	uint32_t between = 0;
	uint32_t i;

	if (sniffer->request->has_comment || best->width < 2)
		return FMT_OK;
	for (i = 0; i < best->nrows; i++)
	{
		if (!best->rows[i].has_comment_sign)
			continue;
		if (best->rows[i].nfields == best->width)
			return FMT_OK;
		between += i > best->body;
	}
	if (between == 0)
		return FMT_OK;
	dialect.comment = '#';
	return try_dialect(sniffer, &dialect, best->score > 0 ? sniffer->best_score / best->score : 1);
}

/* Excel's first line "sep=;". */
static bool
take_sep_line(const CsvSniffRequest *request, CsvDialect *dialect, size_t *bytes)
{
	const char *const end = memchr(request->buf, request->dialect.newline, request->len);
	size_t len = end != NULL ? (size_t) (end - request->buf) : request->len;

	*bytes = end != NULL ? len + 1 : len;
	while (len > 0 && request->buf[len - 1] == '\r')
		len--;
	if (len != 5 || memcmp(request->buf, "sep=", 4) != 0)
		return false;
	dialect->delimiter[0] = request->buf[4];
	dialect->delimiter_len = 1;
	return true;
}

static size_t
skipped_bytes(const CsvSniffRequest *request)
{
	size_t pos = 0;
	uint64_t i;

	for (i = 0; request->has_skip && i < request->skip && pos < request->len; i++)
	{
		const char *const end =
			memchr(request->buf + pos, request->dialect.newline, request->len - pos);

		pos = end != NULL ? (size_t) (end - request->buf) + 1 : request->len;
	}
	return pos;
}

/* A delimiter that the file does not have, so that each record is one field. */
static void
set_unused_delimiter(const Sniffer *sniffer, CsvDialect *dialect)
{
	size_t i;

	for (i = 0; i < NDELIMITERS; i++)
	{
		const char *const text = delimiters[i].text;

		if (strlen(text) == 1 && !sample_has(sniffer, text, 1))
		{
			dialect->delimiter[0] = text[0];
			dialect->delimiter_len = 1;
			return;
		}
	}
}

/*
 * How sure the dialect is: records are alike, the next best dialect is much worse, there are several
 * records, the delimiter is a usual one.
 */
static double
confidence(const Sniffer *sniffer)
{
	const SniffTrial *const best = &sniffer->best;
	const double margin =
		sniffer->best_score > 0 ? 1 - sniffer->second_score / sniffer->best_score : 0;
	double result = sniffer->result->consistency * (0.4 + (margin < 0.3 ? margin * 2 : 0.6));
	size_t i;

	if (sniffer->request->has_delimiter && sniffer->request->has_quote)
		return 1;
	if (best->nmatch < 3)
		result *= best->nmatch < 2 ? 0.6 : 0.85;
	for (i = 0; i < NDELIMITERS; i++)
	{
		if (best->width > 1 && strlen(delimiters[i].text) == best->dialect.delimiter_len &&
			memcmp(delimiters[i].text, best->dialect.delimiter, best->dialect.delimiter_len) == 0 &&
			delimiters[i].weight < UNUSUAL_WEIGHT)
			result *= 0.8;
	}
	return result;
}

static FmtStatus
conclude(Sniffer *sniffer, const FmtAllocator *allocator)
{
	CsvSniffResult *const result = sniffer->result;
	const SniffTrial *const best = &sniffer->best;

	result->dialect = best->dialect;
	result->nfields = best->width;
	result->saw_quotes = best->nquoted > 0;
	if (best->width == 0)
		return FMT_OK;
	result->consistency = (double) best->nmatch / (best->nrows - best->body);
	result->confidence = confidence(sniffer);
	if (best->width == 1 && !sniffer->request->has_delimiter && !result->sep_line)
		set_unused_delimiter(sniffer, &result->dialect);
	return csv_sniff_header(sniffer->request, best, sniffer->reader, allocator, result);
}

static FmtStatus
sniff_sample(Sniffer *sniffer, const FmtAllocator *allocator)
{
	CsvSniffRequest with_sep = *sniffer->request;
	size_t skip = skipped_bytes(sniffer->request);
	size_t sep_bytes;
	FmtStatus status;

	if (skip == 0 && !with_sep.has_delimiter &&
		take_sep_line(sniffer->request, &with_sep.dialect, &sep_bytes))
	{
		with_sep.has_delimiter = true;
		sniffer->request = &with_sep;
		sniffer->result->sep_line = true;
		skip = sep_bytes;
	}
	sniffer->sample = sniffer->request->buf + skip;
	sniffer->len = sniffer->request->len - skip;
	if (sniffer->len > SNIFF_BYTES)
		sniffer->len = SNIFF_BYTES;
	sniffer->trial.sample = sniffer->sample;
	sniffer->trial.len = sniffer->len;
	sniffer->trial.eof = sniffer->request->eof && skip + sniffer->len == sniffer->request->len;

	status = try_all(sniffer);
	if (status == FMT_OK)
		status = find_comments(sniffer);
	if (status == FMT_OK)
		status = conclude(sniffer, allocator);
	return status;
}

FmtStatus
csv_sniff(const CsvSniffRequest *request, const FmtAllocator *allocator, CsvSniffResult *result)
{
	Sniffer sniffer;
	SniffRow *rows;
	FmtStatus status = FMT_NO_MEMORY;

	memset(&sniffer, 0, sizeof(sniffer));
	memset(result, 0, sizeof(*result));
	sniffer.request = request;
	sniffer.result = result;
	sniffer.best.dialect = request->dialect;
	rows = allocator->alloc(allocator->context, 2 * SNIFF_ROWS * sizeof(SniffRow));
	if (rows == NULL)
		return FMT_NO_MEMORY;
	sniffer.best.rows = rows;
	sniffer.trial.rows = rows + SNIFF_ROWS;
	sniffer.reader = csv_reader_create(allocator);
	if (sniffer.reader != NULL)
	{
		status = sniff_sample(&sniffer, allocator);
		csv_reader_destroy(sniffer.reader);
	}
	allocator->free(allocator->context, rows);
	return status;
}
