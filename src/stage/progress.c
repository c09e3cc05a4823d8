/*
 * progress.c: pg_stat_progress_copy and INFO lines.
 */
#include "postgres.h"

#include "stage/progress.h"

#include "commands/progress.h"
#include "utils/backend_progress.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#define REPORT_INTERVAL_MS 1000

void
progress_begin(Progress *progress, Oid target, uint64 bytes_total)
{
	memset(progress, 0, sizeof(*progress));
	progress->bytes_total = bytes_total;
	progress->started_at = progress->reported_at = GetCurrentTimestamp();
	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, target);
	pgstat_progress_update_param(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
	pgstat_progress_update_param(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_FILE);
	pgstat_progress_update_param(PROGRESS_COPY_BYTES_TOTAL, bytes_total);
}

static void
report_line(const Progress *progress, TimestampTz now)
{
	double seconds = (now - progress->started_at) / 1e6;
	double rate = progress->rows_staged / seconds;
	double share =
		progress->bytes_total > 0 ? (double) progress->bytes_done / progress->bytes_total : 1.0;

	ereport(INFO, (errmsg("%3.0f %% of %.1f MB read, " INT64_FORMAT
						  " rows staged (%.0f/s), " INT64_FORMAT " bad, about %.0f s left",
						  100.0 * share, progress->bytes_total / 1e6, progress->rows_staged, rate,
						  progress->rows_bad, share > 0 ? seconds * (1.0 - share) / share : 0.0)));
}

void
progress_update(Progress *progress)
{
	TimestampTz now;

	pgstat_progress_update_param(PROGRESS_COPY_BYTES_PROCESSED, progress->bytes_done);
	pgstat_progress_update_param(PROGRESS_COPY_TUPLES_PROCESSED, progress->rows_staged);
	pgstat_progress_update_param(PROGRESS_COPY_TUPLES_EXCLUDED, progress->rows_bad);
	if (client_min_messages > INFO)
		return;
	now = GetCurrentTimestamp();
	if (!TimestampDifferenceExceeds(progress->reported_at, now, REPORT_INTERVAL_MS))
		return;
	progress->reported_at = now;
	report_line(progress, now);
}

void
progress_end(void)
{
	pgstat_progress_end_command();
}
