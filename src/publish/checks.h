/*
 * checks.h: what must hold before and after a strategy has run.
 */
#ifndef INGEST_PUBLISH_CHECKS_H
#define INGEST_PUBLISH_CHECKS_H

#include "publish/publish.h"

/* Raises an error if the options do not fit the strategy, the target or the columns. */
extern void checks_before(const PublishRequest *request);

/* Raises an error if a row of a relation has a NULL in its key: such rows cannot go to quarantine. */
extern void checks_null_keys(const PublishRequest *request);

/* The same when they were counted. */
extern void checks_no_null_keys(int64 rows);

/* The rows of which max_update_ratio and max_delete_ratio are shares; 0 without these options. */
extern int64 checks_count_target(const PublishRequest *request);

/* Raises an error if more was changed than these options allow. */
extern void checks_limits(const PublishRequest *request, const PublishCounts *counts,
						  int64 rows_before);

#endif
