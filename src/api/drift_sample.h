/*
 * drift_sample.h: the first rows of a text file, for what they tell of its columns.
 */
#ifndef INGEST_API_DRIFT_SAMPLE_H
#define INGEST_API_DRIFT_SAMPLE_H

#include "stage/drift.h"

/* A value of the sample that does not become one of its column. */
typedef struct SampleMisfit
{
	const char *column;
	const char *value;
	const char *message;
} SampleMisfit;

/* Reads some rows of the file as a load would; misfits: of SampleMisfit *, one for each column. */
extern void drift_sample_read(const StageRequest *request, const SourceFile *file,
							  DriftSample *sample, List **misfits);

#endif
