/*
 * culprit.c: which staged row made a statement fail.
 *
 * In: the executor state of a failed statement, or the foreign key its error
 * names.  Out: the error, raised again under its own SQLSTATE and message, with
 * file and record of the row in its context and advice in its hint.
 */
#include "postgres.h"

#include "manifest/manifest.h"
#include "publish/culprit.h"
#include "publish/staged.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct RowSearch
{
	List *lanes;
	StagedPosition *position;
} RowSearch;

static void
read_position(TupleTableSlot *slot, AttrNumber file_attnum, AttrNumber row_attnum,
			  StagedPosition *position)
{
	bool isnull;

	position->file_no = DatumGetInt32(slot_getattr(slot, file_attnum, &isnull));
	position->record = DatumGetInt64(slot_getattr(slot, row_attnum, &isnull));
}

/* No catalog lookups: this looks at the remains of a failed statement. */
static AttrNumber
lane_attnum(Relation lane, const char *name)
{
	TupleDesc desc = RelationGetDescr(lane);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i + 1;
	}
	return InvalidAttrNumber;
}

static bool
read_lane_scan(ScanState *scan, RowSearch *search)
{
	Relation lane = scan->ss_currentRelation;

	if (TupIsNull(scan->ss_ScanTupleSlot) ||
		!list_member_oid(search->lanes, RelationGetRelid(lane)))
		return false;
	read_position(scan->ss_ScanTupleSlot, lane_attnum(lane, "_ingest_file"),
				  lane_attnum(lane, "_ingest_row"), search->position);
	return true;
}

/* Rows that were collected for the statement begin with a position, see collected.h. */
static bool
read_collected_scan(ScanState *scan, RowSearch *search)
{
	if (TupIsNull(scan->ss_ScanTupleSlot))
		return false;
	read_position(scan->ss_ScanTupleSlot, STAGED_FILE_ATTNUM, STAGED_ROW_ATTNUM, search->position);
	return true;
}

/* planstate_tree_walker() callback: a lane whose scan has begun and not ended. */
static bool
find_lane_scan(PlanState *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, SeqScanState) && read_lane_scan((ScanState *) node, context))
		return true;
	if (IsA(node, NamedTuplestoreScanState) && read_collected_scan((ScanState *) node, context))
		return true;
	return planstate_tree_walker(node, find_lane_scan, context);
}

/* All plans are pipelines: the winner, or else the lane's row, returned last is being written. */
void
culprit_current_row(PlanState *planstate, List *lanes, StagedPosition *position)
{
	PlanState *winners = staged_winners_node(planstate);
	RowSearch search;

	position->file_no = -1;
	search.lanes = lanes;
	search.position = position;
	if (winners == NULL)
		(void) find_lane_scan(planstate, &search);
	else if (!TupIsNull(winners->ps_ResultTupleSlot))
		read_position(winners->ps_ResultTupleSlot, STAGED_FILE_ATTNUM, STAGED_ROW_ATTNUM, position);
}

static const ForeignKeyCacheInfo *
find_foreign_key(Relation target, const char *name)
{
	ListCell *cell;

	foreach (cell, RelationGetFKeyList(target))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);
		const char *key_name = get_constraint_name(key->conoid);

		if (key_name != NULL && strcmp(key_name, name) == 0)
			return key;
	}
	return NULL;
}

static bool
carries_column(const PublishRequest *request, const char *name)
{
	ListCell *cell;

	foreach (cell, request->columns)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

/*
 * The error's detail (parameter $1) shows the values that have no partner:
 * "Key (a, b)=(1, 2) is not present in table ...", translated but for the part
 * from "=" on.  NULL if the load does not carry all columns of the key.
 */
static char *
foreign_key_search(const PublishRequest *request, const ForeignKeyCacheInfo *key)
{
	List *columns = NIL;
	StringInfoData sql;
	ListCell *cell;
	int i;

	for (i = 0; i < key->nkeys; i++)
	{
		columns = lappend(columns, get_attname(key->conrelid, key->conkey[i], false));
		if (!carries_column(request, llast(columns)))
			return NULL;
	}
	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT _ingest_file, _ingest_row FROM (%s) AS staged WHERE "
					 "pg_catalog.strpos($1, pg_catalog.concat('=(', pg_catalog.concat_ws(', ', ",
					 staged_written_rows(request));
	staged_append_columns(&sql, "staged", columns);
	appendStringInfoString(&sql, "), ')')) OPERATOR(pg_catalog.>) 0");
	foreach (cell, columns)
		appendStringInfo(&sql, " AND staged.%s IS NOT NULL", quote_identifier(lfirst(cell)));
	appendStringInfoString(&sql, " ORDER BY 1, 2 LIMIT 1");
	return sql.data;
}

void
culprit_of_foreign_key(const PublishRequest *request, const ErrorData *error,
					   StagedPosition *position)
{
	const ForeignKeyCacheInfo *key;
	const char *sql;
	Oid types[1] = {TEXTOID};
	Datum values[1];

	position->file_no = -1;
	if (error->sqlerrcode != ERRCODE_FOREIGN_KEY_VIOLATION || error->constraint_name == NULL ||
		error->detail == NULL)
		return;
	key = find_foreign_key(request->target, error->constraint_name);
	sql = key != NULL ? foreign_key_search(request, key) : NULL;
	if (sql == NULL)
		return;
	values[0] = CStringGetTextDatum(error->detail);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args(sql, 1, types, values, NULL, false, 1) == SPI_OK_SELECT &&
		SPI_processed == 1)
	{
		HeapTuple row = SPI_tuptable->vals[0];
		bool isnull;

		position->file_no = DatumGetInt32(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		position->record = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull));
	}
	SPI_finish();
}

/* Errors of the server, of its resources or of concurrency say nothing about a row. */
static bool
is_about_data(int sqlerrcode)
{
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK):
		case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES):
		case ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION):
		case ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR):
		case ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR):
			return false;
		default:
			return true;
	}
}

static const char *
advice(int sqlerrcode)
{
	switch (sqlerrcode)
	{
		case ERRCODE_UNIQUE_VIOLATION:
		case ERRCODE_EXCLUSION_VIOLATION:
			return "The row conflicts with a row of the table or with another row of the load. "
				   "Correct the file, or load with a key that identifies the row to replace.";
		case ERRCODE_FOREIGN_KEY_VIOLATION:
			return "Load the referenced rows first, or correct the file.";
		case ERRCODE_NOT_NULL_VIOLATION:
		case ERRCODE_CHECK_VIOLATION:
			return "Correct the row in the file, or the table's constraints, defaults, triggers "
				   "or partitions.";
		default:
			return NULL;
	}
}

void
culprit_rethrow(const PublishRequest *request, ErrorData *error, const StagedPosition *position)
{
	if (position->file_no >= 0 && is_about_data(error->sqlerrcode))
	{
		const char *path = manifest_file_path(request->load_id, position->file_no);
		char *row =
			psprintf("staged row: file \"%s\", record %lld", path, (long long) position->record);
		const char *hint = advice(error->sqlerrcode);

		error->context = error->context != NULL ? psprintf("%s\n%s", error->context, row) : row;
		if (error->hint == NULL && hint != NULL)
			error->hint = pstrdup(hint);
	}
	/* it may show the row: to the caller, but not in the server's log */
	if (request->load_id != 0 && error->detail != NULL && is_about_data(error->sqlerrcode))
		error->detail_log = pstrdup("Values are shown to the caller only.");
	ReThrowError(error);
}
