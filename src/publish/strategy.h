/*
 * strategy.h: the strategies behind publish_run().
 *
 * Each writes the request's staged rows into the target and sets all counts
 * but null_keys.  *staged is the number of rows that it read from the lanes,
 * which does not include rows with a NULL in their key.
 */
#ifndef INGEST_PUBLISH_STRATEGY_H
#define INGEST_PUBLISH_STRATEGY_H

#include "publish/publish.h"
#include "publish/write.h"

extern void append_run(const PublishRequest *request, PublishCounts *counts, int64 *staged);
extern void upsert_run(const PublishRequest *request, PublishCounts *counts, int64 *staged);

/* Writes every staged row as a new row, the fastest way that the target allows. */
extern void append_rows(const PublishRequest *request, WriteCounts *done);

/* INSERT INTO target (columns) SELECT columns FROM rows, a SELECT of staged.h. */
extern char *append_statement(const PublishRequest *request, const char *rows);

#endif
