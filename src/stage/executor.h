/*
 * executor.h: where chunks are loaded: in workers or in the caller's process.
 *
 * The leader cuts chunks into windows and submits them; an executor loads them
 * and reports what became of their rows.  Two implementations behind one
 * vtable: pool.c (background workers, a commit per job) and inline.c (the
 * caller's process and transaction).
 */
#ifndef INGEST_STAGE_EXECUTOR_H
#define INGEST_STAGE_EXECUTOR_H

#include "contract/spec.h"
#include "options/options.h"
#include "stage/chunk_loader.h"

/* What loading a chunk needs to know about the load. */
typedef struct StageSetup
{
	int64 load_id;
	Oid target;
	Oid user;                 /* the caller: converts and checks */
	const char *options_text; /* jsonb as text */
	IngestOptions *options;
	ContractSpec *spec;
	uint64 bytes_total; /* raw bytes of all files, for progress */
	bool has_text;      /* chunks bring their bytes; those of Parquet files do not */
} StageSetup;

/* Memory for chunks, the executor's. */
typedef struct Window
{
	char *data;
	size_t size;
	void *slot; /* the executor's */
} Window;

/* What became of the chunks of one submit. */
typedef struct JobResult
{
	uint64 seq;         /* number of the submit, from 0 */
	ChunkCounts counts; /* sums; leading_bad of the first rows of the first chunk on */
	int64 rows_bad;     /* quarantined, or ignored because bad */
} JobResult;

/* Called for every job in the order in which they end; may raise an error. */
typedef void (*JobDone)(const JobResult *result, void *arg);

typedef struct Executor Executor;

typedef struct ExecutorRoutine
{
	/* Runs a command of command.h and waits until it is done. */
	void (*command)(Executor *executor, StringInfo command);
	/* A free window; large: for one record of max_line_size. */
	void (*acquire)(Executor *executor, bool large, Window *window);
	/* Gives a window back without chunks. */
	void (*release)(Executor *executor, Window *window);
	/* Hands over a window and the Chunk * in it. */
	void (*submit)(Executor *executor, Window *window, List *chunks);
	/* Bytes that the chunks of one submit may take when serialised. */
	size_t (*chunk_space)(Executor *executor);
	/* Waits until everything submitted is done and reported. */
	void (*drain)(Executor *executor);
	/* Ends regularly; everything is drained. */
	void (*end)(Executor *executor);
	/* Ends at once, after an error or at exit; nothing more is committed when it returns. */
	void (*abort)(Executor *executor);
} ExecutorRoutine;

struct Executor
{
	const ExecutorRoutine *routine;
	JobDone done;
	void *done_arg;
	bool autonomous; /* commits on its own */
};

/*
 * Bytes of a window.  A large one holds any record that is not too long, and
 * enough beyond it to see that it is.
 */
static inline size_t
executor_window_size(const IngestOptions *options, bool large)
{
	size_t size = options->chunk_size;

	return large ? Max(size, (size_t) options->max_line_size + 64 * 1024) : size;
}

/* Up to nworkers workers; NULL when not one could be had. */
extern Executor *pool_start(const StageSetup *setup, int nworkers, JobDone done, void *arg);
extern Executor *inline_start(const StageSetup *setup, JobDone done, void *arg);

#endif
