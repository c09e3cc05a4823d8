/*
 * checks.h: what must hold before and after a strategy has run.
 */
#ifndef INGEST_PUBLISH_CHECKS_H
#define INGEST_PUBLISH_CHECKS_H

#include "publish/publish.h"

/* Raises an error if the options do not fit the strategy, the target or the columns. */
extern void checks_before(const PublishRequest *request);

/* The rows of which max_update_ratio and max_delete_ratio are shares; 0 without these options. */
extern int64 checks_count_target(const PublishRequest *request);

/* Raises an error if more was changed than these options allow. */
extern void checks_limits(const PublishRequest *request, const PublishCounts *counts,
						  int64 rows_before);

#endif
