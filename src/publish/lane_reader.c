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
 * Memory: the reader, its slot and a copy of one page live in the context that
 * is current at lane_reader_begin(); no buffer stays pinned or locked between
 * two calls.
 */
#include "postgres.h"

#include "publish/lane_reader.h"
#include "publish/row_layout.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"

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
	char *page; /* a copy */
	OffsetNumber offset;
	OffsetNumber max_offset;
	OffsetNumber visible_offsets[MaxHeapTuplesPerPage];
	/* the row in work */
	HeapTupleData tuple;
	TupleTableSlot *slot;
	Size data_len; /* of the first natts columns */
};

LaneReader *
lane_reader_begin(Relation lane, Snapshot snapshot)
{
	LaneReader *reader = palloc0(sizeof(LaneReader));

	reader->lane = lane;
	reader->snapshot = snapshot;
	reader->strategy = GetAccessStrategy(BAS_BULKREAD);
	reader->natts = RelationGetDescr(lane)->natts - 2;
	reader->file_attnum = get_attnum(RelationGetRelid(lane), LANE_FILE_COLUMN);
	reader->row_attnum = get_attnum(RelationGetRelid(lane), LANE_ROW_COLUMN);
	reader->nblocks = RelationGetNumberOfBlocks(lane);
	reader->page = palloc(BLCKSZ);
	reader->slot = MakeSingleTupleTableSlot(RelationGetDescr(lane), &TTSOpsHeapTuple);
	return reader;
}

/* Points the reader's tuple at an item of the page. */
static inline void
set_tuple(LaneReader *reader, Page page, BlockNumber block, OffsetNumber offset)
{
	ItemId item = PageGetItemId(page, offset);

	reader->tuple.t_len = ItemIdGetLength(item);
	reader->tuple.t_data = (HeapTupleHeader) PageGetItem(page, item);
	reader->tuple.t_tableOid = RelationGetRelid(reader->lane);
	ItemPointerSet(&reader->tuple.t_self, block, offset);
}

/* The tuple is on a page whose buffer is locked. */
static inline bool
is_visible(LaneReader *reader, Buffer buffer)
{
	HeapTupleHeader header = reader->tuple.t_data;
	TransactionId xmin = HeapTupleHeaderGetXmin(header);

	if ((header->t_infomask & HEAP_XMAX_INVALID) == 0)
		return HeapTupleSatisfiesVisibility(&reader->tuple, reader->snapshot, buffer);
	if (xmin != reader->xmin)
	{
		reader->visible = HeapTupleSatisfiesVisibility(&reader->tuple, reader->snapshot, buffer);
		reader->xmin = xmin;
	}
	return reader->visible;
}

/* Copies the next page and notes which of its rows are visible. */
static void
take_page(LaneReader *reader)
{
	BlockNumber block = reader->next_block++;
	Buffer buffer =
		ReadBufferExtended(reader->lane, MAIN_FORKNUM, block, RBM_NORMAL, reader->strategy);
	Page page = BufferGetPage(buffer);
	OffsetNumber offset;

	reader->offset = 0;
	reader->max_offset = 0;
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	for (offset = FirstOffsetNumber; offset <= PageGetMaxOffsetNumber(page); offset++)
	{
		if (!ItemIdIsNormal(PageGetItemId(page, offset)))
			continue;
		set_tuple(reader, page, block, offset);
		if (is_visible(reader, buffer))
			reader->visible_offsets[reader->max_offset++] = offset;
	}
	memcpy(reader->page, page, BLCKSZ);
	UnlockReleaseBuffer(buffer);
}

/* Takes the row in tuple apart; returns where it came from. */
static inline StagedPosition
deform(LaneReader *reader)
{
	TupleTableSlot *slot = reader->slot;
	StagedPosition position;

	ExecStoreHeapTuple(&reader->tuple, slot, false);
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
	for (;;)
	{
		while (reader->offset == reader->max_offset)
		{
			CHECK_FOR_INTERRUPTS();
			if (reader->next_block >= reader->nblocks)
				return NULL;
			take_page(reader);
		}
		set_tuple(reader, reader->page, reader->next_block - 1,
				  reader->visible_offsets[reader->offset++]);
		*position = deform(reader);
		if (position->file_no >= 0)
			return reader->slot;
	}
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
	return row_layout_cut(reader->tuple.t_data, reader->natts, reader->data_len);
}

void
lane_reader_end(LaneReader *reader)
{
	ExecDropSingleTupleTableSlot(reader->slot);
	FreeAccessStrategy(reader->strategy);
	pfree(reader->page);
	pfree(reader);
}
