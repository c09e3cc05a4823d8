/*
 * plan.c: files on disk against the manifest.
 *
 * in:  the source, the manifest's published files and unfinished loads
 * out: the load to begin or to go on with, and its files
 */
#include "postgres.h"

#include <xxhash.h>

#include "stage/plan.h"

#include "access/xact.h"
#include "contract/spec.h"
#include "miscadmin.h"
#include "stage/constants.h"
#include "stage/content.h"
#include "stage/lane_table.h"
#include "utils/timestamp.h"

/* Every column that a file may fill, for the fingerprint. */
static List *
loadable_columns(Relation target)
{
	TupleDesc desc = RelationGetDescr(target);
	List *names = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && att->attgenerated == '\0')
			names = lappend(names, NameStr(att->attname));
	}
	return names;
}

ContractRules
stage_contract_rules(const StageRequest *request)
{
	const IngestOptions *options = request->options;
	ContractRules rules;

	rules.key = options->publish.null_keys == NULL_KEYS_MATCH ? NIL : request->unique_key;
	rules.computed = options->computed;
	rules.deletion = options->publish.hard_delete;
	rules.filter = options->filter;
	rules.document = request->document;
	rules.new_columns = NIL;
	rules.new_types = NIL;
	return rules;
}

/*
 * Options and contract: two calls with equal fingerprints make equal lanes of
 * equal bytes.
 */
static char *
make_fingerprint(const StageRequest *request)
{
	ContractRules rules = stage_contract_rules(request);
	StringInfoData spec;
	XXH64_hash_t hash;

	initStringInfo(&spec);
	rules.computed = NIL; /* a matter of the strategy, which may be another one next time */
	contract_spec_write(
		contract_spec_build(request->target, loadable_columns(request->target), &rules), &spec);
	hash = XXH3_64bits(spec.data, spec.len);
	return psprintf("%s contract " UINT64_FORMAT, options_fingerprint(request->options),
					(uint64) hash);
}

/* Leaves out files that somebody may still be writing. */
static List *
old_enough(List *files, int64 min_age_ms)
{
	List *result = NIL;
	int64 now =
		GetCurrentTimestamp() + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	ListCell *lc;

	if (min_age_ms <= 0)
		return files;
	foreach (lc, files)
	{
		SourceFile *file = lfirst(lc);

		if (file->mtime <= now - min_age_ms * 1000)
			result = lappend(result, file);
		else
			ereport(NOTICE,
					(errmsg("file \"%s\" is younger than min_file_age, left for a later call",
							file->path)));
	}
	return result;
}

List *
plan_source_files(const StageRequest *request)
{
	List *all = request->files != NIL ? request->files : source_expand(request->source);

	return old_enough(all, request->options->min_file_age);
}

/* Has the content of a file of an unfinished load been published since, by another load? */
static bool
published_since(const ManifestFile *manifest, const SourceFile *source)
{
	SourceIdentity identity;
	bool size_is_published;

	if (manifest->forced)
		return false;
	if (manifest->content_hash != NULL)
		return manifest_content_published(manifest->target, manifest->size, manifest->content_hash);
	manifest_published_sizes(manifest->target, &manifest->size, 1, &size_is_published);
	if (!size_is_published)
		return false;
	source_identify(source, &identity);
	return manifest_content_published(manifest->target, identity.size, identity.hash);
}

/*
 * Can the load go on with these files, which are not published?  Its own must come first,
 * in order and with the size and time they had.
 */
static bool
is_continued_by(List *known, List *files, bool force)
{
	int i;

	if (list_length(known) > list_length(files))
		return false;
	for (i = 0; i < list_length(known); i++)
	{
		const ManifestFile *manifest = list_nth(known, i);
		const SourceFile *source = list_nth(files, i);

		if (strcmp(manifest->path, source->path) != 0 || (uint64) manifest->size != source->size ||
			manifest->modified_at != source->mtime || (manifest->forced && !force) ||
			published_since(manifest, source))
			return false;
	}
	return true;
}

static bool
shares_path(List *known, List *files)
{
	ListCell *kc;
	ListCell *fc;

	foreach (kc, known)
		foreach (fc, files)
			if (strcmp(((ManifestFile *) lfirst(kc))->path, ((SourceFile *) lfirst(fc))->path) == 0)
				return true;
	return false;
}

static bool
lanes_are_intact(int64 load_id)
{
	List *lanes = manifest_lanes(load_id);
	ManifestCounts counts;
	ListCell *lc;

	foreach (lc, lanes)
		if (!lane_is_intact(lfirst(lc)))
			return false;
	if (lanes != NIL)
		return true;
	/* a restored dump has the manifest, but not the lanes */
	manifest_sum(load_id, &counts);
	return counts.rows_read == 0;
}

/*
 * Looks for the unfinished load that this call continues. Loads that it
 * replaces are listed to be discarded.
 */
static void
find_unfinished(const StageRequest *request, const char *fingerprint, List *files, StagePlan *plan)
{
	ListCell *lc;

	foreach (lc, manifest_unfinished(RelationGetRelid(request->target)))
	{
		ManifestLoad *load = lfirst(lc);
		List *known;
		bool is_staging = strcmp(load->status, "staging") == 0;

		if (strcmp(load->source, request->source) != 0)
			continue;
		known = manifest_files(load->load_id);
		if (plan->command.load == NULL && strcmp(load->fingerprint, fingerprint) == 0 &&
			is_continued_by(known, files, request->options->force))
		{
			plan->command.load = load;
			plan->is_staged = !is_staging;
			continue;
		}
		if (is_staging || shares_path(known, files))
			plan->command.abandoned = lappend(plan->command.abandoned, &load->load_id);
		else
			ereport(NOTICE,
					(errmsg("load " INT64_FORMAT " of the same source is staged but not published",
							load->load_id),
					 errhint("Use ingest.publish or ingest.discard.")));
	}
	if (plan->command.load != NULL && !lanes_are_intact(plan->command.load->load_id))
	{
		ereport(NOTICE, (errmsg("staged rows of load " INT64_FORMAT
								" did not survive a server crash and are staged again",
								plan->command.load->load_id)));
		plan->command.restart = true;
		plan->is_staged = false;
	}
}

static bool
has_path(List *paths, const char *path)
{
	ListCell *lc;

	foreach (lc, paths)
		if (strcmp(lfirst(lc), path) == 0)
			return true;
	return false;
}

/* Files that were published under the same path with other bytes: option on_changed_file. */
static List *
apply_on_changed_file(const StageRequest *request, List *files, int *skipped)
{
	OptionsOnChangedFile policy = request->options->on_changed_file;
	List *paths = NIL;
	List *changed;
	List *result = NIL;
	ListCell *lc;

	if (policy == CHANGED_FILE_DEFAULT)
		policy = request->restates ? CHANGED_FILE_LOAD : CHANGED_FILE_ERROR;
	if (request->options->force || policy == CHANGED_FILE_LOAD || files == NIL)
		return files;
	foreach (lc, files)
		paths = lappend(paths, ((SourceFile *) lfirst(lc))->path);
	changed = manifest_published_paths(RelationGetRelid(request->target), paths);
	foreach (lc, files)
	{
		SourceFile *file = lfirst(lc);

		if (!has_path(changed, file->path))
			result = lappend(result, file);
		else if (policy == CHANGED_FILE_SKIP)
			(*skipped)++;
		else
			ereport(
				ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("file \"%s\" was loaded before and has changed since", file->path),
				 request->restates
					 ? 0
					 : errdetail("Loading it again without a key would repeat the rows it shares "
								 "with its earlier version."),
				 request->restates
					 ? errhint("Set option \"on_changed_file\" to \"load\" or \"skip\".")
					 : errhint("Set option \"on_changed_file\" to \"load\" or \"skip\", or give a "
							   "unique_key.")));
	}
	return result;
}

static PlannedFile *
plan_file(SourceFile *source, ManifestFile *manifest, const StageRequest *request, int file_no)
{
	PlannedFile *planned = palloc0(sizeof(PlannedFile));

	planned->source = source;
	planned->is_new = manifest == NULL;
	if (manifest == NULL)
	{
		manifest = palloc0(sizeof(ManifestFile));
		manifest->file_no = file_no;
		manifest->path = source->path;
		manifest->size = source->size;
		manifest->modified_at = source->mtime;
		manifest->forced = request->options->force;
		manifest->chunks = -1;
	}
	planned->manifest = manifest;
	return planned;
}

/* The load row of a first call. */
static ManifestLoad *
new_load(const StageRequest *request, char *fingerprint)
{
	ManifestLoad *load = palloc0(sizeof(ManifestLoad));

	load->load_id = manifest_next_load_id();
	load->target = RelationGetRelid(request->target);
	load->source = request->source;
	load->options = pstrdup(request->options_text);
	load->fingerprint = fingerprint;
	load->strategy = request->strategy ? pstrdup(request->strategy) : NULL;
	load->unique_key = request->unique_key;
	load->caller = GetUserNameFromId(GetUserId(), false);
	load->contract_version = request->contract_version;
	return load;
}

StagePlan *
plan_make(const StageRequest *request, int *files_skipped)
{
	StagePlan *plan = palloc0(sizeof(StagePlan));
	List *files = plan_source_files(request);
	char *fingerprint = make_fingerprint(request);
	List *known = NIL;
	List *fresh;
	ListCell *lc;
	int i;

	foreach (lc, files)
	{
		SourceFile *file = lfirst(lc);

		file->salt = constants_salt(request->target, request->options, file);
	}
	if (!request->options->force)
		files = content_drop_published(RelationGetRelid(request->target), files, files_skipped);
	find_unfinished(request, fingerprint, files, plan);
	if (plan->command.load != NULL)
		known = manifest_files(plan->command.load->load_id);
	fresh = list_copy_tail(files, list_length(known));
	if (!request->options->force && fresh != NIL)
		fresh = content_drop_repeated(files, known, files_skipped);
	fresh = apply_on_changed_file(request, fresh, files_skipped);
	if (known == NIL && fresh == NIL)
		return NULL;
	if (plan->command.load == NULL)
	{
		plan->command.load = new_load(request, fingerprint);
		plan->command.is_new = true;
	}
	plan->command.load->leader_pid = MyProcPid;
	for (i = 0; i < list_length(known); i++)
		plan->files =
			lappend(plan->files, plan_file(list_nth(files, i), list_nth(known, i), request, i));
	foreach (lc, fresh)
	{
		PlannedFile *file = plan_file(lfirst(lc), NULL, request, list_length(plan->files));

		plan->files = lappend(plan->files, file);
		plan->command.files = lappend(plan->command.files, file->manifest);
		plan->is_staged = false;
	}
	foreach (lc, plan->files)
		plan->bytes_total += ((PlannedFile *) lfirst(lc))->source->size;
	return plan;
}
