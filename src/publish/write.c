/*
 * write.c: writes a load's rows in one command, and counts.
 *
 * In: SQL text built by a strategy, or another way to write.  Out: its effect
 * and its counts.  What fails because of another transaction is tried again.
 *
 * Memory: each attempt has a context of its own, deleted when it ends either
 * way.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/conflict.h"
#include "publish/culprit.h"
#include "publish/staged.h"
#include "publish/write.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* Who loses so often meets a writer that does nothing else, and should know. */
#define MAX_ATTEMPTS 6

/* Before a new attempt, doubled for each: whom we gave way to needs time to go on. */
#define FIRST_PAUSE_US 10000L

void
write_count_staged(PlanState *source, WriteCounts *counts)
{
	PlanState *winners = staged_winners_node(source);

	counts->matches = planned_statement_rows(source);
	counts->winners = winners != NULL ? planned_statement_rows(winners) : counts->matches;
	counts->staged =
		winners != NULL ? planned_statement_rows(outerPlanState(winners)) : counts->matches;
}

/* Reads the counts off the nodes of a statement that has run to its end. */
static void
collect_counts(QueryDesc *query, WriteCounts *counts)
{
	ModifyTableState *modify = castNode(ModifyTableState, query->planstate);
	int64 processed = (int64) query->estate->es_processed;

	memset(counts, 0, sizeof(*counts));
	if (query->operation == CMD_DELETE)
		counts->deleted = processed;
	else if (query->operation == CMD_UPDATE)
		counts->updated = processed;
	if (query->operation == CMD_DELETE || query->operation == CMD_UPDATE)
		return;
	write_count_staged(outerPlanState(&modify->ps), counts);
	counts->offered = counts->matches;
	if (query->operation == CMD_MERGE)
	{
		counts->offered = (int64) modify->mt_merge_inserted;
		counts->updated = (int64) modify->mt_merge_updated;
		counts->deleted = (int64) modify->mt_merge_deleted;
	}
	counts->inserted = processed - counts->updated - counts->deleted;
}

/* A row that a trigger keeps out would be missing from the load's accounts. */
static void
check_suppressed(const PublishRequest *request, const WriteCounts *counts)
{
	if (counts->inserted == counts->offered)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
			 errmsg("triggers of table \"%s\" kept %lld of %lld new rows out",
					RelationGetRelationName(request->target),
					(long long) (counts->offered - counts->inserted), (long long) counts->offered),
			 errdetail("A BEFORE ROW trigger returned NULL."),
			 errhint("Every staged row has to be accounted for. Disable the trigger, or load "
					 "into the table where the rows belong.")));
}

/* A statement that is being run. */
typedef struct StatementRun
{
	const PublishRequest *request;
	const char *sql;
	JoinOrder join_order;
	WriteCounts *counts;
	PlanState *planstate; /* NULL while there is none */
} StatementRun;

/* WriteAttempt.run */
static void
execute(void *arg)
{
	StatementRun *run = arg;
	PlannedStatement statement;

	planned_statement_begin(&statement, run->request, run->sql, run->join_order, None_Receiver);
	run->planstate = statement.query->planstate;
	compat_executor_run(statement.query);
	collect_counts(statement.query, run->counts);
	run->planstate = NULL;
	planned_statement_end(&statement);
	check_suppressed(run->request, run->counts);
}

/* WriteAttempt.current_row */
static void
statement_row(void *arg, StagedPosition *position)
{
	StatementRun *run = arg;

	culprit_current_row(run->planstate, run->request->lanes, position);
}

/* One attempt; returns its error, and where it stood, NULL if there was none. */
static ErrorData *
attempt_once(const WriteAttempt *attempt, StagedPosition *position)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext own;
	ErrorData *volatile error = NULL;

	own = AllocSetContextCreate(caller, "ingest publish statement", ALLOCSET_DEFAULT_SIZES);
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(own);
	PG_TRY();
	{
		attempt->run(attempt->arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		attempt->current_row(attempt->arg, position);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(own);
	return error;
}

void
write_guarded(const PublishRequest *request, const WriteAttempt *attempt)
{
	StagedPosition position;
	ErrorData *error = attempt_once(attempt, &position);
	int attempts;

	for (attempts = 1; error != NULL && attempts < MAX_ATTEMPTS; attempts++)
	{
		if (!conflict_may_pass(request, error))
			break;
		FreeErrorData(error);
		pg_usleep(FIRST_PAUSE_US << (attempts - 1));
		CHECK_FOR_INTERRUPTS();
		error = attempt_once(attempt, &position);
	}
	if (error == NULL)
		return;
	if (position.file_no < 0)
		culprit_of_foreign_key(request, error, &position);
	culprit_rethrow(request, error, &position);
}

WriteAttempt
write_statement(const PublishRequest *request, const char *sql, JoinOrder join_order,
				WriteCounts *counts)
{
	StatementRun *run = palloc0(sizeof(StatementRun));
	WriteAttempt attempt = {execute, statement_row, run};

	run->request = request;
	run->sql = sql;
	run->join_order = join_order;
	run->counts = counts;
	return attempt;
}

void
write_rows(const PublishRequest *request, const char *sql, JoinOrder join_order,
		   WriteCounts *counts)
{
	WriteAttempt attempt = write_statement(request, sql, join_order, counts);

	write_guarded(request, &attempt);
}
