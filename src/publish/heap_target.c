/*
 * heap_target.c: a plain table that is written without an executor's plan.
 *
 * in:  the target of a request
 * out: what the functions of the executor that check constraints, maintain
 *      indexes and queue triggers want to be given
 *
 * Foreign keys are the only triggers; they fire at the end, as in a statement.
 * Row security is refused before a request is made.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/conditions.h"
#include "publish/heap_target.h"
#include "settings.h"

#include "access/sysattr.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_am.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"

/* Would INSERT compute a value for a column that is not staged? */
static bool
has_values_to_compute(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || conditions_has_name(request->columns, NameStr(att->attname)))
			continue;
		if (att->attgenerated != '\0' || att->attidentity != '\0' ||
			build_column_default(request->target, i + 1) != NULL)
			return true;
	}
	return false;
}

static bool
has_other_triggers_than_foreign_keys(Relation relation)
{
	const TriggerDesc *triggers = relation->trigdesc;
	int i;

	for (i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (RI_FKey_trigger_type(triggers->triggers[i].tgfoid) == RI_TRIGGER_NONE)
			return true;
	}
	return false;
}

bool
heap_target_applies(const PublishRequest *request)
{
	Relation target = request->target;

	return settings_publish_path == PUBLISH_PATH_AUTO &&
		   target->rd_rel->relkind == RELKIND_RELATION &&
		   target->rd_rel->relam == HEAP_TABLE_AM_OID &&
		   !has_other_triggers_than_foreign_keys(target) && !has_values_to_compute(request);
}

/* Column numbers as permissions count them. */
static Bitmapset *
column_set(Relation relation, List *names)
{
	Bitmapset *set = NULL;
	ListCell *cell;

	foreach (cell, names)
		set = bms_add_member(set, conditions_attribute(relation, lfirst(cell))->attnum -
									  FirstLowInvalidHeapAttributeNumber);
	return set;
}

HeapTarget *
heap_target_begin(const PublishRequest *request, List *updated)
{
	HeapTarget *target = palloc0(sizeof(HeapTarget));
	RangeTblEntry *entry = makeNode(RangeTblEntry);

	if (request->target->rd_rel->relpersistence != RELPERSISTENCE_TEMP)
		PreventCommandIfReadOnly("INSERT");
	target->relation = request->target;
	target->estate = CreateExecutorState();
	target->command = GetCurrentCommandId(true);
	target->estate->es_output_cid = target->command;
	entry->rtekind = RTE_RELATION;
	entry->relid = RelationGetRelid(request->target);
	entry->relkind = request->target->rd_rel->relkind;
	entry->rellockmode = RowExclusiveLock;
	compat_init_range_table(target->estate, entry, column_set(request->target, request->columns),
							column_set(request->target, updated));
	target->result_rel = makeNode(ResultRelInfo);
	ExecInitResultRelation(target->estate, target->result_rel, 1);
	ExecOpenIndices(target->result_rel, false);
	AfterTriggerBeginQuery();
	return target;
}

void
heap_target_check(HeapTarget *target, TupleTableSlot *slot)
{
	if (RelationGetDescr(target->relation)->constr != NULL)
		ExecConstraints(target->result_rel, slot, target->estate);
	if (target->relation->rd_rel->relispartition)
		ExecPartitionCheck(target->result_rel, slot, target->estate, true);
	ResetPerTupleExprContext(target->estate);
}

/*
 * As asynchronous commits do.  Otherwise this process would write, and wait for the
 * disk, each time that a page has to leave the ring of buffers that bulk writes
 * use or buffers of WAL are full, and again to commit.
 */
void
heap_target_wake_wal_writer(const HeapTarget *target)
{
	if (RelationNeedsWAL(target->relation))
		XLogSetAsyncXactLSN(GetXLogInsertRecPtr());
}

void
heap_target_end(HeapTarget *target)
{
	AfterTriggerEndQuery(target->estate);
	ExecResetTupleTable(target->estate->es_tupleTable, false);
	ExecCloseResultRelations(target->estate);
	ExecCloseRangeTableRelations(target->estate);
	FreeExecutorState(target->estate);
}
