/*
 * new_heap_check.h: do the rows that a table is to have keep its constraints?
 *
 * contents is the table that holds them, with the same columns.
 */
#ifndef INGEST_SWAP_NEW_HEAP_CHECK_H
#define INGEST_SWAP_NEW_HEAP_CHECK_H

/*
 * Foreign keys in both directions; raises 23503.  Takes ShareRowExclusiveLock on
 * the tables at their other ends.
 */
extern void new_heap_check_references(Oid table, Oid contents);

/* CHECK constraints; raises 23514. */
extern void new_heap_check_constraints(Oid table, Oid contents);

#endif
