/*
 * new_heap.c: see new_heap.h.
 *
 * In: rows of a table.  Out: the table's contents.  A transient table owns the
 * new heap until the exchange, and the old one from then to its end.
 */
#include "postgres.h"

#include "swap/new_heap.h"

#include "access/heapam.h"
#include "access/multixact.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/catalog.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/cluster.h"
#include "commands/tablecmds.h"
#include "pgstat.h"
#include "storage/predicate.h"
#include "swap/caller_sql.h"
#include "swap/new_heap_check.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

struct NewHeap
{
	Oid table;
	Relation transient; /* NULL when there are no more rows to come */
	Oid transient_oid;
	BulkInsertState bulk;
	CommandId command;
	int64 rows;
};

static const char published[] =
	"SELECT format('publication %I publishes it, and its subscribers would not notice', pubname)"
	"  FROM pg_publication b WHERE puballtables OR EXISTS ("
	"    SELECT FROM pg_class c"
	"     WHERE (c.oid = $1 OR c.oid IN (SELECT relid FROM pg_partition_ancestors($1)))"
	"       AND (EXISTS (SELECT FROM pg_publication_rel p"
	"                     WHERE p.prpubid = b.oid AND p.prrelid = c.oid)"
	"         OR EXISTS (SELECT FROM pg_publication_namespace n"
	"                     WHERE n.pnpubid = b.oid AND n.pnnspid = c.relnamespace)))"
	" ORDER BY pubname LIMIT 1";

/* StatementRow */
static void
read_message(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

char *
new_heap_obstacle(Oid table)
{
	Relation rel = table_open(table, AccessShareLock);
	char *obstacle = NULL;

	if (rel->rd_rel->relkind != RELKIND_RELATION || rel->rd_rel->relam != HEAP_TABLE_AM_OID)
		obstacle = "it is not a plain table";
	else if (RelationIsLogicallyLogged(rel))
		obstacle = "\"wal_level\" is \"logical\", and logical decoding would not notice";
	else
	{
		int nest_level = caller_settings_begin();

		(void) caller_query(published, &table, 1, read_message, &obstacle);
		caller_settings_end(nest_level);
	}
	table_close(rel, NoLock);
	return obstacle;
}

NewHeap *
new_heap_begin(Oid table, LOCKMODE lockmode)
{
	NewHeap *heap = palloc0(sizeof(NewHeap));
	Relation rel = table_open(table, lockmode);
	Oid tablespace = rel->rd_rel->reltablespace;
	Oid access_method = rel->rd_rel->relam;
	char persistence = rel->rd_rel->relpersistence;

	CheckTableNotInUse(rel, "replace the contents of");
	table_close(rel, NoLock);
	heap->table = table;
	heap->transient_oid = make_new_heap(table, tablespace, access_method, persistence, lockmode);
	CommandCounterIncrement();
	heap->transient = table_open(heap->transient_oid, NoLock);
	heap->bulk = GetBulkInsertState();
	heap->command = GetCurrentCommandId(true);
	return heap;
}

void
new_heap_insert(NewHeap *heap, TupleTableSlot *slot)
{
	table_tuple_insert(heap->transient, slot, heap->command,
					   TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN, heap->bulk);
	heap->rows++;
}

static void
end_of_rows(NewHeap *heap)
{
	if (heap->transient == NULL)
		return;
	FreeBulkInsertState(heap->bulk);
	table_finish_bulk_insert(heap->transient, TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN);
	table_close(heap->transient, NoLock);
	heap->transient = NULL;
	CommandCounterIncrement();
}

void
new_heap_check(NewHeap *heap, bool checks)
{
	end_of_rows(heap);
	new_heap_check_references(heap->table, heap->transient_oid);
	if (checks)
		new_heap_check_constraints(heap->table, heap->transient_oid);
}

int64
new_heap_swap(NewHeap *heap)
{
	Relation rel;
	char persistence;
	int64 rows = heap->rows;

	end_of_rows(heap);
	rel = table_open(heap->table, NoLock);
	CheckTableNotInUse(rel, "replace the contents of");
	CheckTableForSerializableConflictIn(rel);
	pgstat_count_truncate(rel);
	pgstat_count_heap_insert(rel, rows);
	persistence = rel->rd_rel->relpersistence;
	table_close(rel, NoLock);
	finish_heap_swap(heap->table, heap->transient_oid, false, false, true, true, RecentXmin,
					 ReadNextMultiXactId(), persistence);
	CommandCounterIncrement();
	pfree(heap);
	return rows;
}
