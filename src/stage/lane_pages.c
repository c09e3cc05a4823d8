/*
 * lane_pages.c: write a lane as whole pages.
 *
 * Tuples are built in place in a run of page images in private memory; a full
 * run is appended behind the end of the lane (lane_file.c), below the buffer
 * manager.  The run and the state live in the memory context of
 * lane_pages_create; rows are copied into the run.
 *
 * Why this is right although shared buffers never see the pages:
 *
 * Only new pages are written, beyond the end of the file, where shared buffers
 * hold nothing valid: whatever shortens a file drops its buffers, under a lock
 * that conflicts with ours.  Readers ask the file for its size, never a cache
 * (smgrnblocks_cached serves recovery alone), and take what a run adds for
 * rows of a transaction in progress.  Should somebody else extend the lane all
 * the same, the extension lock and the look at the end of the file turn it
 * into an error before a page is overwritten.
 *
 * After an abort the pages stay, with rows of an aborted transaction, and the
 * next run goes behind them.  A full disk leaves the first pages of a run, or
 * part of a page, which does not count and is written over.
 *
 * Every write is registered with the checkpointer, after it (lane_file.c).
 * For an unlogged lane that is all: a clean shutdown ends with a checkpoint
 * that syncs the file, a crash empties it.  The same holds for a table created
 * in this transaction under wal_level = minimal, which commit syncs or logs.
 * What a logged table needs on top is told at append_logged_run.
 *
 * The same code serves every version.  The bulk writer of 17 and up
 * (storage/bulk_write.h) is made for files that vanish unless their
 * transaction commits: it does not flush WAL before it extends the file, which
 * append_logged_run must, and it copies every page once more.
 */
#include "postgres.h"

#include "access/heaptoast.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/lmgr.h"
#include "storage/predicate.h"
#include "storage/proc.h"
#include "storage/smgr.h"
#include "utils/memutils.h"

#include "compat.h"
#include "stage/lane_file.h"
#include "stage/lane_methods.h"
#include "stage/tuple_former.h"

/* 256 KiB: one WAL record holds as many pages, and the run stays in a core's cache. */
#define RUN_PAGES 32

typedef struct LanePages
{
	LaneWriter base;
	TransactionId xid;       /* of the rows; valid within a run */
	BlockNumber first_block; /* where the run will lie; valid within a run */
	int npages;              /* of the run in use, the last one being filled; 0: no run */
	PageHeader page;         /* the one being filled; NULL: no run */
	int64 nrows;             /* of the run */
	char *run;               /* RUN_PAGES page images, aligned for direct I/O */
	void *run_memory;        /* what run lies in */
	LaneFile *file;
	TupleFormer *former;
	int natts;
	MemoryContext scratch; /* forming and toasting one long row */
} LanePages;

/* A place for one tuple on the page being filled; nothing refers to it yet. */
typedef struct TuplePlace
{
	HeapTupleHeader header;
	Size length; /* of header and data, not aligned */
	Size hoff;
} TuplePlace;

static inline Page
run_page(const LanePages *writer, int n)
{
	return writer->run + (Size) n * BLCKSZ;
}

static void
append_run(LanePages *writer)
{
	int i;

	for (i = 0; i < writer->npages; i++)
		PageSetChecksumInplace(run_page(writer, i), writer->first_block + i);
	lane_file_append(writer->file, writer->base.lane, writer->first_block, writer->run,
					 writer->npages);
}

/*
 * Logs the run, then appends it.  Two rules that the buffer manager keeps for
 * others must be kept here:
 *
 * - No page reaches the file before its WAL record reached the disk.  If a
 *   crash lost the record but kept the page, the transaction id could be given
 *   out again, and its commit would make these rows visible.
 *
 * - A checkpoint whose redo pointer lies behind the record must find the pages
 *   in the file and their sync requests in the queue, since recovery, or a
 *   base backup started by that checkpoint, will not replay the record.
 *   DELAY_CHKPT_START makes the checkpointer wait for us after it chose the
 *   redo pointer and before it syncs.
 */
static void
append_logged_run(LanePages *writer)
{
	BlockNumber blocks[RUN_PAGES];
	Page pages[RUN_PAGES];
	int i;

	for (i = 0; i < writer->npages; i++)
	{
		blocks[i] = writer->first_block + i;
		pages[i] = run_page(writer, i);
	}

	Assert((MyProc->delayChkptFlags & DELAY_CHKPT_START) == 0);
	MyProc->delayChkptFlags |= DELAY_CHKPT_START;
	PG_TRY();
	{
		log_newpages(CompatRelationLocator(writer->base.lane), MAIN_FORKNUM, writer->npages, blocks,
					 pages, true);
		XLogFlush(PageGetLSN(pages[writer->npages - 1]));
		append_run(writer);
	}
	PG_FINALLY();
	{
		MyProc->delayChkptFlags &= ~DELAY_CHKPT_START;
	}
	PG_END_TRY();
}

static void
check_end_of_lane(const LanePages *writer)
{
	Relation lane = writer->base.lane;
	BlockNumber nblocks = RelationGetNumberOfBlocks(lane);

	if (nblocks != writer->first_block)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("lane \"%s\" was changed by another writer", RelationGetRelationName(lane)),
				 errdetail("It has %u pages where %u were expected.", nblocks, writer->first_block),
				 errhint("Only one process may write to a lane at a time.")));
}

/* Appends the run, if there is one, and leaves the writer without. */
static void
flush_run(LanePages *writer)
{
	Relation lane = writer->base.lane;

	if (writer->npages == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	CheckForSerializableConflictIn(lane, NULL, InvalidBlockNumber);

	LockRelationForExtension(lane, ExclusiveLock);
	check_end_of_lane(writer);
	if (RelationNeedsWAL(lane))
		append_logged_run(writer);
	else
		append_run(writer);
	UnlockRelationForExtension(lane, ExclusiveLock);

	pgstat_count_heap_insert(lane, writer->nrows);
	writer->npages = 0;
	writer->page = NULL;
	writer->nrows = 0;
}

/* Starts the next page, and with the first one a run. */
static void
next_page(LanePages *writer)
{
	if (writer->npages == RUN_PAGES)
		flush_run(writer);
	if (writer->npages == 0)
	{
		writer->xid = GetCurrentTransactionId();
		writer->first_block = RelationGetNumberOfBlocks(writer->base.lane);
	}
	writer->page = (PageHeader) run_page(writer, writer->npages++);
	PageInit((Page) writer->page, BLCKSZ, 0);
}

/* Bytes free for a tuple and its line pointer on the page being filled. */
static inline Size
room(const LanePages *writer)
{
	return writer->page == NULL ? 0 : writer->page->pd_upper - writer->page->pd_lower;
}

/*
 * Finds a place for a tuple, which must be no longer than MaxHeapTupleSize.
 * The place is zeroed, as heap_fill_tuple demands.
 */
static inline TuplePlace
find_place(LanePages *writer, Size length, Size hoff)
{
	TuplePlace place;

	if (unlikely(room(writer) < MAXALIGN(length) + sizeof(ItemIdData)))
		next_page(writer);

	place.header =
		(HeapTupleHeader) ((char *) writer->page + writer->page->pd_upper - MAXALIGN(length));
	place.length = length;
	place.hoff = hoff;
	return place;
}

/* Puts the tuple whose data and null bitmap are in place on the page. */
static inline void
occupy_place(LanePages *writer, TuplePlace place, uint16 infomask)
{
	PageHeader page = writer->page;
	HeapTupleHeader header = place.header;
	OffsetNumber offset = PageGetMaxOffsetNumber((Page) page) + 1;

	Assert(offset <= MaxHeapTuplesPerPage);
	page->pd_lower += sizeof(ItemIdData);
	page->pd_upper -= MAXALIGN(place.length);
	ItemIdSetNormal(PageGetItemId((Page) page, offset), page->pd_upper, place.length);

	header->t_infomask = (infomask & ~HEAP_XACT_MASK) | HEAP_XMAX_INVALID;
	header->t_infomask2 = 0;
	HeapTupleHeaderSetNatts(header, writer->natts);
	header->t_hoff = place.hoff;
	HeapTupleHeaderSetXmin(header, writer->xid);
	HeapTupleHeaderSetCmin(header, writer->base.command);
	HeapTupleHeaderSetXmax(header, InvalidTransactionId);
	ItemPointerSet(&header->t_ctid, writer->first_block + writer->npages - 1, offset);
	writer->nrows++;
}

/* Writes a row that is long or brings toasted values: formed aside, toasted, copied. */
static void
write_toasted_row(LanePages *writer, Datum *values, bool *isnull)
{
	Relation lane = writer->base.lane;
	MemoryContext caller = MemoryContextSwitchTo(writer->scratch);
	HeapTuple tuple = heap_form_tuple(RelationGetDescr(lane), values, isnull);
	TuplePlace place;

	tuple = heap_toast_insert_or_update(lane, tuple, NULL, 0);
	if (MAXALIGN(tuple->t_len) > MaxHeapTupleSize)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("row is too big: size %zu, maximum size %zu",
							   (Size) MAXALIGN(tuple->t_len), (Size) MaxHeapTupleSize)));

	place = find_place(writer, tuple->t_len, tuple->t_data->t_hoff);
	memcpy(place.header, tuple->t_data, tuple->t_len);
	occupy_place(writer, place, tuple->t_data->t_infomask);

	MemoryContextSwitchTo(caller);
	MemoryContextReset(writer->scratch);
}

/* The null bitmap of a tuple: a bit set for every attribute that is there. */
static void
fill_null_bitmap(bits8 *bitmap, const bool *isnull, int natts)
{
	int i;

	for (i = 0; i < natts; i++)
		if (!isnull[i])
			bitmap[i / BITS_PER_BYTE] |= 1 << (i % BITS_PER_BYTE);
}

/* Writes a row that only needs copying.  Returns false, and nothing is written, for others. */
static inline bool
write_short_row(LanePages *writer, const Datum *values, const bool *isnull)
{
	int natts = writer->natts;
	Size longest_head = MAXALIGN(SizeofHeapTupleHeader + BITMAPLEN(natts));
	Size hoff = MAXALIGN(SizeofHeapTupleHeader);
	TuplePlace place;
	FormedTuple tuple;

	if (longest_head >= TOAST_TUPLE_THRESHOLD ||
		!tuple_former_fill(writer->former, values, isnull, TOAST_TUPLE_THRESHOLD - longest_head,
						   &tuple))
		return false;
	if (tuple.infomask & HEAP_HASNULL)
		hoff = longest_head;
	place = find_place(writer, hoff + tuple.size, hoff);
	if (tuple.infomask & HEAP_HASNULL)
		fill_null_bitmap(place.header->t_bits, isnull, natts);
	memcpy((char *) place.header + hoff, tuple.data, tuple.size);
	occupy_place(writer, place, tuple.infomask);
	return true;
}

/* Writes rows that all have the same size, values of the next one being stride behind. */
static void
write_fixed_rows(LanePages *writer, const Datum *values, int stride, int nrows)
{
	Size hoff = MAXALIGN(SizeofHeapTupleHeader);
	Size size = tuple_former_fixed_size(writer->former);

	for (; nrows > 0; nrows--)
	{
		TuplePlace place = find_place(writer, hoff + size, hoff);

		tuple_former_fill_fixed(writer->former, values, (char *) place.header + hoff);
		occupy_place(writer, place, 0);
		values += stride;
	}
}

static void
pages_write(LaneWriter *base, const Datum *values, const bool *isnull, int stride, int nrows)
{
	LanePages *writer = (LanePages *) base;
	Size fixed_size = tuple_former_fixed_size(writer->former);

	/* between the rows there may be values that are none of the lane's; one that is NULL only costs time */
	if (nrows > 0 && fixed_size > 0 &&
		fixed_size <= TOAST_TUPLE_THRESHOLD - MAXALIGN(SizeofHeapTupleHeader) &&
		memchr(isnull, 1, (Size) (nrows - 1) * stride + writer->natts) == NULL)
	{
		write_fixed_rows(writer, values, stride, nrows);
		return;
	}
	for (; nrows > 0; nrows--)
	{
		if (!write_short_row(writer, values, isnull))
			write_toasted_row(writer, unconstify(Datum *, values), unconstify(bool *, isnull));
		values += stride;
		isnull += stride;
	}
}

static void
pages_end(LaneWriter *base)
{
	LanePages *writer = (LanePages *) base;

	flush_run(writer);
	lane_file_close(writer->file);
	MemoryContextDelete(writer->scratch);
	pfree(writer->run_memory);
	pfree(writer);
}

LaneWriter *
lane_pages_create(TupleDesc desc)
{
	static const LaneMethods methods = {pages_write, pages_end};
	LanePages *writer = palloc0(sizeof(LanePages));

	writer->base.methods = &methods;
	writer->run_memory = palloc((RUN_PAGES + 1) * (Size) BLCKSZ);
	writer->run = (char *) TYPEALIGN(BLCKSZ, writer->run_memory);
	writer->file = lane_file_create();
	writer->former = tuple_former_create(desc);
	writer->natts = desc->natts;
	writer->scratch =
		AllocSetContextCreate(CurrentMemoryContext, "lane long row", ALLOCSET_DEFAULT_SIZES);
	return &writer->base;
}
