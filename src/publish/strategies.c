/*
 * strategies.c: the words that people use, and what stands behind each.
 *
 * Strategies that are a few lines are here, the others in files of their own.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/heap_merge.h"
#include "publish/merge.h"
#include "publish/partitions.h"
#include "publish/replace.h"
#include "publish/scd2.h"
#include "publish/scd2_columns.h"
#include "publish/strategy.h"
#include "publish/sync.h"

#include "lib/stringinfo.h"

#define READ_AND_INSERT (ACL_SELECT | ACL_INSERT)

static void
upsert_run(PublishRequest *request, PublishCounts *counts)
{
	merge_run(request, MATCHED_UPDATE, counts);
}

static char *
upsert_classify(const PublishRequest *request)
{
	merge_check_target(request);
	return merge_classification(request, MATCHED_UPDATE);
}

static void
insert_only_run(PublishRequest *request, PublishCounts *counts)
{
	merge_run(request, MATCHED_KEEP, counts);
}

static char *
insert_only_classify(const PublishRequest *request)
{
	return merge_classification(request, MATCHED_KEEP);
}

static const PublishStrategy strategies[] = {
	{.name = "append", .rights = ACL_INSERT, .run = append_run},
	{.name = "insert_only",
	 .rights = READ_AND_INSERT,
	 .key = KEY_NEEDED,
	 .restates = true,
	 .deduplicates = true,
	 .run = insert_only_run,
	 .refuses_null_keys = heap_merge_refuses_null_keys,
	 .classify = insert_only_classify},
	{.name = "upsert",
	 .rights = READ_AND_INSERT | ACL_UPDATE,
	 .key = KEY_NEEDED,
	 .restates = true,
	 .deduplicates = true,
	 .run = upsert_run,
	 .refuses_null_keys = heap_merge_refuses_null_keys,
	 .classify = upsert_classify},
	{.name = "delete_insert",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .key = KEY_NEEDED,
	 .restates = true,
	 .rereads = true,
	 .run = delete_insert_run,
	 .classify = delete_insert_classify,
	 .removed_rows = delete_insert_removed_rows},
	{.name = "replace",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .restates = true,
	 .rereads = true,
	 .run = replace_run,
	 .classify = replace_classify,
	 .removed_rows = replace_removed_rows},
	{.name = "replace_where",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .restates = true,
	 .rereads = true,
	 .run = replace_run,
	 .classify = replace_classify,
	 .removed_rows = replace_removed_rows},
	{.name = "replace_partitions",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .restates = true,
	 .rereads = true,
	 .run = replace_partitions_run,
	 .classify = replace_partitions_classify,
	 .removed_rows = replace_partitions_removed_rows},
	{.name = "sync",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .key = KEY_NEEDED,
	 .restates = true,
	 .rereads = true,
	 .deduplicates = true,
	 .run = sync_run,
	 .classify = upsert_classify,
	 .removed_rows = sync_removed_rows},
	{.name = "scd2",
	 .rights = READ_AND_INSERT | ACL_UPDATE | ACL_DELETE,
	 .key = KEY_NEEDED,
	 .restates = true,
	 .deduplicates = true,
	 .run = scd2_run,
	 .version = scd2_version_time,
	 .classify = scd2_classify},
};

const PublishStrategy *
publish_strategy(const char *name)
{
	StringInfoData names;
	int i;

	initStringInfo(&names);
	for (i = 0; i < (int) lengthof(strategies); i++)
	{
		if (strcmp(strategies[i].name, name) == 0)
			return &strategies[i];
		appendStringInfo(&names, "%s\"%s\"", i > 0 ? ", " : "", strategies[i].name);
	}
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unrecognized strategy: \"%s\"", name),
					errhint("Strategies are %s.", names.data)));
}

const char *
publish_strategy_name(const PublishStrategy *strategy)
{
	return strategy->name;
}

AclMode
publish_strategy_rights(const PublishStrategy *strategy)
{
	return strategy->rights;
}

bool
publish_needs_key(const PublishStrategy *strategy)
{
	return strategy->key == KEY_NEEDED;
}

List *
publish_computed_columns(const PublishStrategy *strategy, const PublishOptions *options)
{
	if (strategy != NULL && strategy->version == NULL)
		return NIL;
	return list_make3(unconstify(char *, options->valid_from),
					  unconstify(char *, options->valid_to),
					  unconstify(char *, scd2_is_current(options)));
}

bool
publish_restates(const PublishStrategy *strategy)
{
	return strategy->restates;
}
