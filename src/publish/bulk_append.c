/*
 * bulk_append.c: lanes -> target by table_multi_insert, as COPY does it.
 *
 * in:  the lanes of a request
 * out: all of their rows in the target, in one command
 *
 * An INSERT … SELECT writes a WAL record a row, this one a page; that is most
 * of the difference in time.  Tables that need more than constraints and
 * indexes (triggers, partitions, defaults to compute) take the other way.
 *
 * Memory: the buffered rows live in a context that is reset at each flush, the
 * rest in the context that is current at the call.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/bulk_append.h"
#include "publish/culprit.h"
#include "publish/lane_reader.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "rewrite/rewriteHandler.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* As COPY's buffers; more rows gain nothing. */
#define BUFFER_ROWS  1000
#define BUFFER_BYTES ((Size) 512 * 1024)

typedef struct BulkAppend
{
	const PublishRequest *request;
	EState *estate;
	ResultRelInfo *result_rel;
	BulkInsertState bulk;
	CommandId command;
	Datum *values; /* of one row of the target */
	bool *nulls;
	/* buffered rows */
	MemoryContext context;
	TupleTableSlot *slots[BUFFER_ROWS];
	StagedPosition positions[BUFFER_ROWS];
	int nrows;
	Size bytes;
	int current; /* of the buffer: the row that is being checked or indexed; -1: none */
	int64 written;
} BulkAppend;

static bool
carries(const PublishRequest *request, const char *name)
{
	ListCell *cell;

	foreach (cell, request->columns)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

/* Would INSERT compute a value for a column that the lanes do not carry? */
static bool
has_values_to_compute(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || carries(request, NameStr(att->attname)))
			continue;
		if (att->attgenerated != '\0' || att->attidentity != '\0' ||
			build_column_default(request->target, i + 1) != NULL)
			return true;
	}
	return false;
}

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
	Relation target = request->target;

	return request->lanes != NIL && target->rd_rel->relkind == RELKIND_RELATION &&
		   !target->rd_rel->relispartition && target->rd_rel->relam == HEAP_TABLE_AM_OID &&
		   target->trigdesc == NULL && !has_values_to_compute(request) && lanes_are_heaps(request);
}

/* Writes the buffered rows and their index entries. */
static void
flush(BulkAppend *append)
{
	MemoryContext caller = MemoryContextSwitchTo(append->context);
	int i;

	append->current = -1; /* an error of the next call is about any of them */
	if (append->nrows > 0)
		table_multi_insert(append->request->target, append->slots, append->nrows, append->command,
						   0, append->bulk);
	MemoryContextSwitchTo(caller);
	for (i = 0; i < append->nrows; i++)
	{
		append->current = i;
		if (append->result_rel->ri_NumIndices > 0)
		{
			GetPerTupleExprContext(append->estate)->ecxt_scantuple = append->slots[i];
			(void) CompatInsertIndexTuples(append->result_rel, append->slots[i], append->estate);
			ResetPerTupleExprContext(append->estate);
		}
		ExecClearTuple(append->slots[i]);
	}
	MemoryContextReset(append->context);
	append->written += append->nrows;
	append->nrows = 0;
	append->bytes = 0;
	append->current = -1;
}

/* Buffers a row of the target, allocated in append->context. */
static void
add_row(BulkAppend *append, HeapTuple tuple, StagedPosition position)
{
	Relation target = append->request->target;
	TupleTableSlot *slot = append->slots[append->nrows];

	if (slot == NULL)
		slot = append->slots[append->nrows] =
			MakeSingleTupleTableSlot(RelationGetDescr(target), &TTSOpsHeapTuple);
	ExecStoreHeapTuple(tuple, slot, true);
	slot->tts_tableOid = RelationGetRelid(target);
	append->positions[append->nrows] = position;
	append->current = append->nrows++;
	append->bytes += tuple->t_len;
	if (RelationGetDescr(target)->constr != NULL)
	{
		ExecConstraints(append->result_rel, slot, append->estate);
		ResetPerTupleExprContext(append->estate);
	}
	if (append->nrows == BUFFER_ROWS || append->bytes >= BUFFER_BYTES)
		flush(append);
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
		if (!att->attisdropped && carries(append->request, NameStr(att->attname)))
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
		caller = MemoryContextSwitchTo(append->context);
		tuple = cut ? lane_reader_cut(reader) : convert_row(append, map, slot);
		MemoryContextSwitchTo(caller);
		add_row(append, tuple, position);
	}
	lane_reader_end(reader);
	table_close(lane, NoLock);
}

/* WriteAttempt.run */
static void
run(void *arg)
{
	BulkAppend *append = arg;
	Relation target = append->request->target;
	int natts = Max(RelationGetDescr(target)->natts, 1);
	ListCell *cell;
	int i;

	/* as the executor would */
	if (pg_class_aclcheck(RelationGetRelid(target), GetUserId(), ACL_INSERT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, RelationGetRelationName(target));
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	append->estate = CreateExecutorState();
	append->result_rel = makeNode(ResultRelInfo);
	InitResultRelInfo(append->result_rel, target, 0, NULL, 0);
	ExecOpenIndices(append->result_rel, false);
	append->bulk = GetBulkInsertState();
	append->command = GetCurrentCommandId(true);
	append->values = palloc(natts * sizeof(Datum));
	append->nulls = palloc(natts * sizeof(bool));
	append->context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest publish rows", ALLOCSET_DEFAULT_SIZES);
	foreach (cell, append->request->lanes)
		append_lane(append, lfirst_oid(cell));
	flush(append);
	for (i = 0; i < BUFFER_ROWS && append->slots[i] != NULL; i++)
		ExecDropSingleTupleTableSlot(append->slots[i]);
	FreeBulkInsertState(append->bulk);
	table_finish_bulk_insert(target, 0);
	ExecCloseIndices(append->result_rel);
	FreeExecutorState(append->estate);
	PopActiveSnapshot();
	CommandCounterIncrement();
}

/* WriteAttempt.current_row */
static void
current_row(void *arg, StagedPosition *position)
{
	BulkAppend *append = arg;

	position->file_no = -1;
	if (append->current >= 0)
		*position = append->positions[append->current];
}

void
bulk_append_run(const PublishRequest *request, WriteCounts *counts)
{
	BulkAppend *append = palloc0(sizeof(BulkAppend));
	WriteAttempt attempt = {run, current_row, append};

	append->request = request;
	append->current = -1;
	write_guarded(request, &attempt);
	memset(counts, 0, sizeof(*counts));
	counts->staged = counts->winners = counts->matches = append->written;
	counts->offered = counts->inserted = append->written;
	pfree(append);
}
