/*
 * differences.h: differences between files and targets that loads saw.
 */
#ifndef INGEST_MANIFEST_DIFFERENCES_H
#define INGEST_MANIFEST_DIFFERENCES_H

#include "nodes/pg_list.h"

typedef struct ManifestDifference
{
	int file_no;
	int difference_no; /* in the file, from 0 */
	const char *kind;
	const char *column;      /* of the target; NULL: none */
	const char *file_column; /* NULL: none */
	const char *expected;    /* NULL: nothing */
	const char *found;
	const char *action; /* what a load does */
	bool breaking;      /* it does not load what the file has there */
} ManifestDifference;

/* Adds differences (of ManifestDifference *) of files of a load; those that it has stay as they are. */
extern void manifest_add_differences(int64 load_id, List *differences);

#endif
