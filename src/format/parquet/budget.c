/*
 * budget.c: an allocator that counts, and asks for memory back before it refuses.
 *
 * in:  allocations of pages, dictionaries, decoders and batches
 * out: blocks of the parent allocator, each behind a head with its size
 */
#include <string.h>

#include "format/parquet/budget.h"

/* Keeps blocks aligned as the parent does. */
#define HEAD ((size_t) 16)

struct PqBudget
{
	FmtAllocator allocator; /* what others see */
	FmtAllocator parent;
	size_t limit;
	size_t now;
	size_t peak;
	PqGiveBack give_back;
	void *context;
	bool is_giving_back; /* do not ask again while the answer is under way */
	bool was_short;
	bool refused;
};

/* May size bytes be given out?  Asks for memory back until they may. */
static bool
make_room(PqBudget *budget, size_t size)
{
	while (!budget->is_giving_back && (size > budget->limit || budget->now > budget->limit - size))
	{
		bool gave;

		budget->is_giving_back = true;
		gave = budget->give_back(budget->context);
		budget->is_giving_back = false;
		if (!gave)
			break;
		budget->was_short = true;
	}
	return size <= budget->limit + PQ_BUDGET_RESERVE &&
		   budget->now <= budget->limit + PQ_BUDGET_RESERVE - size;
}

static void *
counted_alloc(void *context, size_t size)
{
	PqBudget *budget = context;
	unsigned char *block;

	budget->refused = size > SIZE_MAX - HEAD || !make_room(budget, size + HEAD);
	if (budget->refused)
		return NULL;
	block = budget->parent.alloc(budget->parent.context, size + HEAD);
	if (block == NULL)
		return NULL;
	size += HEAD;
	memcpy(block, &size, sizeof(size));
	budget->now += size;
	if (budget->now > budget->peak)
		budget->peak = budget->now;
	return block + HEAD;
}

static void
counted_free(void *context, void *pointer)
{
	PqBudget *budget = context;
	unsigned char *block = (unsigned char *) pointer - HEAD;
	size_t size;

	memcpy(&size, block, sizeof(size));
	budget->now -= size;
	budget->parent.free(budget->parent.context, block);
}

PqBudget *
pq_budget_create(const FmtAllocator *parent, size_t limit, PqGiveBack give_back, void *context)
{
	PqBudget *budget = parent->alloc(parent->context, sizeof(*budget));

	if (budget == NULL)
		return NULL;
	memset(budget, 0, sizeof(*budget));
	budget->allocator.alloc = counted_alloc;
	budget->allocator.free = counted_free;
	budget->allocator.context = budget;
	budget->parent = *parent;
	budget->limit = limit < SIZE_MAX - PQ_BUDGET_RESERVE ? limit : SIZE_MAX - PQ_BUDGET_RESERVE;
	budget->give_back = give_back;
	budget->context = context;
	return budget;
}

void
pq_budget_free(PqBudget *budget)
{
	FmtAllocator parent = budget->parent;

	parent.free(parent.context, budget);
}

const FmtAllocator *
pq_budget_allocator(const PqBudget *budget)
{
	return &budget->allocator;
}

size_t
pq_budget_limit(const PqBudget *budget)
{
	return budget->limit;
}

void
pq_budget_memory(const PqBudget *budget, size_t *now, size_t *peak)
{
	*now = budget->now;
	*peak = budget->peak;
}

bool
pq_budget_was_short(const PqBudget *budget)
{
	return budget->was_short;
}

bool
pq_budget_refused(const PqBudget *budget)
{
	return budget->refused;
}

void *
pq_budget_grow(const PqBudget *budget, void *pointer, size_t n, size_t capacity, size_t width)
{
	const FmtAllocator *allocator = &budget->allocator;
	void *grown;

	if (capacity > SIZE_MAX / width)
		return NULL;
	grown = allocator->alloc(allocator->context, capacity * width);
	if (grown == NULL)
		return NULL;
	if (pointer != NULL)
	{
		memcpy(grown, pointer, n * width);
		allocator->free(allocator->context, pointer);
	}
	return grown;
}
