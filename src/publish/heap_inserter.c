/*
 * heap_inserter.c: rows -> a plain table by table_multi_insert, as COPY does it.
 *
 * in:  tuples of the target, and where each was staged
 * out: rows with their index entries, foreign keys queued to be checked
 *
 * An INSERT … SELECT writes a WAL record a row, this one a page; that is most
 * of the difference in time.
 *
 * Memory: the buffered rows live in a context that is reset at each flush, the
 * rest in the context that is current at heap_inserter_begin().
 */
#include "postgres.h"

#include "publish/heap_inserter.h"
#include "publish/index_writer.h"

#include "access/heapam.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/memutils.h"

/* As COPY's buffers; more rows gain nothing. */
#define BUFFER_ROWS  1000
#define BUFFER_BYTES ((Size) 512 * 1024)

struct HeapInserter
{
	HeapTarget *target;
	BulkInsertState bulk;
	IndexWriter *indexes;
	int64 written;
	bool has_triggers;
	MemoryContext home; /* where slots live */
	TupleDesc desc;     /* of the slots, see heap_inserter_begin() */
	/* buffered rows */
	MemoryContext context;
	TupleTableSlot *slots[BUFFER_ROWS];
	StagedPosition positions[BUFFER_ROWS];
	int nrows;
	Size bytes;
	int current; /* of the buffer: the row that is being checked or indexed; -1: none */
};

HeapInserter *
heap_inserter_begin(HeapTarget *target)
{
	HeapInserter *inserter = palloc0(sizeof(HeapInserter));
	const TriggerDesc *triggers = target->result_rel->ri_TrigDesc;

	inserter->target = target;
	inserter->bulk = GetBulkInsertState();
	inserter->indexes = index_writer_create(target);
	inserter->has_triggers = triggers != NULL && triggers->trig_insert_after_row;
	inserter->home = CurrentMemoryContext;
	/*
	 * A copy, because slots pin a relation's own, and each pin is remembered in a hash table by its
	 * address: with a thousand of them every slot that an index makes to look at a row, one for
	 * each update, would be compared with all.
	 */
	inserter->desc = CreateTupleDescCopyConstr(RelationGetDescr(target->relation));
	inserter->context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest publish rows", ALLOCSET_DEFAULT_SIZES);
	inserter->current = -1;
	return inserter;
}

MemoryContext
heap_inserter_memory(const HeapInserter *inserter)
{
	return inserter->context;
}

void
heap_inserter_flush(HeapInserter *inserter)
{
	HeapTarget *target = inserter->target;
	MemoryContext caller = MemoryContextSwitchTo(inserter->context);
	int i;

	inserter->current = -1; /* an error of the next call is about any of them */
	if (inserter->nrows > 0)
		table_multi_insert(target->relation, inserter->slots, inserter->nrows, target->command, 0,
						   inserter->bulk);
	index_writer_insert(inserter->indexes, inserter->slots, inserter->nrows, &inserter->current);
	MemoryContextSwitchTo(caller);
	for (i = 0; i < inserter->nrows; i++)
	{
		inserter->current = i;
		if (inserter->has_triggers)
			ExecARInsertTriggers(target->estate, target->result_rel, inserter->slots[i], NIL, NULL);
		ExecClearTuple(inserter->slots[i]);
	}
	heap_target_wake_wal_writer(target);
	MemoryContextReset(inserter->context);
	inserter->written += inserter->nrows;
	inserter->nrows = 0;
	inserter->bytes = 0;
	inserter->current = -1;
}

/* The slot of the next row of the buffer; made once and used again. */
static TupleTableSlot *
next_slot(HeapInserter *inserter)
{
	if (inserter->slots[inserter->nrows] == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(inserter->home);

		inserter->slots[inserter->nrows] =
			MakeSingleTupleTableSlot(inserter->desc, &TTSOpsHeapTuple);
		MemoryContextSwitchTo(caller);
	}
	return inserter->slots[inserter->nrows];
}

void
heap_inserter_add(HeapInserter *inserter, HeapTuple tuple, StagedPosition position)
{
	Relation relation = inserter->target->relation;
	TupleTableSlot *slot = next_slot(inserter);

	ExecStoreHeapTuple(tuple, slot, true);
	slot->tts_tableOid = RelationGetRelid(relation);
	inserter->positions[inserter->nrows] = position;
	inserter->current = inserter->nrows++;
	inserter->bytes += tuple->t_len;
	heap_target_check(inserter->target, slot);
	inserter->current = -1;
	if (inserter->nrows == BUFFER_ROWS || inserter->bytes >= BUFFER_BYTES)
		heap_inserter_flush(inserter);
}

int64
heap_inserter_end(HeapInserter *inserter)
{
	int64 written;
	int i;

	heap_inserter_flush(inserter);
	for (i = 0; i < BUFFER_ROWS && inserter->slots[i] != NULL; i++)
		ExecDropSingleTupleTableSlot(inserter->slots[i]);
	FreeBulkInsertState(inserter->bulk);
	table_finish_bulk_insert(inserter->target->relation, 0);
	MemoryContextDelete(inserter->context);
	written = inserter->written;
	pfree(inserter);
	return written;
}

void
heap_inserter_current_row(const HeapInserter *inserter, StagedPosition *position)
{
	position->file_no = -1;
	if (inserter->current >= 0)
		*position = inserter->positions[inserter->current];
}
