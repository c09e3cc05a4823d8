/*
 * partitions.c: strategy replace_partitions, dbt's insert_overwrite.
 *
 * The partitions that staged rows belong to are found first; then the rows of
 * these partitions become the staged ones, as replace.c does it.
 */
#include "postgres.h"

#include "publish/partitions.h"
#include "publish/replace.h"
#include "publish/touched.h"

#include "catalog/pg_class.h"

/* The condition that a row of the target is in one of the touched partitions. */
static char *
touched(const PublishRequest *request)
{
	StringInfoData sql;
	ListCell *cell;

	if (request->target->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("table \"%s\" is not partitioned",
							   RelationGetRelationName(request->target)),
						errhint("Use strategy \"replace\" or \"replace_where\".")));
	initStringInfo(&sql);
	appendStringInfoString(&sql, "target.tableoid OPERATOR(pg_catalog.=) ANY ('{");
	foreach (cell, touched_partitions(request))
		appendStringInfo(&sql, "%s%u", foreach_current_index(cell) > 0 ? "," : "",
						 lfirst_oid(cell));
	appendStringInfoString(&sql, "}'::pg_catalog.oid[])");
	return sql.data;
}

void
replace_partitions_run(const PublishRequest *request, PublishCounts *counts)
{
	replace_scope(request, touched(request), counts);
}

char *
replace_partitions_classify(const PublishRequest *request)
{
	return replace_scope_classification(request, touched(request));
}

char *
replace_partitions_removed_rows(const PublishRequest *request)
{
	return replace_scope_removed(request, touched(request));
}
