/*
 * compare.h: what a replacement lacks to take the place of a partition.
 *
 * A comparison is a query on the catalogs: one row for each difference, with
 * what is wrong and, where it can be helped, the statement that helps.  Its
 * parameters are $1 the parent, $2 the partition, $3 the replacement.
 */
#ifndef INGEST_SWAP_COMPARE_H
#define INGEST_SWAP_COMPARE_H

#include "nodes/pg_list.h"
#include "swap/swap.h"

typedef struct Comparison
{
	SwapBuild build;     /* the word of option "build" that allows the statements */
	const char *sql;     /* columns: difference text, statement text or NULL */
	bool detaching_only; /* of no concern where the partition stays where it is */
} Comparison;

/* Each ends with one whose sql is NULL; in the order in which they can be built. */
extern const Comparison compare_columns[];
extern const Comparison compare_indexes[];
extern const Comparison compare_settings[];
extern const Comparison compare_security[];

/* Have the tables the same columns, so that expressions of one make sense for the other? */
extern bool compare_same_columns(const SwapRequest *request);

/*
 * Compares, and removes the differences that build allows to.  Returns a list of
 * char *: those that are left, and why removing them failed.  The caller holds
 * AccessExclusiveLock on the replacement if build is not empty.
 */
extern List *compare_tables(const SwapRequest *request, SwapMethod method, uint32 build);

/*
 * Runs a statement in a subtransaction.  NULL, or the message of its error if
 * that is one about data, rights or what is not supported; others are raised.
 */
extern char *compare_try(char *sql);

#endif
