/*
 * heap_merge.c: a merge into a plain table, row by row in the order of the key.
 *
 * in:  the staged rows: from the executor as they are, and sorted here; or, where the
 *      caller says which version of a row counts, those of staged_winners()
 * out: each looked up by its key, then inserted with many others, updated in
 *      place, or left out because nothing differs
 *
 * Against a MERGE it saves the WAL record a row of new ones and the executor's
 * steps between join and table.
 *
 * Rows that another transaction changes meanwhile are treated as MERGE treats
 * them: in READ COMMITTED what it committed is locked and looked at again, and
 * a row that is gone is inserted; above that it is a serialization failure.  A
 * key that another transaction inserts is a unique violation, which
 * write_guarded() answers with a new attempt.
 *
 * Memory: one row's values live in a context that is reset for each, the rest
 * in the context that is current when the attempt runs.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/checks.h"
#include "publish/conditions.h"
#include "publish/heap_inserter.h"
#include "publish/heap_merge.h"
#include "publish/heap_target.h"
#include "publish/heap_updater.h"
#include "publish/key_lookup.h"
#include "publish/staged.h"
#include "publish/staged_row.h"
#include "publish/staged_sort.h"
#include "publish/target_size.h"
#include "publish/version_comparison.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

typedef struct HeapMerge
{
	DestReceiver receiver; /* first: the executor hands rows to it */
	const PublishRequest *request;
	MatchedAction matched;
	bool is_empty;
	bool sorts;           /* else the executor does */
	RowSort *sort;        /* NULL: none */
	int64 null_keys;      /* rows that were not put there */
	double expected_rows; /* as far as known */
	HeapMergeResult *result;
	HeapTarget *target;
	HeapInserter *inserter; /* NULL: not yet */
	HeapUpdater *updater; /* NULL: rows of the target stay as they are; then no comparison either */
	KeyLookup *lookup;    /* NULL: the target is empty */
	VersionComparison *comparison;
	StagedRowReader *reader;
	StagedPosition position; /* of the row in work */
	MemoryContext row;       /* what the row in work needs */
} HeapMerge;

static void
insert_row(HeapMerge *merge, StagedRow *staged)
{
	MemoryContext caller = MemoryContextSwitchTo(heap_inserter_memory(merge->inserter));
	HeapTuple tuple = staged_row_form(merge->reader, staged);

	MemoryContextSwitchTo(caller);
	merge->result->counts.offered++;
	heap_inserter_add(merge->inserter, tuple, merge->position);
}

/* The staged row has the key of a row of the target. */
static void
merge_matched(HeapMerge *merge, StagedRow *staged, TupleTableSlot *found)
{
	if (staged_row_same_bytes(merge->reader, found))
		return;
	staged_row_read_rest(merge->reader, staged);
	while (found != NULL)
	{
		VersionVerdict verdict = version_comparison_decide(merge->comparison, staged, found);

		if (verdict == VERSION_OLDER)
			merge->result->older++;
		if (verdict != VERSION_DIFFERENT)
			return;
		if (heap_updater_order_matters(merge->updater))
			heap_inserter_flush(merge->inserter);
		staged_row_coerce_updated(merge->reader, staged);
		if (heap_updater_update(merge->updater, found, staged))
		{
			merge->result->counts.updated++;
			return;
		}
		found = heap_updater_lock_newest(merge->updater, found);
		if (found != NULL && !key_lookup_matches(merge->lookup, found, staged->values))
			found = NULL;
	}
	insert_row(merge, staged);
}

static void
merge_row(HeapMerge *merge, TupleTableSlot *slot)
{
	MemoryContext caller = MemoryContextSwitchTo(merge->row);
	TupleTableSlot *found = NULL;
	StagedRow staged;

	CHECK_FOR_INTERRUPTS();
	merge->position = staged_row_read(merge->reader, slot, &staged);
	if (merge->lookup != NULL)
		found = key_lookup_find(merge->lookup, staged.values);
	if (found == NULL)
		insert_row(merge, &staged);
	else if (merge->updater != NULL)
		merge_matched(merge, &staged, found);
	merge->position.file_no = -1;
	MemoryContextSwitchTo(caller);
	MemoryContextReset(merge->row);
}

static void
start_lookup(HeapMerge *merge, List *updated, double rows)
{
	const PublishRequest *request = merge->request;
	Oid index = key_lookup_index(request->target, request->key);

	/* who cannot update must not need a replica identity for it */
	if (merge->matched == MATCHED_UPDATE && updated != NIL)
	{
		merge->comparison = version_comparison_create(request, updated);
		merge->updater = heap_updater_begin(merge->target, updated);
	}
	if (!target_size_favours_probes(request->target, request->key, rows) &&
		key_lookup_in_order(request->target, index, request->key))
	{
		merge->result->plan = "direct: read the index of the key";
		merge->lookup = key_lookup_begin_walk(request->target, index, GetActiveSnapshot());
	}
	else
	{
		merge->result->plan = "direct: probe the index of the key";
		merge->lookup = key_lookup_begin_probes(request->target, index, GetActiveSnapshot());
	}
}

/* rows: how many will come, as far as that is known. */
static void
start_merge(HeapMerge *merge, TupleDesc desc, double rows)
{
	const PublishRequest *request = merge->request;
	List *updated = conditions_updated_columns(request);

	merge->row =
		AllocSetContextCreate(CurrentMemoryContext, "ingest merge row", ALLOCSET_DEFAULT_SIZES);
	merge->reader = staged_row_reader_create(request->target, desc, request->key, updated);
	merge->target = heap_target_begin(request, updated);
	merge->inserter = heap_inserter_begin(merge->target);
	if (!merge->is_empty)
		start_lookup(merge, updated, rows);
}

static void
end_merge(HeapMerge *merge)
{
	if (merge->lookup != NULL)
		key_lookup_end(merge->lookup);
	if (merge->updater != NULL)
		heap_updater_end(merge->updater);
	merge->result->counts.inserted = heap_inserter_end(merge->inserter);
	merge->inserter = NULL;
	heap_target_end(merge->target);
}

/* DestReceiver.rStartup */
static void
start(DestReceiver *receiver, int operation, TupleDesc desc)
{
	HeapMerge *merge = (HeapMerge *) receiver;

	if (merge->sorts)
		merge->sort = staged_sort_begin(merge->request, desc);
	else
		start_merge(merge, desc, merge->expected_rows);
}

/* DestReceiver.receiveSlot */
static bool
receive(TupleTableSlot *slot, DestReceiver *receiver)
{
	HeapMerge *merge = (HeapMerge *) receiver;

	if (merge->sort != NULL)
		merge->null_keys += row_sort_put(merge->sort, slot) ? 0 : 1;
	else
		merge_row(merge, slot);
	return true;
}

/* DestReceiver.rShutdown */
static void
finish(DestReceiver *receiver)
{
	HeapMerge *merge = (HeapMerge *) receiver;

	if (merge->sort == NULL)
		end_merge(merge);
}

/* DestReceiver.rDestroy */
static void
destroy(DestReceiver *receiver)
{
}

static void
merge_sorted(HeapMerge *merge, TupleDesc desc)
{
	WriteCounts *counts = &merge->result->counts;
	TupleTableSlot *slot;

	counts->staged = row_sort_rows(merge->sort);
	row_sort_perform(merge->sort);
	start_merge(merge, desc, counts->staged);
	while ((slot = row_sort_next_key(merge->sort)) != NULL)
	{
		merge_row(merge, slot);
		counts->winners++;
	}
	counts->matches = counts->winners;
	end_merge(merge);
	row_sort_end(merge->sort);
}

/* WriteAttempt.run */
static void
run(void *arg)
{
	HeapMerge *merge = arg;
	const PublishRequest *request = merge->request;
	PlannedStatement statement;

	memset(merge->result, 0, sizeof(*merge->result));
	merge->result->plan = "direct: insert into empty table";
	merge->inserter = NULL;
	merge->updater = NULL;
	merge->lookup = NULL;
	merge->sort = NULL;
	merge->null_keys = 0;
	merge->sorts = staged_sort_applies(request);
	merge->position.file_no = -1;
	planned_statement_begin(&statement, request,
							merge->sorts ? staged_rows_as_target(request) : staged_winners(request),
							JOIN_FREELY, &merge->receiver);
	merge->expected_rows = request->rows_staged >= 0
							   ? request->rows_staged
							   : staged_expected_rows(statement.query->plannedstmt->planTree);
	compat_executor_run(statement.query);
	checks_no_null_keys(merge->null_keys);
	if (merge->sorts)
		merge_sorted(merge, statement.query->tupDesc);
	else
		write_count_staged(statement.query->planstate, &merge->result->counts);
	planned_statement_end(&statement);
}

/* WriteAttempt.current_row */
static void
current_row(void *arg, StagedPosition *position)
{
	HeapMerge *merge = arg;

	position->file_no = -1;
	if (merge->inserter != NULL)
		heap_inserter_current_row(merge->inserter, position);
	if (position->file_no < 0)
		*position = merge->position;
}

/* Rights on single columns are left to the executor. */
static bool
has_rights(const PublishRequest *request)
{
	AclMode rights = publish_strategy_rights(request->strategy);

	return pg_class_aclmask(RelationGetRelid(request->target), GetUserId(), rights, ACLMASK_ALL) ==
		   rights;
}

bool
heap_merge_applies(const PublishRequest *request, MatchedAction matched)
{
	const PublishOptions *options = request->options;

	return matched != MATCHED_REPLACE && request->scope == NULL &&
		   options->null_keys != NULL_KEYS_MATCH && options->hard_delete == NULL &&
		   options->soft_delete == NULL && options->incremental_predicates == NIL &&
		   heap_target_applies(request) && !request->target->rd_rel->relhassubclass &&
		   has_rights(request) && OidIsValid(key_lookup_index(request->target, request->key));
}

bool
heap_merge_refuses_null_keys(const PublishRequest *request)
{
	return request->lanes == NIL && staged_sort_applies(request) &&
		   heap_merge_applies(request, MATCHED_UPDATE);
}

WriteAttempt
heap_merge(const PublishRequest *request, MatchedAction matched, bool is_empty,
		   HeapMergeResult *result)
{
	HeapMerge *merge = palloc0(sizeof(HeapMerge));
	WriteAttempt attempt = {run, current_row, merge};

	merge->receiver.receiveSlot = receive;
	merge->receiver.rStartup = start;
	merge->receiver.rShutdown = finish;
	merge->receiver.rDestroy = destroy;
	merge->receiver.mydest = DestNone;
	merge->request = request;
	merge->matched = matched;
	merge->is_empty = is_empty;
	merge->result = result;
	return attempt;
}
