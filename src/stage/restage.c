/*
 * restage.c: open rows of quarantine -> lane of a new load.
 *
 *   quarantine -> replay_reader.c -> row_sink.c -> lane; bad rows -> quarantine, as they were
 *
 * Everything happens in the caller's process and transaction.  Memory: readers live as long as the
 * replay; rows as long as their page.
 */
#include "postgres.h"

#include "stage/restage.h"

#include "access/table.h"
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "stage/failpoint.h"
#include "stage/file_columns.h"
#include "stage/lane_table.h"
#include "stage/mapping.h"
#include "stage/replay_reader.h"
#include "stage/row_sink.h"
#include "utils/memutils.h"

/* A reader and where its rows go, for groups with one request. */
typedef struct ReplayStation
{
	const StageRequest *request;
	ReplayReader *reader;
	RowSink *sink;
} ReplayStation;

/* The rows of a page that do not go to the lane. */
typedef struct ReplayRest
{
	int file_no;
	ReplayRows bad;
	List *errors; /* of Jsonb * */
	ReplayRows filtered;
} ReplayRest;

/* The file as it was, as far as reading a row needs it. */
static void
describe_head(const ReplayGroup *group, FileHead *head, SourceFile *source)
{
	const ManifestHead *stored = &group->queue->head;

	memset(head, 0, sizeof(*head));
	memset(source, 0, sizeof(*source));
	source->path = group->queue->path;
	file_head_dialect(group->read_options, &head->dialect);
	if (group->queue->form == QUEUE_LINE)
	{
		head->dialect.newline = stored->newline;
		head->dialect.delimiter_len = Min(stored->delimiter_len, CSV_DELIMITER_MAX);
		memcpy(head->dialect.delimiter, stored->delimiter, head->dialect.delimiter_len);
		head->empty_last_field = stored->ends_with_delimiter;
	}
	head->names = stored->names;
}

void
replay_columns(Replay *replay)
{
	ListCell *lc;

	foreach (lc, replay->groups)
	{
		const ReplayGroup *group = lfirst(lc);
		SourceFile source;
		FileHead head;

		CHECK_FOR_INTERRUPTS();
		describe_head(group, &head, &source);
		replay->columns = mapping_columns(group->request->target, group->request->options, &head,
										  &source, replay->columns);
	}
}

/* TakeBadRow */
static void
take_bad_row(void *arg, const QuarantineRow *row)
{
	ReplayRest *rest = arg;

	replay_rows_add(&rest->bad, row->file_no, row->record_no);
	rest->errors = lappend(rest->errors, quarantine_errors(row->violations));
}

static void
note_filtered(const RowBatch *batch, ReplayRest *rest)
{
	int i;

	for (i = 0; i < batch->nrows; i++)
		if (batch->rows[i].is_filtered)
			replay_rows_add(&rest->filtered, rest->file_no, batch->rows[i].record);
}

/* One page of rows. */
static void
stage_rows(const Replay *replay, const ReplayStation *station, const Chunk *chunk, List *rows)
{
	ReplayRest rest = {.file_no = chunk->file->file_no};

	replay_reader_fill(station->reader, rows);
	note_filtered(row_checker_batch(replay_reader_checker(station->reader)), &rest);
	row_sink_divert(station->sink, take_bad_row, &rest);
	row_sink_take(station->sink, chunk);
	replay_keep_open(replay->load_id, &rest.bad, rest.errors);
	replay_close(replay->load_id, &rest.filtered, "discarded", "option \"filter\" leaves it out");
}

static void
stage_group(const Replay *replay, const ReplayGroup *group, const ReplayStation *station,
			ChunkCounts *counts)
{
	MemoryContext page_context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest replay", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext;
	SourceFile source;
	FileHead head;
	ChunkFile *file;
	Chunk chunk = {0};
	int64 position = PG_INT64_MIN;
	List *rows;
	bool has_rows;

	describe_head(group, &head, &source);
	file =
		file_columns_describe(group->request, replay->columns, &source,
							  group->queue->form == QUEUE_LINE ? CHUNK_CSV : CHUNK_PARQUET, &head);
	file->file_no = group->file_no;
	file->names = head.names;
	if (group->queue->form == QUEUE_LINE)
		file->encoding = pg_char_to_encoding(group->encoding != NULL ? group->encoding
																	 : group->queue->head.encoding);
	chunk.file = file;
	replay_reader_open(station->reader, &chunk, group->queue->form, counts);
	do
	{
		CHECK_FOR_INTERRUPTS();
		oldcontext = MemoryContextSwitchTo(page_context);
		has_rows = queue_next_rows(replay->filter, group->queue, &position, &rows);
		if (rows != NIL)
			stage_rows(replay, station, &chunk, rows);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(page_context);
	} while (has_rows);
	MemoryContextDelete(page_context);
}

/* What rows of the request must satisfy. */
static ContractSpec *
build_spec(const Replay *replay, const StageRequest *request)
{
	ContractRules rules = stage_contract_rules(request);

	return contract_spec_build(request->target, replay->columns, &rules);
}

/* The station of the group's request, made if it is the first. */
static ReplayStation *
find_station(const Replay *replay, const ReplayGroup *group, Relation lane, List **stations)
{
	ReplayStation *station;
	ListCell *lc;

	foreach (lc, *stations)
		if (((ReplayStation *) lfirst(lc))->request == group->request)
			return lfirst(lc);
	station = palloc0(sizeof(ReplayStation));
	station->request = group->request;
	station->reader = replay_reader_create(build_spec(replay, group->request),
										   group->request->options, lane, GetUserId());
	station->sink = row_sink_create(replay_reader_checker(station->reader));
	*stations = lappend(*stations, station);
	return station;
}

void
replay_stage(Replay *replay, ChunkCounts *counts)
{
	const ReplayGroup *first = linitial(replay->groups);
	ManifestLane lane;
	Relation rel;
	List *stations = NIL;
	ListCell *lc;

	memset(counts, 0, sizeof(*counts));
	lane_create(replay->load_id, 0, build_spec(replay, first->request), GetUserId(), &lane);
	replay->lane = lane.relation;
	rel = table_open(lane.relation, RowExclusiveLock);
	foreach (lc, replay->groups)
	{
		const ReplayGroup *group = lfirst(lc);
		const ReplayStation *station = find_station(replay, group, rel, &stations);

		row_sink_begin(station->sink, replay->load_id, rel);
		stage_group(replay, group, station, counts);
		row_sink_end(station->sink);
	}
	table_close(rel, NoLock);
	CommandCounterIncrement();
	FAILPOINT("staged");
}
