/*
 * publications.h: which rows of a target are newer than a load.
 */
#ifndef INGEST_MANIFEST_PUBLICATIONS_H
#define INGEST_MANIFEST_PUBLICATIONS_H

#include "access/transam.h"

typedef struct LoadHorizon LoadHorizon; /* opaque; lives in the context current at horizon_of() */

/*
 * Around all that a load writes into its target, with the target's load lock held: notes what it
 * could see, and which transactions wrote.
 */
extern void publication_begin(int64 load_id);
extern void publication_end(int64 load_id);

extern LoadHorizon *horizon_of(int64 load_id);

/*
 * Was a row of the target, with this xmin, there before the load was published?  Of rows that the
 * load's own transaction wrote, and of all rows if nothing is known of the load: no.
 */
extern bool horizon_is_older(const LoadHorizon *horizon, TransactionId xmin);

/* Is the row one of those that the load, or a replay of its rows, wrote? */
extern bool horizon_wrote(const LoadHorizon *horizon, TransactionId xmin);

#endif
