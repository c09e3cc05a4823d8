/*
 * scd2.h: the strategy scd2: the target keeps every version of a row, and
 * since when and until when each was valid.
 *
 * The functions are those of PublishStrategy.
 */
#ifndef INGEST_PUBLISH_SCD2_H
#define INGEST_PUBLISH_SCD2_H

#include "publish/publish.h"

extern void scd2_run(PublishRequest *request, PublishCounts *counts);
extern char *scd2_classify(const PublishRequest *request);
extern char *scd2_version_time(const PublishRequest *request, const char *alias);

#endif
