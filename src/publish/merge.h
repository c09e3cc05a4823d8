/*
 * merge.h: the strategies that look every staged row up by its key.
 */
#ifndef INGEST_PUBLISH_MERGE_H
#define INGEST_PUBLISH_MERGE_H

#include "publish/publish.h"

/* What happens to a row of the target whose key was staged. */
typedef enum MatchedAction
{
	MATCHED_KEEP,
	MATCHED_UPDATE,  /* columns that the load does not carry keep their values */
	MATCHED_REPLACE, /* … get their defaults */
} MatchedAction;

/*
 * Merges the staged rows into the target and sets the counts. The statement is
 * a MERGE, or a plain INSERT if the target is empty.
 */
extern void merge_run(const PublishRequest *request, MatchedAction matched, PublishCounts *counts);

/*
 * SELECT of what merge_run() would do with each row: columns kind ('inserted',
 * 'updated', 'deleted', 'unchanged', 'skipped') and those of staged_winners().
 */
extern char *merge_classification(const PublishRequest *request, MatchedAction matched);

/* Raises the error that merge_run() would if the target holds a key of the source twice. */
extern void merge_check_target(const PublishRequest *request);

#endif
