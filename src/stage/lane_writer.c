/*
 * lane_writer.c: append rows to a lane, one way or the other.
 *
 * Rows flow in as Datum arrays of the lane's row type and end as heap pages,
 * written by lane_pages.c or lane_multi_insert.c; here is the choice between
 * them and what both demand.  The writer lives in the memory context of
 * lane_writer_begin; values belong to the caller and are copied.
 */
#include "postgres.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/catalog.h"
#include "nodes/pg_list.h"

#include "stage/lane_methods.h"
#include "stage/lane_writer.h"

/*
 * Whole pages are heap pages, and the page images that stand for them in WAL
 * cannot be decoded into rows.
 */
static bool
takes_whole_pages(Relation lane)
{
	return lane->rd_tableam == GetHeapamTableAmRoutine() && !RelationIsLogicallyLogged(lane);
}

static void
check_lane(Relation lane)
{
	List *indexes;

	if (lane->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("lane \"%s\" is not a table", RelationGetRelationName(lane))));

	indexes = RelationGetIndexList(lane);
	if (indexes != NIL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("lane \"%s\" has an index", RelationGetRelationName(lane)),
						errdetail("Rows are appended to a lane without index entries."),
						errhint("Drop the index and try again.")));
}

LaneWriter *
lane_writer_begin(Relation lane, bool whole_pages)
{
	LaneWriter *writer;

	check_lane(lane);

	writer = whole_pages && takes_whole_pages(lane) ? lane_pages_create(RelationGetDescr(lane))
													: lane_multi_insert_create();
	writer->lane = lane;
	writer->command = GetCurrentCommandId(true);
	writer->subtransaction = GetCurrentSubTransactionId();
	return writer;
}

/*
 * Rows are stamped with a transaction id when they are written out, not one by
 * one: were a row given within a subtransaction of its own, it would survive
 * the rollback of that subtransaction, or fall to the rollback of another.
 */
static inline void
check_subtransaction(const LaneWriter *writer)
{
	if (unlikely(GetCurrentSubTransactionId() != writer->subtransaction))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg_internal("lane writer used outside the subtransaction it began in")));
}

void
lane_writer_write_rows(LaneWriter *writer, const Datum *values, const bool *isnull, int stride,
					   int nrows)
{
	check_subtransaction(writer);
	writer->methods->write(writer, values, isnull, stride, nrows);
}

void
lane_writer_end(LaneWriter *writer)
{
	check_subtransaction(writer);
	writer->methods->end(writer);
}
