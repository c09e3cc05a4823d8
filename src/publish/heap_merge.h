/*
 * heap_merge.h: a merge into a plain table, row by row in the order of the key.
 */
#ifndef INGEST_PUBLISH_HEAP_MERGE_H
#define INGEST_PUBLISH_HEAP_MERGE_H

#include "publish/merge.h"
#include "publish/write.h"

/* Can heap_merge() do what the statement of merge_statement() does? */
extern bool heap_merge_applies(const PublishRequest *request, MatchedAction matched);

/* Is that done, and are rows of a relation with a NULL in their key met and refused then? */
extern bool heap_merge_refuses_null_keys(const PublishRequest *request);

typedef struct HeapMergeResult
{
	WriteCounts counts; /* offered: rows without a match */
	int64 older;        /* staged rows that are older than the target's */
	const char *plan;   /* static */
} HeapMergeResult;

/* Merges the staged rows, where heap_merge_applies().  is_empty: the target has no visible row. */
extern WriteAttempt heap_merge(const PublishRequest *request, MatchedAction matched, bool is_empty,
							   HeapMergeResult *result);

#endif
