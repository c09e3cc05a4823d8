/*
 * publish.c: from the lanes of a staged load into the target.
 *
 * Runs the strategy, moves rows without a key to quarantine, and lets nothing
 * pass whose counts do not add up: an error rolls the whole load back.
 */
#include "postgres.h"

#include "manifest/quarantine.h"
#include "publish/publish.h"
#include "publish/strategy.h"

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * The accounting identity.  staged is what the lanes were seen to hold without
 * rows with NULL keys; each number was counted at another place.
 */
static void
check_identity(const PublishRequest *request, const PublishCounts *counts, int64 staged)
{
	int64 written = counts->inserted + counts->updated + counts->unchanged;

	if (staged + counts->null_keys == request->rows_staged &&
		written + counts->deduplicated == staged)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_DATA_CORRUPTED),
		 errmsg("row counts of load %lld do not add up", (long long) request->load_id),
		 errdetail("Staged rows in the manifest: %lld, in the lanes: %lld, of these with a null "
				   "in the key: %lld, inserted: %lld, updated: %lld, unchanged: %lld, "
				   "deduplicated: %lld.",
				   (long long) request->rows_staged, (long long) (staged + counts->null_keys),
				   (long long) counts->null_keys, (long long) counts->inserted,
				   (long long) counts->updated, (long long) counts->unchanged,
				   (long long) counts->deduplicated),
		 errhint("Nothing was published. Discard the load and stage its files again.")));
}

void
publish_run(const PublishRequest *request, PublishCounts *counts)
{
	int64 staged = 0;

	if (request->target->rd_rules != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot publish into table \"%s\" because it has rules",
							   RelationGetRelationName(request->target)),
						errhint("Replace the table's rules by triggers.")));
	memset(counts, 0, sizeof(*counts));
	switch (request->strategy)
	{
		case PUBLISH_APPEND:
			append_run(request, counts, &staged);
			break;
		case PUBLISH_UPSERT:
			upsert_run(request, counts, &staged);
			break;
	}
	/* Whatever was staged and has a key was read, so only rows without one can be missing. */
	if (request->key != NIL && staged < request->rows_staged)
		counts->null_keys = quarantine_null_keys(request->load_id, request->lanes, request->key);
	check_identity(request, counts, staged);
}

/* The names of the index's key columns if it is a primary key, else NIL. */
static List *
primary_key_columns(Relation target, Oid index_oid)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index_oid));
	Form_pg_index index;
	List *columns = NIL;
	int i;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for index %u", index_oid);
	index = (Form_pg_index) GETSTRUCT(tuple);
	for (i = 0; index->indisprimary && i < index->indnkeyatts; i++)
		columns =
			lappend(columns, get_attname(RelationGetRelid(target), index->indkey.values[i], false));
	ReleaseSysCache(tuple);
	return columns;
}

List *
publish_primary_key(Relation target)
{
	List *indexes = RelationGetIndexList(target);
	List *columns = NIL;
	ListCell *cell;

	foreach (cell, indexes)
	{
		columns = primary_key_columns(target, lfirst_oid(cell));
		if (columns != NIL)
			break;
	}
	list_free(indexes);
	return columns;
}
