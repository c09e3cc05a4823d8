/*
 * row_sink.c: RowBatch -> contract -> lane and quarantine.
 *
 * Memory: the sink and its batch live as long as the load; the batch is reset when it
 * is flushed; the writers live as long as the transaction.
 */
#include "postgres.h"

#include "stage/row_sink.h"

#include "access/xact.h"
#include "contract/row_deletions.h"
#include "contract/row_filter.h"
#include "miscadmin.h"
#include "settings.h"
#include "stage/bad_row.h"
#include "stage/caller_rights.h"
#include "stage/failpoint.h"
#include "stage/lane_writer.h"
#include "utils/memutils.h"

struct RowSink
{
	const IngestOptions *options;
	const ContractSpec *spec;
	Contract *contract;
	RowFilter *filter; /* NULL: none */
	Oid user;
	int ncolumns;
	RowBatch *batch;
	MemoryContext transaction_context; /* of the writers */
	LaneWriter *lane;
	QuarantineWriter *quarantine;
	int64 load_id;
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
	DescribeRow describe;
	void *loader;
};

RowSink *
row_sink_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc lane_desc,
				Oid user)
{
	RowSink *sink = palloc0(sizeof(RowSink));
	CallerRights saved;

	sink->options = options;
	sink->spec = spec;
	sink->user = user;
	/* planning evaluates what is constant in expressions */
	caller_rights_take(sink->user, &saved);
	sink->contract = contract_compile(spec, &options->format, lane_desc);
	sink->filter = row_filter_create(spec, lane_desc);
	caller_rights_leave(&saved);
	sink->ncolumns = spec->ncolumns;
	sink->batch = batch_create(lane_desc->natts);
	sink->transaction_context = AllocSetContextCreate(
		CurrentMemoryContext, "pg_ingest chunk transaction", ALLOCSET_DEFAULT_SIZES);
	return sink;
}

RowBatch *
row_sink_batch(const RowSink *sink)
{
	return sink->batch;
}

Oid
row_sink_user(const RowSink *sink)
{
	return sink->user;
}

const Contract *
row_sink_contract(const RowSink *sink)
{
	return sink->contract;
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

void
row_sink_set_chunk(RowSink *sink, const Chunk *chunk, ChunkCounts *counts, DescribeRow describe,
				   void *loader)
{
	sink->chunk = chunk;
	sink->counts = counts;
	sink->describe = describe;
	sink->loader = loader;
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

/* What to do with a bad row, by option on_error. */
static void
reject_row(RowSink *sink, const BatchRow *row)
{
	const Chunk *chunk = sink->chunk;
	QuarantineRow out = {.file_no = chunk->file->file_no,
						 .record_no = chunk->first_row + row->record,
						 .row_group = -1,
						 .violations = row->violations};
	MemoryContext oldcontext;

	sink->counts->rows_bad++;
	if (chunk_counts_all_bad(sink->counts))
		sink->counts->leading_bad++;
	if (sink->options->on_error == ON_ERROR_IGNORE)
	{
		sink->counts->rows_ignored++;
		return;
	}
	oldcontext = MemoryContextSwitchTo(sink->batch->context);
	sink->describe(sink->loader, row, &out);
	MemoryContextSwitchTo(oldcontext);
	if (sink->options->on_error == ON_ERROR_STOP)
		bad_row_raise(row, chunk->file->source->path, &out);
	quarantine_writer_add(quarantine_writer(sink), &out);
	sink->counts->rows_quarantined++;
}

/* Says which file and record each row comes from. */
static void
number_rows(RowSink *sink)
{
	RowBatch *batch = sink->batch;
	int i;

	for (i = 0; i < batch->nrows; i++)
	{
		size_t at = (size_t) i * batch->natts + sink->ncolumns;

		batch->values[at] = Int32GetDatum(sink->chunk->file->file_no);
		batch->values[at + 1] = Int64GetDatum(sink->chunk->first_row + batch->rows[i].record);
		batch->nulls[at] = false;
		batch->nulls[at + 1] = false;
	}
}

/* How many rows from this one on are good, up to the first that is not. */
static inline int
count_good_rows(const RowBatch *batch, int row)
{
	int end = row;

	while (end < batch->nrows && batch->rows[end].violations == NULL &&
		   !batch->rows[end].is_filtered)
		end++;
	return end - row;
}

void
row_sink_flush(RowSink *sink)
{
	RowBatch *batch = sink->batch;
	CallerRights saved;
	int i;

	CHECK_FOR_INTERRUPTS();
	caller_rights_take(sink->user, &saved);
	contract_convert(sink->contract, batch, sink->options->on_error == ON_ERROR_SET_NULL);
	if (sink->filter != NULL)
		row_filter_apply(sink->filter, batch);
	if (sink->spec->deletion >= 0)
		row_deletions_mark(sink->spec, batch);
	contract_check(sink->contract, batch);
	caller_rights_leave(&saved);

	number_rows(sink);
	for (i = 0; i < batch->nrows; i++)
	{
		int good = count_good_rows(batch, i);

		if (good > 0)
		{
			size_t at = (size_t) i * batch->natts;

			lane_writer_write_rows(sink->lane, &batch->values[at], &batch->nulls[at], good);
			sink->counts->rows_staged += good;
			i += good;
		}
		if (i >= batch->nrows)
			break;
		if (batch->rows[i].is_filtered)
			chunk_counts_add_filtered(sink->counts, 1);
		else
			reject_row(sink, &batch->rows[i]);
	}
	batch_reset(batch);
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
