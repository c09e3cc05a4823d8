/*
 * budget.h: the memory of a reader, counted and bounded.
 *
 * An allocator that knows what it has given out.  When an allocation would exceed the limit it
 * asks for memory back first; what still does not fit is refused, a little behind the limit,
 * so that a reader works, slowly, with any limit.
 */
#ifndef INGEST_FORMAT_PARQUET_BUDGET_H
#define INGEST_FORMAT_PARQUET_BUDGET_H

#include "format/allocator.h"
#include "format/status.h"

typedef struct PqBudget PqBudget; /* opaque */

/* Bytes behind the limit that are still given out: state, windows and the contexts of codecs. */
#define PQ_BUDGET_RESERVE ((size_t) 4 * 1024 * 1024)

/*
 * Gives something back that is not needed just now; false: there is nothing.  Memory
 * it needs for that comes out of the reserve.
 */
typedef bool (*PqGiveBack)(void *context);

/* NULL: no memory. */
extern PqBudget *pq_budget_create(const FmtAllocator *parent, size_t limit, PqGiveBack give_back,
								  void *context);
/* Everything must have been given back. */
extern void pq_budget_free(PqBudget *budget);

extern const FmtAllocator *pq_budget_allocator(const PqBudget *budget);
extern size_t pq_budget_limit(const PqBudget *budget);
extern void pq_budget_memory(const PqBudget *budget, size_t *now, size_t *peak);
/* Has memory been short, so that something was given back? */
extern bool pq_budget_was_short(const PqBudget *budget);
/* Was the latest allocation that failed refused because of the limit? */
extern bool pq_budget_refused(const PqBudget *budget);

/* pointer's n elements of width bytes in a block of capacity elements; NULL: no memory, pointer is untouched. */
extern void *pq_budget_grow(const PqBudget *budget, void *pointer, size_t n, size_t capacity,
							size_t width);

#endif
