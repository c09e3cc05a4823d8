/*
 * limits.h: how many bad rows a load may have.
 */
#ifndef INGEST_STAGE_LIMITS_H
#define INGEST_STAGE_LIMITS_H

#include "options/options.h"
#include "stage/executor.h"

/*
 * Jobs end in any order; whether a load begins with bad rows only is decided
 * on the jobs that are done without a gap.
 */
typedef struct Limits
{
	const IngestOptions *options;
	int64 rows_read;
	int64 rows_bad;
	/* option initial_bad_rows */
	bool leading; /* no good row in the jobs [0, next_seq) */
	int64 leading_bad;
	uint64 next_seq;
	List *pending; /* of JobResult *, done before a job that is not */
} Limits;

/* resumed_load: the load whose committed rows count as well; 0 for a new one. */
extern void limits_init(Limits *limits, const IngestOptions *options, int64 resumed_load);
extern void limits_add(Limits *limits, const JobResult *result);

/* Why the load must be rejected now; NULL while it need not. */
extern const char *limits_exceeded(Limits *limits);
/* The same when all rows are read: percentages are judged here. */
extern const char *limits_exceeded_at_end(Limits *limits);

#endif
