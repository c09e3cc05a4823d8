/*
 * staged.c: the SQL text that reads the staged rows of a load.
 *
 * In: the request's lanes or relation, columns, key and options.  Out: text in CurrentMemoryContext,
 * and the way back from a running plan to the rows of that text.
 */
#include "postgres.h"

#include "manifest/manifest.h"
#include "publish/conditions.h"
#include "publish/lane_reader.h"
#include "publish/predicate.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "access/htup_details.h"
#include "catalog/pg_operator.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

void
staged_append_columns(StringInfo sql, const char *qualifier, List *columns)
{
	ListCell *cell;

	foreach (cell, columns)
	{
		if (cell != list_head(columns))
			appendStringInfoString(sql, ", ");
		if (qualifier != NULL)
			appendStringInfo(sql, "%s.", qualifier);
		appendStringInfoString(sql, quote_identifier(lfirst(cell)));
	}
}

char *
staged_column_list(const char *qualifier, List *columns)
{
	StringInfoData sql;

	initStringInfo(&sql);
	staged_append_columns(&sql, qualifier, columns);
	return sql.data;
}

void
staged_append_operator(StringInfo sql, Oid operator_oid)
{
	HeapTuple tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator_oid));
	Form_pg_operator form;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator_oid);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	appendStringInfo(sql, " OPERATOR(%s.%s) ",
					 quote_identifier(get_namespace_name(form->oprnamespace)),
					 NameStr(form->oprname));
	ReleaseSysCache(tuple);
}

char *
staged_relation_name(Oid relation_oid)
{
	char *name = get_rel_name(relation_oid);

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", relation_oid)));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation_oid)), name);
}

static void
append_carried(StringInfo sql, const PublishRequest *request)
{
	staged_append_columns(sql, NULL, request->columns);
	if (request->deletion != NULL)
		appendStringInfo(sql, ", %s", quote_identifier(request->deletion));
}

/*
 * The planner has no statistics of lanes and assumes that ">= 0" keeps a third
 * of the rows, but that "<> -1" keeps nearly all.
 */
static void
append_lane(StringInfo sql, const PublishRequest *request, Oid lane)
{
	ListCell *cell;

	appendStringInfoString(sql, "SELECT _ingest_file, _ingest_row, ");
	append_carried(sql, request);
	appendStringInfo(sql, " FROM %s WHERE _ingest_file OPERATOR(pg_catalog.<>) -1",
					 staged_relation_name(lane));
	if (request->options->null_keys == NULL_KEYS_MATCH)
		return;
	foreach (cell, request->key)
		appendStringInfo(sql, " AND %s IS NOT NULL", quote_identifier(lfirst(cell)));
}

char *
staged_rows(const PublishRequest *request)
{
	StringInfoData sql;
	ListCell *cell;

	if (request->source_rows != NULL)
		return pstrdup(request->source_rows);
	initStringInfo(&sql);
	foreach (cell, request->lanes)
	{
		if (cell != list_head(request->lanes))
			appendStringInfoString(&sql, " UNION ALL ");
		append_lane(&sql, request, lfirst_oid(cell));
	}
	return sql.data;
}

char *
staged_rows_as_target(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	List *columns = NIL;
	StringInfoData sql;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		char *name = NameStr(TupleDescAttr(desc, i)->attname);

		if (conditions_has_name(request->columns, name))
			columns = lappend(columns, name);
	}
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	staged_append_columns(&sql, NULL, columns);
	if (request->lanes != NIL)
		appendStringInfoString(&sql, ", " LANE_FILE_COLUMN ", " LANE_ROW_COLUMN);
	appendStringInfo(&sql, " FROM (%s) AS staged",
					 request->lanes != NIL ? staged_rows(request) : request->source_all_rows);
	return sql.data;
}

/*
 * ORDER BY of the versions of one key, best first.  Without another order the
 * newest one is best, and then the last.
 */
static void
append_version_order(StringInfo sql, const PublishRequest *request)
{
	const PublishOptions *options = request->options;
	const char *direction = options->dedup == DEDUP_FIRST ? "ASC" : "DESC";

	if (options->dedup_sort != NULL)
		appendStringInfo(
			sql, ", %s",
			predicate_order_text(request->target, "dedup_sort", options->dedup_sort, "version"));
	else if (options->update_if_newer != NULL && options->dedup != DEDUP_FIRST)
		appendStringInfo(sql, ", %s DESC NULLS LAST", quote_identifier(options->update_if_newer));
	appendStringInfo(sql, ", _ingest_file %s, _ingest_row %s", direction, direction);
}

void
staged_append_identity(StringInfo sql, const PublishRequest *request, const char *alias)
{
	const PublishStrategy *strategy = request->strategy;
	char *version = strategy->version != NULL ? strategy->version(request, alias) : NULL;

	staged_append_columns(sql, alias, request->key);
	if (version != NULL)
		appendStringInfo(sql, ", %s", version);
}

char *
staged_winners(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT DISTINCT ON (");
	staged_append_identity(&sql, request, "version");
	appendStringInfoString(&sql, ") _ingest_file, _ingest_row, ");
	append_carried(&sql, request);
	appendStringInfo(&sql, " FROM (%s) AS version ORDER BY ", staged_rows(request));
	staged_append_identity(&sql, request, "version");
	append_version_order(&sql, request);
	return sql.data;
}

char *
staged_written_rows(const PublishRequest *request)
{
	if (request->strategy->deduplicates)
		return staged_winners(request);
	return staged_rows(request);
}

char *
staged_first_position(const PublishRequest *request, const char *rows)
{
	const char *first;
	char *record;
	int file_no;

	if (request->lanes == NIL)
		return NULL;
	first = query_text(psprintf("SELECT pg_catalog.concat(_ingest_file, ' ', _ingest_row) FROM "
								"(%s) AS staged ORDER BY _ingest_file, _ingest_row LIMIT 1",
								rows));
	if (first == NULL)
		return NULL;
	file_no = (int) strtol(first, &record, 10);
	return psprintf("staged row: file \"%s\", record %s",
					manifest_file_path(request->load_id, file_no), record + 1);
}

/* planstate_tree_walker() callback; context: the node found. */
static bool
find_winners_node(PlanState *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, UniqueState))
	{
		TargetEntry *first = linitial(node->plan->targetlist);

		/* Row security policies may bring DISTINCT subqueries of their own. */
		if (first->resname != NULL && strcmp(first->resname, "_ingest_file") == 0)
		{
			*(PlanState **) context = node;
			return true;
		}
	}
	return planstate_tree_walker(node, find_winners_node, context);
}

PlanState *
staged_winners_node(PlanState *plan)
{
	PlanState *found = NULL;

	(void) find_winners_node(plan, &found);
	return found;
}

/* It assumes few different keys, but knows of the rows below. */
double
staged_expected_rows(const Plan *plan)
{
	while (IsA(plan, Unique) || IsA(plan, Sort) || IsA(plan, Gather))
		plan = outerPlan(plan);
	return plan->plan_rows;
}
