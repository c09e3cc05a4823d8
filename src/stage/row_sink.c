/*
 * row_sink.c: checked rows -> lane and quarantine.
 *
 * Memory: the sink lives as long as the load; the writers live as long as the transaction.
 */
#include "postgres.h"

#include "stage/row_sink.h"

#include "access/xact.h"
#include "settings.h"
#include "stage/failpoint.h"
#include "stage/lane_writer.h"
#include "utils/memutils.h"

struct RowSink
{
	RowChecker *checker;
	MemoryContext transaction_context; /* of the writers */
	LaneWriter *lane;
	QuarantineWriter *quarantine;
	int64 load_id;
	TakeBadRow take; /* NULL: bad rows go to quarantine */
	void *take_arg;
};

RowSink *
row_sink_create(RowChecker *checker)
{
	RowSink *sink = palloc0(sizeof(RowSink));

	sink->checker = checker;
	sink->transaction_context = AllocSetContextCreate(
		CurrentMemoryContext, "pg_ingest chunk transaction", ALLOCSET_DEFAULT_SIZES);
	return sink;
}

void
row_sink_divert(RowSink *sink, TakeBadRow take, void *arg)
{
	sink->take = take;
	sink->take_arg = arg;
}

void
row_sink_begin(RowSink *sink, int64 load_id, Relation lane)
{
	MemoryContext oldcontext;

	MemoryContextReset(sink->transaction_context);
	oldcontext = MemoryContextSwitchTo(sink->transaction_context);
	sink->load_id = load_id;
	sink->lane = lane_writer_begin(lane, settings_lane_writer == LANE_WRITER_PAGES);
	sink->quarantine = NULL;
	MemoryContextSwitchTo(oldcontext);
}

static QuarantineWriter *
quarantine_writer(RowSink *sink)
{
	if (sink->quarantine == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(sink->transaction_context);

		sink->quarantine = quarantine_writer_begin(sink->load_id);
		MemoryContextSwitchTo(oldcontext);
	}
	return sink->quarantine;
}

/* Says which file and record each row comes from. */
static void
number_rows(RowSink *sink, const Chunk *chunk)
{
	RowBatch *batch = row_checker_batch(sink->checker);
	int ncolumns = contract_spec(row_checker_contract(sink->checker))->ncolumns;
	int i;

	for (i = 0; i < batch->nrows; i++)
	{
		size_t at = (size_t) i * batch->natts + ncolumns;

		batch->values[at] = Int32GetDatum(chunk->file->file_no);
		batch->values[at + 1] = Int64GetDatum(chunk->first_row + batch->rows[i].record);
		batch->nulls[at] = false;
		batch->nulls[at + 1] = false;
	}
}

static void
put_bad_row(RowSink *sink, const QuarantineRow *bad)
{
	if (sink->take != NULL)
		sink->take(sink->take_arg, bad);
	else
		quarantine_writer_add(quarantine_writer(sink), bad);
}

void
row_sink_take(RowSink *sink, const Chunk *chunk)
{
	RowBatch *batch = row_checker_batch(sink->checker);
	RowVerdict verdict;
	QuarantineRow bad;
	int first;
	int count;

	number_rows(sink, chunk);
	while ((verdict = row_checker_next(sink->checker, &first, &count)) != ROWS_END)
	{
		size_t at = (size_t) first * batch->natts;

		if (verdict == ROWS_GOOD)
			lane_writer_write_rows(sink->lane, &batch->values[at], &batch->nulls[at], batch->natts,
								   count);
		else if (row_checker_reject(sink->checker, first, &bad))
			put_bad_row(sink, &bad);
	}
	FAILPOINT("mid_chunk");
}

void
row_sink_end(RowSink *sink)
{
	lane_writer_end(sink->lane);
	if (sink->quarantine != NULL)
		quarantine_writer_end(sink->quarantine);
	sink->lane = NULL;
	sink->quarantine = NULL;
}
