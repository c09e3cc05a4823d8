/*
 * lane_multi_insert.c: write a lane through table_multi_insert.
 *
 * Rows are gathered in slots, bounded by number and by bytes, and handed to
 * the table access method a batch at a time, as COPY does.  The slots own the
 * copied rows; they and the state live in the memory context of
 * lane_multi_insert_create.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "utils/memutils.h"

#include "stage/lane_methods.h"

/* Number of rows as in COPY; larger batches gain nothing measurable. */
#define BATCH_ROWS 1000

/* Bounds the memory of a batch of wide rows, slots included. */
#define BATCH_BYTES ((Size) 1024 * 1024)

/* A lane grows at its end only, like one written by whole pages. */
#define INSERT_OPTIONS TABLE_INSERT_SKIP_FSM

typedef struct LaneMultiInsert
{
	LaneWriter base;
	BulkInsertState bulk;
	MemoryContext home;    /* owns the slots */
	MemoryContext scratch; /* table_multi_insert leaks into it; reset per batch */
	Size nbytes;           /* of the batch */
	int nrows;             /* of the batch */
	int nslots;            /* made so far */
	TupleTableSlot *slots[BATCH_ROWS];
} LaneMultiInsert;

static void
insert_batch(LaneMultiInsert *writer)
{
	MemoryContext caller;
	int i;

	if (writer->nrows == 0)
		return;
	CHECK_FOR_INTERRUPTS();

	caller = MemoryContextSwitchTo(writer->scratch);
	table_multi_insert(writer->base.lane, writer->slots, writer->nrows, writer->base.command,
					   INSERT_OPTIONS, writer->bulk);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(writer->scratch);

	for (i = 0; i < writer->nrows; i++)
		ExecClearTuple(writer->slots[i]);
	writer->nrows = 0;
	writer->nbytes = 0;
}

static TupleTableSlot *
next_slot(LaneMultiInsert *writer)
{
	if (writer->nrows == writer->nslots)
	{
		MemoryContext caller = MemoryContextSwitchTo(writer->home);

		writer->slots[writer->nslots++] = table_slot_create(writer->base.lane, NULL);
		MemoryContextSwitchTo(caller);
	}
	return writer->slots[writer->nrows];
}

static void
write_row(LaneMultiInsert *writer, const Datum *values, const bool *isnull)
{
	TupleDesc desc = RelationGetDescr(writer->base.lane);
	TupleTableSlot *slot = next_slot(writer);

	memcpy(slot->tts_values, values, desc->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, isnull, desc->natts * sizeof(bool));
	ExecStoreVirtualTuple(slot);
	ExecMaterializeSlot(slot);

	writer->nrows++;
	writer->nbytes +=
		heap_compute_data_size(desc, unconstify(Datum *, values), unconstify(bool *, isnull)) +
		desc->natts * (sizeof(Datum) + sizeof(bool));
	if (writer->nrows == BATCH_ROWS || writer->nbytes >= BATCH_BYTES)
		insert_batch(writer);
}

static void
multi_insert_write(LaneWriter *base, const Datum *values, const bool *isnull, int stride, int nrows)
{
	int i;

	for (i = 0; i < nrows; i++)
		write_row((LaneMultiInsert *) base, values + (size_t) i * stride,
				  isnull + (size_t) i * stride);
}

static void
multi_insert_end(LaneWriter *base)
{
	LaneMultiInsert *writer = (LaneMultiInsert *) base;
	int i;

	insert_batch(writer);
	FreeBulkInsertState(writer->bulk);
	table_finish_bulk_insert(base->lane, INSERT_OPTIONS);

	for (i = 0; i < writer->nslots; i++)
		ExecDropSingleTupleTableSlot(writer->slots[i]);
	MemoryContextDelete(writer->scratch);
	pfree(writer);
}

LaneWriter *
lane_multi_insert_create(void)
{
	static const LaneMethods methods = {multi_insert_write, multi_insert_end};
	LaneMultiInsert *writer = palloc0(sizeof(LaneMultiInsert));

	writer->base.methods = &methods;
	writer->bulk = GetBulkInsertState();
	writer->home = CurrentMemoryContext;
	writer->scratch =
		AllocSetContextCreate(CurrentMemoryContext, "lane multi-insert", ALLOCSET_DEFAULT_SIZES);
	return &writer->base;
}
