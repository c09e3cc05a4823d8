/*
 * partition_swaps.h: partitions built beside the old ones and swapped in.
 */
#ifndef INGEST_PUBLISH_PARTITION_SWAPS_H
#define INGEST_PUBLISH_PARTITION_SWAPS_H

#include "publish/publish.h"

/*
 * May the partitions (of Oid) be swapped, and is it worth it, when so many of
 * their rows and of the source's change?  Depends on option partition_swap.
 */
extern bool partition_swaps_apply(const PublishRequest *request, List *partitions, int64 changed,
								  int64 kept);

/*
 * Makes each partition hold those rows of a SELECT, as of staged_rows(), that
 * belong to it, and sets *written to their number. false: with option
 * partition_swap auto something stands against a swap, and nothing was changed.
 * Closes the request's target and opens it again.
 */
extern bool partition_swaps_run(PublishRequest *request, List *partitions, const char *rows,
								int64 *written);

#endif
