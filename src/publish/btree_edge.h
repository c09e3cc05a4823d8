/*
 * btree_edge.h: entries behind the last one of a btree, many at a time.
 */
#ifndef INGEST_PUBLISH_BTREE_EDGE_H
#define INGEST_PUBLISH_BTREE_EDGE_H

#include "access/itup.h"
#include "utils/rel.h"

typedef struct BtreeEdge BtreeEdge; /* opaque; lives in the context current at the call */

/* A btree that is open to be written.  Its uniqueness, if any, is checked at once. */
extern BtreeEdge *btree_edge_create(Relation heap, Relation index);

/* Does the second entry, of these values, come after the first, however others are inserted? */
extern bool btree_edge_ascends(BtreeEdge *edge, const IndexTuple entries[2], Datum *values[2],
							   bool *nulls[2]);

/*
 * Inserts as many of the first entries as are found to belong behind the last
 * one of the index, on the page where that is, if one WAL record for them is
 * shorter than a record for each; returns their number.  Each entry ascends
 * from the one before it.  *nleft: how many of the others should be inserted
 * one by one before the next call.
 */
extern int btree_edge_append(BtreeEdge *edge, IndexTuple *entries, int nentries, int *nleft);

#endif
