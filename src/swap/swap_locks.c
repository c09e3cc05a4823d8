/*
 * swap_locks.c: the locks of an attempt, in an order that keeps waits harmless.
 *
 * In: the tables of a swap.  Out: locks of the current (sub)transaction, or the
 * error of a lock timeout.
 *
 * Whoever waits here for a lock that conflicts with readers makes new readers
 * wait behind it.  So the parent is locked last of all that may have to be
 * waited for; behind it come only tables that hardly anybody uses directly.
 */
#include "postgres.h"

#include "swap/swap_parts.h"

#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "contract/guard.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "storage/latch.h"
#include "storage/lmgr.h"
#include "swap/caller_sql.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#define LONGEST_PAUSE         5000 /* ms between two attempts */
#define BEHIND_PARENT_TIMEOUT 5    /* ms that readers of the parent may wait for nothing */

static void
set_lock_timeout(int milliseconds)
{
	(void) set_config_option("lock_timeout", psprintf("%d", milliseconds), PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/*
 * ShareUpdateExclusiveLock keeps DDL, VACUUM and other swaps away, and gets along
 * with everything else.  Autovacuum of the partition makes way for it.  How long
 * this may take is the session's lock_timeout.
 */
void
locks_against_changes(const SwapRequest *request)
{
	LockRelationOid(request->parent, ShareUpdateExclusiveLock);
	LockRelationOid(request->partition, ShareUpdateExclusiveLock);
	(void) find_all_inheritors(request->replacement, AccessExclusiveLock, NULL);
}

void
locks_against_writers(const SwapRequest *request)
{
	int nest_level = NewGUCNestLevel();

	set_lock_timeout(request->options->lock_timeout);
	LockRelationOid(request->partition, ExclusiveLock);
	LockRelationOid(request->replacement, AccessExclusiveLock);
	AtEOXact_GUC(true, nest_level);
}

/* StatementRow */
static void
lock_referenced_table(HeapTuple tuple, TupleDesc desc, void *arg)
{
	(void) find_all_inheritors((Oid) row_int64(tuple, desc, 1), ShareRowExclusiveLock, NULL);
}

/*
 * ATTACH takes ShareRowExclusiveLock on tables that the parent references, so
 * they come first: their readers do not mind.  What ALTER TABLE may lock
 * besides must be had as soon as the partitions.
 */
void
locks_against_everybody(const SwapRequest *request)
{
	int lock_timeout = request->options->lock_timeout;
	Oid default_partition;

	set_lock_timeout(lock_timeout);
	(void) caller_query("SELECT DISTINCT confrelid FROM pg_constraint"
						" WHERE conrelid = $1 AND contype = 'f' ORDER BY confrelid",
						&request->parent, 1, lock_referenced_table, NULL);
	LockRelationOid(request->parent, AccessExclusiveLock);

	set_lock_timeout(Min(lock_timeout, BEHIND_PARENT_TIMEOUT));
	(void) find_all_inheritors(request->partition, AccessExclusiveLock, NULL);
	default_partition = get_default_partition_oid(request->parent);
	if (OidIsValid(default_partition))
		(void) find_all_inheritors(default_partition, AccessExclusiveLock, NULL);
}

/* Is the error one of having to wait? */
static bool
is_about_locks(const ErrorData *error)
{
	return error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE ||
		   error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED;
}

ErrorData *
locks_try(void (*work)(void *arg), void *arg)
{
	ErrorData *error = guard_error(work, arg);

	if (error != NULL && !is_about_locks(error))
		ReThrowError(error);
	return error;
}

typedef struct TableLock
{
	Oid table;
	int lock_timeout;
} TableLock;

/* locks_try() */
static void
lock_table(void *arg)
{
	TableLock *lock = arg;
	int nest_level = NewGUCNestLevel();

	set_lock_timeout(lock->lock_timeout);
	LockRelationOid(lock->table, AccessExclusiveLock);
	AtEOXact_GUC(true, nest_level);
}

void
locks_until_held(Swap *swap, Oid table)
{
	TableLock lock = {table, swap->options.lock_timeout};
	ErrorData *error;

	while ((error = locks_try(lock_table, &lock)) != NULL)
	{
		if (swap->attempts > swap->options.lock_retries)
			ReThrowError(error);
		swap_wait(swap);
		swap->attempts++;
	}
}

void
swap_wait(const Swap *swap)
{
	int64 pause = (int64) swap->options.lock_timeout << Min(swap->attempts - 1, 10);
	TimestampTz end = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), Min(pause, LONGEST_PAUSE));
	long left;

	while ((left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end)) > 0)
	{
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left,
						 PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}
