/*
 * worker_choice.h: how many workers a load gets; 0: none, stage in the caller's process.
 */
#ifndef INGEST_STAGE_WORKER_CHOICE_H
#define INGEST_STAGE_WORKER_CHOICE_H

#include "stage/stage.h"

/* bytes: raw size of all files. */
extern int worker_choice(const StageRequest *request, uint64 bytes);

#endif
