/*
 * lane_reader.c: the staged rows of one lane, page by page.
 *
 * in:  a lane and a snapshot
 * out: its visible rows in a slot, one after another
 *
 * A scan by the table access method would note on every row that its
 * transaction committed, and then all pages, which live a few seconds more,
 * were written once again.  A lane's rows come in runs of one transaction
 * each, of which nothing was deleted: so core's visibility check is asked once
 * per run.
 *
 * Memory: the reader, its slots and its copies of pages live in the context that
 * is current at lane_reader_begin(); no buffer stays pinned or locked between
 * two calls.
 */
#include "postgres.h"

#include "publish/lane_reader.h"
#include "publish/row_layout.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"

typedef struct LaneRow
{
	HeapTupleData tuple;
	TupleTableSlot *slot; /* shows the tuple */
} LaneRow;

struct LaneReader
{
	Relation lane;
	Snapshot snapshot;
	BufferAccessStrategy strategy;
	int natts; /* of the lane, without the two columns that tell where a row came from */
	AttrNumber file_attnum;
	AttrNumber row_attnum;
	BlockNumber nblocks;
	BlockNumber next_block;
	/* the run of one transaction */
	TransactionId xmin; /* InvalidTransactionId: none yet */
	bool visible;
	/* the page in work */
	char *pages[2]; /* copies of this page, and of the one before */
	char *page;     /* one of them */
	OffsetNumber offset;
	OffsetNumber max_offset;
	OffsetNumber visible_offsets[MaxHeapTuplesPerPage];
	/* the row in work */
	LaneRow rows[2]; /* this row, and the one before */
	LaneRow *row;    /* one of them */
	Size data_len;   /* of the first natts columns */
};

bool
lane_reader_applies(List *lanes)
{
	ListCell *cell;

	foreach (cell, lanes)
	{
		Relation lane = table_open(lfirst_oid(cell), AccessShareLock);
		bool is_heap = lane->rd_rel->relam == HEAP_TABLE_AM_OID;

		table_close(lane, NoLock);
		if (!is_heap)
			return false;
	}
	return true;
}

LaneReader *
lane_reader_begin(Relation lane, Snapshot snapshot)
{
	LaneReader *reader = palloc0(sizeof(LaneReader));
	int i;

	reader->lane = lane;
	reader->snapshot = snapshot;
	reader->strategy = GetAccessStrategy(BAS_BULKREAD);
	reader->natts = RelationGetDescr(lane)->natts - 2;
	reader->file_attnum = get_attnum(RelationGetRelid(lane), LANE_FILE_COLUMN);
	reader->row_attnum = get_attnum(RelationGetRelid(lane), LANE_ROW_COLUMN);
	reader->nblocks = RelationGetNumberOfBlocks(lane);
	for (i = 0; i < 2; i++)
	{
		reader->pages[i] = palloc(BLCKSZ);
		reader->rows[i].slot = MakeSingleTupleTableSlot(RelationGetDescr(lane), &TTSOpsHeapTuple);
	}
	reader->page = reader->pages[0];
	reader->row = &reader->rows[0];
	return reader;
}

/* Points the tuple at an item of the page. */
static inline void
set_tuple(const LaneReader *reader, Page page, OffsetNumber offset, HeapTuple tuple)
{
	ItemId item = PageGetItemId(page, offset);

	tuple->t_len = ItemIdGetLength(item);
	tuple->t_data = (HeapTupleHeader) PageGetItem(page, item);
	tuple->t_tableOid = RelationGetRelid(reader->lane);
	ItemPointerSet(&tuple->t_self, reader->next_block - 1, offset);
}

/* The tuple is on a page whose buffer is locked. */
static inline bool
is_visible(LaneReader *reader, HeapTuple tuple, Buffer buffer)
{
	TransactionId xmin = HeapTupleHeaderGetXmin(tuple->t_data);

	if ((tuple->t_data->t_infomask & HEAP_XMAX_INVALID) == 0)
		return HeapTupleSatisfiesVisibility(tuple, reader->snapshot, buffer);
	if (xmin != reader->xmin)
	{
		reader->visible = HeapTupleSatisfiesVisibility(tuple, reader->snapshot, buffer);
		reader->xmin = xmin;
	}
	return reader->visible;
}

/* Copies the next page and notes which of its rows are visible. */
static void
take_page(LaneReader *reader)
{
	Buffer buffer = ReadBufferExtended(reader->lane, MAIN_FORKNUM, reader->next_block++, RBM_NORMAL,
									   reader->strategy);
	Page page = BufferGetPage(buffer);
	HeapTupleData tuple;
	OffsetNumber offset;

	reader->offset = 0;
	reader->max_offset = 0;
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	for (offset = FirstOffsetNumber; offset <= PageGetMaxOffsetNumber(page); offset++)
	{
		if (!ItemIdIsNormal(PageGetItemId(page, offset)))
			continue;
		set_tuple(reader, page, offset, &tuple);
		if (is_visible(reader, &tuple, buffer))
			reader->visible_offsets[reader->max_offset++] = offset;
	}
	reader->page = reader->pages[reader->page == reader->pages[0]];
	memcpy(reader->page, page, BLCKSZ);
	UnlockReleaseBuffer(buffer);
}

/* Moves to the next visible row; false: there is none. */
static inline bool
advance(LaneReader *reader)
{
	while (reader->offset == reader->max_offset)
	{
		CHECK_FOR_INTERRUPTS();
		if (reader->next_block >= reader->nblocks)
			return false;
		take_page(reader);
	}
	reader->row = &reader->rows[reader->row == &reader->rows[0]];
	set_tuple(reader, reader->page, reader->visible_offsets[reader->offset++], &reader->row->tuple);
	ExecStoreHeapTuple(&reader->row->tuple, reader->row->slot, false);
	return true;
}

/* Takes the row in the slot apart; returns where it came from. */
static inline StagedPosition
deform(LaneReader *reader)
{
	TupleTableSlot *slot = reader->row->slot;
	StagedPosition position;

	slot_getsomeattrs(slot, reader->natts);
	reader->data_len = ((HeapTupleTableSlot *) slot)->off;
	slot_getallattrs(slot);
	position.file_no = DatumGetInt32(slot->tts_values[reader->file_attnum - 1]);
	position.record = DatumGetInt64(slot->tts_values[reader->row_attnum - 1]);
	return position;
}

TupleTableSlot *
lane_reader_next(LaneReader *reader, StagedPosition *position)
{
	while (advance(reader))
	{
		*position = deform(reader);
		if (position->file_no >= 0)
			return reader->row->slot;
	}
	return NULL;
}

TupleTableSlot *
lane_reader_peek(LaneReader *reader)
{
	return advance(reader) ? reader->row->slot : NULL;
}

bool
lane_reader_can_cut(const LaneReader *reader, TupleDesc other, const int *map)
{
	int i;

	if (other->natts != reader->natts || reader->file_attnum <= reader->natts ||
		reader->row_attnum <= reader->natts)
		return false;
	for (i = 0; i < other->natts; i++)
	{
		if (map[i] != i)
			return false;
	}
	return row_layout_begins_with(RelationGetDescr(reader->lane), other);
}

HeapTuple
lane_reader_cut(const LaneReader *reader)
{
	return row_layout_cut(reader->row->tuple.t_data, reader->natts, reader->data_len);
}

void
lane_reader_end(LaneReader *reader)
{
	int i;

	for (i = 0; i < 2; i++)
	{
		ExecDropSingleTupleTableSlot(reader->rows[i].slot);
		pfree(reader->pages[i]);
	}
	FreeAccessStrategy(reader->strategy);
	pfree(reader);
}
