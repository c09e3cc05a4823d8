/*
 * key_lookup.h: rows of a table by their key, through a unique index.
 */
#ifndef INGEST_PUBLISH_KEY_LOOKUP_H
#define INGEST_PUBLISH_KEY_LOOKUP_H

#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

typedef struct KeyLookup KeyLookup; /* opaque; lives in the context current at the call */

/* An index that holds exactly the columns of the key, as their types compare; InvalidOid: none. */
extern Oid key_lookup_index(Relation target, List *key);

/* Is the index in ascending order of the key's columns? */
extern bool key_lookup_in_order(Relation target, Oid index, List *key);

/* Every row is looked for from the top of the index. */
extern KeyLookup *key_lookup_begin_probes(Relation target, Oid index, Snapshot snapshot);

/*
 * The index, for which key_lookup_in_order() is true, is read once; keys must
 * then be asked for in ascending order.
 */
extern KeyLookup *key_lookup_begin_walk(Relation target, Oid index, Snapshot snapshot);

/*
 * The visible row with the key that values has, all of them columns of the
 * target, none of the key NULL; or NULL.  In a slot that is good until the next call.
 */
extern TupleTableSlot *key_lookup_find(KeyLookup *lookup, const Datum *values);

/* Has the row of the target in slot that key? */
extern bool key_lookup_matches(KeyLookup *lookup, TupleTableSlot *slot, const Datum *values);

extern void key_lookup_end(KeyLookup *lookup);

#endif
