/*
 * heap_updater.h: single rows of a plain table become a new version.
 */
#ifndef INGEST_PUBLISH_HEAP_UPDATER_H
#define INGEST_PUBLISH_HEAP_UPDATER_H

#include "publish/heap_target.h"
#include "publish/staged_row.h"

typedef struct HeapUpdater HeapUpdater; /* opaque; lives in the context current at the call */

/* updated: the columns, of char *, that are set. */
extern HeapUpdater *heap_updater_begin(HeapTarget *target, List *updated);

/*
 * Could an update meet a row that was inserted before it in another index than
 * the key's?  Then both have to be written in their order.
 */
extern bool heap_updater_order_matters(const HeapUpdater *updater);

/*
 * Sets the updated columns of the row in old to those of the staged row.  False
 * if another transaction was quicker; an error where that is a serialization failure.
 */
extern bool heap_updater_update(HeapUpdater *updater, TupleTableSlot *old, const StagedRow *staged);

/* The row that the one in old has become by now, locked; NULL if it is gone. */
extern TupleTableSlot *heap_updater_lock_newest(HeapUpdater *updater, TupleTableSlot *old);

extern void heap_updater_end(HeapUpdater *updater);

#endif
