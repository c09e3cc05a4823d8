/*
 * create_partition.h: partitions that rows need and that do not exist yet.
 */
#ifndef INGEST_SWAP_CREATE_PARTITION_H
#define INGEST_SWAP_CREATE_PARTITION_H

/*
 * The partition of parent that takes rows with this key, made if there is none
 * but the default one.  interval is hour, day, week, month, quarter or year; it
 * may be NULL for list partitions and for parents that pg_partman manages, which
 * makes their partitions.  The caller owns the parent and does not have it open.
 * Locks the parent against DDL only; the default partition, which is searched
 * for rows of the new one, against everybody.
 */
extern Oid create_partition_for(Oid parent, Datum key, bool isnull, const char *interval);

/* The partition that is there for such rows, other than the default one; or InvalidOid. */
extern Oid create_partition_find(Oid parent, Datum key, bool isnull);

/* The type of the column that parent is partitioned by; raises 0A000 if that is not one column. */
extern Oid create_partition_key_type(Oid parent, int32 *typmod);

/* Raises 22023, listing the words, if interval is none of them. */
extern void create_partition_check_interval(const char *interval);

#endif
