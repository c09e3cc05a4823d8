/*
 * key_leaf.h: rows by their key, from leaf pages of a btree.
 */
#ifndef INGEST_PUBLISH_KEY_LEAF_H
#define INGEST_PUBLISH_KEY_LEAF_H

#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

typedef struct KeyLeaf KeyLeaf; /* opaque; lives in the context current at the call */

typedef enum KeyLeafResult
{
	LEAF_FOUND,
	LEAF_ABSENT,
	LEAF_UNKNOWN /* the key may go on behind the page: ask the index */
} KeyLeafResult;

/* NULL if the index cannot be read so.  The snapshot is an MVCC snapshot. */
extern KeyLeaf *key_leaf_begin(Relation target, Relation index, Snapshot snapshot);

/*
 * Looks the visible row of a key up, whose columns are those of the index, in
 * their order and none NULL; puts it into slot.
 */
extern KeyLeafResult key_leaf_find(KeyLeaf *leaf, const Datum *key, TupleTableSlot *slot);

extern void key_leaf_end(KeyLeaf *leaf);

#endif
