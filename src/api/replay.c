/*
 * replay.c: the SQL function replay().
 *
 *   quarantine -> stage/restage.c (read and judged again) -> lane
 *              -> replay_rows.c (not over newer rows) -> publish_load.c -> target
 *
 * A replay is a load of its own, without files.  All of it happens in the caller's transaction: what
 * becomes of a row is committed with the row, or not at all.
 */
#include "postgres.h"

#include "api/replay.h"

#include "access/table.h"
#include "access/xact.h"
#include "api/access.h"
#include "api/load.h"
#include "api/publish_load.h"
#include "api/quarantine_options.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "publish/publish.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(ingest_replay);

/* Option "set": {"column": "expression"}. */
static List *
read_set(const JsonbValue *value)
{
	List *set = NIL;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue member;
	DocumentRule *rule = NULL;

	if (value == NULL)
		return NIL;
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid value for option \"set\""),
						errhint("It is an object: {\"column\": \"expression\"}.")));
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &member, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			rule = palloc0(sizeof(DocumentRule));
			rule->name = pnstrdup(member.val.string.val, member.val.string.len);
			set = lappend(set, rule);
		}
		else if (token == WJB_VALUE && member.type != jbvString)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("option \"set\": the expression of column \"%s\" is no string",
								   rule->name)));
		else if (token == WJB_VALUE)
			rule->expression = pnstrdup(member.val.string.val, member.val.string.len);
	}
	return set;
}

static void
read_call(FunctionCallInfo fcinfo, ReplayCall *call)
{
	Jsonb *options = argument_options(fcinfo, 1);
	List *names;

	call->set = read_set(quarantine_options_take(&options, "set"));
	names = quarantine_options_texts(quarantine_options_take(&options, "strategy"), "strategy");
	call->strategy = names == NIL ? NULL : linitial(names);
	call->unique_key =
		quarantine_options_texts(quarantine_options_take(&options, "unique_key"), "unique_key");
	call->options = quarantine_options_filter(options, &call->filter);
}

/* Loads that are named must be ones whose rows can be replayed. */
static void
check_loads(const QueueFilter *filter)
{
	int i;

	for (i = 0; i < filter->nload_ids; i++)
	{
		const ManifestLoad *load = manifest_load(filter->load_ids[i]);

		if (load == NULL || load->target != filter->target)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
							errmsg("load " INT64_FORMAT " into the table does not exist",
								   filter->load_ids[i])));
		if (strcmp(load->status, "published") != 0)
			ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
							errmsg("load " INT64_FORMAT " is %s, not published", load->load_id,
								   load->status),
							errdetail("Its rows come again when its files are loaded again.")));
	}
}

/* What is known of a load, and how its rows are read; publishing sets the requests. */
static ReplayedLoad *
describe_load(const ReplayCall *call, int64 load_id)
{
	ReplayedLoad *replayed = palloc0(sizeof(ReplayedLoad));
	TermsAgain again = {.set = call->set};
	int i;

	replayed->load = manifest_load(load_id);
	again.options =
		DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(replayed->load->options)));
	replayed->read_options = options_parse(again.options);
	for (i = 0; i < 2; i++)
	{
		again.is_target_row = i == 1;
		load_terms_again(call->filter.target, &again, call->options, &replayed->terms[i]);
	}
	replayed->horizon = horizon_of(load_id);
	replay_later_loads(load_id, &replayed->later);
	return replayed;
}

/*
 * Sets the call's loads and groups of rows; groups as queue_groups() gives them.  encoding: what
 * contract or call say of files now, or NULL.
 */
static void
take_groups(ReplayCall *call, List *groups, const char *encoding)
{
	ReplayedLoad *replayed = NULL;
	const QueueGroup *previous = NULL;
	int file_no = -1;
	ListCell *lc;

	call->load_of_file = palloc(list_length(groups) * sizeof(ReplayedLoad *));
	foreach (lc, groups)
	{
		const QueueGroup *queue = lfirst(lc);
		ReplayGroup *group = palloc0(sizeof(ReplayGroup));
		bool is_same_load = previous != NULL && previous->load_id == queue->load_id;

		if (!is_same_load)
		{
			replayed = describe_load(call, queue->load_id);
			call->loads = lappend(call->loads, replayed);
		}
		if (!is_same_load || previous->file_no != queue->file_no)
			call->load_of_file[++file_no] = replayed;
		group->queue = queue;
		group->request = &replayed->requests[queue->form == QUEUE_TABLE_ROW];
		group->read_options = replayed->read_options;
		group->file_no = file_no;
		/* UTF-16 was made UTF-8 before lines were read */
		if (encoding != NULL && pg_char_to_encoding(encoding) >= 0)
			group->encoding = encoding;
		call->stage.groups = lappend(call->stage.groups, group);
		previous = queue;
	}
}

static bool
same_names(List *a, List *b)
{
	ListCell *ac;
	ListCell *bc;

	if (list_length(a) != list_length(b))
		return false;
	forboth(ac, a, bc, b)
	{
		if (strcmp(lfirst(ac), lfirst(bc)) != 0)
			return false;
	}
	return true;
}

/* Rows of one replay go into the target one way. */
static void
check_agreement(const ReplayCall *call)
{
	const ReplayedLoad *first = linitial(call->loads);
	ListCell *lc;

	foreach (lc, call->loads)
	{
		const ReplayedLoad *other = lfirst(lc);
		bool same_way = strcmp(other->load->strategy, first->load->strategy) == 0 &&
						same_names(other->load->unique_key, first->load->unique_key);

		if ((call->strategy != NULL || call->unique_key != NIL || same_way) &&
			strcmp(options_of_publishing(other->terms[0].options),
				   options_of_publishing(first->terms[0].options)) == 0)
			continue;
		ereport(
			ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("loads " INT64_FORMAT " and " INT64_FORMAT " were published in different ways",
					first->load->load_id, other->load->load_id),
			 errhint("Choose loads with option \"load_id\", or set \"strategy\", \"unique_key\" "
					 "and the options in which they differ.")));
	}
}

/* Of strategies that state what a part of the table is, the rows only add to it. */
static void
choose_strategy(ReplayCall *call)
{
	const ManifestLoad *load = ((ReplayedLoad *) linitial(call->loads))->load;
	ReplayStrategy *how = &call->how;
	char *name = call->strategy != NULL ? call->strategy : load->strategy;
	List *key =
		call->strategy == NULL && call->unique_key == NIL ? load->unique_key : call->unique_key;
	bool is_given = call->strategy != NULL || call->unique_key != NIL;

	how->adds_to_key = !is_given && strcmp(name, "delete_insert") == 0;
	if (how->adds_to_key)
		name = "append";
	else if (!is_given && (strcmp(name, "sync") == 0 || strncmp(name, "replace", 7) == 0))
		name = key != NIL || publish_primary_key(call->target) != NIL ? "upsert" : "append";
	else if (call->strategy == NULL && call->unique_key != NIL)
		name = "upsert";
	if (strcmp(name, "append") != 0 && strcmp(name, "upsert") != 0 &&
		strcmp(name, "insert_only") != 0 && strcmp(name, "scd2") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows of quarantine cannot be published by strategy \"%s\"", name),
				 errhint("Strategies are \"append\", \"insert_only\", \"upsert\", \"scd2\".")));
	if (how->adds_to_key)
		how->key = key;
	how->chosen = argument_strategy(
		call->target, name, publish_needs_key(publish_strategy(name)) || is_given ? key : NIL);
	if (!how->adds_to_key)
		how->key = how->chosen.key;
}

/* What staging the rows of a load goes by. */
static void
fill_requests(const ReplayCall *call, ReplayedLoad *replayed)
{
	int i;

	for (i = 0; i < 2; i++)
	{
		StageRequest *request = &replayed->requests[i];

		request->target = call->target;
		request->source = "quarantine";
		request->unique_key = call->how.key;
		request->strategy = publish_strategy_name(call->how.chosen.strategy);
		load_terms_apply(&replayed->terms[i], request);
		request->options->computed =
			publish_computed_columns(call->how.chosen.strategy, &request->options->publish);
	}
}

/* The replay in the manifest, with the files that its rows are from. */
static ManifestLoad *
enter_load(ReplayCall *call, const char *options)
{
	ManifestLoad load = {.load_id = manifest_next_load_id(),
						 .target = call->filter.target,
						 .source = "quarantine",
						 .options = unconstify(char *, options),
						 .fingerprint = "quarantine",
						 .unique_key = call->how.chosen.key,
						 .columns = call->stage.columns,
						 .leader_pid = MyProcPid,
						 .caller = GetUserNameFromId(GetUserId(), false)};
	int file_no = -1;
	ListCell *lc;

	load.strategy = pstrdup(publish_strategy_name(call->how.chosen.strategy));
	load.contract_version = ((ReplayedLoad *) linitial(call->loads))->terms[0].version;
	manifest_insert_load(&load);
	foreach (lc, call->stage.groups)
	{
		const ReplayGroup *group = lfirst(lc);

		if (group->file_no > file_no)
			replay_add_file(load.load_id, ++file_no, group->queue);
	}
	call->stage.load_id = load.load_id;
	CommandCounterIncrement();
	return manifest_load(load.load_id);
}

/* One chunk stands for all rows. */
static void
enter_counts(int64 load_id, const ChunkCounts *counts, int64 dropped)
{
	ManifestChunk chunk = {.rows_read = counts->rows_read,
						   .rows_staged = counts->rows_staged - dropped,
						   .rows_quarantined = counts->rows_quarantined,
						   .rows_ignored = counts->rows_ignored + dropped,
						   .rows_bad = counts->rows_bad};

	manifest_insert_chunk(load_id, &chunk);
	manifest_set_status(load_id, "staged", NULL);
	CommandCounterIncrement();
}

/* "3 rows stay open, 1 row is superseded"; NULL when there is nothing to say. */
static char *
message_of(int64 open, int64 superseded, int64 filtered)
{
	StringInfoData text;

	initStringInfo(&text);
	if (open > 0)
		appendStringInfo(&text, INT64_FORMAT " stay open", open);
	if (superseded > 0)
		appendStringInfo(&text, "%s" INT64_FORMAT " superseded", text.len > 0 ? ", " : "",
						 superseded);
	if (filtered > 0)
		appendStringInfo(&text, "%s" INT64_FORMAT " discarded by the filter",
						 text.len > 0 ? ", " : "", filtered);
	return text.len > 0 ? text.data : NULL;
}

/* Stages and publishes; returns the message of the result. */
static char *
run(ReplayCall *call, ManifestLoad *load, ManifestCounts *counts)
{
	const ReplayedLoad *first = linitial(call->loads);
	ChunkCounts staged;
	int64 dropped;

	replay_stage(&call->stage, &staged);
	dropped = replay_drop_late(call);
	if (replay_close_staged(load->load_id, call->stage.lane) != staged.rows_staged - dropped)
		elog(ERROR, "rows of quarantine changed while they were replayed");
	enter_counts(load->load_id, &staged, dropped);
	load = manifest_load(load->load_id);
	publish_load(load, call->target, &call->how.chosen, &first->terms[0], counts);
	(void) replay_reopen(load->load_id);
	return message_of(counts->rows_quarantined, dropped, staged.rows_filtered);
}

Datum
ingest_replay(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = GetCurrentTimestamp();
	ManifestCounts counts = {0};
	ReplayCall call = {0};
	LoadTerms terms;
	ManifestLoad *load;
	List *groups;
	Jsonb *given;
	char *message;
	ListCell *lc;

	argument_require(fcinfo, 0, "target");
	call.filter.target = PG_GETARG_OID(0);
	access_check_target(call.filter.target, ACL_SELECT | ACL_INSERT);
	PreventCommandIfReadOnly("ingest.replay()");
	read_call(fcinfo, &call);
	call.stage.filter = &call.filter;
	load_terms(call.filter.target, 0, call.options, &terms);
	if (!stage_lock_target(call.filter.target, terms.options->on_busy))
		return load_result(fcinfo, 0, "busy", &counts, started_at,
						   "another load into the table is running");
	call.target = access_open_target(call.filter.target);
	check_loads(&call.filter);
	groups = queue_groups(&call.filter);
	if (groups == NIL)
	{
		table_close(call.target, NoLock);
		return load_result(fcinfo, 0, "nothing_new", &counts, started_at,
						   "quarantine has no open row of this kind");
	}
	take_groups(&call, groups, terms.options->encoding);
	check_agreement(&call);
	choose_strategy(&call);
	foreach (lc, call.loads)
		fill_requests(&call, lfirst(lc));
	replay_columns(&call.stage);
	given = argument_options(fcinfo, 1);
	load = enter_load(&call, JsonbToCString(NULL, &given->root, VARSIZE(given)));
	message = run(&call, load, &counts);
	return load_result(fcinfo, load->load_id, "published", &counts, started_at, message);
}
