/*
 * replay_rows.c: which rows of a replay come too late.
 *
 * in:  the staged rows, with what the target has of their keys
 * out: fewer staged rows; the others 'superseded'
 *
 * A row that is replayed is as old as its load: it must not undo what came later.
 */
#include "postgres.h"

#include "access/xact.h"
#include "api/replay.h"
#include "publish/late_rows.h"

typedef struct Lateness
{
	const ReplayCall *call;
	bool keeps_known; /* what the target has stays */
	bool has_time;    /* a column says which row is newer */
	bool has_versions;
	ReplayRows newer;
	ReplayRows known;
	ReplayRows gone;
	ReplayRows repeated;
} Lateness;

/* Is the row of the target there since before the load, or no reason to hold the replayed one back? */
static bool
gives_way(const Lateness *lateness, const ReplayedLoad *load, const LateRow *row)
{
	if (lateness->has_time)
		return lateness->has_versions || !row->is_older;
	if (lateness->call->how.adds_to_key && horizon_wrote(load->horizon, row->xmin))
		return true;
	return horizon_is_older(load->horizon, row->xmin);
}

/* LateRowCallback */
static void
judge(const LateRow *row, void *arg)
{
	Lateness *lateness = arg;
	const ReplayedLoad *load = lateness->call->load_of_file[row->file_no];
	bool has_key = lateness->call->how.key != NIL;
	ReplayRows *rows = NULL;

	if (!row->has_match)
	{
		if (!lateness->has_versions && (load->later.stated || (has_key && load->later.deleted)))
			rows = &lateness->gone;
	}
	else if (lateness->keeps_known)
		rows = &lateness->known;
	else if (!gives_way(lateness, load, row))
		rows = &lateness->newer;
	if (rows != NULL)
		replay_rows_add(rows, row->file_no, row->record_no);
}

/* LateRowCallback */
static void
note_repeated(const LateRow *row, void *arg)
{
	Lateness *lateness = arg;

	replay_rows_add(&lateness->repeated, row->file_no, row->record_no);
}

static int64
drop(const ReplayCall *call, const ReplayRows *rows, const char *reason)
{
	int64 n;

	replay_close(call->stage.load_id, rows, "superseded", reason);
	n = replay_remove(call->stage.lane, rows);
	CommandCounterIncrement();
	return n;
}

int64
replay_drop_late(const ReplayCall *call)
{
	const ReplayedLoad *first = linitial(call->loads);
	PublishRequest request = {.load_id = call->stage.load_id,
							  .target = call->target,
							  .strategy = call->how.chosen.strategy,
							  .options = &first->terms[0].options->publish,
							  .lanes = list_make1_oid(call->stage.lane),
							  .key = call->how.key};
	const char *strategy = publish_strategy_name(request.strategy);
	Lateness lateness = {.call = call};
	int64 dropped;
	ListCell *lc;

	foreach (lc, call->stage.columns)
		(void) publish_add_column(&request, lfirst(lc));
	lateness.keeps_known = strcmp(strategy, "insert_only") == 0;
	lateness.has_versions = strcmp(strategy, "scd2") == 0;
	lateness.has_time = late_rows_have_time(&request);
	late_rows(&request, judge, &lateness);
	dropped = drop(call, &lateness.newer, "the table has a newer row of its key");
	dropped += drop(call, &lateness.known, "the table has a row of its key");
	dropped += drop(call, &lateness.gone, "rows were deleted by a later load");
	late_duplicates(&request, note_repeated, &lateness);
	return dropped + drop(call, &lateness.repeated, "another row of its key counts");
}
