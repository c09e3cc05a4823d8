/*
 * key_order.c: whether sorting the staged rows can be left out.
 *
 * Exports are often ordered by their key.  Looking for that costs a pass over
 * the lanes that reads the key alone, about a tenth of sorting and removing
 * duplicates, and ends at the first row out of order.  The lanes are merged on
 * the fly, because chunks of one file alternate between them.
 *
 * Memory: one context for the pass, and one that is reset for every batch of
 * comparisons, since comparing may detoast.
 */
#include "postgres.h"

#include "publish/key_order.h"
#include "publish/lane_reader.h"

#include "access/table.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/sortsupport.h"
#include "utils/typcache.h"

#define ROWS_PER_BATCH 1024

/* A lane being read. */
typedef struct LaneScan
{
	Relation lane;
	LaneReader *reader;
	TupleTableSlot *head; /* next row; NULL at the end */
	TupleTableSlot *left; /* the row before; NULL: none */
	AttrNumber *key_attnums;
} LaneScan;

typedef struct KeyOrder
{
	LaneScan *lanes;
	int nlanes;
	SortSupportData *sort; /* one per key column */
	int nkeys;
	MemoryContext batch; /* what comparisons allocate */
} KeyOrder;

static bool
has_null_key(const LaneScan *lane, int nkeys)
{
	bool isnull = false;
	int i;

	for (i = 0; i < nkeys && !isnull; i++)
		(void) slot_getattr(lane->head, lane->key_attnums[i], &isnull);
	return isnull;
}

/* Moves to the next row; false: it has no key. */
static bool
advance(LaneScan *lane, int nkeys)
{
	lane->left = lane->head;
	lane->head = lane_reader_peek(lane->reader);
	return lane->head == NULL || !has_null_key(lane, nkeys);
}

static void
open_lane(LaneScan *lane, Oid lane_oid, List *key)
{
	ListCell *cell;

	lane->lane = table_open(lane_oid, AccessShareLock);
	lane->key_attnums = palloc(list_length(key) * sizeof(AttrNumber));
	foreach (cell, key)
		lane->key_attnums[foreach_current_index(cell)] = get_attnum(lane_oid, lfirst(cell));
	lane->reader = lane_reader_begin(lane->lane, GetActiveSnapshot());
	/* the lane's marker has no key */
	while (!advance(lane, list_length(key)))
		CHECK_FOR_INTERRUPTS();
}

static void
close_lane(LaneScan *lane)
{
	lane_reader_end(lane->reader);
	table_close(lane->lane, AccessShareLock);
}

static void
prepare_comparison(KeyOrder *order, Relation target, List *key)
{
	ListCell *cell;

	order->nkeys = list_length(key);
	order->sort = palloc0(order->nkeys * sizeof(SortSupportData));
	foreach (cell, key)
	{
		SortSupport sort = &order->sort[foreach_current_index(cell)];
		AttrNumber attnum = get_attnum(RelationGetRelid(target), lfirst(cell));
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(target), attnum - 1);

		sort->ssup_cxt = CurrentMemoryContext;
		sort->ssup_collation = attribute->attcollation;
		PrepareSortSupportFromOrderingOp(
			lookup_type_cache(attribute->atttypid, TYPECACHE_LT_OPR)->lt_opr, sort);
	}
}

static int
compare_rows(KeyOrder *order, TupleTableSlot *one, const AttrNumber *one_attnums,
			 TupleTableSlot *other, const AttrNumber *other_attnums)
{
	MemoryContext caller = MemoryContextSwitchTo(order->batch);
	int result = 0;
	int i;

	for (i = 0; i < order->nkeys && result == 0; i++)
	{
		bool isnull;
		Datum a = slot_getattr(one, one_attnums[i], &isnull);
		Datum b = slot_getattr(other, other_attnums[i], &isnull);

		result = ApplySortComparator(a, false, b, false, &order->sort[i]);
	}
	MemoryContextSwitchTo(caller);
	return result;
}

/* The lane whose head is smallest, NULL when all have ended. */
static LaneScan *
smallest_head(KeyOrder *order)
{
	LaneScan *smallest = NULL;
	int i;

	for (i = 0; i < order->nlanes; i++)
	{
		LaneScan *lane = &order->lanes[i];

		if (lane->head == NULL)
			continue;
		if (smallest == NULL || compare_rows(order, lane->head, lane->key_attnums, smallest->head,
											 smallest->key_attnums) < 0)
			smallest = lane;
	}
	return smallest;
}

static bool
merge_lanes(KeyOrder *order)
{
	LaneScan *last = NULL;
	LaneScan *next;
	int64 rows = 0;

	/* last->left is the row before next->head, in the order of all lanes. */
	while ((next = smallest_head(order)) != NULL)
	{
		if (last != NULL &&
			compare_rows(order, last->left, last->key_attnums, next->head, next->key_attnums) >= 0)
			return false;
		if (!advance(next, order->nkeys))
			return false;
		last = next;
		if (++rows % ROWS_PER_BATCH == 0)
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextReset(order->batch);
		}
	}
	return true;
}

bool
key_order_is_strict(const PublishRequest *request)
{
	MemoryContext own =
		AllocSetContextCreate(CurrentMemoryContext, "ingest key order", ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(own);
	KeyOrder order;
	ListCell *cell;
	bool strict;
	int i;

	Assert(lane_reader_applies(request->lanes));
	order.batch = AllocSetContextCreate(own, "ingest key comparison", ALLOCSET_SMALL_SIZES);
	PushActiveSnapshot(GetTransactionSnapshot());
	prepare_comparison(&order, request->target, request->key);
	order.nlanes = list_length(request->lanes);
	order.lanes = palloc(order.nlanes * sizeof(LaneScan));
	foreach (cell, request->lanes)
		open_lane(&order.lanes[foreach_current_index(cell)], lfirst_oid(cell), request->key);
	strict = merge_lanes(&order);
	for (i = 0; i < order.nlanes; i++)
		close_lane(&order.lanes[i]);
	PopActiveSnapshot();
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(own);
	return strict;
}
