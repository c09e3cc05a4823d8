/*
 * slots.c: arrays of levels and values that grow, are given out from the front and compacted.
 *
 * in:  levels and values appended by column.c
 * out: counts, positions, values that do not depend on a page or dictionary any more
 */
#include <string.h>

#include "format/parquet/slots.h"

#define MIN_CAPACITY 64

void
pq_slots_init(PqSlots *slots, PqBudget *budget, const PqNode *node, PqValueKind kind,
			  uint32_t width)
{
	memset(slots, 0, sizeof(*slots));
	slots->budget = budget;
	slots->max_def = node->max_def;
	slots->max_rep = node->max_rep;
	slots->values.kind = kind;
	slots->values.width = width;
	slots->values.alloc = pq_arena_alloc;
	slots->values.alloc_context = &slots->arena;
	slots->indices.kind = PQ_VALUES_INDEX;
	slots->indices.width = sizeof(uint32_t);
	slots->indices.bytes_limit = UINT64_MAX;
	pq_arena_init(&slots->arena, pq_budget_allocator(budget));
}

void
pq_slots_free(PqSlots *slots)
{
	const FmtAllocator *allocator = pq_budget_allocator(slots->budget);
	void *blocks[] = {slots->def, slots->rep, slots->values.data, slots->indices.data};
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
	{
		if (blocks[i] != NULL)
			allocator->free(allocator->context, blocks[i]);
	}
	pq_arena_free(&slots->arena);
}

static FmtStatus
no_memory(PqError *error)
{
	return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
}

/* A capacity for n + more elements; 0: too many. */
static uint32_t
new_capacity(uint32_t capacity, uint32_t n, uint32_t more)
{
	uint64_t need = (uint64_t) n + more;
	uint64_t wanted = (uint64_t) capacity + capacity / 2;

	if (need > UINT32_MAX / 2)
		return 0;
	if (wanted < need)
		wanted = need;
	return (uint32_t) (wanted < MIN_CAPACITY ? MIN_CAPACITY : wanted);
}

static bool
grow_levels(PqSlots *slots, uint8_t **levels, uint32_t capacity)
{
	uint8_t *grown = pq_budget_grow(slots->budget, *levels, slots->n, capacity, 1);

	if (grown == NULL)
		return false;
	*levels = grown;
	return true;
}

FmtStatus
pq_slots_reserve(PqSlots *slots, uint32_t n, PqError *error)
{
	uint32_t capacity;

	if (slots->capacity - slots->n >= n)
		return FMT_OK;
	capacity = new_capacity(slots->capacity, slots->n, n);
	if (capacity == 0)
		return pq_error(error, FMT_LIMIT, 0, "a row has too many elements");
	if ((slots->max_def > 0 && !grow_levels(slots, &slots->def, capacity)) ||
		(slots->max_rep > 0 && !grow_levels(slots, &slots->rep, capacity)))
		return no_memory(error);
	slots->capacity = capacity;
	return FMT_OK;
}

FmtStatus
pq_slots_reserve_values(PqSlots *slots, PqValues *values, uint32_t n, PqError *error)
{
	uint32_t capacity;
	void *grown;

	if (values->capacity - values->n >= n)
		return FMT_OK;
	/* wide values are not decoded many at a time, so there is no need for room to grow */
	capacity = new_capacity(values->width > 64 ? 0 : values->capacity, values->n, n);
	if (values->width > 64 && capacity == MIN_CAPACITY)
		capacity = values->n + n;
	if (capacity == 0)
		return pq_error(error, FMT_LIMIT, 0, "a row has too many elements");
	grown = pq_budget_grow(slots->budget, values->data, values->n, capacity, values->width);
	if (grown == NULL)
		return no_memory(error);
	values->data = grown;
	values->capacity = capacity;
	return FMT_OK;
}

/* Moves the last elements of values to the front. */
static void
move_values(PqValues *values, uint32_t from)
{
	values->n -= from;
	if (values->n > 0)
		memmove(values->data, (unsigned char *) values->data + (size_t) from * values->width,
				(size_t) values->n * values->width);
}

/* Copies the bytes of all values to a new arena, so that the old one, mostly unused by now, can go. */
static FmtStatus
renew_arena(PqSlots *slots, PqError *error)
{
	PqArena old = slots->arena;
	FmtStatus status;

	pq_arena_init(&slots->arena, pq_budget_allocator(slots->budget));
	status = pq_slots_own_bytes(slots, 0, error);
	if (status == FMT_OK)
	{
		slots->page_from = slots->values.n;
		slots->has_entries = false;
		pq_arena_free(&old);
		return FMT_OK;
	}
	/* values point to either arena: keep both until the reader is closed, which is next */
	pq_arena_join(&slots->arena, &old);
	return status;
}

FmtStatus
pq_slots_compact(PqSlots *slots, PqError *error)
{
	uint32_t left = slots->n - slots->at;

	if (slots->at == 0)
		return FMT_OK;
	if (slots->def != NULL)
		memmove(slots->def, slots->def + slots->at, left);
	if (slots->rep != NULL)
		memmove(slots->rep, slots->rep + slots->at, left);
	move_values(slots->is_index ? &slots->indices : &slots->values, slots->value_at);
	slots->npresent -= slots->value_at;
	slots->page_from = slots->page_from > slots->value_at ? slots->page_from - slots->value_at : 0;
	slots->n = left;
	slots->at = 0;
	slots->value_at = 0;
	if (pq_slots_nvalues(slots) == 0)
	{
		slots->is_index = false;
		slots->has_entries = false;
		slots->page_from = 0;
		slots->values.n = 0;
		slots->values.bytes = 0;
		slots->indices.n = 0;
		pq_arena_reset(&slots->arena);
		return FMT_OK;
	}
	if (slots->values.kind != PQ_VALUES_BYTES || slots->is_index)
		return FMT_OK;
	slots->values.bytes = pq_slots_bytes(slots, 0);
	if (slots->arena.used / 2 > slots->values.bytes)
		return renew_arena(slots, error);
	return FMT_OK;
}

FmtStatus
pq_slots_look_up(PqSlots *slots, const PqLeafDictionary *dictionary, PqError *error)
{
	FmtStatus status;

	slots->values.n = 0;
	slots->values.bytes = 0;
	status = pq_slots_reserve_values(slots, &slots->values, slots->indices.n, error);
	if (status != FMT_OK)
		return status;
	pq_leaf_dictionary_look_up(dictionary, slots->indices.data, slots->indices.n, &slots->values);
	slots->is_index = false;
	slots->has_entries = true;
	slots->page_from = slots->values.n;
	return FMT_OK;
}

FmtStatus
pq_slots_own_bytes(PqSlots *slots, uint32_t first, PqError *error)
{
	PqBytes *values = slots->values.data;
	uint32_t i;

	if (slots->is_index || slots->values.kind != PQ_VALUES_BYTES)
		return FMT_OK;
	for (i = first > slots->value_at ? first : slots->value_at; i < slots->values.n; i++)
	{
		char *copy;

		if (values[i].len == 0)
		{
			values[i].data = "";
			continue;
		}
		copy = pq_arena_alloc(&slots->arena, values[i].len);
		if (copy == NULL)
			return no_memory(error);
		memcpy(copy, values[i].data, values[i].len);
		values[i].data = copy;
	}
	return FMT_OK;
}

uint64_t
pq_slots_bytes(const PqSlots *slots, uint32_t first)
{
	const PqBytes *values = slots->values.data;
	uint64_t bytes = 0;
	uint32_t i;

	if (slots->is_index || slots->values.kind != PQ_VALUES_BYTES)
		return 0;
	for (i = first > slots->value_at ? first : slots->value_at; i < slots->values.n; i++)
		bytes += values[i].len;
	return bytes;
}

uint32_t
pq_slots_count_present(const PqSlots *slots, uint32_t from, uint32_t to)
{
	uint32_t present = 0;
	uint32_t i;

	if (slots->def == NULL || slots->npresent == slots->n)
		return to - from;
	for (i = from; i < to; i++)
		present += slots->def[i] == slots->max_def;
	return present;
}

uint32_t
pq_slots_count_rows(const PqSlots *slots, uint32_t from, uint32_t to)
{
	uint32_t rows = 0;
	uint32_t i;

	if (slots->rep == NULL)
		return to - from;
	for (i = from; i < to; i++)
		rows += slots->rep[i] == 0;
	return rows;
}

uint32_t
pq_slots_find_row(const PqSlots *slots, uint32_t rows)
{
	uint32_t i;

	if (slots->rep == NULL)
		return rows < slots->n - slots->at ? slots->at + rows : slots->n;
	for (i = slots->at; i < slots->n; i++)
	{
		if (slots->rep[i] == 0 && rows-- == 0)
			return i;
	}
	return slots->n;
}

uint32_t
pq_slots_find_pending(const PqSlots *slots)
{
	uint32_t ready = pq_slots_nvalues(slots) - slots->value_at;
	uint32_t i;

	if (pq_slots_nvalues(slots) == slots->npresent)
		return slots->n;
	if (slots->def == NULL)
		return slots->at + ready;
	for (i = slots->at; i < slots->n; i++)
	{
		if (slots->def[i] == slots->max_def && ready-- == 0)
			return i;
	}
	return slots->n;
}
