/*
 * planned_statement.c: one SQL statement, planned and driven without SPI.
 *
 * In: SQL text built by this module.  Out: a running query.  The executor is
 * driven directly for two reasons: its nodes know exact counts that no SQL of
 * PostgreSQL 15 or 16 returns without reading the rows again, and when the
 * statement fails they still hold the staged row that was being written.
 *
 * Memory: plan and executor state live in the context that is current at
 * planned_statement_begin().
 */
#include "postgres.h"

#include "publish/planned_statement.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
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

void
planned_statement_begin(PlannedStatement *statement, const PublishRequest *request, const char *sql,
						JoinOrder join_order, DestReceiver *receiver)
{
	PlannedStmt *plan;

	statement->nest_level = NewGUCNestLevel();
	if (work_mem < maintenance_work_mem)
		set_for_statement("work_mem", psprintf("%dkB", maintenance_work_mem));
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	plan = plan_statement(request, sql, join_order);
	statement->query = CreateQueryDesc(plan, sql, GetActiveSnapshot(), InvalidSnapshot, receiver,
									   NULL, request->collected, INSTRUMENT_ROWS);
	ExecutorStart(statement->query, 0);
}

void
planned_statement_end(PlannedStatement *statement)
{
	ExecutorFinish(statement->query);
	ExecutorEnd(statement->query);
	FreeQueryDesc(statement->query);
	PopActiveSnapshot();
	CommandCounterIncrement();
	AtEOXact_GUC(true, statement->nest_level);
}

int64
planned_statement_rows(PlanState *node)
{
	InstrEndLoop(node->instrument);
	return (int64) node->instrument->ntuples;
}
