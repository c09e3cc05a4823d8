/*
 * bound.c: see bound.h.
 *
 * In: open, locked relations.  Out: a verdict, or a constraint in the catalogs.
 *
 * The CHECK constraint is made of the expression trees that ATTACH will compare
 * it with, not of text: for the hash of a column with a collation no text parses
 * to the same tree.
 */
#include "postgres.h"

#include "compat.h"
#include "swap/bound.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/tablecmds.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "partitioning/partbounds.h"
#include "partitioning/partdesc.h"
#include "storage/bufmgr.h"
#include "swap/caller_sql.h"
#include "swap/compare.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/ruleutils.h"
#include "utils/syscache.h"

#define CHECK_NAME "ingest_swap_bound"

/* What rows of the partition must satisfy, on the columns of table; NIL: anything goes. */
static List *
partition_quals(Oid relid, Relation table)
{
	Relation partition = table_open(relid, AccessShareLock);
	List *quals = RelationGetPartitionQual(partition);

	if (quals != NIL)
	{
		quals = (List *) eval_const_expressions(NULL, (Node *) quals);
		quals = list_make1(make_ands_explicit(quals));
		quals = map_partition_varattnos(quals, 1, table, partition);
	}
	table_close(partition, NoLock);
	return quals;
}

/* For a partitioned table it is enough that each of its partitions has the proof. */
static bool
quals_are_proven(Relation table, List *quals)
{
	PartitionDesc desc;
	int i;

	if (quals == NIL || PartConstraintImpliedByRelConstraint(table, quals))
		return true;
	if (table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		return false;
	desc = RelationGetPartitionDesc(table, false);
	for (i = 0; i < desc->nparts; i++)
	{
		Relation child = table_open(desc->oids[i], AccessShareLock);
		bool proven = quals_are_proven(child, map_partition_varattnos(quals, 1, child, table));

		table_close(child, NoLock);
		if (!proven)
			return false;
	}
	return true;
}

bool
bound_is_proven(Oid partition, Oid replacement)
{
	Relation table = table_open(replacement, AccessShareLock);
	bool proven = quals_are_proven(table, partition_quals(partition, table));

	table_close(table, NoLock);
	return proven;
}

static char *
expression_text(Node *expression, Relation table)
{
	return deparse_expression(
		expression, deparse_context_for(RelationGetRelationName(table), RelationGetRelid(table)),
		false, false);
}

/* StatementRow */
static void
read_count(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(int64 *) arg = row_int64(tuple, desc, 1);
}

char *
bound_rows_outside(Oid partition, Oid replacement)
{
	Relation table = table_open(replacement, AccessShareLock);
	List *quals = partition_quals(partition, table);
	char *condition = quals == NIL ? "true" : expression_text(linitial(quals), table);
	int64 outside = 0;

	table_close(table, NoLock);
	(void) caller_query(psprintf("SELECT count(*) FROM %s WHERE (%s) IS FALSE",
								 caller_relation_name(replacement), condition),
						NULL, 0, read_count, &outside);
	return outside == 0
			   ? NULL
			   : psprintf("rows outside the bound of the partition: %lld", (long long) outside);
}

/* ALTER TABLE ... ADD CONSTRAINT ... CHECK, of an expression that has been parsed. */
static void
add_check(Oid table, char *expression)
{
	AlterTableUtilityContext context = {.queryString = "", .relid = table};
	AlterTableStmt *statement = makeNode(AlterTableStmt);
	AlterTableCmd *command = makeNode(AlterTableCmd);
	Constraint *check = makeNode(Constraint);

	check->contype = CONSTR_CHECK;
	check->conname = pstrdup(CHECK_NAME);
	check->location = -1;
	check->initially_valid = true;
	CompatSetEnforced(check);
	check->cooked_expr = expression;
	command->subtype = AT_AddConstraint;
	command->behavior = DROP_RESTRICT;
	command->def = (Node *) check;
	statement->relation =
		makeRangeVar(get_namespace_name(get_rel_namespace(table)), get_rel_name(table), -1);
	statement->cmds = list_make1(command);
	statement->objtype = OBJECT_TABLE;
	context.pstmt = makeNode(PlannedStmt);
	context.pstmt->commandType = CMD_UTILITY;
	context.pstmt->utilityStmt = (Node *) statement;
	context.pstmt->stmt_location = -1;
	AlterTable(statement, AccessExclusiveLock, &context);
	CommandCounterIncrement();
}

char *
bound_prove(Oid partition, Oid replacement)
{
	char *outside = bound_rows_outside(partition, replacement);
	char *expression;
	Relation table;

	if (outside != NULL)
		return outside;
	bound_drop_check(replacement);
	table = table_open(replacement, AccessShareLock);
	expression = nodeToString(linitial(partition_quals(partition, table)));
	table_close(table, NoLock);
	add_check(replacement, expression);
	return NULL;
}

void
bound_drop_check(Oid table)
{
	if (OidIsValid(get_relation_constraint_oid(table, CHECK_NAME, true)))
		caller_execute(
			psprintf("ALTER TABLE %s DROP CONSTRAINT " CHECK_NAME, caller_relation_name(table)));
}

/* Has neither the table nor any of its partitions a page? */
static bool
is_empty(Relation table)
{
	PartitionDesc desc;
	bool empty = true;
	int i;

	if (table->rd_rel->relkind == RELKIND_RELATION)
		return RelationGetNumberOfBlocks(table) == 0;
	if (table->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		return false;
	desc = RelationGetPartitionDesc(table, false);
	for (i = 0; i < desc->nparts && empty; i++)
	{
		Relation child = table_open(desc->oids[i], AccessShareLock);

		empty = is_empty(child);
		table_close(child, NoLock);
	}
	return empty;
}

/* The stored bound of a partition, as a node or as text. */
static char *
stored_bound(Oid partition, bool as_text)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(partition));
	bool isnull = true;
	Datum bound = (Datum) 0;
	char *result;

	if (HeapTupleIsValid(tuple))
		bound = SysCacheGetAttr(RELOID, tuple, Anum_pg_class_relpartbound, &isnull);
	if (isnull)
		elog(ERROR, "relation %u has no partition bound", partition);
	if (as_text)
		bound = DirectFunctionCall2(pg_get_expr, bound, ObjectIdGetDatum(partition));
	result = TextDatumGetCString(bound);
	ReleaseSysCache(tuple);
	return result;
}

char *
bound_default_needs(Oid parent, Oid partition, Oid default_partition)
{
	PartitionBoundSpec *bound =
		castNode(PartitionBoundSpec, stringToNode(stored_bound(partition, false)));
	Relation parent_table = table_open(parent, AccessShareLock);
	Relation table = table_open(default_partition, AccessShareLock);
	List *quals = get_proposed_default_constraint(get_qual_from_partbound(parent_table, bound));
	char *needed = NULL;

	quals = map_partition_varattnos(quals, 1, table, parent_table);
	if (!quals_are_proven(table, quals) && !is_empty(table))
		needed = expression_text((Node *) make_ands_explicit(quals), table);
	table_close(table, NoLock);
	table_close(parent_table, NoLock);
	return needed;
}

char *
bound_text(Oid partition)
{
	return stored_bound(partition, true);
}
