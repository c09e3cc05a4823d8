/*
 * btree_edge.c: entries behind the last one of a btree, many at a time.
 *
 * in:  entries in the order of the index
 * out: those that fit, on the last leaf page, in one WAL record
 *
 * One by one, an entry costs a search, a look at its neighbours, and a WAL record
 * that is three times as large.  Behind the last entry there is nothing to
 * look at.  Only this is done here: a leaf page that is the last of its
 * level and has room gets more items.  What makes pages, splits and roots
 * is PostgreSQL's own insertion of the entry that does not fit any more.
 *
 * Why uniqueness holds: the last leaf page is locked from the comparison with
 * its last entry to the end of the insertion.  Nothing equal is left of it,
 * nothing at all is right of it, and nobody can insert anything there
 * meanwhile.
 *
 * The WAL record is a generic one with an image of the page, which replaces the
 * page under one lock.  Not the difference to the page as it was: that is right too, but
 * hints that a btree does not log, such as dead entries, would then differ
 * between a server and its standby, and wal_consistency_checking, which knows
 * to expect that of records of btrees, does not of generic ones.
 *
 * Memory: the context that is current at the call.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/btree_edge.h"

#include "access/generic_xlog.h"
#include "access/nbtree.h"
#include "storage/bufmgr.h"
#include "storage/predicate.h"
#include "utils/sortsupport.h"

/* Longer entries are left to PostgreSQL, which knows the longest that a page can take. */
#define LONGEST_ENTRY (BLCKSZ / 8)

/* What a WAL record of one entry is longer than the entry, about. */
#define RECORD_OVERHEAD 48

struct BtreeEdge
{
	Relation heap;
	Relation index;
	bool unique;
	int ncolumns; /* of the key */
	SortSupportData order[INDEX_MAX_KEYS];
};

BtreeEdge *
btree_edge_create(Relation heap, Relation index)
{
	BtreeEdge *edge = palloc0(sizeof(BtreeEdge));
	int i;

	edge->heap = heap;
	edge->index = index;
	edge->unique = index->rd_index->indisunique;
	edge->ncolumns = IndexRelationGetNumberOfKeyAttributes(index);
	for (i = 0; i < edge->ncolumns; i++)
	{
		SortSupport order = &edge->order[i];

		order->ssup_cxt = CurrentMemoryContext;
		order->ssup_collation = index->rd_indcollation[i];
		order->ssup_nulls_first = (index->rd_indoption[i] & INDOPTION_NULLS_FIRST) != 0;
		order->ssup_attno = i + 1;
		compat_prepare_index_order(index, (index->rd_indoption[i] & INDOPTION_DESC) != 0, order);
	}
	return edge;
}

bool
btree_edge_ascends(BtreeEdge *edge, const IndexTuple entries[2], Datum *values[2], bool *nulls[2])
{
	int i;

	for (i = 0; i < edge->ncolumns; i++)
	{
		int order = ApplySortComparator(values[0][i], nulls[0][i], values[1][i], nulls[1][i],
										&edge->order[i]);

		if (order != 0)
			return order < 0;
	}
	return !edge->unique && ItemPointerCompare(&entries[0]->t_tid, &entries[1]->t_tid) < 0;
}

/* The page is the last leaf, and the key comes behind its last entry. */
static bool
is_edge(BtreeEdge *edge, Page page, BTScanInsert key)
{
	BTPageOpaque opaque = BTPageGetOpaque(page);
	OffsetNumber last = PageGetMaxOffsetNumber(page);

	return P_ISLEAF(opaque) && P_RIGHTMOST(opaque) && !P_IGNORE(opaque) &&
		   last >= P_FIRSTDATAKEY(opaque) && _bt_compare(edge->index, key, page, last) > 0;
}

/* The page that is_edge(), locked to be written, or InvalidBuffer. */
static Buffer
lock_edge(BtreeEdge *edge, IndexTuple entry)
{
	BTScanInsert key = _bt_mkscankey(edge->index, entry);
	Buffer buffer = InvalidBuffer;

	/* in indexes of PostgreSQL 11 and before equal entries have no order */
	if (!key->heapkeyspace)
		return InvalidBuffer;
	if (edge->unique)
		key->scantid = NULL;
	_bt_freestack(compat_bt_search(edge->heap, edge->index, key, &buffer, NULL));
	if (!BufferIsValid(buffer))
		return InvalidBuffer;
	if (P_RIGHTMOST(BTPageGetOpaque(BufferGetPage(buffer))))
	{
		/* pinned meanwhile; whatever else happened to the page shows when it is locked again */
		_bt_unlockbuf(edge->index, buffer);
		_bt_lockbuf(edge->index, buffer, BT_WRITE);
		if (is_edge(edge, BufferGetPage(buffer), key))
			return buffer;
	}
	_bt_relbuf(edge->index, buffer);
	return InvalidBuffer;
}

/* How many of the entries fit on the page. */
static int
count_fitting(Page page, IndexTuple *entries, int nentries)
{
	Size room = PageGetExactFreeSpace(page);
	int n;

	for (n = 0; n < nentries; n++)
	{
		Size size = MAXALIGN(IndexTupleSize(entries[n]));

		if (size > LONGEST_ENTRY || size + sizeof(ItemIdData) > room)
			break;
		room -= size + sizeof(ItemIdData);
	}
	return n;
}

/* Adds the entries to a copy of the page, which then becomes the page. */
static void
add_entries(BtreeEdge *edge, Buffer buffer, IndexTuple *entries, int nentries)
{
	GenericXLogState *state = GenericXLogStart(edge->index);
	Page page = GenericXLogRegisterBuffer(state, buffer, GENERIC_XLOG_FULL_IMAGE);
	OffsetNumber offset = OffsetNumberNext(PageGetMaxOffsetNumber(page));
	int i;

	for (i = 0; i < nentries; i++)
	{
		if (PageAddItem(page, (Item) entries[i], IndexTupleSize(entries[i]), offset + i, false,
						false) == InvalidOffsetNumber)
			elog(ERROR, "could not add an entry to the last page of index \"%s\"",
				 RelationGetRelationName(edge->index));
	}
	GenericXLogFinish(state);
}

int
btree_edge_append(BtreeEdge *edge, IndexTuple *entries, int nentries, int *nleft)
{
	Buffer buffer = lock_edge(edge, entries[0]);
	Size used;
	int n;

	*nleft = nentries;
	if (!BufferIsValid(buffer))
		return 0;
	CheckForSerializableConflictIn(edge->index, NULL, BufferGetBlockNumber(buffer));
	n = count_fitting(BufferGetPage(buffer), entries, nentries);
	used = BLCKSZ - PageGetExactFreeSpace(BufferGetPage(buffer));
	*nleft = n + 1;
	if (used < (Size) n * RECORD_OVERHEAD)
	{
		add_entries(edge, buffer, entries, n);
		*nleft = 1;
	}
	else
		n = 0;
	_bt_relbuf(edge->index, buffer);
	return n;
}
