/*
 * drift_internal.h: what drift.c, drift_names.c and drift_types.c share.
 */
#ifndef INGEST_STAGE_DRIFT_INTERNAL_H
#define INGEST_STAGE_DRIFT_INTERNAL_H

#include "contract/parquet.h"
#include "stage/drift.h"

/* One file beside one target. */
typedef struct Drift
{
	const StageRequest *request;
	const SourceFile *file;
	const PqFile *parquet; /* NULL: text */
	const DriftSample *sample;
	List *names;       /* of the file */
	int *fields;       /* by attno - 1; -1: none */
	List *missing;     /* of int: attno - 1 of columns that no field is for */
	List *added;       /* of int: fields that no column is for */
	List *differences; /* of ManifestDifference * */
} Drift;

extern ManifestDifference *drift_add(Drift *drift, const char *kind, bool breaking,
									 const char *action);
/* What a load does with a field that is not matched to the column it is probably for. */
extern const char *drift_unmatched_action(const Drift *drift, const char *remedy);
/* The type of a field's values, as far as it is known; NULL: it is not. */
extern const char *drift_field_type(const Drift *drift, int field);

/* drift_names.c: takes pairs that are one column under two names out of missing and added. */
extern void drift_find_renamed(Drift *drift);

/* drift_types.c: of the columns that the file has. */
extern void drift_find_types(Drift *drift);

#endif
