/*
 * collected.c: rows of a query, kept for the statements that write.
 *
 * In: SQL, run as the caller.  Out: a tuplestore that statements read under a
 * name, as triggers read transition tables.
 */
#include "postgres.h"

#include "publish/collected.h"

#include "executor/executor.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

struct Collected
{
	const char *name;
	Tuplestorestate *rows;
	TupleDesc desc;
	TupleTableSlot *slot; /* of collected_next(); NULL before */
};

static void
set_for_query(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0,
							 false);
}

static void
run(Collected *collected, const char *sql, MemoryContext context)
{
	SPIPlanPtr plan = SPI_prepare(sql, 0, NULL);
	SPIExecuteOptions options = {0};
	MemoryContext spi;

	if (plan == NULL)
		elog(ERROR, "query failed: %s", sql);
	spi = MemoryContextSwitchTo(context);
	collected->desc = CreateTupleDescCopy(
		((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->resultDesc);
	MemoryContextSwitchTo(spi);
	options.dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(options.dest, collected->rows, context, false, NULL, NULL);
	if (SPI_execute_plan_extended(plan, &options) != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", sql);
	options.dest->rDestroy(options.dest);
}

Collected *
collected_rows(const char *sql, const char *name, bool look_up)
{
	Collected *collected = palloc0(sizeof(Collected));
	MemoryContext context = CurrentMemoryContext;
	int nest_level = NewGUCNestLevel();

	collected->name = name;
	collected->rows = tuplestore_begin_heap(true, false, work_mem);
	set_for_query("search_path", "pg_catalog, pg_temp");
	if (work_mem < maintenance_work_mem)
		set_for_query("work_mem", psprintf("%dkB", maintenance_work_mem));
	if (!look_up)
		set_for_query("enable_nestloop", "off");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	run(collected, sql, context);
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
	return collected;
}

TupleTableSlot *
collected_next(Collected *collected)
{
	if (collected->slot == NULL)
		collected->slot = MakeSingleTupleTableSlot(collected->desc, &TTSOpsMinimalTuple);
	if (tuplestore_gettupleslot(collected->rows, true, false, collected->slot))
		return collected->slot;
	return NULL;
}

QueryEnvironment *
collected_environment(Collected *collected)
{
	QueryEnvironment *environment = create_queryEnv();
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));

	relation->md.name = pstrdup(collected->name);
	relation->md.reliddesc = InvalidOid;
	relation->md.tupdesc = collected->desc;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	relation->md.enrtuples = (double) tuplestore_tuple_count(collected->rows);
	relation->reldata = collected->rows;
	register_ENR(environment, relation);
	return environment;
}

void
collected_end(Collected *collected)
{
	if (collected->slot != NULL)
		ExecDropSingleTupleTableSlot(collected->slot);
	tuplestore_end(collected->rows);
	pfree(collected);
}
