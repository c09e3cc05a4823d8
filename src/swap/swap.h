/*
 * swap.h: a table takes the place of a partition.
 *
 * Two phases.  swap_prepare() checks and builds, without a lock that readers or
 * writers of the parent would notice.  swap_attempt() locks, if it can within
 * lock_timeout, and swaps.  In between the caller may commit.  It may have locks
 * on the tables, but must not have one of them open: ALTER TABLE insists on that.
 */
#ifndef INGEST_SWAP_SWAP_H
#define INGEST_SWAP_SWAP_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

typedef enum SwapMethod
{
	SWAP_ATTACH,   /* DETACH the partition, ATTACH the replacement */
	SWAP_EXCHANGE, /* the two exchange their rows; the parent is not locked against anybody */
	SWAP_AUTO      /* attach where that is possible */
} SwapMethod;

/* What may be built on the replacement; bits of SwapOptions.build. */
typedef enum SwapBuild
{
	BUILD_NOTHING = 0,
	BUILD_LOGGED = 1 << 0,
	BUILD_NOT_NULL = 1 << 1,
	BUILD_DEFAULTS = 1 << 2,
	BUILD_CONSTRAINTS = 1 << 3,
	BUILD_INDEXES = 1 << 4,
	BUILD_FOREIGN_KEYS = 1 << 5,
	BUILD_BOUND = 1 << 6,
	BUILD_OWNER = 1 << 7,
	BUILD_PRIVILEGES = 1 << 8,
	BUILD_ROW_SECURITY = 1 << 9,
	BUILD_COMMENTS = 1 << 10,
	BUILD_STORAGE = 1 << 11,
	BUILD_STATISTICS = 1 << 12,
	BUILD_REPLICA_IDENTITY = 1 << 13,
	BUILD_ANALYZE = 1 << 14,
	BUILD_EVERYTHING = (1 << 15) - 1
} SwapBuild;

typedef struct SwapOptions
{
	SwapMethod method;
	uint32 build;     /* of SwapBuild */
	int lock_timeout; /* milliseconds, of one attempt */
	int lock_retries; /* attempts behind the first one */
} SwapOptions;

typedef struct SwapRequest
{
	Oid parent;
	Oid partition;
	Oid replacement;
	const SwapOptions *options;
} SwapRequest;

/* Raises 22023 for unknown names (listing the valid ones) and wrong values. */
extern SwapOptions *swap_options_parse(Jsonb *options);

typedef struct Swap Swap; /* opaque; lives in the context current at swap_prepare() */

/*
 * Checks that the request can be done as the current user, builds what is
 * missing and allowed, and raises one error that lists everything else.  The
 * replacement stays locked until the end of the transaction.
 */
extern Swap *swap_prepare(const SwapRequest *request);

/*
 * Checks again and swaps, in a subtransaction.  false: some lock was not to be
 * had in time, nothing is held, and attempts are left; the caller calls
 * swap_wait() and tries again.  After the last attempt the error is raised.
 */
extern bool swap_attempt(Swap *swap);

/* Sleeps before the next attempt, longer each time. */
extern void swap_wait(const Swap *swap);

extern int64 swap_id(const Swap *swap);

/* Both phases in the caller's transaction, which keeps the locks.  Returns the swap's id. */
extern int64 swap_partition(const SwapRequest *request);

/* Gives the partition that a swap replaced its place again. */
extern void swap_undo(int64 swap_id, const SwapOptions *options);

/*
 * Drops what swaps replaced so many microseconds ago, as far as it belongs to the
 * current user.  Returns their names, of char *; what cannot be dropped is a warning.
 */
extern List *swap_cleanup(int64 older_than);

#endif
