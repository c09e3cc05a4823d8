/*
 * bulk_append.h: staged rows into a plain table, many at a time.
 */
#ifndef INGEST_PUBLISH_BULK_APPEND_H
#define INGEST_PUBLISH_BULK_APPEND_H

#include "publish/write.h"

/* Can the rows be read page by page, and go into the target without the executor? */
extern bool bulk_append_applies(const PublishRequest *request);

/* Does what the statement of append_statement() does on all staged rows. */
extern WriteAttempt bulk_append(const PublishRequest *request, WriteCounts *counts);

#endif
