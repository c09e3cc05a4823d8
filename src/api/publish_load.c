/*
 * publish_load.c: staged rows of a load into its target.
 *
 *   lanes -> audit/ (what the contract says of all rows) -> publish/ -> the manifest's last word
 *
 * in:  a load that is staged, the terms of the call
 * out: rows of the target, 'published' in the manifest, in the caller's transaction; or 'rejected',
 *      committed by a worker
 */
#include "postgres.h"

#include "api/publish_load.h"

#include "access/table.h"
#include "access/xact.h"
#include "audit/audit.h"
#include "manifest/check_results.h"
#include "manifest/publications.h"
#include "manifest/quarantine.h"
#include "miscadmin.h"
#include "publish/evolve.h"
#include "publish/publish.h"
#include "stage/failpoint.h"
#include "stage/lane_table.h"
#include "stage/stage.h"

void
publish_load_warn(int64 load_id, const ManifestCounts *counts)
{
	int64 rows = counts->rows_quarantined;

	if (rows == 0)
		return;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg_plural("load " INT64_FORMAT ": " INT64_FORMAT " row is in quarantine",
						   "load " INT64_FORMAT ": " INT64_FORMAT " rows are in quarantine", rows,
						   load_id, rows),
			 errdetail("Commonest reasons: %s.", quarantine_summary(load_id)),
			 errhint("See SELECT * FROM ingest.quarantine WHERE load_id = " INT64_FORMAT ";",
					 load_id)));
}

/* The lanes of a load, readable for the caller; error when a crash emptied one. */
static List *
intact_lanes(const ManifestLoad *load)
{
	List *lanes = manifest_lanes(load->load_id);
	List *relations = NIL;
	bool intact = lanes != NIL;
	ListCell *lc;

	foreach (lc, lanes)
	{
		const ManifestLane *lane = lfirst(lc);

		intact = intact && lane_is_intact(lane);
		if (!intact)
			break;
		lane_grant(lane, GetUserId());
		relations = lappend_oid(relations, lane->relation);
	}
	if (!intact)
	{
		/* somebody else published them, after the caller's snapshot: a serialization failure */
		(void) manifest_lock_load(load->load_id);
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("staged rows of load " INT64_FORMAT " did not survive a server crash",
						load->load_id),
				 errhint("Call ingest.load or ingest.stage again with the same arguments.")));
	}
	return relations;
}

/* The manifest's last word in the caller's transaction; a content goes in once. */
static void
finish_publish(ManifestLoad *load, const ManifestCounts *counts, const char *message)
{
	manifest_publish_files(load->load_id);
	manifest_set_published(load, counts, message);
	lane_drop_all(load->load_id);
	CommandCounterIncrement();
}

/* Does the target get this column by the load? */
static bool
is_new_column(const ManifestLoad *load, const char *name)
{
	ListCell *lc;

	foreach (lc, load->new_columns)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

/* What the lanes carry, but for new columns; the target may have lost a column since. */
static void
set_columns(PublishRequest *request, const ManifestLoad *load)
{
	ListCell *lc;

	foreach (lc, load->columns)
		if (!is_new_column(load, lfirst(lc)) && !publish_add_column(request, lfirst(lc)))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("load " INT64_FORMAT " has a column that table \"%s\" has not: \"%s\"",
							load->load_id, RelationGetRelationName(request->target),
							(char *) lfirst(lc)),
					 errhint("If it marks deletions, name it in \"hard_delete\"; else discard the "
							 "load and stage its files again.")));
}

/* Nothing is published: says why, and notes it where that outlives the error. */
pg_noreturn static void
reject(const ManifestLoad *load, Relation target, const AuditOutcome *outcome)
{
	bool kept = stage_note_rejection(load->load_id, target, outcome->rejected, outcome->results);

	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("load " INT64_FORMAT " into table \"%s\" is rejected by its checks",
					load->load_id, RelationGetRelationName(target)),
			 errdetail("%s.", outcome->rejected),
			 kept ? errhint("Its rows are kept: see SELECT * FROM ingest.checks WHERE load_id "
							"= " INT64_FORMAT "; overrule checks by ingest.publish(" INT64_FORMAT
							", options => '{\"accept\": [\"name\"]}'), or give it up by"
							" ingest.discard(" INT64_FORMAT ").",
							load->load_id, load->load_id, load->load_id)
				  : errhint("Nothing is kept, because the load was staged in this transaction.")));
}

/* What the contract says of all rows together; rows may leave the lanes. */
static void
audit(const ManifestLoad *load, const PublishRequest *publish, const LoadTerms *terms,
	  ManifestCounts *counts)
{
	AuditRequest request = {.load_id = load->load_id,
							.target = publish->target,
							.document = terms->document,
							.lanes = publish->lanes,
							.columns = publish->columns,
							.key = publish->key,
							.accept = terms->options->accept};
	AuditOutcome outcome;

	audit_run(&request, &outcome);
	if (outcome.rejected != NULL)
		reject(load, publish->target, &outcome);
	if (outcome.results != NIL)
		manifest_set_checks(load->load_id, GetUserNameFromId(GetUserId(), false), outcome.results);
	counts->rows_staged -= outcome.removed;
	counts->rows_quarantined += outcome.removed;
	CommandCounterIncrement();
}

void
publish_load(ManifestLoad *load, Relation target, const StrategyArgument *strategy,
			 const LoadTerms *terms, ManifestCounts *counts)
{
	const IngestOptions *options = terms->options;
	PublishRequest request = {0};
	PublishCounts published = {0};
	Evolution evolution = {load->new_columns, load->new_types, &options->format};
	int files_skipped = counts->files_skipped;

	manifest_sum(load->load_id, counts);
	counts->files_skipped = files_skipped;
	request.load_id = load->load_id;
	request.target = target;
	request.strategy = strategy->strategy;
	request.options = &options->publish;
	request.lanes = intact_lanes(load);
	set_columns(&request, load);
	request.key = strategy->key;
	FAILPOINT("publishing");
	audit(load, &request, terms, counts);
	request.rows_staged = counts->rows_staged;
	request.rows_left_out = counts->rows_quarantined;
	if (options->on_error == ON_ERROR_IGNORE)
		request.rows_left_out += counts->rows_ignored;
	/* a worker that notes a rejection writes this row, so it is not locked before */
	(void) manifest_lock_load(load->load_id);
	publish_evolve(&request, &evolution);
	publication_begin(load->load_id);
	publish_run(&request, &published);
	publication_end(load->load_id);
	table_close(request.target, NoLock);
	counts->rows_staged -= published.null_keys + published.duplicates;
	counts->rows_quarantined += published.null_keys + published.duplicates;
	counts->rows_deduplicated = published.deduplicated - published.duplicates;
	counts->rows_inserted = published.inserted;
	counts->rows_updated = published.updated;
	counts->rows_deleted = published.deleted + published.removed;
	counts->rows_unchanged = published.unchanged;
	counts->rows_skipped = published.skipped;
	load->strategy = (char *) publish_strategy_name(strategy->strategy);
	load->unique_key = strategy->key;
	load->contract_version = terms->version;
	finish_publish(load, counts, NULL);
	FAILPOINT("published");
}
