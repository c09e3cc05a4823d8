/*
 * differences.h: differences between files and targets that loads saw.
 */
#ifndef INGEST_MANIFEST_DIFFERENCES_H
#define INGEST_MANIFEST_DIFFERENCES_H

#include "nodes/pg_list.h"

typedef struct ManifestDifference
{
	const char *kind;
	const char *column;      /* of the target; NULL: none */
	const char *file_column; /* NULL: none */
	const char *expected;    /* NULL: nothing */
	const char *found;
	const char *action; /* what a load does */
	bool breaking;      /* it does not load what the file has there */
} ManifestDifference;

/*
 * Adds differences (of ManifestDifference *) of a file of a load, whose numbers begin with first.
 * With 0 what was known of the file is forgotten.
 */
extern void manifest_add_drift(int64 load_id, int file_no, int first, List *differences);

#endif
