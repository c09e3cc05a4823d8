/*
 * lane_table.c: DDL of lanes, with the rights of the extension's owner.
 */
#include "postgres.h"

#include "stage/lane_table.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "executor/tuptable.h"
#include "manifest/statement.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* name type [COLLATE …], as CREATE TABLE wants it. */
static void
append_column(StringInfo sql, const ContractColumn *column)
{
	appendStringInfo(sql, "%s %s", quote_identifier(column->name),
					 format_type_extended(column->type, column->typmod,
										  FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	if (OidIsValid(column->collation) && column->collation != get_typcollation(column->type))
		appendStringInfo(sql, " %s", statement_collation(column->collation));
	appendStringInfoString(sql, ", ");
}

/*
 * Wide values are stored out of line but not compressed: the target's own
 * compression would be paid a second time.
 */
static void
set_storage(const char *lane, const ContractSpec *spec)
{
	StringInfoData sql;
	Statement statement;
	int n = 0;
	int i;

	initStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s", lane);
	for (i = 0; i < spec->ncolumns; i++)
		if (get_typstorage(spec->columns[i].type) == TYPSTORAGE_EXTENDED)
			appendStringInfo(&sql, "%s ALTER %s SET STORAGE EXTERNAL", n++ > 0 ? "," : "",
							 quote_identifier(spec->columns[i].name));
	if (n == 0)
		return;
	statement_init(&statement, sql.data);
	statement_run(&statement, NULL, NULL);
}

/* Not an INSERT, which would refuse nulls for domains that are NOT NULL. */
static void
write_marker(Oid lane, int64 epoch)
{
	Relation rel = table_open(lane, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	int natts = RelationGetNumberOfAttributes(rel);

	ExecStoreAllNullTuple(slot);
	slot->tts_values[natts - 2] = Int32GetDatum(LANE_MARKER_FILE);
	slot->tts_values[natts - 1] = Int64GetDatum(epoch);
	slot->tts_isnull[natts - 2] = slot->tts_isnull[natts - 1] = false;
	simple_table_tuple_insert(rel, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

void
lane_grant(const ManifestLane *lane, Oid reader)
{
	char *name = get_rel_name(lane->relation);
	Statement statement;

	if (name == NULL || pg_class_aclcheck(lane->relation, reader, ACL_SELECT) == ACLCHECK_OK)
		return;
	statement_init(&statement,
				   psprintf("GRANT SELECT ON %s TO %s", quote_qualified_identifier("ingest", name),
							quote_identifier(GetUserNameFromId(reader, false))));
	statement_run(&statement, NULL, NULL);
	CommandCounterIncrement();
}

void
lane_create(int64 load_id, int lane_no, const ContractSpec *spec, Oid reader, ManifestLane *lane)
{
	char *name = psprintf("load_" INT64_FORMAT "_lane_%d", load_id, lane_no);
	char *qualified = quote_qualified_identifier("ingest", name);
	ObjectAddress lane_address;
	ObjectAddress extension_address;
	StringInfoData sql;
	Statement statement;
	int i;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE UNLOGGED TABLE %s (", qualified);
	for (i = 0; i < spec->ncolumns; i++)
		append_column(&sql, &spec->columns[i]);
	appendStringInfoString(&sql, LANE_FILE_COLUMN " integer, " LANE_ROW_COLUMN " bigint)"
												  " WITH (autovacuum_enabled = false)");
	statement_init(&statement, sql.data);
	statement_run(&statement, NULL, NULL);
	CommandCounterIncrement();
	set_storage(qualified, spec);
	lane->lane_no = lane_no;
	lane->relation = get_relname_relid(name, get_namespace_oid("ingest", false));
	lane_grant(lane, reader);
	if (!pg_strong_random(&lane->epoch, sizeof(lane->epoch)))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not get random bytes")));
	ObjectAddressSet(lane_address, RelationRelationId, lane->relation);
	ObjectAddressSet(extension_address, ExtensionRelationId, get_extension_oid("pg_ingest", false));
	recordDependencyOn(&lane_address, &extension_address, DEPENDENCY_AUTO_EXTENSION);
	write_marker(lane->relation, lane->epoch);
	manifest_insert_lane(load_id, lane);
	CommandCounterIncrement();
}

/* Is the first row of the lane its marker? */
static bool
first_is_marker(Relation rel, int64 epoch)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	/* the marker is in the first page: not where a synchronized scan would join in */
	TableScanDesc scan = table_beginscan_strat(rel, snapshot, 0, NULL, true, false);
	bool found = false;

	if (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		int natts = RelationGetNumberOfAttributes(rel);
		bool file_isnull;
		bool row_isnull;
		Datum file = slot_getattr(slot, natts - 1, &file_isnull);
		Datum row = slot_getattr(slot, natts, &row_isnull);

		found = !file_isnull && !row_isnull && DatumGetInt32(file) == LANE_MARKER_FILE &&
				DatumGetInt64(row) == epoch;
	}
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/*
 * The lock is given back at once: a worker may have to drop the lane while the
 * caller's transaction goes on.
 */
bool
lane_is_intact(const ManifestLane *lane)
{
	Relation rel = try_relation_open(lane->relation, AccessShareLock);
	bool intact = false;

	if (rel == NULL)
		return false;
	if (rel->rd_rel->relkind == RELKIND_RELATION &&
		RelationGetNamespace(rel) == get_namespace_oid("ingest", false))
		intact = first_is_marker(rel, lane->epoch);
	relation_close(rel, AccessShareLock);
	return intact;
}

/* StatementRow: appends a name to *(List **) arg. */
static void
read_name(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **names = arg;

	*names = lappend(*names, row_text(tuple, desc, 1));
}

/*
 * By name, not by what the manifest lists: a restored dump has lanes, as
 * ordinary tables, that its manifest does not know.
 */
void
lane_drop_all(int64 load_id)
{
	Statement statement;
	List *names = NIL;
	ListCell *lc;

	statement_init(&statement,
				   "SELECT relname::text FROM pg_class WHERE relnamespace = 'ingest'::regnamespace"
				   " AND relkind = 'r' AND relname ~ ('^load_' || $1 || '_lane_[0-9]+$')");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_name, &names);
	foreach (lc, names)
	{
		statement_init(&statement,
					   psprintf("DROP TABLE %s", quote_qualified_identifier("ingest", lfirst(lc))));
		statement_run(&statement, NULL, NULL);
	}
	manifest_delete_lanes(load_id);
}
