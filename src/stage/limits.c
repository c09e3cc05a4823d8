/*
 * limits.c: options reject_limit and initial_bad_rows.
 *
 * in:  results of jobs, in any order
 * out: a reason to reject the load, or none
 */
#include "postgres.h"

#include "stage/limits.h"

#include "manifest/manifest.h"
#include "utils/memutils.h"

void
limits_init(Limits *limits, const IngestOptions *options, int64 resumed_load)
{
	ManifestCounts counts;

	memset(limits, 0, sizeof(*limits));
	limits->options = options;
	limits->leading = resumed_load == 0;
	if (resumed_load == 0)
		return;
	manifest_sum(resumed_load, &counts);
	limits->rows_read = counts.rows_read;
	limits->rows_bad = counts.rows_bad;
}

/* Takes the next job in order into the run of leading bad rows. */
static void
add_leading(Limits *limits, const JobResult *result)
{
	limits->next_seq++;
	if (!limits->leading)
		return;
	limits->leading_bad += result->counts.leading_bad;
	limits->leading = chunk_counts_all_bad(&result->counts);
}

/* A pending result that is next in order, taken off the list; NULL if there is none. */
static JobResult *
take_pending(Limits *limits)
{
	ListCell *lc;

	foreach (lc, limits->pending)
	{
		JobResult *result = lfirst(lc);

		if (result->seq == limits->next_seq)
		{
			limits->pending = list_delete_cell(limits->pending, lc);
			return result;
		}
	}
	return NULL;
}

void
limits_add(Limits *limits, const JobResult *result)
{
	JobResult *next;

	limits->rows_read += result->counts.rows_read;
	limits->rows_bad += result->rows_bad;
	if (result->seq != limits->next_seq)
	{
		MemoryContext oldcontext =
			MemoryContextSwitchTo(GetMemoryChunkContext((void *) limits->options));
		JobResult *copy = palloc(sizeof(JobResult));

		*copy = *result;
		limits->pending = lappend(limits->pending, copy);
		MemoryContextSwitchTo(oldcontext);
		return;
	}
	add_leading(limits, result);
	while ((next = take_pending(limits)) != NULL)
	{
		add_leading(limits, next);
		pfree(next);
	}
}

const char *
limits_exceeded(Limits *limits)
{
	const IngestOptions *options = limits->options;

	if (options->initial_bad_rows > 0 && limits->leading_bad >= options->initial_bad_rows)
		return psprintf("the first " INT64_FORMAT " rows are all bad (initial_bad_rows)",
						limits->leading_bad);
	if (options->reject_limit >= 0 && limits->rows_bad > options->reject_limit)
		return psprintf(INT64_FORMAT
						" of " INT64_FORMAT
						" rows read so far are bad, more than reject_limit (" INT64_FORMAT ")",
						limits->rows_bad, limits->rows_read, options->reject_limit);
	return NULL;
}

const char *
limits_exceeded_at_end(Limits *limits)
{
	const IngestOptions *options = limits->options;
	const char *reason = limits_exceeded(limits);

	if (reason != NULL || options->reject_limit_percent < 0)
		return reason;
	if (limits->rows_bad <= options->reject_limit_percent / 100.0 * limits->rows_read)
		return NULL;
	return psprintf(INT64_FORMAT " of " INT64_FORMAT
								 " rows are bad, more than reject_limit (%g %%)",
					limits->rows_bad, limits->rows_read, options->reject_limit_percent);
}
