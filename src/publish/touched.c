/*
 * touched.c: which partitions staged rows belong to.
 *
 * In: a request with a partitioned target.  Out: the leaf partitions that the
 * executor would put its rows into.  Rows are read a thousand at a time, and of
 * these only the columns that partition keys use.
 *
 * Memory: a context per call, and the routing's state in that of an executor.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/staged.h"
#include "publish/touched.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "executor/execPartition.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "swap/create_partition.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"

#define ROWS_PER_FETCH 1000

/* Adds the columns, of char *, of the key of one partitioned table. */
static List *
add_key_columns(List *columns, Relation partitioned)
{
	PartitionKey key = RelationGetPartitionKey(partitioned);
	Bitmapset *attnums = NULL;
	int member = -1;
	int i;

	pull_varattnos((Node *) key->partexprs, 1, &attnums);
	for (i = 0; i < key->partnatts; i++)
		if (key->partattrs[i] != 0)
			attnums =
				bms_add_member(attnums, key->partattrs[i] - FirstLowInvalidHeapAttributeNumber);
	while ((member = bms_next_member(attnums, member)) >= 0)
	{
		char *name = get_attname(RelationGetRelid(partitioned),
								 member + FirstLowInvalidHeapAttributeNumber, false);

		if (!conditions_has_name(columns, name))
			columns = lappend(columns, name);
	}
	return columns;
}

/* The columns of all partition keys, on every level. */
static List *
key_columns(Relation target)
{
	List *members = find_all_inheritors(RelationGetRelid(target), AccessShareLock, NULL);
	List *columns = NIL;
	ListCell *cell;

	foreach (cell, members)
	{
		Relation member = table_open(lfirst_oid(cell), NoLock);

		if (member->rd_rel->relkind == RELKIND_PARTITIONED_TABLE)
			columns = add_key_columns(columns, member);
		table_close(member, NoLock);
	}
	return columns;
}

/* SELECT of rows as the target has them, but for NULLs where no partition key looks. */
static char *
key_rows(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	List *columns = key_columns(request->target);
	StringInfoData sql;
	ListCell *cell;
	int i;

	foreach (cell, columns)
		if (!conditions_has_name(request->columns, lfirst(cell)))
			ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
							errmsg("column \"%s\" of the partition key is not among the columns "
								   "of the load",
								   (char *) lfirst(cell)),
							errhint("The source must carry it.")));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (i > 0)
			appendStringInfoString(&sql, ", ");
		if (att->attisdropped || !conditions_has_name(columns, NameStr(att->attname)))
			appendStringInfoString(&sql, "NULL");
		else
			appendStringInfo(&sql, "staged.%s", quote_identifier(NameStr(att->attname)));
	}
	appendStringInfo(&sql, " FROM (%s) AS staged", staged_rows(request));
	return sql.data;
}

/* What ExecFindPartition() needs, as COPY prepares it. */
typedef struct Routing
{
	EState *estate;
	ModifyTableState *modify;
	ResultRelInfo *root;
	PartitionTupleRouting *routing;
	TupleTableSlot *slot;
	Relation target;
	int created_by; /* column, from 0, for whose values partitions would be made; -1: none are */
} Routing;

/* The column by whose values option "create_partitions" makes partitions. */
static int
creating_column(Relation target)
{
	int32 typmod;

	(void) create_partition_key_type(RelationGetRelid(target), &typmod);
	return RelationGetPartitionKey(target)->partattrs[0] - 1;
}

static void
begin_routing(Routing *routing, Relation target, bool existing_only)
{
	routing->target = target;
	routing->created_by = existing_only ? creating_column(target) : -1;
	routing->estate = CreateExecutorState();
	routing->root = makeNode(ResultRelInfo);
	InitResultRelInfo(routing->root, target, 0, NULL, 0);
	routing->modify = makeNode(ModifyTableState);
	routing->modify->ps.state = routing->estate;
	routing->modify->operation = CMD_INSERT;
	routing->modify->mt_nrels = 1;
	routing->modify->resultRelInfo = routing->root;
	routing->modify->rootResultRelInfo = routing->root;
	routing->routing = ExecSetupPartitionTupleRouting(routing->estate, target);
	routing->slot = MakeSingleTupleTableSlot(RelationGetDescr(target), &TTSOpsVirtual);
}

static void
end_routing(Routing *routing)
{
	ExecCleanupTupleRouting(routing->modify, routing->routing);
	ExecResetTupleTable(routing->estate->es_tupleTable, false);
	ExecDropSingleTupleTableSlot(routing->slot);
	FreeExecutorState(routing->estate);
}

/* A partition would be made for the row in the slot. */
static bool
is_to_be_created(const Routing *routing)
{
	int column = routing->created_by;

	return column >= 0 && !OidIsValid(create_partition_find(RelationGetRelid(routing->target),
															routing->slot->tts_values[column],
															routing->slot->tts_isnull[column]));
}

/* The partition of a row of key_rows(); InvalidOid: it would be made. */
static Oid
route(Routing *routing, HeapTuple tuple, TupleDesc desc)
{
	ResultRelInfo *leaf;

	ExecClearTuple(routing->slot);
	heap_deform_tuple(tuple, desc, routing->slot->tts_values, routing->slot->tts_isnull);
	ExecStoreVirtualTuple(routing->slot);
	if (is_to_be_created(routing))
		return InvalidOid;
	leaf = ExecFindPartition(routing->modify, routing->root, routing->routing, routing->slot,
							 routing->estate);
	ResetPerTupleExprContext(routing->estate);
	return RelationGetRelid(leaf->ri_RelationDesc);
}

static int
compare_oids(const ListCell *a, const ListCell *b)
{
	return lfirst_oid(a) < lfirst_oid(b) ? -1 : lfirst_oid(a) > lfirst_oid(b);
}

/* Routes every row of the cursor; the list is in the caller's context. */
static List *
route_all(Routing *routing, Portal cursor, MemoryContext caller)
{
	List *leaves = NIL;
	Oid last = InvalidOid;

	for (;;)
	{
		uint64 i;

		SPI_cursor_fetch(cursor, true, ROWS_PER_FETCH);
		if (SPI_processed == 0)
			return leaves;
		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < SPI_processed; i++)
		{
			Oid leaf = route(routing, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);

			if (OidIsValid(leaf) && leaf != last && !list_member_oid(leaves, leaf))
			{
				MemoryContext spi = MemoryContextSwitchTo(caller);

				leaves = lappend_oid(leaves, leaf);
				MemoryContextSwitchTo(spi);
			}
			last = leaf;
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

List *
touched_partitions(const PublishRequest *request, bool existing_only)
{
	MemoryContext caller = CurrentMemoryContext;
	const char *sql = key_rows(request);
	Routing routing;
	Portal cursor;
	List *leaves;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	begin_routing(&routing, request->target, existing_only);
	cursor = SPI_cursor_parse_open(NULL, sql, &(SPIParseOpenOptions){0});
	leaves = route_all(&routing, cursor, caller);
	SPI_cursor_close(cursor);
	end_routing(&routing);
	SPI_finish();
	list_sort(leaves, compare_oids);
	return leaves;
}
