/*
 * btree_edge.c: entries behind the last one of a btree, many at a time.
 *
 * in:  entries in the order of the index
 * out: those that fit, on the last leaf page, in one WAL record
 *
 * One by one, an entry costs a search, a look at its neighbours, and a WAL record
 * that is three times as large as itself.  Behind the last entry there is nothing to
 * look at.  Only this is done here: a leaf page that is the last of its
 * level and has room gets more items.  What makes pages, splits and roots
 * is PostgreSQL's own insertion of the entry that does not fit any more.
 *
 * Why uniqueness holds: the last leaf page is locked from the comparison with
 * its last entry to the end of the insertion.  Nothing equal is left of it,
 * nothing at all is right of it, and nobody can insert anything there
 * meanwhile.
 *
 * The WAL record is a generic one, which replays the page under one lock, as
 * the record of a single entry does.
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

/* How many of the entries fit on the page; *size: their bytes. */
static int
count_fitting(Page page, IndexTuple *entries, int nentries, Size *size)
{
	Size room = PageGetExactFreeSpace(page);
	int n;

	*size = 0;
	for (n = 0; n < nentries; n++)
	{
		Size entry = MAXALIGN(IndexTupleSize(entries[n]));

		if (entry > LONGEST_ENTRY || *size + entry + sizeof(ItemIdData) > room)
			break;
		*size += entry + sizeof(ItemIdData);
	}
	return n;
}

/* Nothing may fail between start and finish but for what cannot happen: the page is a copy. */
static void
add_entries(BtreeEdge *edge, Buffer buffer, IndexTuple *entries, int nentries, Size size)
{
	GenericXLogState *state = GenericXLogStart(edge->index);
	Page page =
		GenericXLogRegisterBuffer(state, buffer, size > BLCKSZ / 2 ? GENERIC_XLOG_FULL_IMAGE : 0);
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
btree_edge_append(BtreeEdge *edge, IndexTuple *entries, int nentries)
{
	Buffer buffer = lock_edge(edge, entries[0]);
	Size size;
	int n;

	if (!BufferIsValid(buffer))
		return 0;
	CheckForSerializableConflictIn(edge->index, NULL, BufferGetBlockNumber(buffer));
	n = count_fitting(BufferGetPage(buffer), entries, nentries, &size);
	if (n > 0)
		add_entries(edge, buffer, entries, n, size);
	_bt_relbuf(edge->index, buffer);
	return n;
}
