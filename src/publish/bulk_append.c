/*
 * bulk_append.c: lanes -> target, row by row, without the executor.
 *
 * in:  the lanes of a request
 * out: all of their rows in the target, in one command
 *
 * Memory: the context that is current when the attempt runs.
 */
#include "postgres.h"

#include "publish/bulk_append.h"
#include "publish/conditions.h"
#include "publish/culprit.h"
#include "publish/heap_inserter.h"
#include "publish/lane_reader.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

typedef struct BulkAppend
{
	const PublishRequest *request;
	WriteCounts *counts;
	HeapInserter *inserter; /* NULL: none yet */
	Datum *values;          /* of one row of the target */
	bool *nulls;
} BulkAppend;

/* lane_reader.c reads their pages. */
static bool
lanes_are_heaps(const PublishRequest *request)
{
	ListCell *cell;

	foreach (cell, request->lanes)
	{
		Relation lane = table_open(lfirst_oid(cell), AccessShareLock);
		bool is_heap = lane->rd_rel->relam == HEAP_TABLE_AM_OID;

		table_close(lane, NoLock);
		if (!is_heap)
			return false;
	}
	return true;
}

bool
bulk_append_applies(const PublishRequest *request)
{
	return request->lanes != NIL && heap_target_applies(request) && lanes_are_heaps(request);
}

/* Lane attribute by target attribute, both minus 1; -1: not carried. */
static int *
map_attributes(const BulkAppend *append, Relation lane)
{
	TupleDesc desc = RelationGetDescr(append->request->target);
	int *map = palloc(Max(desc->natts, 1) * sizeof(int));
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		map[i] = -1;
		if (!att->attisdropped &&
			conditions_has_name(append->request->columns, NameStr(att->attname)))
			map[i] = get_attnum(RelationGetRelid(lane), NameStr(att->attname)) - 1;
	}
	return map;
}

/* Rows without a key are not published: see publish_run(). */
static bool
lacks_key(const BulkAppend *append, const int *key, const TupleTableSlot *slot)
{
	int i;

	for (i = 0; i < list_length(append->request->key); i++)
	{
		if (slot->tts_isnull[key[i]])
			return true;
	}
	return false;
}

/* Lane attributes of the key, minus 1. */
static int *
map_key(const BulkAppend *append, Oid lane_oid)
{
	int *key = palloc((list_length(append->request->key) + 1) * sizeof(int));
	int n = 0;
	ListCell *cell;

	foreach (cell, append->request->key)
		key[n++] = get_attnum(lane_oid, lfirst(cell)) - 1;
	return key;
}

/* The row in slot as one of the target. */
static HeapTuple
convert_row(BulkAppend *append, const int *map, const TupleTableSlot *slot)
{
	int natts = RelationGetDescr(append->request->target)->natts;
	int i;

	for (i = 0; i < natts; i++)
	{
		append->nulls[i] = map[i] < 0 || slot->tts_isnull[map[i]];
		append->values[i] = append->nulls[i] ? (Datum) 0 : slot->tts_values[map[i]];
	}
	return heap_form_tuple(RelationGetDescr(append->request->target), append->values,
						   append->nulls);
}

static void
append_lane(BulkAppend *append, Oid lane_oid)
{
	Relation lane = table_open(lane_oid, AccessShareLock);
	int *map = map_attributes(append, lane);
	int *key = map_key(append, lane_oid);
	LaneReader *reader = lane_reader_begin(lane, GetActiveSnapshot());
	bool cut = lane_reader_can_cut(reader, RelationGetDescr(append->request->target), map);
	StagedPosition position;
	TupleTableSlot *slot;

	while ((slot = lane_reader_next(reader, &position)) != NULL)
	{
		MemoryContext caller;
		HeapTuple tuple;

		if (lacks_key(append, key, slot))
			continue;
		caller = MemoryContextSwitchTo(heap_inserter_memory(append->inserter));
		tuple = cut ? lane_reader_cut(reader) : convert_row(append, map, slot);
		MemoryContextSwitchTo(caller);
		heap_inserter_add(append->inserter, tuple, position);
	}
	lane_reader_end(reader);
	table_close(lane, NoLock);
}

/* WriteAttempt.run */
static void
run(void *arg)
{
	BulkAppend *append = arg;
	WriteCounts *counts = append->counts;
	int natts = Max(RelationGetDescr(append->request->target)->natts, 1);
	HeapTarget *target;
	ListCell *cell;

	append->inserter = NULL; /* not that of an attempt before */
	/* as the executor would */
	if (pg_class_aclcheck(RelationGetRelid(append->request->target), GetUserId(), ACL_INSERT) !=
		ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE,
					   RelationGetRelationName(append->request->target));
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	target = heap_target_begin(append->request, NIL);
	append->inserter = heap_inserter_begin(target);
	append->values = palloc(natts * sizeof(Datum));
	append->nulls = palloc(natts * sizeof(bool));
	foreach (cell, append->request->lanes)
		append_lane(append, lfirst_oid(cell));
	memset(counts, 0, sizeof(*counts));
	counts->inserted = heap_inserter_end(append->inserter);
	append->inserter = NULL;
	counts->staged = counts->winners = counts->matches = counts->offered = counts->inserted;
	heap_target_end(target);
	PopActiveSnapshot();
	CommandCounterIncrement();
}

/* WriteAttempt.current_row */
static void
current_row(void *arg, StagedPosition *position)
{
	BulkAppend *append = arg;

	position->file_no = -1;
	if (append->inserter != NULL)
		heap_inserter_current_row(append->inserter, position);
}

WriteAttempt
bulk_append(const PublishRequest *request, WriteCounts *counts)
{
	BulkAppend *append = palloc0(sizeof(BulkAppend));
	WriteAttempt attempt = {run, current_row, append};

	append->request = request;
	append->counts = counts;
	return attempt;
}
