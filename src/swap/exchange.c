/*
 * exchange.c: partition and replacement exchange their rows.
 *
 * In: tables that are compared.  Out: the partition has the replacement's rows,
 * and the replacement those of the partition, so that the same step undoes it.
 * Nothing is detached: no lock on the parent, and foreign keys that reference it
 * stay.  Readers of the partition wait while its indexes are built.
 */
#include "postgres.h"

#include "compat.h"
#include "swap/swap_parts.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/tupconvert.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "stage/failpoint.h"
#include "storage/lmgr.h"
#include "swap/caller_sql.h"
#include "swap/new_heap.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Which rows such a key may reference depends on the rows that it would let in. */
static const char references_itself[] =
	"SELECT FROM pg_constraint WHERE conrelid = $1 AND contype = 'f'"
	" AND confrelid IN (SELECT relid FROM pg_partition_ancestors($1))";

char *
exchange_obstacle(const SwapRequest *request)
{
	Oid tables[] = {request->partition, request->replacement};
	int i;

	if (caller_query(references_itself, &request->partition, 1, NULL, NULL) > 0)
		return "a foreign key of the partitioned table references the table itself";

	for (i = 0; i < (int) lengthof(tables); i++)
	{
		char *obstacle = new_heap_obstacle(tables[i]);

		if (obstacle != NULL)
			return psprintf("the contents of %s cannot be exchanged: %s",
							caller_relation_name(tables[i]), obstacle);
	}
	return NULL;
}

/*
 * Goes through the values: a tuple as it is on disk may lack columns that were
 * added later, and have others that were dropped.
 */
static void
copy_rows(Relation source, TupleDesc target, NewHeap *heap)
{
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	AttrMap *map = compat_attrmap_by_name(RelationGetDescr(source), target);
	TableScanDesc scan = table_beginscan(source, snapshot, 0, NULL);
	TupleTableSlot *in = table_slot_create(source, NULL);
	TupleTableSlot *out = MakeSingleTupleTableSlot(target, &TTSOpsVirtual);

	while (table_scan_getnextslot(scan, ForwardScanDirection, in))
	{
		CHECK_FOR_INTERRUPTS();
		new_heap_insert(heap, execute_attr_map_slot(map, in, out));
	}
	ExecDropSingleTupleTableSlot(out);
	ExecDropSingleTupleTableSlot(in);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	free_attrmap(map);
}

/* The rows of another table, on their way into this one. */
static NewHeap *
take_rows(Oid table, LOCKMODE lockmode, Oid source_table)
{
	NewHeap *heap = new_heap_begin(table, lockmode);
	Relation rel = table_open(table, NoLock);
	TupleDesc desc = CreateTupleDescCopy(RelationGetDescr(rel));
	Relation source;

	table_close(rel, NoLock);
	source = table_open(source_table, NoLock);
	copy_rows(source, desc, heap);
	table_close(source, NoLock);
	FreeTupleDesc(desc);
	return heap;
}

/*
 * Rows are copied under a lock that lets readers pass.  The replacement, which
 * nobody else can read, is done first; the partition is locked for the building
 * of its own indexes only.
 */
TimestampTz
exchange_rows(Swap *swap)
{
	const SwapRequest *request = &swap->request;
	NewHeap *partition;
	NewHeap *replacement;
	TimestampTz locked;

	partition = take_rows(request->partition, ExclusiveLock, request->replacement);
	replacement = take_rows(request->replacement, AccessExclusiveLock, request->partition);
	new_heap_check(partition, false);
	new_heap_check(replacement, true);
	(void) new_heap_swap(replacement);
	FAILPOINT("swap_locking");
	locks_until_held(swap, request->partition);
	locked = GetCurrentTimestamp();
	FAILPOINT("swap_locked");
	(void) new_heap_swap(partition);
	caller_execute(psprintf("ALTER TABLE %s RENAME TO %s",
							caller_relation_name(request->replacement),
							quote_identifier(swap->old_name)));
	return locked;
}
