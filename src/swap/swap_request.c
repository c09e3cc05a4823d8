/*
 * swap_request.c: can these three tables be swapped at all, by this role?
 *
 * In: OIDs as the caller gave them.  Out: locks, or an error.
 */
#include "postgres.h"

#include "compat.h"
#include "swap/swap_parts.h"

#include "access/htup_details.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "swap/caller_sql.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Locks a table of the current user. */
static void
lock_own_table(Oid relid, LOCKMODE mode)
{
	char *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", relid)));
	if (!compat_owns_relation(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)), name);
	LockRelationOid(relid, mode);
	if (get_rel_name(relid) == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation \"%s\" was dropped concurrently", name)));
}

static void
check_partition(const SwapRequest *request)
{
	if (get_rel_relkind(request->parent) != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not partitioned", get_rel_name(request->parent))));
	if (!get_rel_relispartition(request->partition) ||
		get_partition_parent(request->partition, true) != request->parent)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not a partition of \"%s\"",
							   get_rel_name(request->partition), get_rel_name(request->parent)),
						errhint("Name the table that the partition is directly attached to.")));
	if (get_rel_relkind(request->partition) == RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("partition \"%s\" is a foreign table", get_rel_name(request->partition))));
}

static bool
is_typed_table(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool typed;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	typed = OidIsValid(((Form_pg_class) GETSTRUCT(tuple))->reloftype);
	ReleaseSysCache(tuple);
	return typed;
}

/* What keeps a table from being a partition that cannot be built away. */
static const char *
unfit(Oid relid)
{
	char relkind = get_rel_relkind(relid);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
		return "It is not a table.";
	if (get_rel_relispartition(relid))
		return "It is a partition of another table.";
	if (get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
		return "It is a temporary table.";
	if (has_superclass(relid))
		return "It inherits from another table.";
	if (relkind == RELKIND_RELATION && has_subclass(relid) &&
		find_inheritance_children(relid, NoLock) != NIL)
		return "Other tables inherit from it.";
	if (is_typed_table(relid))
		return "It is a table of a composite type.";
	return NULL;
}

void
request_check(const SwapRequest *request)
{
	const char *reason;

	lock_own_table(request->parent, AccessShareLock);
	lock_own_table(request->partition, AccessShareLock);
	lock_own_table(request->replacement, AccessExclusiveLock);
	check_partition(request);
	reason = request->replacement == request->partition || request->replacement == request->parent
				 ? "It is the same table."
				 : unfit(request->replacement);
	if (reason != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" cannot take the place of partition \"%s\"",
						get_rel_name(request->replacement), get_rel_name(request->partition)),
				 errdetail_internal("%s", reason)));
}

/* StatementRow */
static void
collect_relation(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **relations = arg;

	*relations = lappend_oid(*relations, (Oid) row_int64(tuple, desc, 1));
}

List *
request_referencing_tables(const SwapRequest *request)
{
	List *tables = NIL;

	(void) caller_query("SELECT DISTINCT conrelid FROM pg_constraint"
						" WHERE confrelid = $1 AND contype = 'f' AND conparentid <> 0",
						&request->partition, 1, collect_relation, &tables);
	return tables;
}
