/*
 * staged_row.h: staged rows in the layout of the target.
 */
#ifndef INGEST_PUBLISH_STAGED_ROW_H
#define INGEST_PUBLISH_STAGED_ROW_H

#include "executor/tuptable.h"
#include "publish/culprit.h"
#include "utils/rel.h"

/* Values in the places of the target's columns. Those not staged are NULL. */
typedef struct StagedRow
{
	Datum *values;
	bool *nulls;
} StagedRow;

typedef struct StagedRowReader
	StagedRowReader; /* opaque; lives in the context current at the call */

/*
 * desc: of a SELECT of staged rows, with or without the columns that tell where a row
 * came from; updated: columns, of char *, that an update sets; key: those of the key.
 */
extern StagedRowReader *staged_row_reader_create(Relation target, TupleDesc desc, List *key,
												 List *updated);

/* The row in slot, until the next call.  The values of its key are those of the slot, to be compared. */
extern StagedPosition staged_row_read(StagedRowReader *reader, TupleTableSlot *slot,
									  StagedRow *row);

/* The same for all other values of the row. */
extern void staged_row_read_rest(StagedRowReader *reader, StagedRow *row);

/* Is the target's row in found, of the same key, the staged one byte for byte?  If not, values may be equal. */
extern bool staged_row_same_bytes(StagedRowReader *reader, TupleTableSlot *found);

/* The row as a new one of the target: length limits, domains.  In CurrentMemoryContext. */
extern HeapTuple staged_row_form(StagedRowReader *reader, StagedRow *row);

/* Reads the rest, and makes all values what INSERT would assign.  In CurrentMemoryContext. */
extern void staged_row_coerce_all(StagedRowReader *reader, StagedRow *row);

/* Makes the values what UPDATE would assign.  In CurrentMemoryContext. */
extern void staged_row_coerce_updated(StagedRowReader *reader, StagedRow *row);

#endif
