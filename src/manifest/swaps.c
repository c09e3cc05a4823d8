/*
 * swaps.c: rows of ingest.manifest_swaps, in the caller's transaction.
 */
#include "postgres.h"

#include "manifest/swaps.h"

#include "manifest/statement.h"

/* StatementRow */
static void
read_number(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(int64 *) arg = row_int64(tuple, desc, 1);
}

int64
manifest_next_swap_id(void)
{
	Statement statement;
	int64 swap_id = 0;

	statement_init(&statement, "SELECT nextval('ingest.swap_id_seq')");
	(void) statement_run(&statement, read_number, &swap_id);
	return swap_id;
}

void
manifest_insert_swap(const ManifestSwap *swap)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_swaps (swap_id, parent, \"partition\","
				   " old_partition, partition_schema, partition_name, replacement_schema,"
				   " replacement_name, method, attempts, lock_held, swapped_by)"
				   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
				   " $11 * interval '1 microsecond', $12)");
	statement_add_int64(&statement, swap->swap_id);
	statement_add_regclass(&statement, swap->parent);
	statement_add_regclass(&statement, swap->partition);
	statement_add_regclass(&statement, swap->old_partition);
	statement_add_text(&statement, swap->partition_schema);
	statement_add_text(&statement, swap->partition_name);
	statement_add_text(&statement, swap->replacement_schema);
	statement_add_text(&statement, swap->replacement_name);
	statement_add_text(&statement, swap->method);
	statement_add_int32(&statement, swap->attempts);
	statement_add_int64(&statement, swap->lock_held);
	statement_add_text(&statement, swap->swapped_by);
	(void) statement_run(&statement, NULL, NULL);
}

/* StatementRow */
static void
read_swap(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestSwap *swap = palloc0(sizeof(ManifestSwap));

	swap->swap_id = row_int64(tuple, desc, 1);
	swap->parent = (Oid) row_int64(tuple, desc, 2);
	swap->partition = (Oid) row_int64(tuple, desc, 3);
	swap->old_partition = (Oid) row_int64(tuple, desc, 4);
	swap->partition_schema = row_text(tuple, desc, 5);
	swap->partition_name = row_text(tuple, desc, 6);
	swap->replacement_schema = row_text(tuple, desc, 7);
	swap->replacement_name = row_text(tuple, desc, 8);
	swap->method = row_text(tuple, desc, 9);
	swap->status = row_text(tuple, desc, 10);
	*(ManifestSwap **) arg = swap;
}

ManifestSwap *
manifest_swap(int64 swap_id)
{
	Statement statement;
	ManifestSwap *swap = NULL;

	statement_init(&statement, "SELECT swap_id, parent, \"partition\", old_partition,"
							   " partition_schema, partition_name, replacement_schema,"
							   " replacement_name, method, status"
							   " FROM ingest.manifest_swaps WHERE swap_id = $1 FOR UPDATE");
	statement_add_int64(&statement, swap_id);
	(void) statement_run(&statement, read_swap, &swap);
	return swap;
}

void
manifest_finish_swap(int64 swap_id, const char *status)
{
	Statement statement;

	statement_init(&statement, "UPDATE ingest.manifest_swaps SET status = $2,"
							   " finished_at = clock_timestamp() WHERE swap_id = $1");
	statement_add_int64(&statement, swap_id);
	statement_add_text(&statement, status);
	(void) statement_run(&statement, NULL, NULL);
}

int64
manifest_later_swap(int64 swap_id, Oid partition)
{
	Statement statement;
	int64 later = 0;

	statement_init(&statement, "SELECT coalesce(max(swap_id), 0) FROM ingest.manifest_swaps"
							   " WHERE swap_id > $1 AND status <> 'undone'"
							   " AND $2 IN (\"partition\", old_partition)");
	statement_add_int64(&statement, swap_id);
	statement_add_regclass(&statement, partition);
	(void) statement_run(&statement, read_number, &later);
	return later;
}

/* StatementRow */
static void
collect_number(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **numbers = arg;
	int64 *number = palloc(sizeof(int64));

	*number = row_int64(tuple, desc, 1);
	*numbers = lappend(*numbers, number);
}

List *
manifest_swaps_to_clean(int64 older_than)
{
	Statement statement;
	List *swaps = NIL;

	statement_init(&statement,
				   "SELECT swap_id FROM ingest.manifest_swaps WHERE status = 'swapped'"
				   " AND swapped_at <= now() - $1 * interval '1 microsecond' ORDER BY swap_id");
	statement_add_int64(&statement, older_than);
	(void) statement_run(&statement, collect_number, &swaps);
	return swaps;
}
