/*
 * compat.h: every difference between PostgreSQL 15, 16, 17 and 18.
 *
 * The only file that looks at PG_VERSION_NUM.  Include it after postgres.h.
 */
#ifndef INGEST_COMPAT_H
#define INGEST_COMPAT_H

#include "access/attmap.h"
#include "access/genam.h"
#include "access/nbtree.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "utils/acl.h"
#include "storage/smgr.h"
#include "utils/datetime.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h" /* was part of commands/explain.h */
#include "commands/explain_state.h"
#endif
#include "utils/sortsupport.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h" /* was part of postgres.h */
#endif

/*
 * The input function; false with *error if it refused the text softly (16+,
 * and only where the type's function knows soft errors), else it may raise.
 */
static inline bool
compat_input_function_call(FmgrInfo *function, char *text, Oid ioparam, int32 typmod, Datum *value,
						   ErrorData **error)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext context = {.type = T_ErrorSaveContext, .details_wanted = true};

	if (!InputFunctionCallSafe(function, text, ioparam, typmod, (Node *) &context, value))
	{
		*error = context.error_data;
		return false;
	}
#else
	*value = InputFunctionCall(function, text, ioparam, typmod);
#endif
	return true;
}

/* 16 gave DecodeDateTime() and DecodeTimeOnly() an argument for the details of an error. */
static inline int
compat_decode_datetime(char **field, int *ftype, int nf, int *dtype, struct pg_tm *tm, fsec_t *fsec,
					   int *tz)
{
#if PG_VERSION_NUM >= 160000
	DateTimeErrorExtra extra;

	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz, &extra);
#else
	return DecodeDateTime(field, ftype, nf, dtype, tm, fsec, tz);
#endif
}

static inline int
compat_decode_time(char **field, int *ftype, int nf, int *dtype, struct pg_tm *tm, fsec_t *fsec,
				   int *tz)
{
#if PG_VERSION_NUM >= 160000
	DateTimeErrorExtra extra;

	return DecodeTimeOnly(field, ftype, nf, dtype, tm, fsec, tz, &extra);
#else
	return DecodeTimeOnly(field, ftype, nf, dtype, tm, fsec, tz);
#endif
}

/* 16 renamed RelFileNode, the physical name of a relation, to RelFileLocator. */
#if PG_VERSION_NUM >= 160000
#define CompatRelationLocator(rel) (&(rel)->rd_locator)
#else
#define CompatRelationLocator(rel) (&(rel)->rd_node)
#endif

/* Path of the first segment of a relation's main fork, palloc'd. 16 renamed the member, 18 returns a struct. */
static inline char *
compat_relation_path(SMgrRelation relation)
{
#if PG_VERSION_NUM >= 180000
	return pstrdup(relpath(relation->smgr_rlocator, MAIN_FORKNUM).str);
#elif PG_VERSION_NUM >= 160000
	return relpath(relation->smgr_rlocator, MAIN_FORKNUM);
#else
	return relpath(relation->smgr_rnode, MAIN_FORKNUM);
#endif
}

/* 18 dropped the last argument of ExecutorRun(): runs a statement to its end, once. */
static inline void
compat_executor_run(QueryDesc *query)
{
#if PG_VERSION_NUM >= 180000
	ExecutorRun(query, ForwardScanDirection, 0);
#else
	ExecutorRun(query, ForwardScanDirection, 0, true);
#endif
}

/* The range table of a statement without a plan: one relation, and which columns it writes. */
static inline void
compat_init_range_table(EState *estate, RangeTblEntry *entry, Bitmapset *inserted,
						Bitmapset *updated)
{
#if PG_VERSION_NUM >= 160000
	List *permissions = NIL;
	RTEPermissionInfo *info = addRTEPermissionInfo(&permissions, entry);

	info->insertedCols = inserted;
	info->updatedCols = updated;
#if PG_VERSION_NUM >= 180000
	ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#else
	ExecInitRangeTable(estate, list_make1(entry), permissions);
#endif
#else
	entry->insertedCols = inserted;
	entry->updatedCols = updated;
	ExecInitRangeTable(estate, list_make1(entry));
#endif
}

/* 16 made an update say which indexes want a new entry: all, or those that summarize pages. */
#if PG_VERSION_NUM >= 160000
typedef TU_UpdateIndexes CompatUpdateIndexes;
#define COMPAT_NO_INDEXES TU_None
#else
typedef bool CompatUpdateIndexes;
#define COMPAT_NO_INDEXES false
#endif

/* ExecInsertIndexTuples() for a new row, no speculation. */
static inline void
compat_insert_index_tuples(ResultRelInfo *result_rel, TupleTableSlot *slot, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	(void) ExecInsertIndexTuples(result_rel, slot, estate, false, false, NULL, NIL, false);
#else
	(void) ExecInsertIndexTuples(result_rel, slot, estate, false, false, NULL, NIL);
#endif
}

/* ExecInsertIndexTuples() for a row that table_tuple_update() has written. */
static inline void
compat_update_index_tuples(ResultRelInfo *result_rel, TupleTableSlot *slot, EState *estate,
						   CompatUpdateIndexes update)
{
	if (update == COMPAT_NO_INDEXES)
		return;
#if PG_VERSION_NUM >= 160000
	(void) ExecInsertIndexTuples(result_rel, slot, estate, true, false, NULL, NIL,
								 update == TU_Summarizing);
#else
	(void) ExecInsertIndexTuples(result_rel, slot, estate, true, false, NULL, NIL);
#endif
}

/* 18 added an argument that collects statistics. */
static inline IndexScanDesc
compat_index_beginscan(Relation heap, Relation index, Snapshot snapshot, int nkeys)
{
#if PG_VERSION_NUM >= 180000
	return index_beginscan(heap, index, snapshot, NULL, nkeys, 0);
#else
	return index_beginscan(heap, index, snapshot, nkeys, 0);
#endif
}

/* build_attrmap_by_name(): 16 added missing_ok. */
static inline AttrMap *
compat_attrmap_by_name(TupleDesc in, TupleDesc out)
{
#if PG_VERSION_NUM >= 160000
	return build_attrmap_by_name(in, out, false);
#else
	return build_attrmap_by_name(in, out);
#endif
}

/* Descends a btree to the leaf of a key, share-locked: 16 added the table, 17 dropped the snapshot. */
static inline BTStack
compat_bt_search(Relation heap, Relation index, BTScanInsert key, Buffer *buffer, Snapshot snapshot)
{
#if PG_VERSION_NUM >= 170000
	return _bt_search(index, heap, key, buffer, BT_READ);
#elif PG_VERSION_NUM >= 160000
	return _bt_search(index, heap, key, buffer, BT_READ, snapshot);
#else
	return _bt_search(index, key, buffer, BT_READ, snapshot);
#endif
}

/* How a column of an index is ordered: 18 replaced the strategy by "descending or not". */
static inline void
compat_prepare_index_order(Relation index, bool descending, SortSupport order)
{
#if PG_VERSION_NUM >= 180000
	PrepareSortSupportFromIndexRel(index, descending, order);
#else
	PrepareSortSupportFromIndexRel(
		index, descending ? BTGreaterStrategyNumber : BTLessStrategyNumber, order);
#endif
}

/* 18 has CHECK constraints that are NOT ENFORCED. */
#if PG_VERSION_NUM >= 180000
#define INGEST_CHECK_IS_ENFORCED(check) ((check)->ccenforced)
#define CompatSetEnforced(constraint)   ((constraint)->is_enforced = true)
#else
#define INGEST_CHECK_IS_ENFORCED(check) true
#define CompatSetEnforced(constraint)   ((void) 0)
#endif

/* 16 added the escontext, which replaced a flag. */
static inline void
compat_parse_type(const char *text, Oid *type, int32 *typmod)
{
#if PG_VERSION_NUM >= 160000
	(void) parseTypeString(text, type, typmod, NULL);
#else
	parseTypeString(text, type, typmod, false);
#endif
}

/* 16 replaced pg_class_ownercheck(). */
static inline bool
compat_owns_relation(Oid relid, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, role);
#else
	return pg_class_ownercheck(relid, role);
#endif
}

/* 16 replaced pg_proc_aclcheck(). */
static inline AclResult
compat_check_execute(Oid function, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE);
#else
	return pg_proc_aclcheck(function, role, ACL_EXECUTE);
#endif
}

/* 18 replaced pg_attribute_noreturn(), which stands behind a declaration, by pg_noreturn before it. */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

#endif
