/*
 * replay_json.h: rows that quarantine keeps as JSON as rows of a batch.
 */
#ifndef INGEST_STAGE_REPLAY_JSON_H
#define INGEST_STAGE_REPLAY_JSON_H

#include "manifest/quarantine_queue.h"
#include "stage/row_checker.h"

typedef struct ReplayJson ReplayJson; /* opaque; lives in the context current at creation */

/* lane: whose columns are those of the checker. */
extern ReplayJson *replay_json_create(const RowChecker *checker, Oid lane);

/* Adds the row to the checker's batch, good or bad; fields of file number its names. */
extern void replay_json_add(ReplayJson *json, const ChunkFile *file, QueueForm form,
							const QueueRow *row);

#endif
