/*
 * dictionary.h: the dictionary of one column chunk.
 *
 * Known by its page's header, loaded when an entry is wanted, and released when
 * memory is short; it can be loaded again at any time.
 */
#ifndef INGEST_FORMAT_PARQUET_DICTIONARY_H
#define INGEST_FORMAT_PARQUET_DICTIONARY_H

#include "format/parquet/leaf_page.h"
#include "format/parquet/rows.h"

typedef struct PqLeafDictionary PqLeafDictionary; /* opaque */

/* leaf stays the caller's and must live as long.  generation: for PqDictionary.  NULL: no memory. */
extern PqLeafDictionary *pq_leaf_dictionary_create(const PqLeaf *leaf, uint64_t generation);
extern void pq_leaf_dictionary_free(PqLeafDictionary *dictionary);

/* The chunk's dictionary page; FMT_CORRUPT for a second one. */
extern FmtStatus pq_leaf_dictionary_announce(PqLeafDictionary *dictionary, const PqPageInfo *info,
											 PqError *error);
/* Entries, as the header says; -1: none was announced. */
extern int64_t pq_leaf_dictionary_size(const PqLeafDictionary *dictionary);
/* The header's place in the file. */
extern uint64_t pq_leaf_dictionary_offset(const PqLeafDictionary *dictionary);

extern FmtStatus pq_leaf_dictionary_load(PqLeafDictionary *dictionary, PqError *error);
/* Valid until the release; NULL while it is not loaded. */
extern const PqDictionary *pq_leaf_dictionary_entries(const PqLeafDictionary *dictionary);
/* Bytes that a release would give back; 0: it is not loaded. */
extern size_t pq_leaf_dictionary_memory(const PqLeafDictionary *dictionary);
extern void pq_leaf_dictionary_release(PqLeafDictionary *dictionary);

/* Appends the entries of n indices, which are inside, to values, which has room. */
extern void pq_leaf_dictionary_look_up(const PqLeafDictionary *dictionary, const uint32_t *indices,
									   uint32_t n, PqValues *values);

#endif
