/*
 * key_leaf.c: rows by their key, from leaf pages of a btree.
 *
 * in:  keys, best in the order of the index
 * out: the visible row of each
 *
 * Many keys of a sorted batch lie on the same leaf page.  A copy of that page
 * is kept, so that the next key costs a binary search in it and not a way
 * down from the root, with a buffer pinned and locked at every level.
 *
 * Why an old copy will do: a row that the snapshot sees had its entry in the
 * index before the snapshot was taken, hence before the copy was; and entries are removed,
 * and row identifiers given to other rows, only when no snapshot sees the row.  It
 * is the reason for which a btree scan by an MVCC snapshot keeps no pin.
 *
 * Memory: the context that is current at key_leaf_begin().
 */
#include "postgres.h"

#include "compat.h"
#include "publish/key_leaf.h"

#include "access/nbtree.h"
#include "access/xact.h"
#include "pgstat.h"
#include "storage/bufmgr.h"

struct KeyLeaf
{
	Relation target;
	Relation index;
	Snapshot snapshot;
	BTScanInsert key;
	IndexFetchTableData *fetch;
	Page page; /* a copy */
	bool is_loaded;
	OffsetNumber last; /* of the page: where the last key was, or would be behind */
};

KeyLeaf *
key_leaf_begin(Relation target, Relation index, Snapshot snapshot)
{
	KeyLeaf *leaf;
	int i;

	/* what was looked for and not found would have to be locked too */
	if (IsolationIsSerializable())
		return NULL;
	leaf = palloc0(sizeof(KeyLeaf));
	leaf->target = target;
	leaf->index = index;
	leaf->snapshot = snapshot;
	leaf->page = palloc(BLCKSZ);
	leaf->key = _bt_mkscankey(index, NULL);
	_bt_metaversion(index, &leaf->key->heapkeyspace, &leaf->key->allequalimage);
	leaf->key->anynullkeys = false;
	leaf->key->keysz = IndexRelationGetNumberOfKeyAttributes(index);
	for (i = 0; i < leaf->key->keysz; i++)
		leaf->key->scankeys[i].sk_flags &= ~SK_ISNULL;
	leaf->fetch = table_index_fetch_begin(target);
	return leaf;
}

static inline int32
compare(KeyLeaf *leaf, OffsetNumber offset)
{
	return _bt_compare(leaf->index, leaf->key, leaf->page, offset);
}

/* No entry of the key is right of the page. */
static bool
ends_on_page(KeyLeaf *leaf)
{
	return P_RIGHTMOST(BTPageGetOpaque(leaf->page)) || compare(leaf, P_HIKEY) < 0;
}

/* Copies the leaf page where entries of the key begin; false if the index is empty. */
static bool
load_page(KeyLeaf *leaf)
{
	Buffer buffer;
	BTStack stack = compat_bt_search(leaf->target, leaf->index, leaf->key, &buffer, leaf->snapshot);

	leaf->is_loaded = BufferIsValid(buffer);
	if (leaf->is_loaded)
	{
		memcpy(leaf->page, BufferGetPage(buffer), BLCKSZ);
		_bt_relbuf(leaf->index, buffer);
	}
	_bt_freestack(stack);
	return leaf->is_loaded;
}

/*
 * The first entry that is not less than the key.  From the last one on, in steps that
 * double: the next key is near, and of keys in a row the next entry.
 */
static OffsetNumber
search_page(KeyLeaf *leaf)
{
	OffsetNumber first = P_FIRSTDATAKEY(BTPageGetOpaque(leaf->page));
	OffsetNumber end = PageGetMaxOffsetNumber(leaf->page) + 1;
	OffsetNumber low = leaf->last;
	OffsetNumber high;
	int step = 1;

	if (low < first || low >= end || compare(leaf, low) <= 0)
	{
		low = first;
		if (first == end || compare(leaf, first) <= 0)
			return first;
	}
	while (low + step < end && compare(leaf, low + step) > 0)
	{
		low += step;
		step *= 2;
	}
	high = Min(low + step, end);
	low++;
	while (low < high)
	{
		OffsetNumber middle = low + (high - low) / 2;

		if (compare(leaf, middle) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * Where entries of the key begin on the page; loads another one unless they must be on
 * this one, which they are if one before them is less and one behind them, or the bound of the page, is not.
 */
static bool
find_page(KeyLeaf *leaf, OffsetNumber *offset)
{
	if (leaf->is_loaded)
	{
		*offset = search_page(leaf);
		if (*offset > P_FIRSTDATAKEY(BTPageGetOpaque(leaf->page)) &&
			(*offset <= PageGetMaxOffsetNumber(leaf->page) || ends_on_page(leaf)))
			return true;
	}
	if (!load_page(leaf))
		return false;
	leaf->last = InvalidOffsetNumber;
	*offset = search_page(leaf);
	return true;
}

static bool
fetch_row(KeyLeaf *leaf, ItemPointer identifier, TupleTableSlot *slot)
{
	ItemPointerData tid = *identifier; /* becomes that of the row in its chain */
	bool call_again = false;
	bool all_dead;

	return table_index_fetch_tuple(leaf->fetch, &tid, leaf->snapshot, slot, &call_again, &all_dead);
}

/* An entry stands for one row, or for several versions of it. */
static bool
fetch_entry(KeyLeaf *leaf, OffsetNumber offset, TupleTableSlot *slot)
{
	ItemId item = PageGetItemId(leaf->page, offset);
	IndexTuple entry = (IndexTuple) PageGetItem(leaf->page, item);
	int i;

	if (ItemIdIsDead(item))
		return false;
	if (!BTreeTupleIsPosting(entry))
		return fetch_row(leaf, &entry->t_tid, slot);
	for (i = 0; i < BTreeTupleGetNPosting(entry); i++)
	{
		if (fetch_row(leaf, BTreeTupleGetPostingN(entry, i), slot))
			return true;
	}
	return false;
}

KeyLeafResult
key_leaf_find(KeyLeaf *leaf, const Datum *key, TupleTableSlot *slot)
{
	OffsetNumber end;
	OffsetNumber offset;
	int i;

	for (i = 0; i < leaf->key->keysz; i++)
		leaf->key->scankeys[i].sk_argument = key[i];
	if (!find_page(leaf, &offset))
		return LEAF_UNKNOWN;
	pgstat_count_index_scan(leaf->index);
	end = PageGetMaxOffsetNumber(leaf->page) + 1;
	for (; offset < end && compare(leaf, offset) == 0; offset++)
	{
		leaf->last = offset;
		if (!fetch_entry(leaf, offset, slot))
			continue;
		pgstat_count_index_tuples(leaf->index, 1);
		pgstat_count_heap_fetch(leaf->index);
		return LEAF_FOUND;
	}
	leaf->last = offset - 1;
	return offset < end || ends_on_page(leaf) ? LEAF_ABSENT : LEAF_UNKNOWN;
}

void
key_leaf_end(KeyLeaf *leaf)
{
	table_index_fetch_end(leaf->fetch);
	pfree(leaf->key);
	pfree(leaf->page);
	pfree(leaf);
}
