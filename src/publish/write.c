/*
 * write.c: runs the one statement that writes a load's rows, and counts.
 *
 * In: SQL text built by a strategy.  Out: the statement's effect and its
 * counts.  The executor is driven directly, not through SPI, for two reasons:
 * its nodes know exact counts that no SQL of PostgreSQL 15 or 16 returns
 * without reading the rows again, and when the statement fails they still hold
 * the staged row that was being written.
 *
 * Memory: plan and executor state live in a context of their own, deleted when
 * the statement ends either way.
 */
#include "postgres.h"

#include "compat.h"
#include "publish/culprit.h"
#include "publish/staged.h"
#include "publish/write.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

static void
set_for_statement(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

/*
 * The planner knows nothing about the number of distinct keys in the lanes and
 * assumes 200, so its choice between join methods would be arbitrary.  Both of
 * the plans left here read the staged rows as a stream in key order, which
 * writes heap and indexes in that order and tells culprit.c the current row.
 */
static void
steer_planner(JoinOrder join_order)
{
	if (join_order == JOIN_FREELY)
		return;
	set_for_statement("enable_hashjoin", "off");
	set_for_statement("enable_memoize", "off");
	set_for_statement("enable_nestloop", join_order == JOIN_PROBE_TARGET ? "on" : "off");
	set_for_statement("enable_mergejoin", join_order == JOIN_MERGE_TARGET ? "on" : "off");
	set_for_statement("enable_indexscan", "on");
}

/*
 * Plans under a pinned search_path; triggers and defaults then run under the
 * caller's, as they would for any other INSERT of the caller.
 */
static PlannedStmt *
plan_statement(const PublishRequest *request, const char *sql, JoinOrder join_order)
{
	int nest_level = NewGUCNestLevel();
	List *parsed;
	List *rewritten;
	PlannedStmt *plan;

	set_for_statement("search_path", "pg_catalog, pg_temp");
	steer_planner(join_order);
	parsed = pg_parse_query(sql);
	rewritten = pg_analyze_and_rewrite_fixedparams(linitial_node(RawStmt, parsed), sql, NULL, 0,
												   request->collected);
	plan = pg_plan_query(linitial_node(Query, rewritten), sql, 0, NULL);
	AtEOXact_GUC(true, nest_level);
	return plan;
}

static int64
rows_of(PlanState *node)
{
	InstrEndLoop(node->instrument);
	return (int64) node->instrument->ntuples;
}

/* Reads the counts off the nodes of a statement that has run to its end. */
static void
collect_counts(QueryDesc *query, WriteCounts *counts)
{
	ModifyTableState *modify = castNode(ModifyTableState, query->planstate);
	PlanState *source = outerPlanState(&modify->ps);
	PlanState *winners = staged_winners_node(source);
	int64 processed = (int64) query->estate->es_processed;

	memset(counts, 0, sizeof(*counts));
	if (query->operation == CMD_DELETE)
		counts->deleted = processed;
	else if (query->operation == CMD_UPDATE)
		counts->updated = processed;
	if (query->operation == CMD_DELETE || query->operation == CMD_UPDATE)
		return;
	counts->matches = rows_of(source);
	counts->winners = winners != NULL ? rows_of(winners) : counts->matches;
	counts->staged = winners != NULL ? rows_of(outerPlanState(winners)) : counts->matches;
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

/* WriteAttempt.run.  Sorting gets as much memory as building an index would. */
static void
execute(void *arg)
{
	StatementRun *run = arg;
	const char *sql = run->sql;
	int nest_level = NewGUCNestLevel();
	PlannedStmt *plan;
	QueryDesc *query;

	if (work_mem < maintenance_work_mem)
		set_for_statement("work_mem", psprintf("%dkB", maintenance_work_mem));
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	plan = plan_statement(run->request, sql, run->join_order);
	query = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, None_Receiver, NULL,
							run->request->collected, INSTRUMENT_ROWS);
	ExecutorStart(query, 0);
	run->planstate = query->planstate;
	compat_executor_run(query);
	collect_counts(query, run->counts);
	ExecutorFinish(query);
	run->planstate = NULL;
	ExecutorEnd(query);
	FreeQueryDesc(query);
	PopActiveSnapshot();
	CommandCounterIncrement();
	AtEOXact_GUC(true, nest_level);
}

/* WriteAttempt.current_row */
static void
statement_row(void *arg, StagedPosition *position)
{
	StatementRun *run = arg;

	culprit_current_row(run->planstate, run->request->lanes, position);
}

void
write_guarded(const PublishRequest *request, const WriteAttempt *attempt)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	MemoryContext own;
	ErrorData *volatile error = NULL;
	StagedPosition position;

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
		attempt->current_row(attempt->arg, &position);
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	MemoryContextDelete(own);
	if (error == NULL)
		return;
	if (position.file_no < 0)
		culprit_of_foreign_key(request, error, &position);
	culprit_rethrow(request, error, &position);
}

void
write_rows(const PublishRequest *request, const char *sql, JoinOrder join_order,
		   WriteCounts *counts)
{
	StatementRun run = {request, sql, join_order, counts, NULL};
	WriteAttempt attempt = {execute, statement_row, &run};

	write_guarded(request, &attempt);
	check_suppressed(request, counts);
}
