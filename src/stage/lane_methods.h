/*
 * lane_methods.h: what the two ways of writing a lane have in common.
 * Private to lane_writer.c, lane_pages.c and lane_multi_insert.c.
 */
#ifndef INGEST_STAGE_LANE_METHODS_H
#define INGEST_STAGE_LANE_METHODS_H

#include "stage/lane_writer.h"

typedef struct LaneMethods
{
	/* Copies rows, see lane_writer_write_rows. */
	void (*write)(LaneWriter *writer, const Datum *values, const bool *isnull, int stride,
				  int nrows);
	/* Writes what is still buffered and frees writer. */
	void (*end)(LaneWriter *writer);
} LaneMethods;

/* The first member of each way's own state. */
struct LaneWriter
{
	const LaneMethods *methods;
	Relation lane;
	CommandId command;
	SubTransactionId subtransaction; /* the one all rows belong to */
};

/* Each allocates in CurrentMemoryContext and sets methods; lane_writer_begin sets the rest. */
extern LaneWriter *lane_pages_create(TupleDesc desc);
extern LaneWriter *lane_multi_insert_create(void);

#endif
