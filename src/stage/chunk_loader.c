/*
 * chunk_loader.c: chunk -> batches of rows -> lane and quarantine.
 *
 *   bytes -> csv reader -> fields -> converters -> RowBatch -> contract
 *                                                 good rows -> lane writer
 *                                                 bad rows  -> quarantine writer
 *
 * The loop over records is the hot path of the whole extension.  Memory: the
 * loader and its batch live as long as the load; the batch is reset every
 * BATCH_ROWS rows; the writers live as long as the transaction.
 */
#include "postgres.h"

#include "stage/chunk_loader.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "contract/contract.h"
#include "format/csv/reader.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "settings.h"
#include "stage/bad_row.h"
#include "stage/failpoint.h"
#include "stage/lane_writer.h"
#include "stage/quarantine_writer.h"
#include "stage/row_builder.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/* What begin_as_caller() replaced. */
typedef struct CallerRights
{
	Oid user;
	int context;
	int guc_level;
} CallerRights;

struct ChunkLoader
{
	const IngestOptions *options;
	Contract *contract;
	Oid user;
	CsvReader *reader;
	RowBatch *batch;
	RowBuilder *builder;
	MemoryContext transaction_context; /* of the writers */
	LaneWriter *lane;
	QuarantineWriter *quarantine;
	int64 load_id;
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
	uint64 record; /* number in the chunk of the next record, from 0 */
	RowEncoding encoding;
	LineCounter lines;
};

static void *
loader_alloc(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
loader_free(void *context, void *pointer)
{
	pfree(pointer);
}

/*
 * Input functions and CHECKs are other people's code: they run with the rights
 * of the caller, cannot change role, and leave no setting behind.
 */
static void
begin_as_caller(const ChunkLoader *loader, CallerRights *saved)
{
	GetUserIdAndSecContext(&saved->user, &saved->context);
	SetUserIdAndSecContext(loader->user, saved->context | SECURITY_LOCAL_USERID_CHANGE |
											 SECURITY_RESTRICTED_OPERATION);
	saved->guc_level = NewGUCNestLevel();
}

static void
end_as_caller(const CallerRights *saved)
{
	AtEOXact_GUC(false, saved->guc_level);
	SetUserIdAndSecContext(saved->user, saved->context);
}

ChunkLoader *
chunk_loader_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc lane_desc,
					Oid user)
{
	ChunkLoader *loader = palloc0(sizeof(ChunkLoader));
	FmtAllocator allocator = {loader_alloc, loader_free, CurrentMemoryContext};
	CallerRights saved;

	loader->options = options;
	loader->user = user;
	/* planning evaluates what is constant in CHECK expressions */
	begin_as_caller(loader, &saved);
	loader->contract = contract_compile(spec, &options->format, lane_desc);
	end_as_caller(&saved);
	loader->batch = batch_create(lane_desc->natts);
	loader->builder = row_builder_create(loader->contract, options, loader->batch);
	loader->transaction_context = AllocSetContextCreate(
		CurrentMemoryContext, "pg_ingest chunk transaction", ALLOCSET_DEFAULT_SIZES);
	loader->reader = csv_reader_create(&allocator);
	if (loader->reader == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return loader;
}

void
chunk_loader_begin(ChunkLoader *loader, int64 load_id, Relation lane)
{
	MemoryContext oldcontext;

	MemoryContextReset(loader->transaction_context);
	oldcontext = MemoryContextSwitchTo(loader->transaction_context);
	loader->load_id = load_id;
	loader->lane = lane_writer_begin(lane, settings_lane_writer == LANE_WRITER_PAGES);
	loader->quarantine = NULL;
	MemoryContextSwitchTo(oldcontext);
}

static QuarantineWriter *
quarantine_writer(ChunkLoader *loader)
{
	if (loader->quarantine == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(loader->transaction_context);

		loader->quarantine = quarantine_writer_begin(loader->load_id);
		MemoryContextSwitchTo(oldcontext);
	}
	return loader->quarantine;
}

/* What to do with a bad row, by option on_error. */
static void
reject_row(ChunkLoader *loader, const BatchRow *row)
{
	const Chunk *chunk = loader->chunk;
	QuarantineRow out;

	loader->counts->rows_bad++;
	if (loader->counts->rows_staged == 0)
		loader->counts->leading_bad++;
	out.file_no = chunk->file->file_no;
	out.record_no = chunk->first_row + row->record;
	out.line_no = line_counter_at(&loader->lines, row->raw);
	if (loader->options->on_error == ON_ERROR_STOP)
		bad_row_raise(row, chunk->file->path, out.record_no, out.line_no);
	if (loader->options->on_error == ON_ERROR_IGNORE)
	{
		loader->counts->rows_ignored++;
		return;
	}
	out.byte_offset = chunk->byte_start + (row->raw - chunk->data);
	out.byte_length = chunk->oversize ? chunk->oversize_len : row->raw_len;
	out.raw = row->raw;
	out.raw_len = row->raw_len;
	out.raw_is_text =
		row_encoding_as_text(&loader->encoding, loader->batch->context, &out.raw, &out.raw_len);
	out.violations = row->violations;
	quarantine_writer_add(quarantine_writer(loader), &out);
	loader->counts->rows_quarantined++;
}

/* How many rows from this one on are good, up to the first bad one. */
static inline int
count_good_rows(const RowBatch *batch, int row)
{
	int end = row;

	while (end < batch->nrows && batch->rows[end].violations == NULL)
		end++;
	return end - row;
}

/* Converts, checks and writes the batch's rows, in order. */
static void
finish_batch(ChunkLoader *loader)
{
	RowBatch *batch = loader->batch;
	CallerRights saved;
	int i;

	CHECK_FOR_INTERRUPTS();
	begin_as_caller(loader, &saved);
	contract_convert(loader->contract, batch, loader->options->on_error == ON_ERROR_SET_NULL);
	contract_check(loader->contract, batch);
	end_as_caller(&saved);

	for (i = 0; i < batch->nrows; i++)
	{
		int good = count_good_rows(batch, i);

		if (good > 0)
		{
			size_t at = (size_t) i * batch->natts;

			lane_writer_write_rows(loader->lane, &batch->values[at], &batch->nulls[at], good);
			loader->counts->rows_staged += good;
			i += good;
		}
		if (i < batch->nrows)
			reject_row(loader, &batch->rows[i]);
	}
	batch_reset(batch);
	csv_reader_release(loader->reader);
	FAILPOINT("mid_chunk");
}

/* One record of the reader into the batch, or into the count of ignored ones. */
static inline void
add_record(ChunkLoader *loader, const CsvRow *csv)
{
	if (!row_builder_add(loader->builder, csv, loader->record++))
		loader->counts->rows_ignored++;
}

/* The head of a line that was too long to be held: one bad row. */
static void
load_oversize(ChunkLoader *loader)
{
	CsvRow csv = {.kind = CSV_RECORD_TOO_LONG};

	csv.raw = loader->chunk->data;
	csv.raw_len = loader->chunk->len;
	add_record(loader, &csv);
}

static void
load_records(ChunkLoader *loader)
{
	CsvRow csv;
	FmtStatus status;

	csv_reader_begin(loader->reader, &loader->chunk->file->dialect, loader->chunk->data,
					 loader->chunk->len);
	while ((status = csv_reader_next(loader->reader, &csv)) == FMT_OK)
	{
		add_record(loader, &csv);
		if (loader->batch->nrows == BATCH_ROWS)
			finish_batch(loader);
	}
	if (status != FMT_END)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

void
chunk_loader_load(ChunkLoader *loader, const Chunk *chunk, ChunkCounts *counts)
{
	memset(counts, 0, sizeof(*counts));
	loader->chunk = chunk;
	loader->counts = counts;
	loader->record = 0;
	line_counter_init(&loader->lines, chunk);
	row_encoding_init(&loader->encoding, chunk);
	row_builder_begin(loader->builder, chunk, &loader->encoding);
	if (chunk->oversize)
		load_oversize(loader);
	else
		load_records(loader);
	finish_batch(loader);
	counts->rows_read = loader->record;

	/* Leader and loader split the same bytes; if they ever disagree, nothing may be committed. */
	if (loader->record != chunk->records)
		elog(ERROR,
			 "chunk %d of file \"%s\" has " UINT64_FORMAT " records, expected " UINT64_FORMAT,
			 chunk->chunk_no, chunk->file->path, loader->record, chunk->records);
	if (counts->rows_read != counts->rows_staged + counts->rows_quarantined + counts->rows_ignored)
		elog(ERROR,
			 "chunk %d of file \"%s\": " INT64_FORMAT " rows read, " INT64_FORMAT
			 " staged, " INT64_FORMAT " quarantined, " INT64_FORMAT " ignored do not add up",
			 chunk->chunk_no, chunk->file->path, counts->rows_read, counts->rows_staged,
			 counts->rows_quarantined, counts->rows_ignored);
}

void
chunk_loader_end(ChunkLoader *loader)
{
	lane_writer_end(loader->lane);
	if (loader->quarantine != NULL)
		quarantine_writer_end(loader->quarantine);
	loader->lane = NULL;
	loader->quarantine = NULL;
}
