/*
 * plan.h: which files a call has to stage, and into which load.
 */
#ifndef INGEST_STAGE_PLAN_H
#define INGEST_STAGE_PLAN_H

#include "source/source.h"
#include "stage/command.h"
#include "stage/stage.h"

typedef struct PlannedFile
{
	SourceFile *source;
	ManifestFile *manifest;
	bool is_new; /* not in the manifest yet */
} PlannedFile;

typedef struct StagePlan
{
	PlanCommand command;
	List *files; /* of PlannedFile *, in order of their numbers */
	int files_skipped;
	bool is_staged; /* every file is staged, the lanes are there: nothing to do */
	uint64 bytes_total;
} StagePlan;

/* What the request's source stands for, less files that somebody may still be writing. */
extern List *plan_source_files(const StageRequest *request);

/* NULL when there is nothing to stage. columns of a new load are left to the caller. */
extern StagePlan *plan_make(const StageRequest *request, int *files_skipped);

#endif
