/*
 * key_lookup.c: rows of a table by their key, through a unique index.
 *
 * In: a key, one after another, best in the order of the index.  Out: the row
 * that the snapshot sees.
 *
 * Memory: the context that is current at key_lookup_begin().
 */
#include "postgres.h"

#include "compat.h"
#include "publish/key_leaf.h"
#include "publish/key_lookup.h"

#include "access/nbtree.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

struct KeyLookup
{
	Relation index;
	IndexScanDesc scan;
	MemoryContext context; /* of the scan, which allocates later too */
	TupleTableSlot *slot;
	KeyLeaf *leaf; /* NULL: keys are looked for from the top of the index */
	int nkeys;
	ScanKeyData keys[INDEX_MAX_KEYS];
	AttrNumber columns[INDEX_MAX_KEYS]; /* of the target */
	/* reading the index once */
	bool walks;
	bool at_end;
	FmgrInfo *order[INDEX_MAX_KEYS]; /* the index's comparisons */
};

static bool
is_key_column(Relation target, AttrNumber attnum, List *key)
{
	ListCell *cell;

	foreach (cell, key)
	{
		if (get_attnum(RelationGetRelid(target), lfirst(cell)) == attnum)
			return true;
	}
	return false;
}

/* Does the index compare the column as "=" of its type does? */
static bool
compares_as_type(Relation target, Relation index, int i)
{
	Form_pg_attribute att =
		TupleDescAttr(RelationGetDescr(target), index->rd_index->indkey.values[i] - 1);

	return index->rd_opfamily[i] ==
			   lookup_type_cache(att->atttypid, TYPECACHE_BTREE_OPFAMILY)->btree_opf &&
		   index->rd_indcollation[i] == att->attcollation;
}

/*
 * An index may lack what only older snapshots see, namely updates in place before it
 * was built: indcheckxmin.  The planner asks the same.
 */
static bool
index_knows_all_versions(Relation index)
{
	return !index->rd_index->indcheckxmin ||
		   TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
								 TransactionXmin);
}

static bool
index_is_of_key(Relation target, Relation index, List *key)
{
	Form_pg_index form = index->rd_index;
	int i;

	if (index->rd_rel->relam != BTREE_AM_OID || !form->indisunique || !form->indisvalid ||
		!form->indimmediate || form->indnkeyatts != list_length(key) ||
		RelationGetIndexPredicate(index) != NIL || !index_knows_all_versions(index))
		return false;
	for (i = 0; i < form->indnkeyatts; i++)
	{
		if (!is_key_column(target, form->indkey.values[i], key) ||
			!compares_as_type(target, index, i))
			return false;
	}
	return true;
}

Oid
key_lookup_index(Relation target, List *key)
{
	List *indexes = RelationGetIndexList(target);
	Oid found = InvalidOid;
	ListCell *cell;

	foreach (cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (!OidIsValid(found) && index_is_of_key(target, index, key))
			found = RelationGetRelid(index);
		index_close(index, NoLock);
	}
	list_free(indexes);
	return found;
}

bool
key_lookup_in_order(Relation target, Oid index_oid, List *key)
{
	Relation index = index_open(index_oid, AccessShareLock);
	bool in_order = true;
	ListCell *cell;

	foreach (cell, key)
	{
		int i = foreach_current_index(cell);

		in_order =
			in_order && index->rd_indoption[i] == 0 &&
			index->rd_index->indkey.values[i] == get_attnum(RelationGetRelid(target), lfirst(cell));
	}
	index_close(index, NoLock);
	return in_order;
}

static void
init_key(KeyLookup *lookup, int i)
{
	Relation index = lookup->index;
	Oid type = index->rd_opcintype[i];
	Oid equal = get_opfamily_member(index->rd_opfamily[i], type, type, BTEqualStrategyNumber);

	if (!OidIsValid(equal))
		elog(ERROR, "missing operator %d(%u,%u) in opfamily %u", BTEqualStrategyNumber, type, type,
			 index->rd_opfamily[i]);
	lookup->columns[i] = index->rd_index->indkey.values[i];
	ScanKeyEntryInitialize(&lookup->keys[i], 0, i + 1, BTEqualStrategyNumber, type,
						   index->rd_indcollation[i], get_opcode(equal), (Datum) 0);
}

static KeyLookup *
begin(Relation target, Oid index, Snapshot snapshot, bool walks)
{
	KeyLookup *lookup = palloc0(sizeof(KeyLookup));
	int i;

	lookup->context = CurrentMemoryContext;
	lookup->index = index_open(index, AccessShareLock);
	lookup->nkeys = lookup->index->rd_index->indnkeyatts;
	for (i = 0; i < lookup->nkeys; i++)
		init_key(lookup, i);
	lookup->slot = table_slot_create(target, NULL);
	lookup->walks = walks;
	lookup->scan =
		compat_index_beginscan(target, lookup->index, snapshot, walks ? 0 : lookup->nkeys);
	return lookup;
}

KeyLookup *
key_lookup_begin_probes(Relation target, Oid index, Snapshot snapshot)
{
	KeyLookup *lookup = begin(target, index, snapshot, false);

	lookup->leaf = key_leaf_begin(target, lookup->index, snapshot);
	return lookup;
}

/* The scan's slot gets the next row of the index. */
static void
step(KeyLookup *lookup)
{
	MemoryContext caller = MemoryContextSwitchTo(lookup->context);

	lookup->at_end = !index_getnext_slot(lookup->scan, ForwardScanDirection, lookup->slot);
	MemoryContextSwitchTo(caller);
}

KeyLookup *
key_lookup_begin_walk(Relation target, Oid index, Snapshot snapshot)
{
	KeyLookup *lookup = begin(target, index, snapshot, true);
	int i;

	for (i = 0; i < lookup->nkeys; i++)
		lookup->order[i] = index_getprocinfo(lookup->index, i + 1, BTORDER_PROC);
	index_rescan(lookup->scan, NULL, 0, NULL, 0);
	step(lookup);
	return lookup;
}

static bool
descend(KeyLookup *lookup, const Datum *key)
{
	MemoryContext caller = MemoryContextSwitchTo(lookup->context);
	bool found;
	int i;

	for (i = 0; i < lookup->nkeys; i++)
		lookup->keys[i].sk_argument = key[i];
	index_rescan(lookup->scan, lookup->keys, lookup->nkeys, NULL, 0);
	found = index_getnext_slot(lookup->scan, ForwardScanDirection, lookup->slot);
	MemoryContextSwitchTo(caller);
	return found;
}

static TupleTableSlot *
probe(KeyLookup *lookup, const Datum *values)
{
	KeyLeafResult result = LEAF_UNKNOWN;
	Datum key[INDEX_MAX_KEYS];
	bool found;
	int i;

	for (i = 0; i < lookup->nkeys; i++)
		key[i] = values[lookup->columns[i] - 1];
	if (lookup->leaf != NULL)
		result = key_leaf_find(lookup->leaf, key, lookup->slot);
	found = result == LEAF_UNKNOWN ? descend(lookup, key) : result == LEAF_FOUND;
	return found ? lookup->slot : NULL;
}

/* Of the row that the scan has reached, NULLs last, against a key without NULLs. */
static int
compare_to_current(KeyLookup *lookup, const Datum *values)
{
	int i;

	for (i = 0; i < lookup->nkeys; i++)
	{
		bool isnull;
		Datum current = slot_getattr(lookup->slot, lookup->columns[i], &isnull);
		int result = isnull ? 1
							: DatumGetInt32(FunctionCall2Coll(
								  lookup->order[i], lookup->index->rd_indcollation[i], current,
								  values[lookup->columns[i] - 1]));

		if (result != 0)
			return result;
	}
	return 0;
}

static TupleTableSlot *
walk(KeyLookup *lookup, const Datum *values)
{
	while (!lookup->at_end)
	{
		int order = compare_to_current(lookup, values);

		if (order == 0)
			return lookup->slot;
		if (order > 0)
			return NULL;
		CHECK_FOR_INTERRUPTS();
		step(lookup);
	}
	return NULL;
}

TupleTableSlot *
key_lookup_find(KeyLookup *lookup, const Datum *values)
{
	return lookup->walks ? walk(lookup, values) : probe(lookup, values);
}

bool
key_lookup_matches(KeyLookup *lookup, TupleTableSlot *slot, const Datum *values)
{
	int i;

	for (i = 0; i < lookup->nkeys; i++)
	{
		ScanKey key = &lookup->keys[i];
		bool isnull;
		Datum value = slot_getattr(slot, lookup->columns[i], &isnull);

		if (isnull || !DatumGetBool(FunctionCall2Coll(&key->sk_func, key->sk_collation, value,
													  values[lookup->columns[i] - 1])))
			return false;
	}
	return true;
}

void
key_lookup_end(KeyLookup *lookup)
{
	if (lookup->leaf != NULL)
		key_leaf_end(lookup->leaf);
	index_endscan(lookup->scan);
	ExecDropSingleTupleTableSlot(lookup->slot);
	index_close(lookup->index, NoLock);
	pfree(lookup);
}
