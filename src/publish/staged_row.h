/*
 * staged_row.h: staged rows in the layout of the target.
 */
#ifndef INGEST_PUBLISH_STAGED_ROW_H
#define INGEST_PUBLISH_STAGED_ROW_H

#include "executor/tuptable.h"
#include "publish/culprit.h"

/* Values in the places of the target's columns. Those not staged are NULL. */
typedef struct StagedRow
{
	Datum *values;
	bool *nulls;
} StagedRow;

typedef struct StagedRowReader
	StagedRowReader; /* opaque; lives in the context current at the call */

/*
 * desc is what staged_winners() returns; updated: columns, of char *, that an update sets.
 */
extern StagedRowReader *staged_row_reader_create(Relation target, TupleDesc desc, List *updated);

/* The row in slot, until the next call; its values are those of the slot, to be compared. */
extern StagedPosition staged_row_read(StagedRowReader *reader, TupleTableSlot *slot,
									  StagedRow *row);

/*
 * Makes the values what INSERT and UPDATE would assign: length limits, domains.
 * In CurrentMemoryContext.
 */
extern void staged_row_coerce_all(StagedRowReader *reader, StagedRow *row);
extern void staged_row_coerce_updated(StagedRowReader *reader, StagedRow *row);

#endif
