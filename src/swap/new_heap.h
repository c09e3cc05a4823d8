/*
 * new_heap.h: other contents for a table that stays what it is.
 *
 * As REFRESH MATERIALIZED VIEW does it: rows go into a new heap, frozen, and the
 * heaps change places.  The table keeps its OID and with it grants, views,
 * triggers, foreign keys; its indexes are built anew.  Every snapshot sees the
 * old contents until the change, and the new ones as soon as that is committed.
 *
 *   NewHeap *heap = new_heap_begin(table, ExclusiveLock);
 *   while (...) new_heap_insert(heap, slot);
 *   new_heap_check(heap, true);
 *   LockRelationOid(table, AccessExclusiveLock);
 *   new_heap_swap(heap);
 */
#ifndef INGEST_SWAP_NEW_HEAP_H
#define INGEST_SWAP_NEW_HEAP_H

#include "executor/tuptable.h"
#include "storage/lockdefs.h"

typedef struct NewHeap NewHeap; /* opaque; lives in the context current at the call */

/*
 * NULL, or why the contents of the table cannot be replaced this way: a message.
 * Logical decoding and publications would not notice.
 */
extern char *new_heap_obstacle(Oid table);

/*
 * There is no obstacle; the caller owns the table, holds lockmode on it, which
 * keeps writers away, and does not have it open.
 */
extern NewHeap *new_heap_begin(Oid table, LOCKMODE lockmode);

/* The slot has the table's columns.  Constraints are the caller's concern. */
extern void new_heap_insert(NewHeap *heap, TupleTableSlot *slot);

/*
 * No more rows.  Raises 23503 if a foreign key of the table, or one that
 * references it, would not hold, and 23514 if checks and a CHECK constraint
 * would not.  Locks the tables at the other ends against writers.
 */
extern void new_heap_check(NewHeap *heap, bool checks);

/*
 * The heaps change places.  The caller holds AccessExclusiveLock.  Raises 23505 if the
 * rows violate a unique index.  Returns the number of rows and frees the heap.
 */
extern int64 new_heap_swap(NewHeap *heap);

#endif
