/*
 * heap_inserter.h: new rows of a plain table, many at a time.
 */
#ifndef INGEST_PUBLISH_HEAP_INSERTER_H
#define INGEST_PUBLISH_HEAP_INSERTER_H

#include "access/htup.h"
#include "publish/culprit.h"
#include "publish/heap_target.h"

typedef struct HeapInserter HeapInserter; /* opaque; lives in the context current at the call */

extern HeapInserter *heap_inserter_begin(HeapTarget *target);

/* Where the tuple of the next heap_inserter_add() has to be allocated. */
extern MemoryContext heap_inserter_memory(const HeapInserter *inserter);

/* Takes over a row of the target, checks its constraints, and writes it, at the latest at the end. */
extern void heap_inserter_add(HeapInserter *inserter, HeapTuple tuple, StagedPosition position);

/* Writes what was added. */
extern void heap_inserter_flush(HeapInserter *inserter);

/* Flushes and ends; returns the number of rows inserted. */
extern int64 heap_inserter_end(HeapInserter *inserter);

/* The row that an error is about, if the inserter raised it; else file_no is -1. */
extern void heap_inserter_current_row(const HeapInserter *inserter, StagedPosition *position);

#endif
