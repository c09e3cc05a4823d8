/*
 * lane_reader.h: the staged rows of one lane, as heap tuples.
 */
#ifndef INGEST_PUBLISH_LANE_READER_H
#define INGEST_PUBLISH_LANE_READER_H

#include "access/htup.h"
#include "publish/culprit.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#define LANE_FILE_COLUMN "_ingest_file"
#define LANE_ROW_COLUMN  "_ingest_row"

typedef struct LaneReader LaneReader; /* opaque; lives in the context current at the call */

/* Are the lanes, of Oid, heaps? */
extern bool lane_reader_applies(List *lanes);

/* The lane is one for which lane_reader_applies(), open and locked by the caller until the end. */
extern LaneReader *lane_reader_begin(Relation lane, Snapshot snapshot);

/*
 * The next staged row in a slot of the reader, or NULL; good until the second
 * call from now.  The lane's marker is passed over.
 */
extern TupleTableSlot *lane_reader_next(LaneReader *reader, StagedPosition *position);

/* The same, without taking the row apart: cheaper where few columns are looked at.  It may be the marker. */
extern TupleTableSlot *lane_reader_peek(LaneReader *reader);

/*
 * Would the lane's rows be the other table's, if they were cut off before the last two
 * columns, and are these LANE_FILE_COLUMN and LANE_ROW_COLUMN?  map: the lane's attribute for each of the other's, both minus 1.
 */
extern bool lane_reader_can_cut(const LaneReader *reader, TupleDesc other, const int *map);

/*
 * The current row as a tuple of a table for which lane_reader_can_cut() is true:
 * what heap_form_tuple() would make of its values.  In the current context.
 */
extern HeapTuple lane_reader_cut(const LaneReader *reader);

extern void lane_reader_end(LaneReader *reader);

#endif
