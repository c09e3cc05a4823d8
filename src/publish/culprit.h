/*
 * culprit.h: which staged row made a statement fail.
 */
#ifndef INGEST_PUBLISH_CULPRIT_H
#define INGEST_PUBLISH_CULPRIT_H

#include "compat.h"
#include "nodes/execnodes.h"
#include "publish/publish.h"

typedef struct StagedPosition
{
	int file_no; /* -1: not known */
	int64 record;
} StagedPosition;

/*
 * Where a running statement stands: the staged row that it was writing when it
 * was interrupted.  To be called while the executor's state still exists.
 * planstate may be NULL.
 */
extern void culprit_current_row(PlanState *planstate, List *lanes, StagedPosition *position);

/*
 * For an error raised after the last row was written: looks the staged row up
 * whose values the error shows as missing behind a foreign key.
 */
extern void culprit_of_foreign_key(const PublishRequest *request, const ErrorData *error,
								   StagedPosition *position);

/* Raises the error again; adds the position if it is known, and a hint. */
pg_noreturn extern void culprit_rethrow(const PublishRequest *request, ErrorData *error,
										const StagedPosition *position);

#endif
