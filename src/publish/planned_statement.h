/*
 * planned_statement.h: one SQL statement, planned and driven without SPI.
 */
#ifndef INGEST_PUBLISH_PLANNED_STATEMENT_H
#define INGEST_PUBLISH_PLANNED_STATEMENT_H

#include "compat.h"
#include "executor/execdesc.h"
#include "publish/publish.h"
#include "tcop/dest.h"

typedef enum JoinOrder
{
	JOIN_FREELY,       /* as the planner likes */
	JOIN_PROBE_TARGET, /* look every row up in an index of the target */
	JOIN_MERGE_TARGET  /* read the whole target in the order of the key */
} JoinOrder;

typedef struct PlannedStatement
{
	QueryDesc *query; /* its nodes count rows */
	int nest_level;   /* of settings that last until the end */
} PlannedStatement;

/*
 * Plans the statement and starts its executor, under a new snapshot, which is active until the end.
 * Sorting gets as much memory as building an index would.
 */
extern void planned_statement_begin(PlannedStatement *statement, const PublishRequest *request,
									const char *sql, JoinOrder join_order, DestReceiver *receiver);

/* Fires triggers and ends; for a statement that has run. */
extern void planned_statement_end(PlannedStatement *statement);

/* Rows that a node of a statement has returned; for a statement that has run. */
extern int64 planned_statement_rows(PlanState *node);

#endif
