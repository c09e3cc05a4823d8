/*
 * collected.h: rows of a query, kept for the statements that write.
 *
 * What is to be done is found out once; afterwards the target is no longer what
 * it was.
 */
#ifndef INGEST_PUBLISH_COLLECTED_H
#define INGEST_PUBLISH_COLLECTED_H

#include "executor/tuptable.h"
#include "publish/publish.h"

typedef struct Collected Collected;

/*
 * Runs the query, without plans that look rows up one by one unless look_up is
 * true.  The rows are on disk if they are many.  Lives in CurrentMemoryContext until
 * collected_end().
 */
extern Collected *collected_rows(const char *sql, const char *name, bool look_up);

/* Reads the rows once: a slot, or NULL behind the last one. */
extern TupleTableSlot *collected_next(Collected *collected);

/* For statements that read the rows as a table of that name; see PublishRequest.collected. */
extern struct QueryEnvironment *collected_environment(Collected *collected);

extern void collected_end(Collected *collected);

#endif
