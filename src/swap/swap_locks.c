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
#include "storage/lmgr.h"
#include "swap/caller_sql.h"
#include "utils/guc.h"

#define BEHIND_PARENT_TIMEOUT 5 /* ms that readers of the parent may wait for nothing */

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

/* StatementRow */
static void
lock_referenced_table(HeapTuple tuple, TupleDesc desc, void *arg)
{
	(void) find_all_inheritors((Oid) row_int64(tuple, desc, 1), ShareRowExclusiveLock, NULL);
}

/*
 * ATTACH takes ShareRowExclusiveLock on tables that the parent references, so
 * they come first: their readers do not mind.
 */
void
locks_against_everybody(const SwapRequest *request, int lock_timeout)
{
	int nest_level = NewGUCNestLevel();
	Oid default_partition;

	set_lock_timeout(lock_timeout);
	(void) caller_query("SELECT DISTINCT confrelid FROM pg_constraint"
						" WHERE conrelid = $1 AND contype = 'f' AND conparentid = 0"
						" ORDER BY confrelid",
						&request->parent, 1, lock_referenced_table, NULL);
	LockRelationOid(request->parent, AccessExclusiveLock);

	set_lock_timeout(Min(lock_timeout, BEHIND_PARENT_TIMEOUT));
	(void) find_all_inheritors(request->partition, AccessExclusiveLock, NULL);
	default_partition = get_default_partition_oid(request->parent);
	if (OidIsValid(default_partition))
		(void) find_all_inheritors(default_partition, AccessExclusiveLock, NULL);
	AtEOXact_GUC(true, nest_level);
}
