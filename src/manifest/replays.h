/*
 * replays.h: what a replay does to the rows of quarantine that it takes up.
 */
#ifndef INGEST_MANIFEST_REPLAYS_H
#define INGEST_MANIFEST_REPLAYS_H

#include "manifest/quarantine_queue.h"

/* Rows of a replay, by file (of the replay) and record. */
typedef struct ReplayRows
{
	int32 *files;
	int64 *records;
	int n;
	int max;
} ReplayRows;

extern void replay_rows_add(ReplayRows *rows, int file_no, int64 record_no);

/* File file_no of the replay is that of the group. */
extern void replay_add_file(int64 load_id, int file_no, const QueueGroup *group);

/* The rows stay open; errors (of Jsonb *, one for each): what is wrong with them now. */
extern void replay_keep_open(int64 load_id, const ReplayRows *rows, List *errors);

/* The rows get that status, for that reason. */
extern void replay_close(int64 load_id, const ReplayRows *rows, const char *status,
						 const char *reason);

/* Removes rows from the replay's lane; returns how many there were. */
extern int64 replay_remove(Oid lane, const ReplayRows *rows);

/* The rows that are in the lane become 'replayed'; returns how many. */
extern int64 replay_close_staged(int64 load_id, Oid lane);

/*
 * Rows that publishing moved to the replay's own quarantine are open again where they
 * came from; returns how many.
 */
extern int64 replay_reopen(int64 load_id);

/* Did a later load delete rows of the target, or state what is in it? */
typedef struct ReplayLater
{
	bool deleted;
	bool stated;
} ReplayLater;

extern void replay_later_loads(int64 load_id, ReplayLater *later);

#endif
