/*
 * target_size.h: what the choice of a plan needs to know about the target.
 */
#ifndef INGEST_PUBLISH_TARGET_SIZE_H
#define INGEST_PUBLISH_TARGET_SIZE_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

/*
 * The number of rows in the target and its partitions: 0 if and only if the
 * active snapshot sees none, else an estimate of at least 1.
 */
extern double target_size_rows(Relation target);

/* Whether one row can be looked up by the key (List of char *) through an index. */
extern bool target_size_has_index(Relation target, List *key);

/*
 * Whether looking so many rows up one by one is faster than reading the whole
 * target.
 */
extern bool target_size_favours_probes(Relation target, List *key, double rows);

/*
 * Whether a unique index keeps the key, or a part of it, from occurring twice;
 * with nulls_match also keys with NULLs, which may repeat in most unique indexes.
 */
extern bool target_key_is_unique(Relation target, List *key, bool nulls_match);

#endif
