/*
 * inline.c: staging in the caller's process and transaction.
 *
 * For callers whose snapshot would not see what workers commit, for targets
 * that workers cannot see yet, for "workers": 0, and when no worker slot is
 * free.  Same chunks, same code, same results; nothing is kept when the
 * caller rolls back.
 */
#include "postgres.h"

#include "stage/executor.h"

#include "access/xact.h"
#include "stage/chunk_job.h"
#include "stage/command.h"
#include "utils/memutils.h"

typedef struct InlineExecutor
{
	Executor base;
	const StageSetup *setup;
	MemoryContext context;
	ChunkJob *job; /* NULL until the first chunk: the load must be in the manifest by then */
	uint64 seq;
	char *buffers[2]; /* ordinary, large; the tail of one may still move into the other */
} InlineExecutor;

static void
inline_command(Executor *executor, StringInfo command)
{
	command->cursor = 0;
	command_run(command);
	CommandCounterIncrement();
}

/* Submitting is synchronous, so the same window can be given again and again. */
static void
inline_acquire(Executor *executor, bool large, Window *window)
{
	InlineExecutor *self = (InlineExecutor *) executor;

	window->size = executor_window_size(self->setup->options, large);
	if (self->buffers[large] == NULL)
		self->buffers[large] = MemoryContextAllocHuge(self->context, window->size);
	window->data = self->buffers[large];
	window->slot = NULL;
}

static void
inline_release(Executor *executor, Window *window)
{
}

static void
inline_submit(Executor *executor, Window *window, List *chunks)
{
	InlineExecutor *self = (InlineExecutor *) executor;
	JobResult result;

	if (self->job == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(self->context);

		self->job = chunk_job_create(self->setup, 0);
		MemoryContextSwitchTo(oldcontext);
	}
	result.seq = self->seq++;
	chunk_job_run(self->job, chunks, &result);
	executor->done(&result, executor->done_arg);
}

/* Nothing is serialised; this only bounds the size of one job. */
static size_t
inline_chunk_space(Executor *executor)
{
	return 128 * 1024;
}

static void
inline_drain(Executor *executor)
{
}

static void
inline_end(Executor *executor)
{
	InlineExecutor *self = (InlineExecutor *) executor;

	MemoryContextDelete(self->context);
}

/* The caller's transaction is about to be rolled back, with all that is in it. */
static void
inline_abort(Executor *executor)
{
}

static const ExecutorRoutine inline_routine = {
	.command = inline_command,
	.acquire = inline_acquire,
	.release = inline_release,
	.submit = inline_submit,
	.chunk_space = inline_chunk_space,
	.drain = inline_drain,
	.end = inline_end,
	.abort = inline_abort,
};

Executor *
inline_start(const StageSetup *setup, JobDone done, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_ingest inline staging",
												  ALLOCSET_DEFAULT_SIZES);
	InlineExecutor *self = MemoryContextAllocZero(context, sizeof(InlineExecutor));

	self->base.routine = &inline_routine;
	self->base.done = done;
	self->base.done_arg = arg;
	self->setup = setup;
	self->context = context;
	return &self->base;
}
