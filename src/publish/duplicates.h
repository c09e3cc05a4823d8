/*
 * duplicates.h: rows of a load that have the key of another one.
 */
#ifndef INGEST_PUBLISH_DUPLICATES_H
#define INGEST_PUBLISH_DUPLICATES_H

#include "publish/publish.h"

/*
 * After the strategy has run: with dedup error, raises one if there were
 * duplicates; with dedup quarantine, moves them there and sets
 * counts->duplicates.
 */
extern void duplicates_handle(const PublishRequest *request, PublishCounts *counts);

#endif
