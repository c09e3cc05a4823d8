/*
 * progress.h: what people see of a running load.
 */
#ifndef INGEST_STAGE_PROGRESS_H
#define INGEST_STAGE_PROGRESS_H

#include "datatype/timestamp.h"

typedef struct Progress
{
	uint64 bytes_total;
	uint64 bytes_done; /* raw bytes read by the leader */
	int64 rows_staged;
	int64 rows_bad;
	TimestampTz started_at;
	TimestampTz reported_at;
} Progress;

/* Makes the load visible in pg_stat_progress_copy. */
extern void progress_begin(Progress *progress, Oid target, uint64 bytes_total);

/*
 * Publishes the counts, and sends an INFO line at most once a second to a
 * client that has set client_min_messages to info or lower.
 */
extern void progress_update(Progress *progress);
extern void progress_end(void);

#endif
