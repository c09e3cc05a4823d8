/*
 * leaf_page.h: the data page a leaf's reader is at.
 *
 * A page is announced with its header and loaded when something of it is wanted.  It can be
 * released at any time: the position in it is kept, and the next call loads it again
 * and passes over what was read.
 */
#ifndef INGEST_FORMAT_PARQUET_LEAF_PAGE_H
#define INGEST_FORMAT_PARQUET_LEAF_PAGE_H

#include "format/parquet/budget.h"
#include "format/parquet/page.h"
#include "format/parquet/values.h"

/* What the parts of one leaf's reader share. */
typedef struct PqLeaf
{
	const PqFile *file; /* its allocator is the budget's */
	const PqNode *node;
	PqPageSetup setup;
	PqPageScratch *scratch;
	PqBudget *budget;
	/* PARQUET-246: pages of DELTA_BYTE_ARRAY continue from the last value of the page before */
	bool continues_strings;
} PqLeaf;

typedef struct PqLeafPage PqLeafPage; /* opaque */

/* leaf stays the caller's and must live as long.  NULL: no memory. */
extern PqLeafPage *pq_leaf_page_create(const PqLeaf *leaf);
extern void pq_leaf_page_free(PqLeafPage *page);

/* The next page, in place of the current one.  dictionary_size: entries, -1: no dictionary so far. */
extern FmtStatus pq_leaf_page_announce(PqLeafPage *page, const PqPageInfo *info,
									   int64_t dictionary_size, PqError *error);
extern const PqPageInfo *pq_leaf_page_info(const PqLeafPage *page);
extern uint32_t pq_leaf_page_slots_left(const PqLeafPage *page);
/* Is nothing of it read yet, and is nothing of it needed for the page behind it? */
extern bool pq_leaf_page_may_pass_over(const PqLeafPage *page);
/* Passes over such a page as a whole, without loading it. */
extern void pq_leaf_page_pass_over(PqLeafPage *page);
/* Are its values indices? */
extern bool pq_leaf_page_has_indices(const PqLeafPage *page);

/* The levels of the next n slots (<= slots_left).  rep is NULL if max_rep is 0, def if max_def is 0. */
extern FmtStatus pq_leaf_page_levels(PqLeafPage *page, uint32_t n, uint8_t *def, uint8_t *rep,
									 uint32_t *npresent, PqError *error);
/* As decode and skip of a PqDecoder. */
extern FmtStatus pq_leaf_page_values(PqLeafPage *page, uint32_t n, PqValues *values,
									 PqError *error);
extern FmtStatus pq_leaf_page_skip_values(PqLeafPage *page, uint32_t n, PqError *error);

/* Bytes that a release would give back, roughly; 0: it is not loaded. */
extern size_t pq_leaf_page_memory(const PqLeafPage *page);
/* Too large to be held: loading it again is as much work as reading it from its beginning. */
extern bool pq_leaf_page_is_streamed(const PqLeafPage *page);
/* Slices of its values are void.  false: no memory for what has to be kept of it, and it stays. */
extern bool pq_leaf_page_release(PqLeafPage *page);

#endif
