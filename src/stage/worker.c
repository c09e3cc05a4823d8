/*
 * worker.c: a background worker: takes jobs, each in a transaction of its own.
 *
 *   attach -> connect -> { take a READY slot -> begin -> load -> commit -> DONE }
 *
 * A worker touches lanes, quarantine and manifest, never the target: the
 * leader holds locks there and waits on its latch, which the deadlock detector
 * cannot see.  For the same reason every lock it waits for has a time limit.
 *
 * It is connected as the bootstrap superuser, for it writes the manifest; the
 * caller's values are converted and checked with the caller's user id, and
 * in a security-restricted operation, so that nothing in them can get back.
 *
 * An error ends the worker: its transaction is rolled back, the message goes
 * to the leader through the error queue.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/progress.h"
#include "libpq/pqmq.h"
#include "libpq/pqsignal.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "stage/chunk_job.h"
#include "stage/command.h"
#include "stage/failpoint.h"
#include "stage/shared.h"
#include "stage/worker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

/* A manifest row that somebody has locked this long is an error, not a reason to hang. */
#define WORKER_LOCK_TIMEOUT "30s"

/* Between looks at the latch; nothing depends on it but the end of a lost leader. */
#define IDLE_MILLISECONDS 1000

typedef struct Worker
{
	SharedStage *shared;
	int number;
	StageSetup *setup;
	ChunkJob *job; /* NULL until the first chunk */
	MemoryContext load_context;
	MemoryContext job_context; /* reset after each job */
} Worker;

/* The READY slot with the lowest number, now BUSY; NULL if there is none. */
static SharedSlot *
take_slot(SharedStage *shared)
{
	for (;;)
	{
		SharedSlot *best = NULL;
		uint32 expected = SLOT_READY;
		int i;

		for (i = 0; i < shared->nslots; i++)
		{
			SharedSlot *slot = &shared->slots[i];

			if (pg_atomic_read_u32(&slot->state) != SLOT_READY)
				continue;
			pg_read_barrier();
			if (best == NULL || slot->seq < best->seq)
				best = slot;
		}
		if (best == NULL)
			return NULL;
		if (pg_atomic_compare_exchange_u32(&best->state, &expected, SLOT_BUSY))
			return best;
	}
}

/* The chunks of a slot, in the current memory context. */
static List *
read_chunks(SharedStage *shared, SharedSlot *slot)
{
	StringInfoData buf;
	List *chunks = NIL;
	int i;

	buf.data = shared_slot_meta(shared, slot);
	buf.len = buf.maxlen = slot->meta_len;
	buf.cursor = 0;
	for (i = 0; i < slot->nchunks; i++)
		chunks = lappend(chunks, chunk_read(&buf, shared_slot_data(shared, slot)));
	return chunks;
}

static void
begin_transaction(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
}

static void
commit_transaction(void)
{
	PopActiveSnapshot();
	CommitTransactionCommand();
	pgstat_report_stat(false);
}

/* The lane is created and committed before the first chunk goes into it. */
static void
prepare_job(Worker *worker)
{
	MemoryContext oldcontext;

	begin_transaction();
	oldcontext = MemoryContextSwitchTo(worker->load_context);
	worker->job = chunk_job_create(worker->setup, worker->number);
	MemoryContextSwitchTo(oldcontext);
	commit_transaction();
	pgstat_progress_start_command(PROGRESS_COMMAND_COPY, worker->setup->target);
	pgstat_progress_update_param(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
	pgstat_progress_update_param(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_CALLBACK);
}

static void
run_chunks(Worker *worker, SharedSlot *slot)
{
	MemoryContext oldcontext;

	if (worker->job == NULL)
		prepare_job(worker);
	begin_transaction();
	oldcontext = MemoryContextSwitchTo(worker->job_context);
	chunk_job_run(worker->job, read_chunks(worker->shared, slot), &slot->result);
	MemoryContextSwitchTo(oldcontext);
	commit_transaction();
	MemoryContextReset(worker->job_context);
	FAILPOINT("between_chunks");
}

/* What the leader relies on after an error or a restart is flushed; chunks need not be. */
static void
run_command(Worker *worker, SharedSlot *slot)
{
	StringInfoData buf;

	buf.data = shared_slot_data(worker->shared, slot);
	buf.len = buf.maxlen = slot->meta_len;
	buf.cursor = 0;
	begin_transaction();
	ForceSyncCommit();
	command_run(&buf);
	commit_transaction();
}

static void
work(Worker *worker)
{
	SharedStage *shared = worker->shared;

	for (;;)
	{
		SharedSlot *slot = take_slot(shared);

		if (slot != NULL)
		{
			pgstat_report_activity(STATE_RUNNING, "ingest: staging");
			if (slot->kind == SLOT_COMMAND)
				run_command(worker, slot);
			else
				run_chunks(worker, slot);
			pgstat_report_activity(STATE_IDLE, NULL);
			pg_write_barrier();
			pg_atomic_write_u32(&slot->state, SLOT_DONE);
			SetLatch(&shared->leader->procLatch);
			continue;
		}
		if (pg_atomic_read_u32(&shared->stop) != 0)
			return;
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
						 IDLE_MILLISECONDS, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

/* Attaches to the segment and sends errors to the leader from now on. */
static void
attach(Worker *worker, dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);
	shm_mq *queue;

	if (segment == NULL)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("could not map the shared memory of the load")));
	dsm_pin_mapping(segment);
	worker->shared = shared_attach(segment);
	worker->number = pg_atomic_fetch_add_u32(&worker->shared->nattached, 1);
	if (worker->number >= worker->shared->nworkers)
		elog(ERROR, "too many workers for the load");
	queue = shared_queue(worker->shared, worker->number);
	shm_mq_set_sender(queue, MyProc);
	pq_redirect_to_shm_mq(segment, shm_mq_attach(queue, segment, NULL));
	worker->shared->workers[worker->number] = MyProc;
}

void
ingest_worker_main(Datum arg)
{
	Worker worker = {0};

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	worker.load_context =
		AllocSetContextCreate(TopMemoryContext, "pg_ingest worker", ALLOCSET_DEFAULT_SIZES);
	worker.job_context =
		AllocSetContextCreate(TopMemoryContext, "pg_ingest job", ALLOCSET_DEFAULT_SIZES);
	CurrentResourceOwner = NULL;
	attach(&worker, DatumGetUInt32(arg));
	BackgroundWorkerInitializeConnectionByOid(worker.shared->database, InvalidOid, 0);

	begin_transaction();
	SetConfigOption("lock_timeout", WORKER_LOCK_TIMEOUT, PGC_USERSET, PGC_S_SESSION);
	SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
	SetConfigOption("client_min_messages", "error", PGC_USERSET, PGC_S_SESSION);
	/* the leader raises and logs what goes wrong here */
	SetConfigOption("log_min_messages", "fatal", PGC_SUSET, PGC_S_SESSION);
	MemoryContextSwitchTo(worker.load_context);
	worker.setup = shared_read_setup(worker.shared);
	/* what runs as the caller and looks must see the caller's rights */
	SetConfigOption("is_superuser", superuser_arg(worker.setup->user) ? "on" : "off", PGC_INTERNAL,
					PGC_S_DYNAMIC_DEFAULT);
	commit_transaction();
	work(&worker);
	proc_exit(0);
}
