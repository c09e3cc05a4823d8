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

/* A lane being read. */
typedef struct StagedLane
{
	Relation relation;
	LaneReader *reader;
	int *map;                /* see map_attributes() */
	int *key;                /* see map_key() */
	bool cut;                /* lane_reader_can_cut() */
	TupleTableSlot *row;     /* the next one; NULL: it has ended */
	StagedPosition position; /* of row */
} StagedLane;

bool
bulk_append_applies(const PublishRequest *request)
{
	return request->lanes != NIL && heap_target_applies(request) &&
		   lane_reader_applies(request->lanes);
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
open_lane(const BulkAppend *append, Oid oid, StagedLane *lane)
{
	lane->relation = table_open(oid, AccessShareLock);
	lane->map = map_attributes(append, lane->relation);
	lane->key = map_key(append, oid);
	lane->reader = lane_reader_begin(lane->relation, GetActiveSnapshot());
	lane->cut =
		lane_reader_can_cut(lane->reader, RelationGetDescr(append->request->target), lane->map);
	lane->row = lane_reader_next(lane->reader, &lane->position);
}

static void
close_lane(StagedLane *lane)
{
	lane_reader_end(lane->reader);
	table_close(lane->relation, NoLock);
}

static bool
comes_before(const StagedLane *one, const StagedLane *other)
{
	if (one->position.file_no != other->position.file_no)
		return one->position.file_no < other->position.file_no;
	return one->position.record < other->position.record;
}

/* The lane, but for the one given, whose next row comes first; NULL: none has any. */
static StagedLane *
first_lane(StagedLane *lanes, int nlanes, const StagedLane *but)
{
	StagedLane *first = NULL;
	int i;

	for (i = 0; i < nlanes; i++)
	{
		if (lanes[i].row != NULL && &lanes[i] != but &&
			(first == NULL || comes_before(&lanes[i], first)))
			first = &lanes[i];
	}
	return first;
}

static void
append_row(BulkAppend *append, StagedLane *lane)
{
	MemoryContext caller;
	HeapTuple tuple;

	if (lacks_key(append, lane->key, lane->row))
		return;
	caller = MemoryContextSwitchTo(heap_inserter_memory(append->inserter));
	tuple = lane->cut ? lane_reader_cut(lane->reader) : convert_row(append, lane->map, lane->row);
	MemoryContextSwitchTo(caller);
	heap_inserter_add(append->inserter, tuple, lane->position);
}

/*
 * Rows get the order that they have in the files, though chunks are spread
 * over lanes: what grows there grows in the table too, and in its indexes.
 */
static void
append_lanes(BulkAppend *append, List *oids)
{
	int nlanes = list_length(oids);
	StagedLane *lanes = palloc(nlanes * sizeof(StagedLane));
	StagedLane *lane;
	int i;

	for (i = 0; i < nlanes; i++)
		open_lane(append, list_nth_oid(oids, i), &lanes[i]);
	while ((lane = first_lane(lanes, nlanes, NULL)) != NULL)
	{
		const StagedLane *next = first_lane(lanes, nlanes, lane);

		do
		{
			append_row(append, lane);
			lane->row = lane_reader_next(lane->reader, &lane->position);
		} while (lane->row != NULL && (next == NULL || comes_before(lane, next)));
	}
	for (i = 0; i < nlanes; i++)
		close_lane(&lanes[i]);
}

/* WriteAttempt.run */
static void
run(void *arg)
{
	BulkAppend *append = arg;
	WriteCounts *counts = append->counts;
	int natts = Max(RelationGetDescr(append->request->target)->natts, 1);
	HeapTarget *target;

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
	append_lanes(append, append->request->lanes);
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
