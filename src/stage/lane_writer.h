/*
 * lane_writer.h: append rows to a lane.
 *
 * A lane is an unlogged table into which only one process writes, always
 * behind its end.  Two ways give the same table: whole pages built in
 * private memory and appended below the buffer manager (the default), and
 * table_multi_insert (plain, switchable).
 */
#ifndef INGEST_STAGE_LANE_WRITER_H
#define INGEST_STAGE_LANE_WRITER_H

#include "utils/rel.h"

typedef struct LaneWriter LaneWriter; /* opaque */

/*
 * Begins to write to lane, which the caller has opened with RowExclusiveLock
 * and keeps open.  Allocates in CurrentMemoryContext; one writer serves one
 * transaction, or one subtransaction: write and end must be called in the one
 * that called begin.  After an error the writer is abandoned, not ended; what
 * it wrote belongs to the transaction and dies with it.
 *
 * whole_pages is a wish: a table that is not a heap or that is logically
 * decoded is written with table_multi_insert all the same.  A table with an
 * index is refused (55000), since neither way would fill the index.
 */
extern LaneWriter *lane_writer_begin(Relation lane, bool whole_pages);

/*
 * Copies rows whose values and isnull lie stride apart; the first of each are the lane's
 * attributes, with NULL for a dropped one.  Values may be anything a heap accepts: toasted,
 * expanded or with a short header.  Fails as an INSERT does if the row does
 * not fit into a page (54000); table_multi_insert notices up to a batch later.
 */
extern void lane_writer_write_rows(LaneWriter *writer, const Datum *values, const bool *isnull,
								   int stride, int nrows);

/* The same for one row. */
static inline void
lane_writer_write(LaneWriter *writer, const Datum *values, const bool *isnull)
{
	lane_writer_write_rows(writer, values, isnull, 0, 1);
}

/* Puts every row written where the commit of this transaction makes it visible; frees writer. */
extern void lane_writer_end(LaneWriter *writer);

#endif
