/*
 * replace.c: strategies after which a part of the target holds the staged rows
 * and no others.
 *
 * Rows that are in the target already are not written.  Where the target has a
 * primary key, which the rows carry, changed rows are updated, so that what
 * refers to them stays.  Else the two are compared as bags of whole rows.  Rows
 * of the target go before new ones come: they may have the same unique values.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/duplicates.h"
#include "publish/merge.h"
#include "publish/missing.h"
#include "publish/predicate.h"
#include "publish/query.h"
#include "publish/rebuild.h"
#include "publish/replace.h"
#include "publish/replace_statement.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/target_size.h"

#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"

void
replace_lock(const PublishRequest *request)
{
	LockRelation(request->target, ShareRowExclusiveLock);
	(void) find_all_inheritors(RelationGetRelid(request->target), ShareRowExclusiveLock, NULL);
}

/* SELECT of the target's rows in scope. */
static char *
rows_in_scope(const PublishRequest *request, const char *scope)
{
	return psprintf("SELECT FROM %s AS target WHERE %s",
					staged_relation_name(RelationGetRelid(request->target)), scope);
}

/*
 * The request with the target's primary key as its key; false if there is none
 * that the rows carry.
 */
static bool
with_primary_key(const PublishRequest *request, const char *scope, PublishRequest *keyed)
{
	PublishOptions *options = palloc(sizeof(PublishOptions));
	ListCell *cell;

	*keyed = *request;
	keyed->key = publish_primary_key(request->target);
	foreach (cell, keyed->key)
		if (!conditions_has_name(request->columns, lfirst(cell)))
			return false;
	*options = *request->options;
	if (options->dedup == DEDUP_DEFAULT && options->dedup_sort == NULL)
		options->dedup = DEDUP_ERROR; /* as two equal keys would be for any INSERT */
	keyed->options = options;
	keyed->scope = scope;
	return keyed->key != NIL;
}

void
replace_check_dedup(const PublishRequest *request, const char *option)
{
	PublishRequest keyed;

	if (with_primary_key(request, NULL, &keyed))
		return;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("option \"%s\" of strategy \"%s\" needs a primary key", option,
						   publish_strategy_name(request->strategy)),
					errdetail("Table \"%s\" has none that the rows carry.",
							  RelationGetRelationName(request->target)),
					errhint("Rows without a key have no versions: leave the option out, or create "
							"a primary key.")));
}

static void
replace_by_key(const PublishRequest *keyed, const char *scope, PublishCounts *counts)
{
	missing_remove(keyed, scope, counts);
	merge_run(keyed, MATCHED_REPLACE, counts);
	duplicates_handle(keyed, counts);
}

static void
replace_by_row(const PublishRequest *request, const char *scope, PublishCounts *counts)
{
	WriteCounts done = {0};

	if (query_exists(rows_in_scope(request, scope), NULL))
	{
		write_rows(request, replace_delete_statement(request, scope), JOIN_FREELY, &done);
		counts->removed = done.deleted;
	}
	if (query_exists(rows_in_scope(request, scope), NULL))
	{
		counts->read = query_count(staged_rows(request), NULL);
		write_rows(request, replace_insert_statement(request, scope), JOIN_FREELY, &done);
		counts->plan = "differences";
	}
	else
	{
		append_rows(request, &done);
		counts->read = done.staged;
		counts->plan = "delete and append";
	}
	counts->inserted = done.inserted;
	counts->unchanged = counts->read - done.inserted;
}

void
replace_scope(const PublishRequest *request, const char *scope, PublishCounts *counts)
{
	PublishRequest keyed;

	if (with_primary_key(request, scope, &keyed))
		replace_by_key(&keyed, scope, counts);
	else
		replace_by_row(request, scope, counts);
}

char *
replace_scope_classification(const PublishRequest *request, const char *scope)
{
	PublishRequest keyed;

	if (with_primary_key(request, scope, &keyed))
		return merge_classification(&keyed, MATCHED_REPLACE);
	return replace_classification(request, scope);
}

void
replace_scope_count(const PublishRequest *request, const char *scope, PublishCounts *counts)
{
	int64 there = query_count(rows_in_scope(request, scope), NULL);
	PublishRequest keyed;

	counts->read = query_count(staged_rows(request), NULL);
	if (with_primary_key(request, scope, &keyed))
	{
		const char *classified = merge_classification(&keyed, MATCHED_REPLACE);
		const char *kinds = query_kinds(
			psprintf("SELECT _ingest_kind AS kind FROM (%s) AS classified", classified));

		counts->inserted = query_kind_count(kinds, "inserted");
		counts->updated = query_kind_count(kinds, "updated");
		counts->unchanged = query_kind_count(kinds, "unchanged");
	}
	else
	{
		counts->unchanged = strtoll(query_text(replace_common(request, scope)), NULL, 10);
		counts->inserted = counts->read - counts->unchanged;
	}
	counts->removed = there - counts->updated - counts->unchanged;
	counts->deduplicated = counts->read - counts->inserted - counts->updated - counts->unchanged;
}

char *
replace_scope_rows(const PublishRequest *request, const char *scope)
{
	PublishRequest keyed;

	if (with_primary_key(request, scope, &keyed))
		return staged_winners(&keyed);
	return staged_rows(request);
}

void
replace_check_duplicates(const PublishRequest *request, const char *scope, PublishCounts *counts)
{
	PublishRequest keyed;

	if (with_primary_key(request, scope, &keyed))
		duplicates_handle(&keyed, counts);
}

char *
replace_scope_removed(const PublishRequest *request, const char *scope)
{
	PublishRequest keyed;

	if (with_primary_key(request, scope, &keyed))
		return missing_rows(&keyed, scope);
	return replace_removed(request, scope);
}

void
replace_check_staged(const PublishRequest *request)
{
	const char *where = request->options->replace_where;
	const char *position;
	char *outside;
	int64 rows;
	ListCell *cell;

	if (where == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("strategy \"%s\" needs option \"replace_where\"",
							   publish_strategy_name(request->strategy)),
						errhint("Give the condition that the replaced rows meet, such as "
								"\"day = '2024-01-31'\".")));
	foreach (cell, predicate_columns(request->target, "replace_where", where))
	{
		if (!conditions_has_name(request->columns, lfirst(cell)))
			ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
							errmsg("column \"%s\" of option \"replace_where\" is not among the "
								   "columns of the load",
								   (char *) lfirst(cell))));
	}
	outside = psprintf("SELECT * FROM (%s) AS staged WHERE (%s) IS NOT TRUE", staged_rows(request),
					   predicate_text(request->target, "replace_where", where, "staged"));
	rows = query_count(outside, NULL);
	if (rows == 0)
		return;
	position = staged_first_position(request, outside);
	ereport(ERROR, (errcode(ERRCODE_CHECK_VIOLATION),
					errmsg_plural("%lld row does not meet \"replace_where\"",
								  "%lld rows do not meet \"replace_where\"", (unsigned long) rows,
								  (long long) rows),
					errdetail("The condition is %s.", where),
					position != NULL ? errcontext("%s", position) : 0,
					errhint("Nothing was replaced. Correct the condition or the source.")));
}

/* The part of the target that the strategy replaces. */
static const char *
scope_of(const PublishRequest *request)
{
	const char *where = request->options->replace_where;

	if (strcmp(publish_strategy_name(request->strategy), "replace") == 0)
		return "true";
	return predicate_text(request->target, "replace_where", where, "target");
}

void
replace_run(PublishRequest *request, PublishCounts *counts)
{
	if (strcmp(publish_strategy_name(request->strategy), "replace") == 0 &&
		rebuild_run(request, counts))
		return;
	replace_lock(request);
	replace_scope(request, scope_of(request), counts);
}

char *
replace_classify(const PublishRequest *request)
{
	return replace_scope_classification(request, scope_of(request));
}

char *
replace_removed_rows(const PublishRequest *request)
{
	return replace_scope_removed(request, scope_of(request));
}

/* The target's rows whose keys were staged. */
static char *
staged_keys(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "EXISTS (SELECT FROM (%s) AS staged WHERE ", staged_rows(request));
	conditions_append_match(&sql, request);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

/*
 * A key stands for one row where it can occur only once, or where the options
 * choose among the versions of a row; else for as many as there are.
 */
static bool
key_is_of_one_row(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	return options->dedup != DEDUP_DEFAULT || options->dedup_sort != NULL ||
		   options->update_if_newer != NULL || options->hard_delete != NULL ||
		   options->soft_delete != NULL ||
		   target_key_is_unique(request->target, request->key,
								options->null_keys == NULL_KEYS_MATCH);
}

void
delete_insert_run(PublishRequest *request, PublishCounts *counts)
{
	conditions_check_key(request);
	if (key_is_of_one_row(request))
		merge_run(request, MATCHED_REPLACE, counts);
	else
	{
		replace_lock(request);
		replace_by_row(request, staged_keys(request), counts);
	}
}

char *
delete_insert_classify(const PublishRequest *request)
{
	if (!key_is_of_one_row(request))
		return replace_classification(request, staged_keys(request));
	merge_check_target(request);
	return merge_classification(request, MATCHED_REPLACE);
}

char *
delete_insert_removed_rows(const PublishRequest *request)
{
	if (key_is_of_one_row(request))
		return NULL;
	return replace_removed(request, staged_keys(request));
}
