/*
 * index_writer.h: index entries of new rows, many at a time.
 */
#ifndef INGEST_PUBLISH_INDEX_WRITER_H
#define INGEST_PUBLISH_INDEX_WRITER_H

#include "publish/heap_target.h"

typedef struct IndexWriter IndexWriter; /* opaque; lives in the context current at the call */

extern IndexWriter *index_writer_create(HeapTarget *target);

/*
 * Inserts the entries of rows that are in the heap, into all indexes.  When an
 * error is raised, *current is the row that it is about.  What is allocated in
 * CurrentMemoryContext is not needed afterwards.
 */
extern void index_writer_insert(IndexWriter *writer, TupleTableSlot **slots, int nrows,
								int *current);

#endif
