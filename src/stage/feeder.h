/*
 * feeder.h: the files of a plan, cut into chunks and handed to an executor.
 */
#ifndef INGEST_STAGE_FEEDER_H
#define INGEST_STAGE_FEEDER_H

#include "stage/executor.h"
#include "stage/plan.h"
#include "stage/progress.h"

typedef struct FeederSetup
{
	const StageRequest *request;
	const StagePlan *plan;
	Executor *executor;
	Progress *progress;
} FeederSetup;

/* Is any file of the plan text? */
extern bool feeder_has_text(const IngestOptions *options, const StagePlan *plan);

/*
 * Returns when every chunk is loaded; false when a file does not begin with
 * the bytes that an earlier call committed.
 */
extern bool feeder_run(const FeederSetup *setup);

#endif
