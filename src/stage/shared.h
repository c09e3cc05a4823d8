/*
 * shared.h: the shared memory segment of a load: settings, slots, error queues.
 *
 *   header | setup bytes | error queue per worker | slots' meta | slots' data
 *
 * A slot goes FREE -> (leader fills) -> READY -> BUSY (one worker) -> DONE ->
 * FREE.  Only the leader takes FREE and DONE slots, workers take READY ones,
 * lowest number first.  State changes are atomic and carry the barriers; the
 * rest of a slot belongs to whoever its state says.
 */
#ifndef INGEST_STAGE_SHARED_H
#define INGEST_STAGE_SHARED_H

#include "port/atomics.h"
#include "stage/executor.h"
#include "storage/dsm.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"

#define SHARED_MAX_WORKERS 64
#define SHARED_META_SIZE   ((size_t) 128 * 1024) /* serialised chunks of one slot */

typedef enum SlotState
{
	SLOT_FREE,
	SLOT_READY,
	SLOT_BUSY,
	SLOT_DONE
} SlotState;

typedef enum SlotKind
{
	SLOT_CHUNKS,
	SLOT_COMMAND
} SlotKind;

typedef struct SharedSlot
{
	pg_atomic_uint32 state;
	SlotKind kind;
	uint64 seq;
	size_t meta_len; /* serialised chunks or command */
	int nchunks;
	size_t data_size;
	size_t data_offset; /* in the segment */
	size_t meta_offset;
	JobResult result;
} SharedSlot;

typedef struct SharedStage
{
	Oid database;
	PGPROC *leader;
	pg_atomic_uint32 stop;      /* workers end when nothing is READY */
	pg_atomic_uint32 nattached; /* worker numbers are given in order of arrival */
	PGPROC *workers[SHARED_MAX_WORKERS];
	int nworkers; /* queues in the segment */
	int nslots;
	size_t setup_offset;
	size_t setup_len;
	size_t queue_offset;
	SharedSlot slots[FLEXIBLE_ARRAY_MEMBER];
} SharedStage;

/* Creates and fills the segment for the leader. */
extern dsm_segment *shared_create(const StageSetup *setup, int nworkers);
/* Looks at an attached segment; error if it is not one of ours. */
extern SharedStage *shared_attach(dsm_segment *segment);

extern char *shared_slot_data(SharedStage *shared, SharedSlot *slot);
extern char *shared_slot_meta(SharedStage *shared, SharedSlot *slot);
extern shm_mq *shared_queue(SharedStage *shared, int worker);

/* The setup as a worker sees it, in the current memory context; applies the leader's settings. */
extern StageSetup *shared_read_setup(SharedStage *shared);

#endif
