/*
 * restage.h: open rows of quarantine into a lane of a new load.
 */
#ifndef INGEST_STAGE_RESTAGE_H
#define INGEST_STAGE_RESTAGE_H

#include "manifest/quarantine_queue.h"
#include "manifest/replays.h"
#include "stage/chunk_counts.h"
#include "stage/stage.h"

/* Rows of one group, and what they are read and judged by. */
typedef struct ReplayGroup
{
	const QueueGroup *queue;
	const StageRequest *request;       /* shared by groups that are read alike */
	const IngestOptions *read_options; /* of the load: its dialect */
	const char *encoding;              /* of lines that are no text; NULL: as the file's */
	int file_no;                       /* of the replay: those of one file share it */
} ReplayGroup;

typedef struct Replay
{
	int64 load_id; /* in the manifest */
	const QueueFilter *filter;
	List *groups;  /* of ReplayGroup * */
	List *columns; /* of char *: set by replay_columns() */
	Oid lane;      /* set by replay_stage() */
} Replay;

/* The columns that the rows provide, by the names in their files. */
extern void replay_columns(Replay *replay);

/*
 * Locks and reads the rows in the caller's transaction: good ones are in the lane then; bad ones
 * stay open, with what is wrong with them now; those that the filter leaves out are discarded.
 */
extern void replay_stage(Replay *replay, ChunkCounts *counts);

#endif
