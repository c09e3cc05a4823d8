/*
 * leader.c: the staging of one load, from plan to 'staged'.
 *
 *   lock target -> plan -> executor -> for each file: cut, submit -> drain
 *               -> limits -> 'staged'
 *
 * Runs in the caller's backend.  Reads the files and cuts them into chunks; an
 * executor (workers, or this process) loads them.  What must outlive a
 * rollback of the caller goes through the executor as a command.
 */
#include "postgres.h"

#include "stage/stage.h"

#include <unistd.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/progress.h"
#include "manifest/quarantine.h"
#include "miscadmin.h"
#include "stage/chunker.h"
#include "stage/executor.h"
#include "stage/failpoint.h"
#include "stage/limits.h"
#include "stage/mapping.h"
#include "stage/plan.h"
#include "stage/progress.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "utils/backend_progress.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* Files described in one command; bounds its size far below the smallest chunk_size. */
#define COMMAND_FILES_BYTES ((size_t) 32 * 1024)

/* Rest of a window that is too small to start another file in. */
#define WINDOW_REST_MIN ((size_t) 4 * 1024)

/* Serialised size of a chunk beside its path and field numbers; see chunk.c. */
#define CHUNK_FIXED_SPACE ((size_t) 512)

/* Workers that "workers": "auto" starts at most. */
#define AUTO_WORKERS_MAX 8

typedef struct Leader
{
	const StageRequest *request;
	StagePlan *plan;
	StageSetup setup;
	Executor *executor;
	Limits limits;
	Progress progress;
	uint64 bytes_before; /* raw bytes of finished files */
	/* the window being filled */
	Window window;
	bool has_window;
	size_t used;
	List *chunks; /* of Chunk *, in the window */
	size_t chunks_space;
	MemoryContext window_context; /* of chunks; reset at submit */
} Leader;

bool
stage_lock_target(Oid target, OptionsOnBusy on_busy)
{
	LOCKTAG tag;

	/* field4: user-level advisory locks have 1 and 2 there */
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, get_namespace_oid("ingest", false), target, 3);
	if (on_busy == ON_BUSY_WAIT)
	{
		(void) LockAcquire(&tag, ExclusiveLock, false, false);
		return true;
	}
	if (LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL)
		return true;
	if (on_busy == ON_BUSY_ERROR)
		ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
						errmsg("another load into table \"%s\" is running", get_rel_name(target)),
						errhint("Set option \"on_busy\" to \"wait\" or \"skip\".")));
	return false;
}

/* Was the tuple written by this transaction, so that no worker can see it? */
static bool
is_own_tuple(HeapTuple tuple)
{
	bool own;

	if (!HeapTupleIsValid(tuple))
		return false;
	own = TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmin(tuple->t_data));
	ReleaseSysCache(tuple);
	return own;
}

/* Can workers see what they need, and can this transaction see what they commit? */
static bool
workers_are_possible(const StageRequest *request)
{
	Relation target = request->target;
	TupleDesc desc = RelationGetDescr(target);
	int i;

	if (request->options->workers == 0 || IsolationUsesXactSnapshot() ||
		target->rd_createSubid != InvalidSubTransactionId)
		return false;
	if (is_own_tuple(SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(target)))) ||
		is_own_tuple(SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()))) ||
		is_own_tuple(SearchSysCache1(NAMESPACENAME, CStringGetDatum("ingest"))))
		return false;
	for (i = 0; i < desc->natts; i++)
		if (is_own_tuple(
				SearchSysCache1(TYPEOID, ObjectIdGetDatum(TupleDescAttr(desc, i)->atttypid))))
			return false;
	return true;
}

/*
 * As many as there is work and processors for. A compressed file is taken as
 * four times its size.
 */
static int
choose_workers(const StageRequest *request, uint64 bytes)
{
	int64 useful;
	int cpus;

	if (request->options->workers > 0)
		return request->options->workers;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	useful = 1 + bytes / (request->options->chunk_size / 4);
	return Max(1, Min(Min(cpus, AUTO_WORKERS_MAX), useful));
}

/* The columns of a new load: those of the first file that has any record. */
static List *
find_columns(const StageRequest *request, const StagePlan *plan)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest head", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = CurrentMemoryContext;
	List *columns = NIL;
	ListCell *lc;

	foreach (lc, plan->files)
	{
		const PlannedFile *file = lfirst(lc);
		bool is_last = lnext(plan->files, lc) == NULL;
		size_t size = request->options->chunk_size;
		Chunker *chunker;
		FileHead head;

		MemoryContextSwitchTo(context);
		chunker = chunker_open(file->source, request->options);
		chunker_use(chunker, MemoryContextAllocHuge(context, size), size);
		chunker_read_head(chunker, &head);
		MemoryContextSwitchTo(oldcontext);
		if (!head.missing || is_last)
			columns = mapping_columns(request->target, request->options, &head,
									  file->source->path);
		chunker_close(chunker);
		MemoryContextReset(context);
		if (columns != NIL)
			break;
	}
	MemoryContextDelete(context);
	return columns;
}

/* JobDone: counts, limits, progress. */
static void
job_done(const JobResult *result, void *arg)
{
	Leader *leader = arg;

	limits_add(&leader->limits, result);
	leader->progress.rows_staged += result->counts.rows_staged;
	leader->progress.rows_bad += result->rows_bad;
	progress_update(&leader->progress);
}

/* Runs a command and leaves buf empty. */
static void
run_command(Leader *leader, StringInfo buf)
{
	leader->executor->routine->command(leader->executor, buf);
	resetStringInfo(buf);
}

static void
set_status(Leader *leader, const char *status, const char *message)
{
	StringInfoData buf;

	initStringInfo(&buf);
	command_write_status(leader->setup.load_id, status, message, &buf);
	run_command(leader, &buf);
}

/* Enters the load and its new files into the manifest, in commands of bounded size. */
static void
enter_plan(Leader *leader)
{
	PlanCommand plan = leader->plan->command;
	List *batch = NIL;
	size_t bytes = 0;
	StringInfoData buf;
	ListCell *lc;

	initStringInfo(&buf);
	plan.files = NIL;
	command_write_plan(&plan, &buf);
	run_command(leader, &buf);
	foreach (lc, leader->plan->command.files)
	{
		ManifestFile *file = lfirst(lc);

		batch = lappend(batch, file);
		bytes += strlen(file->path) + 64;
		if (bytes < COMMAND_FILES_BYTES && lnext(leader->plan->command.files, lc) != NULL)
			continue;
		command_write_files(leader->setup.load_id, leader->setup.target, batch, &buf);
		run_command(leader, &buf);
		list_free(batch);
		batch = NIL;
		bytes = 0;
	}
	FAILPOINT("planned");
}

/* Too many bad rows: ends the load as rejected, with the evidence in quarantine. */
static void
reject(Leader *leader, const char *reason)
{
	int64 load_id = leader->setup.load_id;
	char *summary = "";

	leader->executor->routine->drain(leader->executor);
	set_status(leader, "rejected", reason);
	if (leader->executor->autonomous)
		summary = quarantine_summary(load_id);
	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("load " INT64_FORMAT " into table \"%s\" is rejected: %s", load_id,
					RelationGetRelationName(leader->request->target), reason),
			 summary[0] != '\0' ? errdetail("Commonest reasons: %s.", summary) : 0,
			 leader->executor->autonomous
				 ? errhint("See SELECT * FROM ingest.quarantine WHERE load_id = " INT64_FORMAT ";",
						   load_id)
				 : errhint("Nothing is kept, because the load was staged in this transaction: "
						   "option \"workers\" is 0, no worker was free, or the transaction "
						   "would not have seen what workers commit.")));
}

static void
check_limits(Leader *leader)
{
	const char *reason = limits_exceeded(&leader->limits);

	if (reason != NULL)
		reject(leader, reason);
}

static void
submit_window(Leader *leader)
{
	if (!leader->has_window)
		return;
	if (leader->chunks != NIL)
		leader->executor->routine->submit(leader->executor, &leader->window, leader->chunks);
	else
		leader->executor->routine->release(leader->executor, &leader->window);
	leader->has_window = false;
	leader->chunks = NIL;
	MemoryContextReset(leader->window_context);
	check_limits(leader);
}

static void
new_window(Leader *leader, bool large)
{
	leader->executor->routine->acquire(leader->executor, large, &leader->window);
	leader->has_window = true;
	leader->used = 0;
	leader->chunks_space = 0;
}

/* Bytes that a chunk of this file takes when serialised. */
static size_t
chunk_space(const Leader *leader, const PlannedFile *file)
{
	return CHUNK_FIXED_SPACE + strlen(file->source->path) +
		   leader->setup.spec->ncolumns * sizeof(int16);
}

/*
 * Gives the chunker the rest of the current window if the whole file may fit
 * there, else a window of its own, so that where chunks end does not depend on
 * the files before.
 */
static void
open_window(Leader *leader, Chunker *chunker, const PlannedFile *file)
{
	bool shared = leader->has_window && leader->window.size - leader->used >= WINDOW_REST_MIN &&
				  leader->chunks_space + chunk_space(leader, file) <
					  leader->executor->routine->chunk_space(leader->executor);

	if (shared)
	{
		chunker_use(chunker, leader->window.data + leader->used,
					leader->window.size - leader->used);
		if (chunker_fill(chunker))
			return;
	}
	submit_window(leader);
	new_window(leader, false);
	chunker_use(chunker, leader->window.data, leader->window.size);
}

/* Keeps a chunk for the submit of its window. */
static void
add_chunk(Leader *leader, const Chunk *chunk, const PlannedFile *file)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(leader->window_context);
	Chunk *copy = palloc(sizeof(Chunk));

	*copy = *chunk;
	leader->chunks = lappend(leader->chunks, copy);
	leader->chunks_space += chunk_space(leader, file);
	leader->used = chunk->data + chunk->len - leader->window.data;
	MemoryContextSwitchTo(oldcontext);
}

/* Reads the head and says what the file's fields mean. */
static ChunkFile *
describe_file(Leader *leader, Chunker *chunker, const PlannedFile *file)
{
	ChunkFile *described = palloc0(sizeof(ChunkFile));
	FileHead head;

	chunker_read_head(chunker, &head);
	described->file_no = file->manifest->file_no;
	described->path = file->source->path;
	described->encoding = chunker_encoding(chunker);
	mapping_resolve(leader->request->target, leader->request->options, &head,
					leader->plan->command.load->columns, described);
	return described;
}

/* Cuts one file; false when it is not the file that was begun. */
static bool
cut_file(Leader *leader, Chunker *chunker, const PlannedFile *file)
{
	Chunk chunk;

	for (;;)
	{
		ChunkerResult result = chunker_next(chunker, &chunk);

		leader->progress.bytes_done = leader->bytes_before + chunker_raw_position(chunker);
		progress_update(&leader->progress);
		switch (result)
		{
			case CHUNKER_CHANGED:
				return false;
			case CHUNKER_DONE:
				return true;
			case CHUNKER_CHUNK:
				add_chunk(leader, &chunk, file);
				if (chunk.last)
					return true;
				break;
			case CHUNKER_SKIPPED:
				if (chunk.last)
					return true;
				break;
			case CHUNKER_FULL:
				/* the record needs more than what is left of this window, or than any ordinary one */
				if (leader->chunks == NIL && leader->window.size >=
					executor_window_size(leader->request->options, true))
					elog(ERROR, "a record does not end in the largest window");
				break;
		}
		submit_window(leader);
		new_window(leader, result == CHUNKER_FULL);
		chunker_use(chunker, leader->window.data, leader->window.size);
	}
}

/* Were all chunks of the file committed by an earlier call? */
static bool
is_complete(const PlannedFile *file, List *committed)
{
	return file->manifest->chunks >= 0 && list_length(committed) == file->manifest->chunks;
}

static bool
is_unchanged(const PlannedFile *file)
{
	SourceIdentity identity;

	source_identify(file->source, &identity);
	return memcmp(identity.hash, file->manifest->content_hash, MANIFEST_HASH_LEN) == 0;
}

/* Stages one file; false when it is not the file that was begun. */
static bool
stage_file(Leader *leader, const PlannedFile *file)
{
	const ManifestLoad *load = leader->plan->command.load;
	List *committed = NIL;
	Chunker *chunker;
	bool same = true;

	if (!file->is_new && !leader->plan->command.restart)
		committed = manifest_chunks(load->load_id, file->manifest->file_no);
	if (is_complete(file, committed))
		same = is_unchanged(file);
	else
	{
		chunker = chunker_open(file->source, leader->request->options);
		open_window(leader, chunker, file);
		chunker_begin(chunker, describe_file(leader, chunker, file), committed);
		same = cut_file(leader, chunker, file);
		chunker_close(chunker);
	}
	leader->bytes_before += file->source->size;
	leader->progress.bytes_done = leader->bytes_before;
	return same;
}

/* All files; false when one of them is not the file that was begun. */
static bool
stage_files(Leader *leader)
{
	MemoryContext file_context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest file", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = CurrentMemoryContext;
	bool same = true;
	ListCell *lc;

	foreach (lc, leader->plan->files)
	{
		CHECK_FOR_INTERRUPTS();
		/* chunks of the window point to their files: keep those until it is submitted */
		if (leader->chunks == NIL)
			MemoryContextReset(file_context);
		MemoryContextSwitchTo(file_context);
		same = stage_file(leader, lfirst(lc));
		MemoryContextSwitchTo(oldcontext);
		if (!same)
			break;
	}
	submit_window(leader);
	leader->executor->routine->drain(leader->executor);
	MemoryContextDelete(file_context);
	return same;
}

/* PG_ENSURE_ERROR_CLEANUP callback. */
static void
abort_executor(int code, Datum arg)
{
	Executor *executor = (Executor *) DatumGetPointer(arg);

	executor->routine->abort(executor);
}

static Executor *
start_executor(Leader *leader)
{
	Executor *executor = NULL;

	if (workers_are_possible(leader->request))
		executor = pool_start(&leader->setup,
							  choose_workers(leader->request, leader->plan->bytes_total), job_done,
							  leader);
	if (executor == NULL)
		executor = inline_start(&leader->setup, job_done, leader);
	return executor;
}

/* What executors need; the load's columns are known. */
static void
init_setup(Leader *leader)
{
	const StageRequest *request = leader->request;
	const ManifestLoad *load = leader->plan->command.load;

	leader->setup.load_id = load->load_id;
	leader->setup.target = RelationGetRelid(request->target);
	leader->setup.user = GetUserId();
	leader->setup.options_text = request->options_text;
	leader->setup.options = request->options;
	leader->setup.spec =
		contract_spec_build(request->target, load->columns, request->unique_key);
	leader->setup.bytes_total = leader->plan->bytes_total;
}

/* One attempt at the plan; false when a file is not the one that was begun. */
static bool
try_plan(Leader *leader)
{
	bool same;

	leader->bytes_before = 0;
	leader->has_window = false;
	leader->chunks = NIL;
	limits_init(&leader->limits, leader->request->options,
				leader->plan->command.is_new || leader->plan->command.restart
					? 0
					: leader->setup.load_id);
	progress_begin(&leader->progress, leader->setup.target, leader->plan->bytes_total);
	leader->executor = start_executor(leader);
	PG_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	{
		enter_plan(leader);
		same = stage_files(leader);
		if (same)
		{
			const char *reason = limits_exceeded_at_end(&leader->limits);

			if (reason != NULL)
				reject(leader, reason);
			set_status(leader, "staged", NULL);
		}
		leader->executor->routine->end(leader->executor);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	progress_end();
	return same;
}

/*
 * Is the error a verdict on the files, or did something interrupt the load,
 * which the same call can continue?
 */
static bool
is_final(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
		case ERRCODE_INTERNAL_ERROR:
		case ERRCODE_TRANSACTION_ROLLBACK:
			return false;
	}
	return sqlstate != ERRCODE_LOCK_NOT_AVAILABLE && sqlstate != ERRCODE_DISK_FULL;
}

/* Notes the error of a load that cannot be continued, in a transaction of a worker. */
static void
mark_failed(Leader *leader, const ErrorData *error)
{
	leader->executor = pool_start(&leader->setup, 1, job_done, leader);
	if (leader->executor == NULL)
		return;
	PG_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	{
		set_status(leader, "failed", error->message);
		leader->executor->routine->end(leader->executor);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
}

static void
run_plan(Leader *leader)
{
	MemoryContext oldcontext = CurrentMemoryContext;

	PG_TRY();
	{
		while (!try_plan(leader))
		{
			ereport(NOTICE, (errmsg("a file of load " INT64_FORMAT
									" changed since it was begun; it is staged again",
									leader->setup.load_id)));
			leader->plan->command.is_new = false;
			leader->plan->command.restart = true;
			leader->plan->command.files = NIL;
			leader->plan->command.abandoned = NIL;
		}
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(oldcontext);
		error = CopyErrorData();
		if (is_final(error->sqlerrcode) && leader->executor != NULL &&
			leader->executor->autonomous && !limits_were_reported(&leader->limits))
		{
			FlushErrorState();
			mark_failed(leader, error);
			ReThrowError(error);
		}
		PG_RE_THROW();
	}
	PG_END_TRY();
}

void
stage_run(const StageRequest *request, StageOutcome *outcome)
{
	Leader leader = {0};
	ManifestLoad *load;

	memset(outcome, 0, sizeof(*outcome));
	if (!stage_lock_target(RelationGetRelid(request->target), request->options->on_busy))
	{
		outcome->status = STAGE_BUSY;
		return;
	}
	leader.request = request;
	leader.plan = plan_make(request, &outcome->files_skipped);
	if (leader.plan == NULL)
	{
		outcome->status = STAGE_NOTHING_NEW;
		return;
	}
	load = leader.plan->command.load;
	outcome->load_id = load->load_id;
	if (leader.plan->is_staged)
		return;
	if (leader.plan->command.is_new)
		load->columns = find_columns(request, leader.plan);
	leader.window_context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest window", ALLOCSET_DEFAULT_SIZES);
	init_setup(&leader);
	run_plan(&leader);
	FAILPOINT("staged");
}
