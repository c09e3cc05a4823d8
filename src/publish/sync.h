/*
 * sync.h: the source is the whole truth: what it lacks goes away.
 *
 * The functions are those of PublishStrategy.
 */
#ifndef INGEST_PUBLISH_SYNC_H
#define INGEST_PUBLISH_SYNC_H

#include "publish/publish.h"

extern void sync_run(PublishRequest *request, PublishCounts *counts);
extern char *sync_removed_rows(const PublishRequest *request);

#endif
