/*
 * chunk_job.h: load chunks and enter them into the manifest, in one transaction.
 *
 * The same code in a worker and in the caller's process.
 */
#ifndef INGEST_STAGE_CHUNK_JOB_H
#define INGEST_STAGE_CHUNK_JOB_H

#include "stage/executor.h"

typedef struct ChunkJob ChunkJob; /* opaque; lives in the context current at creation */

/*
 * Compiles the contract and opens or creates lane lane_no, in the current
 * transaction.
 */
extern ChunkJob *chunk_job_create(const StageSetup *setup, int lane_no);

/* Loads chunks (of Chunk *) in the current transaction and sums up in result. */
extern void chunk_job_run(ChunkJob *job, List *chunks, JobResult *result);

#endif
