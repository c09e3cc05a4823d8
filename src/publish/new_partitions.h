/*
 * new_partitions.h: partitions that rows need and the target does not have.
 */
#ifndef INGEST_PUBLISH_NEW_PARTITIONS_H
#define INGEST_PUBLISH_NEW_PARTITIONS_H

#include "publish/publish.h"

/*
 * With option create_partitions, creates them as the current user. Closes the
 * request's target and opens it again.
 */
extern void new_partitions_create(PublishRequest *request);

#endif
