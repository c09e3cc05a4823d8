/*
 * row_sort.c: rows in the order of some of their columns, one of each key.
 *
 * in:  rows in slots
 * out: rows in slots
 *
 * Against core's tuplesort with a Unique node above it: rows are copied once, as
 * they come; what is sorted is an array of ranks and pointers; and as the array
 * says which rows come next, they are fetched from memory before their turn.
 * What does not fit into memory goes to tuplesort.
 *
 * Memory: rows in a context of their own, the array in the one that is current
 * at row_sort_begin().
 */
#include "postgres.h"

#include "publish/row_sort.h"

#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/sortsupport.h"
#include "utils/tuplesort.h"

#define FIRST_ENTRIES 1024

/* Rows fetched ahead: some hundred nanoseconds, in which as many rows are merged. */
#define ROWS_AHEAD 8
#define CACHE_LINE 64

typedef struct Entry
{
	uint64 rank; /* of the first key column; orders like its values, but may be equal for many */
	MinimalTuple tuple;
} Entry;

typedef enum RankKind
{
	RANK_NONE, /* all are equal */
	RANK_SIGNED,
	RANK_UNSIGNED
} RankKind;

struct RowSort
{
	TupleDesc desc;
	RowSortColumn *columns;
	int ncolumns;
	int nkeys;
	SortSupportData *order; /* of each column */
	/* ranks */
	RankKind rank_kind;
	bool rank_is_key;        /* equal ranks are equal keys */
	SortSupportData ranking; /* of the first column; may abbreviate */
	/* rows */
	int64 rows;
	MemoryContext tuples;
	Entry *entries;
	Size nentries;
	Size allocated;
	Size next;
	TupleTableSlot *slot;
	/* more than fits */
	Tuplesortstate *spilled; /* NULL: all fit */
	TupleTableSlot *previous;
};

static void
prepare_order(const RowSortColumn *column, SortSupport order, bool abbreviate)
{
	order->ssup_cxt = CurrentMemoryContext;
	order->ssup_collation = column->collation;
	order->ssup_attno = column->attnum;
	order->abbreviate = abbreviate;
	PrepareSortSupportFromOrderingOp(column->ordering, order);
}

static RankKind
rank_kind(const SortSupportData *ranking)
{
	if (ranking->ssup_reverse)
		return RANK_NONE;
	if (ranking->comparator == ssup_datum_unsigned_cmp)
		return RANK_UNSIGNED;
	if (ranking->comparator == ssup_datum_int32_cmp)
		return RANK_SIGNED;
#if SIZEOF_DATUM >= 8
	if (ranking->comparator == ssup_datum_signed_cmp)
		return RANK_SIGNED;
#endif
	return RANK_NONE;
}

RowSort *
row_sort_begin(TupleDesc desc, const RowSortColumn *columns, int ncolumns, int nkeys)
{
	RowSort *sort = palloc0(sizeof(RowSort));
	int i;

	sort->desc = desc;
	sort->ncolumns = ncolumns;
	sort->nkeys = nkeys;
	sort->columns = palloc(ncolumns * sizeof(RowSortColumn));
	memcpy(sort->columns, columns, ncolumns * sizeof(RowSortColumn));
	sort->order = palloc0(ncolumns * sizeof(SortSupportData));
	for (i = 0; i < ncolumns; i++)
		prepare_order(&columns[i], &sort->order[i], false);
	prepare_order(&columns[0], &sort->ranking, true);
	sort->rank_kind = rank_kind(&sort->ranking);
	sort->rank_is_key =
		sort->rank_kind != RANK_NONE && sort->ranking.abbrev_converter == NULL && nkeys == 1;
	sort->tuples = GenerationContextCreate(CurrentMemoryContext, "ingest rows to sort",
										   ALLOCSET_DEFAULT_SIZES);
	sort->allocated = FIRST_ENTRIES;
	sort->entries = palloc(FIRST_ENTRIES * sizeof(Entry));
	sort->slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	return sort;
}

static uint64
rank(RowSort *sort, TupleTableSlot *slot)
{
	bool isnull;
	Datum value;

	if (sort->rank_kind == RANK_NONE)
		return 0;
	value = slot_getattr(slot, sort->columns[0].attnum, &isnull);
	if (sort->ranking.abbrev_converter != NULL)
		value = sort->ranking.abbrev_converter(value, &sort->ranking);
	if (sort->rank_kind == RANK_UNSIGNED)
		return (uint64) value;
	if (sort->ranking.comparator == ssup_datum_int32_cmp)
		return (uint64) DatumGetInt32(value) ^ ((uint64) 1 << 63);
	return (uint64) DatumGetInt64(value) ^ ((uint64) 1 << 63);
}

static Datum
attribute(RowSort *sort, const Entry *entry, AttrNumber attnum, bool *isnull)
{
	HeapTupleData tuple;

	tuple.t_len = entry->tuple->t_len + MINIMAL_TUPLE_OFFSET;
	tuple.t_data = (HeapTupleHeader) ((char *) entry->tuple - MINIMAL_TUPLE_OFFSET);
	return heap_getattr(&tuple, attnum, sort->desc, isnull);
}

static int
compare_columns(RowSort *sort, const Entry *one, const Entry *other, int ncolumns)
{
	int i;

	for (i = 0; i < ncolumns; i++)
	{
		AttrNumber attnum = sort->columns[i].attnum;
		bool one_null;
		bool other_null;
		Datum a = attribute(sort, one, attnum, &one_null);
		Datum b = attribute(sort, other, attnum, &other_null);
		int result = ApplySortComparator(a, one_null, b, other_null, &sort->order[i]);

		if (result != 0)
			return result;
	}
	return 0;
}

static inline int
compare_entries(const Entry *one, const Entry *other, RowSort *sort)
{
	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	return compare_columns(sort, one, other, sort->ncolumns);
}

#define ST_SORT             sort_entries
#define ST_ELEMENT_TYPE     Entry
#define ST_COMPARE(a, b, s) compare_entries(a, b, s)
#define ST_COMPARE_ARG_TYPE RowSort
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static bool
is_full(const RowSort *sort)
{
	return MemoryContextMemAllocated(sort->tuples, false) + sort->allocated * sizeof(Entry) >
		   work_mem * (Size) 1024;
}

/* Moves all rows to core's sort. */
static void
spill(RowSort *sort)
{
	AttrNumber *attnums = palloc(sort->ncolumns * sizeof(AttrNumber));
	Oid *orderings = palloc(sort->ncolumns * sizeof(Oid));
	Oid *collations = palloc(sort->ncolumns * sizeof(Oid));
	bool *nulls_first = palloc0(sort->ncolumns * sizeof(bool));
	Size i;

	for (i = 0; i < (Size) sort->ncolumns; i++)
	{
		attnums[i] = sort->columns[i].attnum;
		orderings[i] = sort->columns[i].ordering;
		collations[i] = sort->columns[i].collation;
	}
	sort->spilled = tuplesort_begin_heap(sort->desc, sort->ncolumns, attnums, orderings, collations,
										 nulls_first, work_mem, NULL, TUPLESORT_NONE);
	for (i = 0; i < sort->nentries; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ExecStoreMinimalTuple(sort->entries[i].tuple, sort->slot, false);
		tuplesort_puttupleslot(sort->spilled, sort->slot);
		ExecClearTuple(sort->slot);
		pfree(sort->entries[i].tuple);
	}
	sort->nentries = 0;
	sort->previous = MakeSingleTupleTableSlot(sort->desc, &TTSOpsMinimalTuple);
}

static bool
has_null_key(const RowSort *sort, TupleTableSlot *slot)
{
	int i;

	for (i = 0; i < sort->nkeys; i++)
	{
		if (slot_attisnull(slot, sort->columns[i].attnum))
			return true;
	}
	return false;
}

bool
row_sort_put(RowSort *sort, TupleTableSlot *slot)
{
	MemoryContext caller;
	Entry *entry;

	if (has_null_key(sort, slot))
		return false;
	sort->rows++;
	if (sort->spilled == NULL && is_full(sort))
		spill(sort);
	if (sort->spilled != NULL)
	{
		tuplesort_puttupleslot(sort->spilled, slot);
		return true;
	}
	if (sort->nentries == sort->allocated)
	{
		sort->allocated *= 2;
		sort->entries = repalloc_huge(sort->entries, sort->allocated * sizeof(Entry));
	}
	entry = &sort->entries[sort->nentries++];
	entry->rank = rank(sort, slot);
	caller = MemoryContextSwitchTo(sort->tuples);
	entry->tuple = ExecCopySlotMinimalTuple(slot);
	MemoryContextSwitchTo(caller);
	return true;
}

int64
row_sort_rows(const RowSort *sort)
{
	return sort->rows;
}

void
row_sort_perform(RowSort *sort)
{
	if (sort->spilled != NULL)
		tuplesort_performsort(sort->spilled);
	else
		sort_entries(sort->entries, sort->nentries, sort);
}

static inline bool
same_key(RowSort *sort, const Entry *one, const Entry *other)
{
	return one->rank == other->rank &&
		   (sort->rank_is_key || compare_columns(sort, one, other, sort->nkeys) == 0);
}

/* Of the slots slot and previous. */
static bool
repeats_previous(RowSort *sort)
{
	int i;

	if (TTS_EMPTY(sort->previous))
		return false;
	for (i = 0; i < sort->nkeys; i++)
	{
		AttrNumber attnum = sort->columns[i].attnum;
		bool one_null;
		bool other_null;
		Datum one = slot_getattr(sort->slot, attnum, &one_null);
		Datum other = slot_getattr(sort->previous, attnum, &other_null);

		if (ApplySortComparator(one, one_null, other, other_null, &sort->order[i]) != 0)
			return false;
	}
	return true;
}

static TupleTableSlot *
next_spilled_key(RowSort *sort)
{
	while (tuplesort_gettupleslot(sort->spilled, true, false, sort->slot, NULL))
	{
		CHECK_FOR_INTERRUPTS();
		if (repeats_previous(sort))
			continue;
		ExecCopySlot(sort->previous, sort->slot);
		return sort->slot;
	}
	return NULL;
}

TupleTableSlot *
row_sort_next_key(RowSort *sort)
{
	const Entry *first = &sort->entries[sort->next];

	if (sort->spilled != NULL)
		return next_spilled_key(sort);
	if (sort->next == sort->nentries)
		return NULL;
	do
	{
		/* not in a function of its own: a compiler may see that as one without effects */
		const char *ahead =
			(char *) sort->entries[Min(sort->next + ROWS_AHEAD, sort->nentries - 1)].tuple;

		__builtin_prefetch(ahead);
		__builtin_prefetch(ahead + CACHE_LINE);
		__builtin_prefetch(ahead + 2 * CACHE_LINE);
		sort->next++;
	} while (sort->next < sort->nentries && same_key(sort, first, &sort->entries[sort->next]));
	ExecStoreMinimalTuple(first->tuple, sort->slot, false);
	return sort->slot;
}

void
row_sort_end(RowSort *sort)
{
	ExecDropSingleTupleTableSlot(sort->slot);
	if (sort->spilled != NULL)
	{
		ExecDropSingleTupleTableSlot(sort->previous);
		tuplesort_end(sort->spilled);
	}
	MemoryContextDelete(sort->tuples);
	pfree(sort->entries);
	pfree(sort);
}
