/*
 * target_lock.c: loads into one target are serial.
 */
#include "postgres.h"

#include "stage/stage.h"

#include "catalog/namespace.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"

bool
stage_lock_target(Oid target, OptionsOnBusy on_busy)
{
	LOCKTAG tag;

	/* field4: user-level advisory locks have 1 and 2 there */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, get_namespace_oid("ingest", false), target, 3);
	if (on_busy == ON_BUSY_WAIT)
	{
		(void) LockAcquire(&tag, ExclusiveLock, false, false);
		return true;
	}
	if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
		return true;
	if (on_busy == ON_BUSY_ERROR)
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
						errmsg("another load into table \"%s\" is running", get_rel_name(target)),
						errhint("Set option \"on_busy\" to \"wait\" or \"skip\".")));
	return false;
}
