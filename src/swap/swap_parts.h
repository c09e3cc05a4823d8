/*
 * swap_parts.h: what the files of a swap share, private to src/swap.
 */
#ifndef INGEST_SWAP_PARTS_H
#define INGEST_SWAP_PARTS_H

#include "nodes/pg_list.h"
#include "swap/swap.h"
#include "utils/timestamp.h"

struct Swap
{
	SwapRequest request;
	SwapOptions options;
	SwapMethod method; /* never SWAP_AUTO */
	int64 swap_id;
	bool undo;           /* the replacement has the old rows of this swap */
	char *old_name;      /* what the table with the rows that are replaced is called then */
	char *schema;        /* of the partition */
	char *name;          /* of the partition; stays */
	char *source_schema; /* of the replacement, before */
	char *source_name;
	int attempts;
};

/* swap_request.c: raises what makes the request wrong; locks the three tables against DDL. */
extern void request_check(const SwapRequest *request);

/* Tables that reference rows of the partition through its parent: of Oid. */
extern List *request_referencing_tables(const SwapRequest *request);

/*
 * swap_locks.c.  First the locks that readers and writers of the parent do not
 * notice, then, within the options' lock_timeout, those that they do.
 */
extern void locks_against_changes(const SwapRequest *request);
extern void locks_against_everybody(const SwapRequest *request); /* leaves lock_timeout short */

/* Keeps writers of the partition away, within lock_timeout, and lets readers pass. */
extern void locks_against_writers(const SwapRequest *request);

/*
 * Runs work in a subtransaction.  NULL, or the error if that is one of a lock
 * that was not to be had in time; others are raised again.
 */
extern ErrorData *locks_try(void (*work)(void *arg), void *arg);

/* AccessExclusiveLock on one table, in as many attempts as are left; raises the last one's error. */
extern void locks_until_held(Swap *swap, Oid table);

/* attach.c: names that are in the way are changed; then one takes the place of the other. */
extern void attach_make_way(const Swap *swap);
extern void attach_replacement(const Swap *swap);

/*
 * exchange.c: NULL, or a message; then the two exchange their rows.  Returns when
 * readers of the partition were locked out.
 */
extern char *exchange_obstacle(const SwapRequest *request);
extern TimestampTz exchange_rows(Swap *swap);

#endif
