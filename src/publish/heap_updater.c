/*
 * heap_updater.c: single rows of a plain table become a new version.
 *
 * in:  a row of the target, and a staged one
 * out: the update with its index entries, foreign keys queued to be checked
 *
 * Memory: the context that is current at heap_updater_begin(); what one update
 * needs, in that of the call.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/conditions.h"
#include "publish/heap_updater.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Half a megabyte of WAL after a checkpoint, when each changes a page for the first time. */
#define UPDATES_PER_WAKE 64

struct HeapUpdater
{
	HeapTarget *target;
	LockTupleMode lock_mode;
	bool order_matters;
	bool has_triggers;
	int *updated; /* attributes, from 0 */
	int nupdated;
	int64 updates;          /* so far */
	TupleTableSlot *fresh;  /* the new version */
	TupleTableSlot *newest; /* a version of another transaction */
};

/* Is an index but the key's unique, or excluding? */
static bool
has_other_unique_index(const ResultRelInfo *result_rel)
{
	int unique = 0;
	int i;

	for (i = 0; i < result_rel->ri_NumIndices; i++)
	{
		if (result_rel->ri_IndexRelationInfo[i]->ii_Unique ||
			result_rel->ri_IndexRelationInfo[i]->ii_ExclusionOps != NULL)
			unique++;
	}
	return unique > 1;
}

HeapUpdater *
heap_updater_begin(HeapTarget *target, List *updated)
{
	HeapUpdater *updater = palloc0(sizeof(HeapUpdater));
	const TriggerDesc *triggers = target->result_rel->ri_TrigDesc;
	ListCell *cell;

	CheckCmdReplicaIdentity(target->relation, CMD_UPDATE);
	updater->target = target;
	updater->lock_mode = ExecUpdateLockMode(target->estate, target->result_rel);
	updater->order_matters = has_other_unique_index(target->result_rel);
	updater->has_triggers = triggers != NULL && triggers->trig_update_after_row;
	updater->updated = palloc((list_length(updated) + 1) * sizeof(int));
	foreach (cell, updated)
		updater->updated[updater->nupdated++] =
			conditions_attribute(target->relation, lfirst(cell))->attnum - 1;
	updater->fresh = MakeSingleTupleTableSlot(RelationGetDescr(target->relation), &TTSOpsVirtual);
	updater->newest = table_slot_create(target->relation, NULL);
	return updater;
}

bool
heap_updater_order_matters(const HeapUpdater *updater)
{
	return updater->order_matters;
}

/* Puts the new version of the row in old into the slot fresh. */
static void
form_version(HeapUpdater *updater, TupleTableSlot *old, const StagedRow *staged)
{
	TupleTableSlot *fresh = updater->fresh;
	int natts = fresh->tts_tupleDescriptor->natts;
	int i;

	slot_getallattrs(old);
	ExecClearTuple(fresh);
	memcpy(fresh->tts_values, old->tts_values, natts * sizeof(Datum));
	memcpy(fresh->tts_isnull, old->tts_isnull, natts * sizeof(bool));
	for (i = 0; i < updater->nupdated; i++)
	{
		int column = updater->updated[i];

		fresh->tts_values[column] = staged->values[column];
		fresh->tts_isnull[column] = staged->nulls[column];
	}
	ExecStoreVirtualTuple(fresh);
	fresh->tts_tableOid = RelationGetRelid(updater->target->relation);
}

/* Above READ COMMITTED, what another transaction did since the snapshot cannot be built upon. */
static void
check_isolation(TM_Result result)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("could not serialize access due to concurrent %s",
							   result == TM_Deleted ? "delete" : "update")));
}

bool
heap_updater_update(HeapUpdater *updater, TupleTableSlot *old, const StagedRow *staged)
{
	HeapTarget *target = updater->target;
	ItemPointerData tid = old->tts_tid;
	CompatUpdateIndexes update_indexes = COMPAT_NO_INDEXES;
	LockTupleMode lock_mode;
	TM_FailureData failure;
	TM_Result result;

	form_version(updater, old, staged);
	heap_target_check(target, updater->fresh);
	result = table_tuple_update(target->relation, &tid, updater->fresh, target->command,
								GetActiveSnapshot(), InvalidSnapshot, true, &failure, &lock_mode,
								&update_indexes);
	if (result == TM_Updated || result == TM_Deleted)
	{
		check_isolation(result);
		return false;
	}
	if (result != TM_Ok)
		elog(ERROR, "unexpected result %d of an update", (int) result);
	compat_update_index_tuples(target->result_rel, updater->fresh, target->estate, update_indexes);
	ResetPerTupleExprContext(target->estate);
	if (++updater->updates % UPDATES_PER_WAKE == 0)
		heap_target_wake_wal_writer(target);
	if (updater->has_triggers)
		ExecARUpdateTriggers(target->estate, target->result_rel, NULL, NULL, &tid, NULL,
							 updater->fresh, NIL, NULL, false);
	return true;
}

TupleTableSlot *
heap_updater_lock_newest(HeapUpdater *updater, TupleTableSlot *old)
{
	HeapTarget *target = updater->target;
	ItemPointerData tid = old->tts_tid;
	TM_FailureData failure;
	TM_Result result;

	result = table_tuple_lock(target->relation, &tid, GetActiveSnapshot(), updater->newest,
							  target->command, updater->lock_mode, LockWaitBlock,
							  TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
	if (result == TM_Deleted)
		return NULL;
	if (result != TM_Ok)
		elog(ERROR, "unexpected result %d of locking a row", (int) result);
	return updater->newest;
}

void
heap_updater_end(HeapUpdater *updater)
{
	ExecDropSingleTupleTableSlot(updater->fresh);
	ExecDropSingleTupleTableSlot(updater->newest);
	pfree(updater);
}
