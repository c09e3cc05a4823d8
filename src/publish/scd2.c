/*
 * scd2.c: every version of a row is kept, with since when and until when it
 * was valid.
 *
 * What is to be done is computed from the staged versions and the target's
 * rows of their keys, and then written: rows that vanish first, then
 * intervals that change, in the order of time, then new rows, so that unique and
 * exclusion constraints hold after every row.
 */
#include "postgres.h"

#include "manifest/manifest.h"
#include "publish/collected.h"
#include "publish/conditions.h"
#include "publish/query.h"
#include "publish/replace.h"
#include "publish/scd2.h"
#include "publish/scd2_columns.h"
#include "publish/scd2_statement.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/target_size.h"

#include "miscadmin.h"
#include "utils/builtins.h"

/* What is to be done. */
typedef struct Scd2Plan
{
	int64 deletes; /* rows of the target */
	int64 updates;
	int64 inserts;
	int64 inserted; /* staged rows, by kind */
	int64 updated;
	int64 deleted;
	int64 unchanged;
	int64 skipped;
} Scd2Plan;

/* Raises an error if a staged version has no time, or one that stands for no end. */
static void
check_times(const PublishRequest *request, const Scd2Columns *columns)
{
	const char *rows;
	const char *position;
	int64 count;

	if (columns->time == NULL)
		return;
	rows = psprintf("SELECT * FROM (%s) AS staged WHERE %s IS NULL OR %s IS NOT DISTINCT FROM %s",
					staged_rows(request), scd2_time(columns, "staged"),
					scd2_time(columns, "staged"), columns->open_end);
	count = query_count(rows, NULL);
	if (count == 0)
		return;
	position = staged_first_position(request, rows);
	ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
					errmsg_plural("%lld row has no time in column \"%s\"",
								  "%lld rows have no time in column \"%s\"", (unsigned long) count,
								  (long long) count, columns->time),
					errdetail("A version needs a time, which must not be that of current versions "
							  "in column \"%s\".",
							  columns->valid_to),
					position != NULL ? errcontext("%s", position) : 0,
					errhint("Correct the source. If the column is declared NOT NULL, a load puts "
							"such rows into quarantine.")));
}

/* The text in a column of what scd2_changes() gave, NULL for NULL. */
static char *
text_of(TupleTableSlot *slot, AttrNumber attnum)
{
	bool isnull;
	Datum value = slot_getattr(slot, attnum, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

static void
add_action(Scd2Plan *plan, const char *action)
{
	if (strcmp(action, "insert") == 0)
		plan->inserts++;
	else if (strcmp(action, "update") == 0)
		plan->updates++;
	else
		plan->deletes++;
}

static void
add_kind(Scd2Plan *plan, const char *kind)
{
	if (strcmp(kind, "inserted") == 0)
		plan->inserted++;
	else if (strcmp(kind, "updated") == 0)
		plan->updated++;
	else if (strcmp(kind, "deleted") == 0)
		plan->deleted++;
	else if (strcmp(kind, "unchanged") == 0)
		plan->unchanged++;
	else
		plan->skipped++;
}

static void
refuse_broken(const PublishRequest *request, const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("versions of key %s in table \"%s\" contradict each other", key,
					RelationGetRelationName(request->target)),
			 errdetail("More than one is current, or their intervals overlap, are empty or do not "
					   "fit \"is_current\"."),
			 errhint("Correct these rows, and create a unique index on the key for current rows, "
					 "so that there can be only one.")));
}

static void
sum_up(const PublishRequest *request, Collected *changes, Scd2Plan *plan)
{
	TupleTableSlot *slot;

	memset(plan, 0, sizeof(*plan));
	while ((slot = collected_next(changes)) != NULL)
	{
		const char *broken = text_of(slot, SCD2_BROKEN_ATTNUM);
		char *action = text_of(slot, SCD2_ACTION_ATTNUM);
		char *kind = text_of(slot, SCD2_KIND_ATTNUM);

		CHECK_FOR_INTERRUPTS();
		if (broken != NULL)
			refuse_broken(request, broken);
		if (action != NULL)
		{
			add_action(plan, action);
			pfree(action);
		}
		if (kind != NULL)
		{
			add_kind(plan, kind);
			pfree(kind);
		}
	}
}

/* Runs a DELETE or UPDATE that must reach so many rows. */
static void
change_rows(const PublishRequest *request, const char *sql, int64 rows)
{
	WriteCounts done = {0};

	if (rows == 0)
		return;
	write_rows(request, sql, JOIN_PROBE_TARGET, &done);
	if (done.updated + done.deleted != rows)
		ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION),
						errmsg("triggers of table \"%s\" kept %lld of %lld versions as they were",
							   RelationGetRelationName(request->target),
							   (long long) (rows - done.updated - done.deleted), (long long) rows),
						errdetail("A BEFORE ROW trigger returned NULL."),
						errhint("Disable the trigger.")));
}

static void
write_changes(const PublishRequest *request, const Scd2Columns *columns, Collected *changes,
			  const Scd2Plan *plan)
{
	PublishRequest writing = *request;
	WriteCounts done = {0};

	writing.collected = collected_environment(changes);
	change_rows(&writing, scd2_delete_statement(&writing), plan->deletes);
	change_rows(&writing, scd2_update_statement(&writing, columns), plan->updates);
	if (plan->inserts > 0)
		write_rows(&writing, scd2_insert_statement(&writing, columns), JOIN_FREELY, &done);
}

/* Counts staged rows: those that scd2_changes() gave, and those of keys that it left out. */
static void
count_rows(const PublishRequest *request, const Scd2Plan *plan, PublishCounts *counts)
{
	int64 winners = query_count(staged_winners(request), NULL);
	const char *deletes = conditions_deletes(request);
	int64 left_out;

	counts->inserted = plan->inserted;
	counts->updated = plan->updated;
	counts->deleted = plan->deleted;
	counts->skipped = plan->skipped;
	if (deletes != NULL)
		counts->skipped = query_count(psprintf("SELECT * FROM (%s) AS staged WHERE %s",
											   staged_winners(request), deletes),
									  NULL) -
						  counts->deleted;
	left_out = winners - plan->inserted - plan->updated - plan->deleted - plan->unchanged -
			   counts->skipped;
	counts->unchanged = plan->unchanged + left_out;
	counts->deduplicated = counts->read - winners;
	counts->intervals = plan->updates + plan->deletes;
}

void
scd2_run(PublishRequest *request, PublishCounts *counts)
{
	const Scd2Columns *columns = scd2_columns(request);
	const char *path = request->lanes != NIL ? manifest_path_with_defaults(request->load_id) : NULL;
	Collected *changes;
	Scd2Plan plan;

	if (path != NULL)
		manifest_refuse_defaults(path);
	replace_lock(request);
	check_times(request, columns);
	counts->read = query_count(staged_rows(request), NULL);
	changes =
		collected_rows(scd2_changes(request, columns, false), SCD2_CHANGES,
					   target_size_favours_probes(request->target, request->key, counts->read));
	sum_up(request, changes, &plan);
	count_rows(request, &plan, counts);
	write_changes(request, columns, changes, &plan);
	collected_end(changes);
	counts->plan = psprintf("history, %lld intervals changed", (long long) counts->intervals);
}

char *
scd2_version_time(const PublishRequest *request, const char *alias)
{
	const Scd2Columns *columns = scd2_columns(request);

	return columns->time != NULL ? scd2_time(columns, alias) : NULL;
}

char *
scd2_classify(const PublishRequest *request)
{
	const Scd2Columns *columns = scd2_columns(request);

	check_times(request, columns);
	return psprintf("SELECT _ingest_kind, _ingest_file, _ingest_row, %s, _ingest_start AS %s, "
					"_ingest_end AS %s FROM (%s) AS change WHERE _ingest_kind IS NOT NULL",
					staged_column_list(NULL, columns->stored),
					quote_identifier(columns->valid_from), quote_identifier(columns->valid_to),
					scd2_changes(request, columns, true));
}
