/*
 * load_each.c: the SQL procedure load_each(): every file of a source in a transaction of
 * its own.
 *
 *   expand the source -> for each file, in the order of names:
 *       rights, load lock, target -> subtransaction: stage, publish, constraints -> COMMIT
 *   -> NOTICE with the counts, ERROR if a file failed
 *
 * The subtransaction is what an error about a file undoes; whether it was, or about the
 * server, is_about_file() says.  What outlives a commit is in the context "ingest
 * load_each", below the procedure's; what belongs to one file in a child of it, which is
 * reset after each.
 */
#include "postgres.h"

#include "access/xact.h"
#include "api/access.h"
#include "api/load.h"
#include "commands/trigger.h"
#include "contract/guard.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "source/source.h"
#include "stage/failpoint.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

PG_FUNCTION_INFO_V1(ingest_load_each);

/* Failed files that the final error lists; a WARNING has told each. */
#define LISTED_FAILURES 20

typedef struct LoadEach
{
	LoadCall call;     /* source and files are those of the current file */
	SourceFile *file;  /* as it was when the source was expanded */
	char *target_name; /* for messages, also when it is gone */
	List *files;       /* of SourceFile * */
	MemoryContext file_context;
	int64 load_id;         /* of the current file, 0: nothing new */
	ManifestCounts counts; /* of the current file */
	ManifestCounts total;  /* of all */
	int files_left;        /* for a later call: too young, or the target is busy */
	int files_failed;
	StringInfoData failures; /* the first of them, a line each */
} LoadEach;

/*
 * Can it be the file's fault?  Everything that would stop the next file just as well ends
 * the call: resources, cancel and shutdown, lost workers, locks that cannot be had.
 */
static bool
is_about_file(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_CONNECTION_EXCEPTION:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
			return false;
	}
	return sqlstate != ERRCODE_LOCK_NOT_AVAILABLE;
}

/* CALL inside of a transaction block, a function or an exception block cannot commit. */
static void
require_own_transactions(FunctionCallInfo fcinfo)
{
	bool atomic = fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
				  castNode(CallContext, fcinfo->context)->atomic;

	if (!atomic && !IsSubTransaction())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
			 errmsg("ingest.load_each cannot run inside a transaction block"),
			 errdetail("It commits after each file."),
			 errhint("Call it outside of BEGIN, functions and exception blocks, or use "
					 "ingest.load, which loads all files in the transaction of its caller.")));
}

/* Deferred constraints are judged here, where an error can still be told from its file. */
static void
check_constraints(void)
{
	ConstraintsSetStmt *all = makeNode(ConstraintsSetStmt);

	AfterTriggerSetState(all);
}

/* For guard_error(). */
static void
stage_and_publish(void *arg)
{
	LoadEach *each = arg;

	each->call.files = list_make1(source_look_again(each->file));
	each->load_id = load_run(&each->call, &each->counts);
	check_constraints();
}

static void
add_failure(LoadEach *each, ErrorData *error)
{
	each->files_failed++;
	if (each->files_failed <= LISTED_FAILURES)
		appendStringInfo(&each->failures, "%s%s: %s", each->failures.len > 0 ? "\n" : "",
						 each->file->path, error->message);
	error->elevel = WARNING;
	error->message = psprintf("file \"%s\" is not loaded: %s", each->file->path, error->message);
	ThrowErrorData(error);
}

static void
add_success(LoadEach *each)
{
	const ManifestCounts *counts = &each->counts;
	ManifestCounts *total = &each->total;
	bool is_new = each->load_id != 0;

	total->files_loaded += is_new;
	total->files_skipped += counts->files_skipped;
	each->files_left += !is_new && counts->files_skipped == 0;
	total->rows_read += counts->rows_read;
	total->rows_quarantined += counts->rows_quarantined;
	total->rows_inserted += counts->rows_inserted;
	total->rows_updated += counts->rows_updated;
	total->rows_deleted += counts->rows_deleted;
	if (is_new && client_min_messages <= INFO)
		ereport(INFO, (errmsg("file \"%s\" is loaded: " INT64_FORMAT " rows read, " INT64_FORMAT
							  " in quarantine",
							  each->file->path, counts->rows_read, counts->rows_quarantined)));
}

/* One file, in the current transaction; false when the target is busy. */
static bool
try_file(LoadEach *each)
{
	ErrorData *error;

	access_check_files();
	access_check_target(each->call.target, ACL_INSERT);
	if (!load_begin(&each->call))
		return false;
	memset(&each->counts, 0, sizeof(each->counts));
	each->call.source = each->file->path;
	error = guard_error(stage_and_publish, each);
	if (error == NULL)
		add_success(each);
	else if (is_about_file(error->sqlerrcode))
		add_failure(each, error);
	else
		ReThrowError(error);
	return true;
}

/* The same with a transaction around it. */
static bool
load_and_commit(LoadEach *each)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(each->file_context);
	bool done;

	PushActiveSnapshot(GetTransactionSnapshot());
	done = try_file(each);
	PopActiveSnapshot();
	MemoryContextSwitchTo(oldcontext);
	SPI_commit();
	MemoryContextReset(each->file_context);
	FAILPOINT("between_files");
	return done;
}

static void
report(const LoadEach *each)
{
	const ManifestCounts *total = &each->total;

	ereport(NOTICE,
			(errmsg("%d files loaded, %d skipped, %d failed, %d left", total->files_loaded,
					total->files_skipped, each->files_failed, each->files_left),
			 errdetail("Rows: " INT64_FORMAT " read, " INT64_FORMAT " quarantined, " INT64_FORMAT
					   " inserted, " INT64_FORMAT " updated, " INT64_FORMAT " deleted.",
					   total->rows_read, total->rows_quarantined, total->rows_inserted,
					   total->rows_updated, total->rows_deleted)));
	if (each->files_failed == 0)
		return;
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
					errmsg("%d of %d files could not be loaded into table \"%s\"",
						   each->files_failed, list_length(each->files), each->target_name),
					errdetail_internal("%s%s", each->failures.data,
									   each->files_failed > LISTED_FAILURES ? "\n..." : ""),
					errhint("The other files are loaded. Call again when these are corrected.")));
}

static void
load_files(LoadEach *each)
{
	ListCell *lc;

	foreach (lc, each->files)
	{
		CHECK_FOR_INTERRUPTS();
		each->file = lfirst(lc);
		if (!load_and_commit(each))
		{
			each->files_left += list_length(each->files) - foreach_current_index(lc);
			ereport(NOTICE, (errmsg("another load into table \"%s\" is running, %d files are left",
									each->target_name, each->files_left)));
			break;
		}
	}
	report(each);
}

Datum
ingest_load_each(PG_FUNCTION_ARGS)
{
	LoadEach each = {0};
	MemoryContext context;

	require_own_transactions(fcinfo);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	/* a CALL at top level comes without a snapshot */
	PushActiveSnapshot(GetTransactionSnapshot());
	context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest load_each", ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	each.file_context =
		AllocSetContextCreate(context, "ingest load_each file", ALLOCSET_DEFAULT_SIZES);
	load_init(fcinfo, &each.call);
	each.target_name = get_rel_name(each.call.target);
	each.files = source_expand(each.call.source);
	initStringInfo(&each.failures);
	PopActiveSnapshot();
	load_files(&each);
	SPI_finish();
	PG_RETURN_VOID();
}
