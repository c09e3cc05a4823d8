/*
 * check_results.h: results of dataset checks.
 */
#ifndef INGEST_MANIFEST_CHECK_RESULTS_H
#define INGEST_MANIFEST_CHECK_RESULTS_H

#include "nodes/pg_list.h"

typedef struct ManifestCheck
{
	char *name;
	char *type;
	bool is_warning;
	bool passed;
	bool accepted;  /* failed, and overruled by who publishes */
	char *observed; /* NULL: there was nothing to observe */
	char *expected;
} ManifestCheck;

/* Replaces what is known of the load's checks by results (of ManifestCheck *). */
extern void manifest_set_checks(int64 load_id, const char *accepted_by, List *results);

#endif
