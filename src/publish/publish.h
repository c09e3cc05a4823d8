/*
 * publish.h: from the lanes of a staged load into the target, in the caller's
 * transaction and with the caller's rights.
 */
#ifndef INGEST_PUBLISH_H
#define INGEST_PUBLISH_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

typedef enum PublishStrategy
{
	PUBLISH_APPEND,
	PUBLISH_UPSERT
} PublishStrategy;

typedef struct PublishRequest
{
	int64 load_id;
	Relation target; /* open, RowExclusiveLock */
	PublishStrategy strategy;
	List *lanes;       /* of Oid: tables with the staged columns, _ingest_file, _ingest_row */
	List *columns;     /* of char *: target columns that the lanes carry */
	List *key;         /* of char *: unique key, NIL for append; a subset of columns */
	int64 rows_staged; /* what the manifest says the lanes hold */
} PublishRequest;

typedef struct PublishCounts
{
	int64 inserted;
	int64 updated;
	int64 unchanged;
	int64 deduplicated; /* older versions of a key inside the load */
	int64 null_keys;    /* rows moved to quarantine because a key part is NULL */
} PublishCounts;

/*
 * Publishes. Raises an error when the counts do not add up to rows_staged, or,
 * naming file and record of the row, when the target's constraints refuse one.
 */
extern void publish_run(const PublishRequest *request, PublishCounts *counts);

/* The columns of the primary key, of char *; NIL when there is none. */
extern List *publish_primary_key(Relation target);

#endif
