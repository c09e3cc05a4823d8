/*
 * slots.h: what a leaf's reader has decoded and not given out yet: levels and values.
 *
 * Slots 0 .. at - 1 were given out, at .. n - 1 are to come.  Values are decoded behind their
 * levels, so there can be fewer than the levels promise.  Values are indices as long as all of them come
 * from dictionary pages.  Owns its arrays and an arena.
 */
#ifndef INGEST_FORMAT_PARQUET_SLOTS_H
#define INGEST_FORMAT_PARQUET_SLOTS_H

#include "format/parquet/arena.h"
#include "format/parquet/dictionary.h"

typedef struct PqSlots
{
	PqBudget *budget;
	uint8_t max_def;
	uint8_t max_rep;

	uint32_t at;
	uint32_t n;
	uint32_t capacity; /* of def and rep */
	uint8_t *def;      /* NULL: max_def is 0 */
	uint8_t *rep;      /* NULL: max_rep is 0 */
	uint32_t npresent; /* values that slots 0 .. n - 1 have */

	uint32_t value_at; /* values of slots 0 .. at - 1 */
	bool is_index;     /* values are in indices, else in values */
	PqValues values;
	PqValues indices;
	uint32_t page_from; /* values from here on may be slices of the page that is being read */
	bool has_entries;   /* values may be slices of the dictionary */
	PqArena arena;
} PqSlots;

extern void pq_slots_init(PqSlots *slots, PqBudget *budget, const PqNode *node, PqValueKind kind,
						  uint32_t width);
extern void pq_slots_free(PqSlots *slots);

/* Values decoded so far, those given out included. */
static inline uint32_t
pq_slots_nvalues(const PqSlots *slots)
{
	return slots->is_index ? slots->indices.n : slots->values.n;
}

/* Room for n more slots. */
extern FmtStatus pq_slots_reserve(PqSlots *slots, uint32_t n, PqError *error);
/* Room for n more of values, which are slots->values or slots->indices. */
extern FmtStatus pq_slots_reserve_values(PqSlots *slots, PqValues *values, uint32_t n,
										 PqError *error);

/* Forgets what was given out, so that there is room again. */
extern FmtStatus pq_slots_compact(PqSlots *slots, PqError *error);

/* Indices become values; the dictionary is loaded. */
extern FmtStatus pq_slots_look_up(PqSlots *slots, const PqLeafDictionary *dictionary,
								  PqError *error);
/* Copies the bytes of values from number first on that were not given out, so that they are slices of nothing else. */
extern FmtStatus pq_slots_own_bytes(PqSlots *slots, uint32_t first, PqError *error);
/* Bytes that own_bytes would copy. */
extern uint64_t pq_slots_bytes(const PqSlots *slots, uint32_t first);

/* Values of slots from .. to - 1. */
extern uint32_t pq_slots_count_present(const PqSlots *slots, uint32_t from, uint32_t to);
/* How many of slots from .. to - 1 begin a row. */
extern uint32_t pq_slots_count_rows(const PqSlots *slots, uint32_t from, uint32_t to);
/* The slot behind `rows` rows that begin at slot at; n when they are not complete. */
extern uint32_t pq_slots_find_row(const PqSlots *slots, uint32_t rows);
/* The slot whose value is the first that is not decoded yet; n: there is none. */
extern uint32_t pq_slots_find_pending(const PqSlots *slots);

#endif
