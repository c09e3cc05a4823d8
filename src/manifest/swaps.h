/*
 * swaps.h: partitions that were swapped.
 */
#ifndef INGEST_MANIFEST_SWAPS_H
#define INGEST_MANIFEST_SWAPS_H

#include "nodes/pg_list.h"

typedef struct ManifestSwap
{
	int64 swap_id;
	Oid parent;
	Oid partition;          /* what is the partition now */
	Oid old_partition;      /* the table with the rows that were replaced */
	char *partition_schema; /* the partition's name, which stays */
	char *partition_name;
	char *replacement_schema; /* the replacement's name before */
	char *replacement_name;
	char *method;
	char *status;     /* swapped, undone, cleaned */
	char *swapped_by; /* role name */
	int attempts;
	int64 lock_held; /* microseconds */
} ManifestSwap;

extern int64 manifest_next_swap_id(void);
extern void manifest_insert_swap(const ManifestSwap *swap);
extern ManifestSwap *manifest_swap(int64 swap_id); /* locks its row; NULL when there is none */
extern void manifest_finish_swap(int64 swap_id, const char *status);

/* The latest swap, not undone, behind swap_id that replaced the partition again; 0: none. */
extern int64 manifest_later_swap(int64 swap_id, Oid partition);

/* Ids of swaps whose old partition is still there, older than so many microseconds. */
extern List *manifest_swaps_to_clean(int64 older_than); /* of int64 * */

#endif
