/*
 * drift.h: how the columns of a file differ from those of a target, and what a load does about it.
 */
#ifndef INGEST_STAGE_DRIFT_H
#define INGEST_STAGE_DRIFT_H

#include "manifest/differences.h"
#include "source/source.h"
#include "stage/chunk.h"
#include "stage/file_head.h"
#include "stage/stage.h"

/* What the first values of a text file tell of its columns. */
typedef struct DriftSample
{
	List *new_columns; /* of char *: those that the target lacks */
	List *new_types;   /* of char *: the narrowest type of their values; "": there are none */
} DriftSample;

/*
 * The differences, of ManifestDifference *, that the head of a file tells, and a sample, which may
 * be NULL.  None where columns have no names, or names do not matter.
 */
extern List *drift_find(const StageRequest *request, const SourceFile *file, ChunkFormat format,
						const FileHead *head, const DriftSample *sample);

#endif
