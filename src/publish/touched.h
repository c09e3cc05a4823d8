/*
 * touched.h: which partitions staged rows belong to.
 */
#ifndef INGEST_PUBLISH_TOUCHED_H
#define INGEST_PUBLISH_TOUCHED_H

#include "publish/publish.h"

/*
 * The leaf partitions of the request's target, of Oid, in ascending order. An
 * error names the first row for which there is none; with existing_only, rows
 * for which option "create_partitions" would make one are passed over.
 */
extern List *touched_partitions(const PublishRequest *request, bool existing_only);

#endif
