/*
 * index_writer.c: index entries of new rows, many at a time.
 *
 * in:  rows that are in the heap
 * out: their entries, index by index
 *
 * Entries of a btree that come in its order, and behind all that it has, are
 * written by the page (btree_edge.c): keys of an empty table that are sorted, and
 * numbers and times that grow.  The others are inserted one by one.
 *
 * Memory: the indexes' state lives in the context that is current at
 * index_writer_create(), entries in the one that is current at each insertion.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/btree_edge.h"
#include "publish/index_writer.h"

#include "access/genam.h"
#include "access/nbtree.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "executor/executor.h"
#include "miscadmin.h"

/* Fewer entries are inserted one by one sooner than behind the last one. */
#define SHORTEST_RUN 32

typedef struct TargetIndex
{
	Relation relation;
	IndexInfo *info;
	ExprState *predicate; /* NULL: all rows */
	IndexUniqueCheck check;
	BtreeEdge *edge; /* NULL: not a btree */
} TargetIndex;

/* Entries of some rows for one btree. */
typedef struct EntryList
{
	IndexTuple *entries;
	int *rows;     /* where each is from */
	bool *ascends; /* from the one before */
	int nentries;
} EntryList;

struct IndexWriter
{
	HeapTarget *target;
	bool is_special; /* the executor knows what to do */
	int nindexes;
	TargetIndex *indexes;
};

/* Uniqueness that is checked later, and exclusion constraints. */
static bool
is_special(Relation index, const IndexInfo *info)
{
	return info->ii_ExclusionOps != NULL ||
		   (index->rd_index->indisunique && !index->rd_index->indimmediate);
}

IndexWriter *
index_writer_create(HeapTarget *target)
{
	IndexWriter *writer = palloc0(sizeof(IndexWriter));
	ResultRelInfo *rel = target->result_rel;
	int i;

	writer->target = target;
	writer->indexes = palloc0(Max(rel->ri_NumIndices, 1) * sizeof(TargetIndex));
	for (i = 0; i < rel->ri_NumIndices; i++)
	{
		Relation relation = rel->ri_IndexRelationDescs[i];
		IndexInfo *info = rel->ri_IndexRelationInfo[i];
		TargetIndex *index = &writer->indexes[writer->nindexes];

		if (!info->ii_ReadyForInserts)
			continue;
		writer->is_special = writer->is_special || is_special(relation, info);
		index->relation = relation;
		index->info = info;
		if (info->ii_Predicate != NIL)
			index->predicate = ExecPrepareQual(info->ii_Predicate, target->estate);
		index->check = relation->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO;
		if (relation->rd_rel->relam == BTREE_AM_OID)
			index->edge = btree_edge_create(target->relation, relation);
		writer->nindexes++;
	}
	return writer;
}

/* The row's values for the index; false: the index does not want the row. */
static bool
form_values(IndexWriter *writer, const TargetIndex *index, TupleTableSlot *slot, Datum *values,
			bool *nulls)
{
	EState *estate = writer->target->estate;
	ExprContext *context = GetPerTupleExprContext(estate);

	context->ecxt_scantuple = slot;
	if (index->predicate != NULL && !ExecQual(index->predicate, context))
		return false;
	FormIndexDatum(index->info, slot, estate, values, nulls);
	return true;
}

/* Forms the entries of rows; those values live as long as the per-tuple context of the executor. */
static void
form_entries(IndexWriter *writer, const TargetIndex *index, TupleTableSlot **slots, int nrows,
			 int *current, EntryList *list)
{
	Datum values[2][INDEX_MAX_KEYS];
	bool nulls[2][INDEX_MAX_KEYS];
	int here = 0;

	list->entries = palloc(nrows * sizeof(IndexTuple));
	list->rows = palloc(nrows * sizeof(int));
	list->ascends = palloc(nrows * sizeof(bool));
	list->nentries = 0;
	for (*current = 0; *current < nrows; (*current)++)
	{
		int n = list->nentries;

		if (!form_values(writer, index, slots[*current], values[here], nulls[here]))
			continue;
		list->entries[n] =
			index_form_tuple(RelationGetDescr(index->relation), values[here], nulls[here]);
		list->entries[n]->t_tid = slots[*current]->tts_tid;
		list->rows[n] = *current;
		list->ascends[n] = n > 0 && btree_edge_ascends(index->edge, &list->entries[n - 1],
													   (Datum *[]){values[1 - here], values[here]},
													   (bool *[]){nulls[1 - here], nulls[here]});
		list->nentries++;
		here = 1 - here;
	}
}

/* How many entries from this one on ascend from the one before. */
static int
run_length(const EntryList *list, int first)
{
	int end = first;

	while (end < list->nentries && list->ascends[end])
		end++;
	return end - first;
}

static void
insert_entries(IndexWriter *writer, const TargetIndex *index, const EntryList *list, int *current)
{
	int one_by_one = 1; /* so many before the next run */
	int i = 0;

	while (i < list->nentries)
	{
		int run;

		*current = list->rows[i];
		CHECK_FOR_INTERRUPTS();
		(void) _bt_doinsert(index->relation, list->entries[i++], index->check, false,
							writer->target->relation);
		if (--one_by_one > 0)
			continue;
		one_by_one = 1;
		run = run_length(list, i);
		if (run >= SHORTEST_RUN)
			i += btree_edge_append(index->edge, &list->entries[i], run, &one_by_one);
	}
}

/* An index of another kind: its access method has its own ways to do it. */
static void
insert_one_by_one(IndexWriter *writer, const TargetIndex *index, TupleTableSlot **slots, int nrows,
				  int *current)
{
	Datum values[INDEX_MAX_KEYS];
	bool nulls[INDEX_MAX_KEYS];

	for (*current = 0; *current < nrows; (*current)++)
	{
		TupleTableSlot *slot = slots[*current];

		CHECK_FOR_INTERRUPTS();
		if (form_values(writer, index, slot, values, nulls))
			(void) index_insert(index->relation, values, nulls, &slot->tts_tid,
								writer->target->relation, index->check, false, index->info);
	}
}

static void
insert_by_executor(IndexWriter *writer, TupleTableSlot **slots, int nrows, int *current)
{
	HeapTarget *target = writer->target;

	for (*current = 0; *current < nrows; (*current)++)
	{
		compat_insert_index_tuples(target->result_rel, slots[*current], target->estate);
		ResetPerTupleExprContext(target->estate);
	}
}

void
index_writer_insert(IndexWriter *writer, TupleTableSlot **slots, int nrows, int *current)
{
	int i;

	if (writer->is_special)
	{
		insert_by_executor(writer, slots, nrows, current);
		return;
	}
	for (i = 0; i < writer->nindexes; i++)
	{
		const TargetIndex *index = &writer->indexes[i];
		EntryList list;

		if (index->edge != NULL)
		{
			form_entries(writer, index, slots, nrows, current, &list);
			insert_entries(writer, index, &list, current);
		}
		else
			insert_one_by_one(writer, index, slots, nrows, current);
		ResetPerTupleExprContext(writer->target->estate);
	}
}
