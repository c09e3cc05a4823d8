/*
 * publish.c: from staged rows into the target.
 *
 * Runs the strategy, moves rows without a key and unwanted duplicates to
 * quarantine, and lets nothing pass whose counts do not add up or that changes
 * more than the caller allows: an error rolls the whole load back.
 */
#include "postgres.h"

#include "publish/checks.h"
#include "publish/duplicates.h"
#include "publish/new_partitions.h"
#include "publish/publish.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "manifest/quarantine.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * The accounting identity.  read is what the lanes were seen to hold without
 * rows with NULL keys; each number was counted at another place.
 */
static void
check_identity(const PublishRequest *request, const PublishCounts *counts)
{
	int64 known = counts->inserted + counts->updated + counts->deleted + counts->unchanged +
				  counts->deduplicated + counts->skipped;

	if ((request->rows_staged < 0 || counts->read + counts->null_keys == request->rows_staged) &&
		known == counts->read)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("row counts of load %lld do not add up", (long long) request->load_id),
			 errdetail(
				 "Staged rows in the manifest: %lld, in the lanes: %lld, of these with a null "
				 "in the key: %lld, inserted: %lld, updated: %lld, deleted: %lld, unchanged: %lld, "
				 "deduplicated: %lld, skipped: %lld.",
				 (long long) request->rows_staged, (long long) (counts->read + counts->null_keys),
				 (long long) counts->null_keys, (long long) counts->inserted,
				 (long long) counts->updated, (long long) counts->deleted,
				 (long long) counts->unchanged, (long long) counts->deduplicated,
				 (long long) counts->skipped),
			 errhint("Nothing was published. Discard the load and stage its files again.")));
}

bool
publish_add_column(PublishRequest *request, char *name)
{
	const char *deletion = request->options->hard_delete;

	if (get_attnum(RelationGetRelid(request->target), name) > 0)
		request->columns = lappend(request->columns, name);
	else if (deletion != NULL && strcmp(deletion, name) == 0)
		request->deletion = name;
	else
		return false;
	return true;
}

/* Rows with a NULL in their key: to quarantine, or, of a relation, an error. */
static void
handle_null_keys(const PublishRequest *request, PublishCounts *counts)
{
	if (request->key == NIL || request->options->null_keys == NULL_KEYS_MATCH)
		return;
	/* Whatever was staged and has a key was read, so only rows without one can be missing. */
	if (request->lanes != NIL && counts->read < request->rows_staged)
		counts->null_keys = quarantine_null_keys(request->load_id, request->lanes, request->key);
}

void
publish_run(PublishRequest *request, PublishCounts *counts)
{
	int64 rows_before;

	memset(counts, 0, sizeof(*counts));
	checks_before(request);
	if (request->strategy->refuses_null_keys == NULL ||
		!request->strategy->refuses_null_keys(request))
		checks_null_keys(request);
	new_partitions_create(request);
	rows_before = checks_count_target(request);
	request->strategy->run(request, counts);
	handle_null_keys(request, counts);
	check_identity(request, counts);
	checks_limits(request, counts, rows_before);
	if (request->key != NIL)
		duplicates_handle(request, counts);
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
