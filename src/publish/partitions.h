/*
 * partitions.h: strategy replace_partitions: each partition that the staged
 * rows touch holds them afterwards and no others.
 *
 * The functions are those of PublishStrategy.
 */
#ifndef INGEST_PUBLISH_PARTITIONS_H
#define INGEST_PUBLISH_PARTITIONS_H

#include "publish/publish.h"

extern void replace_partitions_run(PublishRequest *request, PublishCounts *counts);
extern char *replace_partitions_classify(const PublishRequest *request);
extern char *replace_partitions_removed_rows(const PublishRequest *request);

#endif
