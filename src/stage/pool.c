/*
 * pool.c: the leader's side of the workers: start, hand out, collect, stop.
 *
 * The leader waits on its latch only: workers set it when a slot is done or
 * an error message is in their queue, the postmaster when one of them ends.
 */
#include "postgres.h"

#include "stage/executor.h"

#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "stage/bad_row.h"
#include "stage/shared.h"
#include "storage/latch.h"
#include "utils/memutils.h"

#define WAIT_MILLISECONDS 1000

typedef struct PoolWorker
{
	BackgroundWorkerHandle *handle;
	shm_mq_handle *queue; /* by order of arrival, not by worker */
} PoolWorker;

typedef struct PoolExecutor
{
	Executor base;
	MemoryContext context;
	dsm_segment *segment;
	SharedStage *shared;
	int nworkers; /* registered */
	PoolWorker *workers;
	uint64 next_seq;
	bool command_done;
} PoolExecutor;

static bool
register_worker(PoolExecutor *pool, PoolWorker *worker)
{
	BackgroundWorker bgw;

	memset(&bgw, 0, sizeof(bgw));
	snprintf(bgw.bgw_name, BGW_MAXLEN, "pg_ingest staging worker for PID %d", MyProcPid);
	snprintf(bgw.bgw_type, BGW_MAXLEN, "pg_ingest worker");
	bgw.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	bgw.bgw_start_time = BgWorkerStart_ConsistentState;
	bgw.bgw_restart_time = BGW_NEVER_RESTART;
	snprintf(bgw.bgw_library_name, sizeof(bgw.bgw_library_name), "pg_ingest");
	snprintf(bgw.bgw_function_name, sizeof(bgw.bgw_function_name), "ingest_worker_main");
	bgw.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(pool->segment));
	bgw.bgw_notify_pid = MyProcPid;
	return RegisterDynamicBackgroundWorker(&bgw, &worker->handle);
}

/* Raises what a worker sent; only errors arrive, workers keep quiet otherwise. */
static void
handle_message(StringInfo message)
{
	switch (pq_getmsgbyte(message))
	{
		case 'E':
		case 'N':
		{
			ErrorData error;

			pq_parse_errornotice(message, &error);
			/* a worker's FATAL ends the worker, not the caller's session */
			error.elevel = Min(error.elevel, ERROR);
			/* a bad row: the protocol does not carry the detail for the log */
			if (error.constraint_name != NULL && error.detail != NULL)
				error.detail_log = BAD_ROW_LOG_DETAIL;
			ThrowErrorData(&error);
			break;
		}
		default:
			break;
	}
}

static void
receive_messages(PoolExecutor *pool)
{
	int i;

	for (i = 0; i < pool->nworkers; i++)
	{
		StringInfoData message;
		Size len;
		void *data;

		while (shm_mq_receive(pool->workers[i].queue, &len, &data, true) == SHM_MQ_SUCCESS)
		{
			initStringInfo(&message);
			appendBinaryStringInfo(&message, data, len);
			handle_message(&message);
			pfree(message.data);
		}
	}
}

/* A worker that is gone without a message was killed, or could not start. */
static void
check_workers(PoolExecutor *pool)
{
	int i;

	for (i = 0; i < pool->nworkers; i++)
	{
		pid_t pid;

		if (GetBackgroundWorkerPid(pool->workers[i].handle, &pid) != BGWH_STOPPED)
			continue;
		receive_messages(pool);
		ereport(ERROR,
				(errcode(ERRCODE_CONNECTION_FAILURE), errmsg("a staging worker ended unexpectedly"),
				 errhint("See the server log. The same call continues where this one "
						 "stopped.")));
	}
}

/* Collects finished slots. */
static void
reap(PoolExecutor *pool)
{
	int i;

	for (i = 0; i < pool->shared->nslots; i++)
	{
		SharedSlot *slot = &pool->shared->slots[i];

		if (pg_atomic_read_u32(&slot->state) != SLOT_DONE)
			continue;
		pg_read_barrier();
		if (slot->kind == SLOT_COMMAND)
			pool->command_done = true;
		else
		{
			slot->result.seq = slot->seq;
			pool->base.done(&slot->result, pool->base.done_arg);
		}
		pg_atomic_write_u32(&slot->state, SLOT_FREE);
	}
}

/* Waits until something may have changed. */
static void
wait_for_workers(PoolExecutor *pool)
{
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, WAIT_MILLISECONDS,
					 PG_WAIT_EXTENSION);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	receive_messages(pool);
	check_workers(pool);
	reap(pool);
}

static void
wake_workers(PoolExecutor *pool)
{
	int i;

	for (i = 0; i < pool->nworkers; i++)
		if (pool->shared->workers[i] != NULL)
			SetLatch(&pool->shared->workers[i]->procLatch);
}

static SharedSlot *
find_free(PoolExecutor *pool, bool large)
{
	int i;

	/* ordinary slots first: the last one is the only large one */
	for (i = large ? pool->shared->nslots - 1 : 0; i < pool->shared->nslots; i++)
		if (pg_atomic_read_u32(&pool->shared->slots[i].state) == SLOT_FREE)
			return &pool->shared->slots[i];
	return NULL;
}

static void
pool_acquire(Executor *executor, bool large, Window *window)
{
	PoolExecutor *pool = (PoolExecutor *) executor;
	SharedSlot *slot;

	reap(pool);
	while ((slot = find_free(pool, large)) == NULL)
		wait_for_workers(pool);
	window->slot = slot;
	window->data = shared_slot_data(pool->shared, slot);
	/* chunks must not depend on which slot is free, so an ordinary window is never larger */
	window->size = large ? slot->data_size : pool->shared->slots[0].data_size;
}

/* The slot never left FREE. */
static void
pool_release(Executor *executor, Window *window)
{
}

static void
hand_over(PoolExecutor *pool, SharedSlot *slot)
{
	slot->seq = pool->next_seq;
	pg_write_barrier();
	pg_atomic_write_u32(&slot->state, SLOT_READY);
	wake_workers(pool);
}

static void
pool_submit(Executor *executor, Window *window, List *chunks)
{
	PoolExecutor *pool = (PoolExecutor *) executor;
	SharedSlot *slot = window->slot;
	StringInfoData meta;
	ListCell *lc;

	initStringInfo(&meta);
	foreach (lc, chunks)
		chunk_write(lfirst(lc), window->data, &meta);
	if ((size_t) meta.len > SHARED_META_SIZE)
		elog(ERROR, "chunk descriptions take %d bytes", meta.len);
	memcpy(shared_slot_meta(pool->shared, slot), meta.data, meta.len);
	pfree(meta.data);
	slot->kind = SLOT_CHUNKS;
	slot->meta_len = meta.len;
	slot->nchunks = list_length(chunks);
	hand_over(pool, slot);
	pool->next_seq++;
}

static size_t
pool_chunk_space(Executor *executor)
{
	return SHARED_META_SIZE;
}

static void
pool_command(Executor *executor, StringInfo command)
{
	PoolExecutor *pool = (PoolExecutor *) executor;
	Window window;
	SharedSlot *slot;

	pool_acquire(executor, false, &window);
	if ((size_t) command->len > window.size)
		elog(ERROR, "staging command takes %d bytes", command->len);
	memcpy(window.data, command->data, command->len);
	slot = window.slot;
	slot->kind = SLOT_COMMAND;
	slot->meta_len = command->len;
	pool->command_done = false;
	hand_over(pool, slot);
	while (!pool->command_done)
		wait_for_workers(pool);
}

static bool
all_free(PoolExecutor *pool)
{
	int i;

	for (i = 0; i < pool->shared->nslots; i++)
		if (pg_atomic_read_u32(&pool->shared->slots[i].state) != SLOT_FREE)
			return false;
	return true;
}

static void
pool_drain(Executor *executor)
{
	PoolExecutor *pool = (PoolExecutor *) executor;

	for (;;)
	{
		reap(pool);
		if (all_free(pool))
			break;
		wait_for_workers(pool);
	}
}

static void
stop_workers(PoolExecutor *pool, bool terminate)
{
	int i;

	pg_atomic_write_u32(&pool->shared->stop, 1);
	wake_workers(pool);
	for (i = 0; i < pool->nworkers; i++)
		if (terminate)
			TerminateBackgroundWorker(pool->workers[i].handle);
	for (i = 0; i < pool->nworkers; i++)
		(void) WaitForBackgroundWorkerShutdown(pool->workers[i].handle);
}

static void
pool_end(Executor *executor)
{
	PoolExecutor *pool = (PoolExecutor *) executor;

	stop_workers(pool, false);
	dsm_detach(pool->segment);
	MemoryContextDelete(pool->context);
}

/*
 * A cancel that arrives while we wait here must not leave a worker behind that
 * commits later, so interrupts are held until all of them are gone; they react to
 * SIGTERM within one batch of rows.
 */
static void
pool_abort(Executor *executor)
{
	PoolExecutor *pool = (PoolExecutor *) executor;
	int i;

	HOLD_INTERRUPTS();
	/* nobody reads the queues any more: a worker must not wait for room in one */
	for (i = 0; i < pool->nworkers; i++)
		shm_mq_detach(pool->workers[i].queue);
	stop_workers(pool, true);
	RESUME_INTERRUPTS();
}

static const ExecutorRoutine pool_routine = {
	.command = pool_command,
	.acquire = pool_acquire,
	.release = pool_release,
	.submit = pool_submit,
	.chunk_space = pool_chunk_space,
	.drain = pool_drain,
	.end = pool_end,
	.abort = pool_abort,
};

Executor *
pool_start(const StageSetup *setup, int nworkers, JobDone done, void *arg)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest workers", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	PoolExecutor *pool = palloc0(sizeof(PoolExecutor));

	nworkers = Min(nworkers, SHARED_MAX_WORKERS);
	pool->base.routine = &pool_routine;
	pool->base.done = done;
	pool->base.done_arg = arg;
	pool->base.autonomous = true;
	pool->context = context;
	pool->workers = palloc0(nworkers * sizeof(PoolWorker));
	pool->segment = shared_create(setup, nworkers);
	pool->shared = shared_attach(pool->segment);
	while (pool->nworkers < nworkers && register_worker(pool, &pool->workers[pool->nworkers]))
	{
		PoolWorker *worker = &pool->workers[pool->nworkers];

		worker->queue =
			shm_mq_attach(shared_queue(pool->shared, pool->nworkers), pool->segment, NULL);
		pool->nworkers++;
	}
	MemoryContextSwitchTo(oldcontext);
	if (pool->nworkers == 0)
	{
		dsm_detach(pool->segment);
		MemoryContextDelete(context);
		return NULL;
	}
	return &pool->base;
}
