/*
 * heap_target.h: a plain table that is written without an executor's plan.
 */
#ifndef INGEST_PUBLISH_HEAP_TARGET_H
#define INGEST_PUBLISH_HEAP_TARGET_H

#include "nodes/execnodes.h"
#include "publish/publish.h"

typedef struct HeapTarget
{
	Relation relation;
	EState *estate;
	ResultRelInfo *result_rel; /* indexes are open */
	CommandId command;
} HeapTarget;

/*
 * Can rows be written without the executor?  Only where INSERT and UPDATE would
 * do nothing but check constraints, foreign keys among them, and maintain
 * indexes; and unless the setting publish_path forbids it.
 */
extern bool heap_target_applies(const PublishRequest *request);

/*
 * Begins a command that inserts into the columns of the request and updates
 * those of the list updated.  A snapshot is active until the end.  In CurrentMemoryContext.
 */
extern HeapTarget *heap_target_begin(const PublishRequest *request, List *updated);

/* Raises an error if NOT NULL, CHECK or the bounds of a partition refuse the row. */
extern void heap_target_check(HeapTarget *target, TupleTableSlot *slot);

/* Has the WAL writer write what was logged so far; for every few hundred rows. */
extern void heap_target_wake_wal_writer(const HeapTarget *target);

/* Ends the command: foreign keys are checked. */
extern void heap_target_end(HeapTarget *target);

#endif
