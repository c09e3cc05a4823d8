/*
 * checks.c: what must hold before and after a strategy has run.
 *
 * In: a request and its counts.  Out: nothing, or an error; publishing is one
 * transaction, so an error afterwards changes nothing either.
 */
#include "postgres.h"

#include "publish/checks.h"
#include "publish/conditions.h"
#include "publish/predicate.h"
#include "publish/query.h"
#include "publish/replace.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Which strategies look at an option; the names are those of strategies.c. */
typedef struct OptionUse
{
	const char *option;
	bool given;
	const char *strategies; /* separated and enclosed by blanks */
} OptionUse;

#define DEDUPLICATING \
	" insert_only upsert delete_insert replace replace_where replace_partitions sync scd2 "
#define MERGING " upsert delete_insert sync "

static void
check_uses(const PublishRequest *request)
{
	const PublishOptions *options = request->options;
	const char *name = publish_strategy_name(request->strategy);
	const OptionUse uses[] = {
		{"dedup", options->dedup != DEDUP_DEFAULT, DEDUPLICATING},
		{"dedup_sort", options->dedup_sort != NULL, DEDUPLICATING},
		{"null_keys", options->null_keys == NULL_KEYS_MATCH,
		 " insert_only upsert delete_insert sync scd2 "},
		{"update_if_newer", options->update_if_newer != NULL, " upsert delete_insert sync scd2 "},
		{"merge_update_columns", options->merge_update_columns != NIL, " upsert sync "},
		{"merge_exclude_columns", options->merge_exclude_columns != NIL, " upsert sync scd2 "},
		{"hard_delete", options->hard_delete != NULL, " upsert delete_insert sync scd2 "},
		{"soft_delete", options->soft_delete != NULL, MERGING},
		{"partition_swap", options->partition_swap != PARTITION_SWAP_AUTO, " replace_partitions "},
		{"replace_where", options->replace_where != NULL, " replace_where sync "},
		{"incremental_predicates", options->incremental_predicates != NIL,
		 " insert_only upsert delete_insert sync "},
	};
	int i;

	for (i = 0; i < (int) lengthof(uses); i++)
	{
		if (uses[i].given && strstr(uses[i].strategies, psprintf(" %s ", name)) == NULL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"%s\" has no meaning for strategy \"%s\"",
								   uses[i].option, name),
							errhint("Strategies that use it are:%s.",
									psprintf("%.*s", (int) strlen(uses[i].strategies) - 1,
											 uses[i].strategies))));
	}
	if (request->lanes == NIL && options->dedup == DEDUP_QUARANTINE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"dedup\" can be \"quarantine\" for loads of files only"),
						errhint("Choose \"error\", or say with \"dedup_sort\" which row counts.")));
	if (options->merge_update_columns != NIL && options->merge_exclude_columns != NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options \"merge_update_columns\" and \"merge_exclude_columns\" "
							   "cannot be used together")));
}

/* The column must be in the target, and among the staged ones. */
static void
check_carried(const PublishRequest *request, const char *option, const char *column)
{
	if (column == NULL)
		return;
	(void) conditions_attribute(request->target, column);
	if (!conditions_has_name(request->columns, column))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
				 errmsg("column \"%s\" of option \"%s\" is not among the columns of the load",
						column, option),
				 errhint("The source must carry it.")));
}

static void
check_newer(const PublishRequest *request)
{
	const char *column = request->options->update_if_newer;

	check_carried(request, "update_if_newer", column);
	if (column != NULL && !OidIsValid(conditions_less_operator(request->target, column)))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_FUNCTION),
			 errmsg("column \"%s\" of option \"update_if_newer\" cannot be compared", column),
			 errdetail("Type %s has no order.",
					   format_type_be(conditions_attribute(request->target, column)->atttypid))));
}

static void
check_sort(const PublishRequest *request)
{
	const char *sort = request->options->dedup_sort;
	ListCell *cell;

	if (sort == NULL)
		return;
	foreach (cell, predicate_order_columns(request->target, "dedup_sort", sort))
		check_carried(request, "dedup_sort", lfirst(cell));
}

/* Rows that are replaced without a unique_key have the primary key, or none. */
static void
check_dedup(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	if (publish_needs_key(request->strategy))
		return;
	if (options->dedup != DEDUP_DEFAULT)
		replace_check_dedup(request, "dedup");
	if (options->dedup_sort != NULL)
		replace_check_dedup(request, "dedup_sort");
}

static void
check_soft_delete(const PublishRequest *request)
{
	const char *column = request->options->soft_delete;
	Oid type;

	if (column == NULL)
		return;
	type = getBaseType(conditions_attribute(request->target, column)->atttypid);
	if (type != BOOLOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID && type != DATEOID)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of option \"soft_delete\" is of type %s", column,
							   format_type_be(type)),
						errhint("It must be boolean, date or timestamp.")));
}

static void
check_columns_exist(const PublishRequest *request, List *columns)
{
	ListCell *cell;

	foreach (cell, columns)
		(void) conditions_attribute(request->target, lfirst(cell));
}

void
checks_no_null_keys(int64 rows)
{
	if (rows > 0)
		ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
						errmsg_plural("%lld row of the source has a null in its key",
									  "%lld rows of the source have a null in their key",
									  (unsigned long) rows, (long long) rows),
						errhint("Leave them out in a view, or set \"null_keys\" to \"match\".")));
}

void
checks_null_keys(const PublishRequest *request)
{
	if (request->source_null_keys != NULL)
		checks_no_null_keys(query_count(request->source_null_keys, NULL));
}

void
checks_before(const PublishRequest *request)
{
	if (request->target->rd_rules != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("cannot publish into table \"%s\" because it has rules",
							   RelationGetRelationName(request->target)),
						errhint("Replace the table's rules by triggers.")));
	check_uses(request);
	publish_check_source(request);
	check_newer(request);
	check_sort(request);
	check_dedup(request);
	if (request->deletion == NULL)
		check_carried(request, "hard_delete", request->options->hard_delete);
	check_soft_delete(request);
	check_columns_exist(request, request->options->merge_update_columns);
	check_columns_exist(request, request->options->merge_exclude_columns);
	if (strcmp(publish_strategy_name(request->strategy), "replace_where") == 0 ||
		request->options->replace_where != NULL)
		replace_check_staged(request);
}

int64
checks_count_target(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	if (options->max_update_ratio < 0 && options->max_delete_ratio < 0)
		return 0;
	return query_count(psprintf("SELECT FROM %s AS target WHERE %s",
								staged_relation_name(RelationGetRelid(request->target)),
								options->replace_where == NULL
									? "true"
									: predicate_text(request->target, "replace_where",
													 options->replace_where, "target")),
					   NULL);
}

static void
check_limit(const char *option, double limit, const char *done, int64 rows, int64 rows_before)
{
	if (limit < 0 || (double) rows <= limit * (double) rows_before)
		return;
	ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
					errmsg("the load would have %s %lld of %lld rows, more than \"%s\" allows",
						   done, (long long) rows, (long long) rows_before, option),
					errdetail("The limit is %.6g.", limit),
					errhint("Nothing was changed. Look at the source with ingest.preview_merge, "
							"or raise the limit.")));
}

void
checks_limits(const PublishRequest *request, const PublishCounts *counts, int64 rows_before)
{
	check_limit("max_update_ratio", request->options->max_update_ratio, "updated",
				Max(counts->updated, counts->intervals), rows_before);
	check_limit("max_delete_ratio", request->options->max_delete_ratio, "deleted",
				counts->deleted + counts->removed, rows_before);
}
