/*
 * partitions.c: strategy replace_partitions, dbt's insert_overwrite.
 *
 * The partitions that staged rows belong to are found first; then the rows of
 * these partitions become the staged ones: in place, as replace.c does it, or
 * in new tables that are swapped in.  The counts are the same.
 */
#include "postgres.h"

#include "publish/partition_swaps.h"
#include "publish/partitions.h"
#include "publish/replace.h"
#include "publish/touched.h"

#include "catalog/pg_class.h"
#include "storage/lmgr.h"

static List *
touched(const PublishRequest *request, bool existing_only)
{
	if (request->target->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("table \"%s\" is not partitioned",
							   RelationGetRelationName(request->target)),
						errhint("Use strategy \"replace\" or \"replace_where\".")));
	return touched_partitions(request, existing_only);
}

/*
 * The same, and nobody else writes to these partitions until the end of the transaction; others
 * may be written to by who names them.  Behind the lock on the target no partition comes or goes.
 */
static List *
lock_touched(const PublishRequest *request)
{
	List *partitions;
	ListCell *cell;

	LockRelation(request->target, ShareRowExclusiveLock);
	partitions = touched(request, false);
	foreach (cell, partitions)
		LockRelationOid(lfirst_oid(cell), ShareRowExclusiveLock);
	return partitions;
}

/* The condition that a row of the target is in one of the partitions. */
static char *
in_partitions(List *partitions)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "target.tableoid OPERATOR(pg_catalog.=) ANY ('{");
	foreach (cell, partitions)
		appendStringInfo(&sql, "%s%u", foreach_current_index(cell) > 0 ? "," : "",
						 lfirst_oid(cell));
	appendStringInfoString(&sql, "}'::pg_catalog.oid[])");
	return sql.data;
}

/* false: something stands against a swap. */
static bool
swap(PublishRequest *request, List *partitions, const PublishCounts *counts)
{
	int64 expected = counts->inserted + counts->updated + counts->unchanged;
	const char *rows = replace_scope_rows(request, in_partitions(partitions));
	int64 written;

	if (!partition_swaps_run(request, partitions, rows, &written))
		return false;
	if (written != expected)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
						errmsg("%lld rows were written into new partitions, expected %lld",
							   (long long) written, (long long) expected)));
	return true;
}

void
replace_partitions_run(PublishRequest *request, PublishCounts *counts)
{
	List *partitions = lock_touched(request);
	const char *scope = in_partitions(partitions);
	PublishCounts changes = {.plan = "swap"};

	if (request->options->partition_swap != PARTITION_SWAP_NEVER)
	{
		replace_scope_count(request, scope, &changes);
		if (partition_swaps_apply(request, partitions,
								  changes.inserted + changes.updated + changes.removed,
								  changes.unchanged) &&
			swap(request, partitions, &changes))
		{
			replace_check_duplicates(request, scope, &changes);
			*counts = changes;
			return;
		}
	}
	replace_scope(request, scope, counts);
}

/* Those of now: what a preview shows may still have to be made. */
static List *
touched_before(const PublishRequest *request)
{
	return touched(request, request->options->create_partitions != NULL);
}

char *
replace_partitions_classify(const PublishRequest *request)
{
	return replace_scope_classification(request, in_partitions(touched_before(request)));
}

char *
replace_partitions_removed_rows(const PublishRequest *request)
{
	return replace_scope_removed(request, in_partitions(touched_before(request)));
}
