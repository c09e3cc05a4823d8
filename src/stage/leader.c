/*
 * leader.c: the staging of one load, from plan to 'staged'.
 *
 *   plan -> executor -> for each file: cut, submit -> drain
 *               -> limits -> 'staged'
 *
 * Runs in the caller's backend.  Reads the files and cuts them into chunks; an
 * executor (workers, or this process) loads them.  What must outlive a
 * rollback of the caller goes through the executor as a command.
 */
#include "postgres.h"

#include "stage/stage.h"

#include "manifest/quarantine.h"
#include "miscadmin.h"
#include "stage/drift_log.h"
#include "stage/executor.h"
#include "stage/failpoint.h"
#include "stage/feeder.h"
#include "stage/file_columns.h"
#include "stage/limits.h"
#include "stage/new_columns.h"
#include "stage/plan.h"
#include "stage/progress.h"
#include "stage/worker_choice.h"
#include "storage/ipc.h"

/* Files described in one command; bounds its size far below the smallest chunk_size. */
#define COMMAND_FILES_BYTES ((size_t) 32 * 1024)

typedef struct Leader
{
	const StageRequest *request;
	StagePlan *plan;
	StageSetup setup;
	Executor *executor; /* NULL when none runs */
	Limits limits;
	Progress progress;
	DriftLog *drift;
	bool is_entered;      /* the manifest has the load, or will not take it */
	const char *rejected; /* why, when there are too many bad rows */
} Leader;

/* The columns of a new load: those that any of its files provides. */
static void
find_columns(Leader *leader)
{
	StageRequest request = *leader->request;
	ManifestLoad *load = leader->plan->command.load;
	List *files = NIL;
	ListCell *lc;

	foreach (lc, leader->plan->files)
		files = lappend(files, ((PlannedFile *) lfirst(lc))->source);
	request.drift_log = leader->drift;
	load->columns = file_columns_find(&request, files, PG_INT32_MAX);
	new_columns_find(leader->request, files, load);
}

/* Files that a load gets when it is continued: how they differ from the target. */
static void
look_at_new_files(Leader *leader)
{
	const IngestOptions *options = leader->request->options;
	ListCell *lc;

	foreach (lc, leader->plan->files)
	{
		const PlannedFile *file = lfirst(lc);
		FileHead head;

		if (!file->is_new)
			continue;
		file_columns_head(options, file->source, &head);
		if (!head.missing)
			drift_log_file(leader->drift, leader->request, file->manifest->file_no, file->source,
						   &head);
	}
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

	leader->is_entered = true;
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
	foreach (lc, drift_log_commands(leader->drift))
		leader->executor->routine->command(leader->executor, lfirst(lc));
	FAILPOINT("planned");
}

/* Does the manifest outlive a rollback of the caller? */
static bool
is_autonomous(const Leader *leader)
{
	if (leader->executor != NULL)
		return leader->executor->autonomous;
	return worker_choice(leader->request, leader->plan->bytes_total) > 0;
}

/* Too many bad rows; summary says which, "" where nothing is kept of them. */
static void
raise_rejection(const Leader *leader, const char *summary)
{
	int64 load_id = leader->setup.load_id;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("load " INT64_FORMAT " into table \"%s\" is rejected: %s", load_id,
					RelationGetRelationName(leader->request->target), leader->rejected),
			 summary[0] != '\0' ? errdetail("Commonest reasons: %s.", summary) : 0,
			 summary[0] != '\0'
				 ? errhint("See SELECT * FROM ingest.quarantine WHERE load_id = " INT64_FORMAT ";",
						   load_id)
			 : is_autonomous(leader)
				 ? errhint("Set option \"on_error\" to \"quarantine\" to see the bad rows.")
				 : errhint("Nothing is kept, because the load was staged in this transaction: "
						   "option \"workers\" is 0, no worker was free, or the transaction "
						   "would not have seen what workers commit.")));
}

/* Ends the load if there is a reason; run_plan() notes it.  What is not committed is given up. */
static void
reject(Leader *leader, const char *reason)
{
	if (reason == NULL)
		return;
	leader->rejected = reason;
	raise_rejection(leader, "");
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
	reject(leader, limits_exceeded(&leader->limits));
}

static bool
feed(Leader *leader)
{
	FeederSetup setup = {
		.request = leader->request,
		.plan = leader->plan,
		.executor = leader->executor,
		.progress = &leader->progress,
	};

	return feeder_run(&setup);
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
	int nworkers = worker_choice(leader->request, leader->plan->bytes_total);

	leader->setup.has_text = feeder_has_text(leader->request->options, leader->plan);
	if (nworkers > 0)
		executor = pool_start(&leader->setup, nworkers, job_done, leader);
	if (executor == NULL)
		executor = inline_start(&leader->setup, job_done, leader);
	return executor;
}

/* What executors need; an empty contract will do for those that load nothing. */
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
	leader->setup.spec = palloc0(sizeof(ContractSpec));
	leader->setup.bytes_total = leader->plan->bytes_total;
}

/* What rows must satisfy; a new load asks its files first which columns they have. */
static void
find_contract(Leader *leader)
{
	const StageRequest *request = leader->request;
	ContractRules rules = stage_contract_rules(request);
	ManifestLoad *load = leader->plan->command.load;

	if (leader->plan->command.is_new)
		find_columns(leader);
	else
		look_at_new_files(leader);
	rules.new_columns = load->new_columns;
	rules.new_types = load->new_types;
	leader->setup.spec = contract_spec_build(request->target, load->columns, &rules);
}

/* One attempt at the plan; false when a file is not the one that was begun. */
static bool
try_plan(Leader *leader)
{
	bool same;

	limits_init(
		&leader->limits, leader->request->options,
		leader->plan->command.is_new || leader->plan->command.restart ? 0 : leader->setup.load_id);
	progress_begin(&leader->progress, leader->setup.target, leader->plan->bytes_total);
	leader->executor = start_executor(leader);
	PG_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	{
		enter_plan(leader);
		same = feed(leader);
		if (same)
		{
			reject(leader, limits_exceeded_at_end(&leader->limits));
			set_status(leader, "staged", NULL);
		}
		leader->executor->routine->end(leader->executor);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	leader->executor = NULL;
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
	/* a bad checksum in a file, though of the class of internal errors */
	if (sqlstate == ERRCODE_DATA_CORRUPTED)
		return true;
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

/* An error as ingest.loads shows it. */
static char *
failure_message(const ErrorData *error)
{
	if (error->detail == NULL)
		return error->message;
	return psprintf("%s. %s", error->message, error->detail);
}

/* Notes that and why a load cannot be continued, in transactions of a worker. */
static void
end_load(Leader *leader, const char *status, const char *message)
{
	leader->executor = pool_start(&leader->setup, 1, job_done, leader);
	if (leader->executor == NULL)
		return;
	PG_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	{
		if (!leader->is_entered)
		{
			/* what it was to replace is still good */
			leader->plan->command.abandoned = NIL;
			enter_plan(leader);
		}
		set_status(leader, status, message);
		leader->executor->routine->end(leader->executor);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(leader->executor));
	leader->executor = NULL;
}

static void
run_plan(Leader *leader)
{
	MemoryContext oldcontext = CurrentMemoryContext;

	PG_TRY();
	{
		find_contract(leader);
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
		if (!is_final(error->sqlerrcode) || !is_autonomous(leader))
			PG_RE_THROW();
		FlushErrorState();
		if (leader->rejected == NULL)
		{
			end_load(leader, "failed", failure_message(error));
			ReThrowError(error);
		}
		end_load(leader, "rejected", leader->rejected);
		raise_rejection(leader, quarantine_summary(leader->setup.load_id));
	}
	PG_END_TRY();
}

void
stage_run(const StageRequest *request, StageOutcome *outcome)
{
	Leader leader = {0};
	ManifestLoad *load;

	memset(outcome, 0, sizeof(*outcome));
	leader.request = request;
	leader.plan = plan_make(request, &outcome->files_skipped);
	if (leader.plan == NULL)
		return;
	load = leader.plan->command.load;
	outcome->load_id = load->load_id;
	if (leader.plan->is_staged)
		return;
	init_setup(&leader);
	leader.drift = drift_log_create(load->load_id);
	run_plan(&leader);
	FAILPOINT("staged");
}
