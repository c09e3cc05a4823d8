/*
 * bound.h: proofs that ATTACH PARTITION has no rows to look at.
 *
 * The caller has locked the relations, and has none of them open.
 */
#ifndef INGEST_SWAP_BOUND_H
#define INGEST_SWAP_BOUND_H

/*
 * Does some constraint of the replacement prove that all of its rows belong into
 * the partition, by the same test that ATTACH makes?
 */
extern bool bound_is_proven(Oid partition, Oid replacement);

/*
 * Makes it proven by a CHECK constraint.  NULL, or a message: rows are outside.
 * The caller holds AccessExclusiveLock on the replacement.
 */
extern char *bound_prove(Oid partition, Oid replacement);

/* NULL, or a message that tells how many rows are outside. */
extern char *bound_rows_outside(Oid partition, Oid replacement);

/* Drops what bound_prove() made, if it is there. */
extern void bound_drop_check(Oid table);

/*
 * ATTACH looks through the default partition for rows of the new one.  NULL if it
 * need not, or need not look at anything; else the CHECK expression that would
 * spare it.
 */
extern char *bound_default_needs(Oid parent, Oid partition, Oid default_partition);

/* As ATTACH PARTITION wants it: FOR VALUES ..., or DEFAULT. */
extern char *bound_text(Oid partition);

#endif
