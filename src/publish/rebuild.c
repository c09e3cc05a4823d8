/*
 * rebuild.c: a table of which most changes is written anew.
 *
 * In: a request whose rows are all that the target is to hold.  Out: the same
 * table with another heap and indexes built anew, as swap/new_heap.c does it.
 *
 * Rows are written once, in any order, without an index to keep up.  Readers may
 * read until indexes are built.  The lock against them is asked for without
 * standing in its queue: where it cannot be had, and whenever a row is refused,
 * the attempt is undone and the rows are replaced one by one, which also says
 * better which row it was.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/conditions.h"
#include "publish/heap_target.h"
#include "publish/planned_statement.h"
#include "publish/rebuild.h"
#include "publish/replace.h"
#include "publish/staged_row.h"
#include "publish/target_size.h"
#include "swap/new_heap.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/resowner.h"

/* Fewer rows that change are not worth a lock against readers. */
#define MIN_CHANGED_ROWS 100000

/* Of a target that may have as many: statistics can be old. */
#define MIN_ESTIMATED_ROWS (MIN_CHANGED_ROWS / 4)

/* How often the lock is asked for, every 10 ms. */
#define LOCK_ATTEMPTS 200
#define LOCK_PAUSE_US 10000

#define EVERY_ROW "true"

typedef struct Rebuild
{
	DestReceiver receiver; /* first: the executor hands rows to it */
	const PublishRequest *request;
	NewHeap *heap;
	HeapTarget *target;
	StagedRowReader *reader;
	TupleTableSlot *slot; /* a row as the target has it */
	MemoryContext row;
} Rebuild;

/* Whoever has an older snapshot would see the new rows, so it must not be the caller. */
static bool
is_allowed(const PublishRequest *request)
{
	Relation target = request->target;
	char persistence = target->rd_rel->relpersistence;

	return heap_target_applies(request) && conditions_carry_everything(request) &&
		   persistence != RELPERSISTENCE_TEMP && !target->rd_rel->relispartition &&
		   !target->rd_rel->relhassubclass && target->trigdesc == NULL && !IsTransactionBlock() &&
		   !IsolationUsesXactSnapshot() &&
		   compat_owns_relation(RelationGetRelid(target), GetUserId()) &&
		   target_size_rows(target) >= MIN_ESTIMATED_ROWS &&
		   new_heap_obstacle(RelationGetRelid(target)) == NULL;
}

/* DestReceiver.rStartup */
static void
start(DestReceiver *receiver, int operation, TupleDesc staged_desc)
{
	Rebuild *rebuild = (Rebuild *) receiver;
	Relation target = rebuild->request->target;

	rebuild->reader = staged_row_reader_create(target, staged_desc, NIL, NIL);
	rebuild->target = heap_target_begin(rebuild->request, NIL);
	rebuild->slot = MakeSingleTupleTableSlot(RelationGetDescr(target), &TTSOpsHeapTuple);
}

/* DestReceiver.receiveSlot */
static bool
receive(TupleTableSlot *slot, DestReceiver *receiver)
{
	Rebuild *rebuild = (Rebuild *) receiver;
	MemoryContext caller = MemoryContextSwitchTo(rebuild->row);
	StagedRow row;

	CHECK_FOR_INTERRUPTS();
	(void) staged_row_read(rebuild->reader, slot, &row);
	ExecStoreHeapTuple(staged_row_form(rebuild->reader, &row), rebuild->slot, false);
	rebuild->slot->tts_tableOid = RelationGetRelid(rebuild->request->target);
	heap_target_check(rebuild->target, rebuild->slot);
	new_heap_insert(rebuild->heap, rebuild->slot);
	ExecClearTuple(rebuild->slot);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(rebuild->row);
	return true;
}

/* DestReceiver.rShutdown */
static void
finish(DestReceiver *receiver)
{
	Rebuild *rebuild = (Rebuild *) receiver;

	ExecDropSingleTupleTableSlot(rebuild->slot);
	heap_target_end(rebuild->target);
}

/* DestReceiver.rDestroy */
static void
destroy(DestReceiver *receiver)
{
}

/* The rows, in a heap that the target does not have yet. */
static NewHeap *
write_heap(PublishRequest *request, Oid target)
{
	Rebuild rebuild = {.request = request};
	const char *rows;
	PlannedStatement statement;

	rebuild.receiver.receiveSlot = receive;
	rebuild.receiver.rStartup = start;
	rebuild.receiver.rShutdown = finish;
	rebuild.receiver.rDestroy = destroy;
	rebuild.receiver.mydest = DestNone;
	rebuild.row =
		AllocSetContextCreate(CurrentMemoryContext, "ingest rebuild row", ALLOCSET_DEFAULT_SIZES);
	rebuild.heap = new_heap_begin(target, ShareRowExclusiveLock);
	request->target = table_open(target, NoLock);
	rows = replace_scope_rows(request, EVERY_ROW);
	planned_statement_begin(&statement, request, rows, JOIN_FREELY, &rebuild.receiver);
	compat_executor_run(statement.query);
	planned_statement_end(&statement);
	table_close(request->target, NoLock);
	return rebuild.heap;
}

static void
lock_out_readers(Oid target)
{
	int attempts;

	for (attempts = 1; !ConditionalLockRelationOid(target, AccessExclusiveLock); attempts++)
	{
		if (attempts == LOCK_ATTEMPTS)
			ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
							errmsg("could not lock the table against its readers")));
		CHECK_FOR_INTERRUPTS();
		pg_usleep(LOCK_PAUSE_US);
	}
}

/* The rows are refused, or something stands against a rebuild; what else happens ends the call. */
static bool
is_answered_by_rows(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION):
		case ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION):
		case ERRCODE_TO_CATEGORY(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE):
		case ERRCODE_TO_CATEGORY(ERRCODE_FEATURE_NOT_SUPPORTED):
			return true;
		default:
			return false;
	}
}

/* Writes as many rows as were counted; false if there was an obstacle.  The target is not open. */
static bool
try_to_rebuild(PublishRequest *request, Oid target, int64 counted)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext own = AllocSetContextCreate(caller, "ingest rebuild", ALLOCSET_DEFAULT_SIZES);
	volatile bool rebuilt = true;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(own);
	PG_TRY();
	{
		NewHeap *heap = write_heap(request, target);

		lock_out_readers(target);
		if (new_heap_swap(heap) != counted)
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("the source changed meanwhile")));
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(own);
		error = CopyErrorData();
		if (!is_answered_by_rows(error->sqlerrcode))
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		rebuilt = false;
		ereport(DEBUG1, (errmsg_internal("table is not rebuilt: %s", error->message)));
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(own);
	return rebuilt;
}

static bool
rebuild(PublishRequest *request, const PublishCounts *counts)
{
	Oid target = RelationGetRelid(request->target);
	bool rebuilt;

	table_close(request->target, NoLock);
	rebuilt =
		try_to_rebuild(request, target, counts->inserted + counts->updated + counts->unchanged);
	request->target = table_open(target, NoLock);
	return rebuilt;
}

bool
rebuild_run(PublishRequest *request, PublishCounts *counts)
{
	PublishCounts changes = {0};
	int64 changed;

	if (!is_allowed(request))
		return false;
	replace_lock(request);
	replace_scope_count(request, EVERY_ROW, &changes);
	changed = changes.inserted + changes.updated + changes.removed;
	if (changed == 0)
		changes.plan = "nothing differs";
	else if (changed >= MIN_CHANGED_ROWS && changed > changes.unchanged &&
			 rebuild(request, &changes))
		changes.plan = "rebuild";
	else
		return false;
	replace_check_duplicates(request, EVERY_ROW, &changes);
	*counts = changes;
	return true;
}
