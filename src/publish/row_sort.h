/*
 * row_sort.h: rows in the order of some of their columns.
 */
#ifndef INGEST_PUBLISH_ROW_SORT_H
#define INGEST_PUBLISH_ROW_SORT_H

#include "executor/tuptable.h"

typedef struct RowSort RowSort; /* opaque; lives in the context current at the call */

typedef struct RowSortColumn
{
	AttrNumber attnum;
	Oid ordering; /* "<" or ">" of a btree */
	Oid collation;
} RowSortColumn;

/*
 * The first nkeys columns are the key; those behind it decide which of the rows
 * with one key comes first.  In memory of work_mem, on disk what is more.
 */
extern RowSort *row_sort_begin(TupleDesc desc, const RowSortColumn *columns, int ncolumns,
							   int nkeys);

/* False, and it is left out, if a part of its key is NULL. */
extern bool row_sort_put(RowSort *sort, TupleTableSlot *slot);

/* How many were put. */
extern int64 row_sort_rows(const RowSort *sort);

/* Ends putting. */
extern void row_sort_perform(RowSort *sort);

/* The first row of the next key, in a slot of minimal tuples that is good until the next call; or NULL. */
extern TupleTableSlot *row_sort_next_key(RowSort *sort);

extern void row_sort_end(RowSort *sort);

#endif
