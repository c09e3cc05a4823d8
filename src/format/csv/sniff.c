/*
 * sniff.c: which dialect is it, and where do records begin?
 *
 * in:  the beginning of a file, what is known of its dialect
 * out: a CsvSniffResult
 */
#include "format/csv/sniff_contest.h"

#include <string.h>

#define PREAMBLE_ROWS 10 /* a longer one makes one doubt */

/* Excel's first line "sep=;". */
static bool
take_sep_line(const CsvSniffRequest *request, CsvDialect *dialect, size_t *bytes)
{
	const char *const end = memchr(request->buf, request->dialect.newline, request->len);
	size_t len = end != NULL ? (size_t) (end - request->buf) : request->len;

	*bytes = end != NULL ? len + 1 : len;
	while (len > 0 && request->buf[len - 1] == '\r')
		len--;
	if (len != 5 || memcmp(request->buf, "sep=", 4) != 0 || request->buf[4] == '"')
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

/*
 * How sure the dialect is: records are alike, not many had to be skipped, the next best dialect is
 * much worse, there are several records, delimiter and quote are usual ones.
 */
static double
confidence(const SniffContest *contest, double consistency)
{
	const SniffTrial *const best = &contest->best;
	const double margin =
		contest->best_score > 0 ? 1 - contest->second_score / contest->best_score : 0;
	double result = consistency * (0.4 + (margin < 0.3 ? margin * 2 : 0.6));

	if (contest->request->has_delimiter && contest->request->has_quote)
		return 1;
	if (best->body > PREAMBLE_ROWS)
		result *= (double) (best->nrows - best->body) / best->nrows;
	if (best->nmatch < 3)
		result *= best->nmatch < 2 ? 0.6 : 0.85;
	if (best->width > 1 && sniff_is_unusual(&best->dialect))
		result *= 0.8;
	if (best->width == 1 && contest->runner_up_len > 0)
		result *= 0.85;
	if (best->dialect.quote == '\0' && !contest->request->has_quote)
		result *= 0.85;
	return result;
}

static FmtStatus
conclude(SniffContest *contest, const FmtAllocator *allocator, CsvSniffResult *result)
{
	const SniffTrial *const best = &contest->best;

	result->dialect = best->dialect;
	result->nfields = best->width;
	memcpy(result->runner_up, contest->runner_up, CSV_DELIMITER_MAX);
	result->runner_up_len = contest->runner_up_len;
	if (best->width == 0)
		return FMT_OK;
	result->consistency = (double) best->nmatch / (best->nrows - best->body);
	result->confidence = confidence(contest, result->consistency);
	if (best->width == 1 && !contest->request->has_delimiter && !result->sep_line)
		sniff_set_unused_delimiter(contest, &result->dialect);
	return csv_sniff_header(contest->request, best, contest->reader, allocator, result);
}

static FmtStatus
sniff_sample(SniffContest *contest, CsvSniffRequest *request, const FmtAllocator *allocator,
			 CsvSniffResult *result)
{
	size_t skip = skipped_bytes(request);
	size_t sep_bytes;
	FmtStatus status;

	if (skip == 0 && !request->has_delimiter &&
		take_sep_line(request, &request->dialect, &sep_bytes))
	{
		request->has_delimiter = true;
		result->sep_line = true;
		skip = sep_bytes;
	}
	contest->sample = request->buf + skip;
	contest->len = request->len - skip;
	if (contest->len > SNIFF_BYTES)
		contest->len = SNIFF_BYTES;
	contest->trial.sample = contest->sample;
	contest->trial.len = contest->len;
	contest->trial.eof = request->eof && skip + contest->len == request->len;

	status = sniff_contest_run(contest);
	if (status == FMT_OK)
		status = conclude(contest, allocator, result);
	return status;
}

FmtStatus
csv_sniff(const CsvSniffRequest *request, const FmtAllocator *allocator, CsvSniffResult *result)
{
	CsvSniffRequest own = *request; /* a line "sep=;" changes it */
	SniffContest contest;
	SniffRow *rows;
	FmtStatus status = FMT_NO_MEMORY;

	memset(&contest, 0, sizeof(contest));
	memset(result, 0, sizeof(*result));
	contest.request = &own;
	contest.best.dialect = request->dialect;
	rows = allocator->alloc(allocator->context, 2 * SNIFF_ROWS * sizeof(SniffRow));
	if (rows == NULL)
		return FMT_NO_MEMORY;
	contest.best.rows = rows;
	contest.trial.rows = rows + SNIFF_ROWS;
	contest.reader = csv_reader_create(allocator);
	if (contest.reader != NULL)
	{
		status = sniff_sample(&contest, &own, allocator, result);
		csv_reader_destroy(contest.reader);
	}
	allocator->free(allocator->context, rows);
	return status;
}
