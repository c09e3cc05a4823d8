/*
 * quarantine_queue.h: quarantine as work: which rows are open, and what becomes of them.
 */
#ifndef INGEST_MANIFEST_QUARANTINE_QUEUE_H
#define INGEST_MANIFEST_QUARANTINE_QUEUE_H

#include "nodes/pg_list.h"

/* Which open rows of a table are meant; what is NIL or of no elements says nothing. */
typedef struct QueueFilter
{
	Oid target;
	int64 *load_ids;
	int nload_ids;
	List *files;   /* of char *: paths */
	List *rules;   /* of char *: a row has a violation of one of them */
	List *columns; /* of char *: … on one of them */
} QueueFilter;

/* Open rows become 'discarded'; returns how many. */
extern int64 queue_discard(const QueueFilter *filter, const char *reason);

/*
 * Removes rows that were replayed, discarded or superseded longer ago than that, in
 * microseconds, and whose target the caller owns.  Returns "12 rows of schema.table", of char *.
 */
extern List *queue_cleanup(int64 older_than);

#endif
