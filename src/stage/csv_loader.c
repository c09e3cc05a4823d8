/*
 * csv_loader.c: bytes -> records -> rows.
 *
 * in:  a chunk of whole records
 * out: rows in the checker's batch, by row_builder.c
 *
 * The loop over records is the hot path of the whole extension.
 */
#include "postgres.h"

#include "stage/csv_loader.h"

#include "format/csv/reader.h"
#include "stage/bad_row.h"
#include "stage/row_builder.h"
#include "utils/memutils.h"

struct CsvLoader
{
	RowBatch *batch; /* the checker's */
	RowChecker *checker;
	CsvReader *reader;
	RowBuilder *builder;
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
	uint64 record; /* number in the chunk of the next record, from 0 */
	bool done;     /* no record is left */
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

CsvLoader *
csv_loader_create(const IngestOptions *options, RowChecker *checker)
{
	CsvLoader *loader = palloc0(sizeof(CsvLoader));
	FmtAllocator allocator = {loader_alloc, loader_free, CurrentMemoryContext};

	loader->checker = checker;
	loader->batch = row_checker_batch(checker);
	loader->builder = row_builder_create(row_checker_contract(checker), options, loader->batch);
	loader->reader = csv_reader_create(&allocator);
	if (loader->reader == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return loader;
}

/* DescribeRow */
static void
describe_row(void *arg, const BatchRow *row, QuarantineRow *out)
{
	CsvLoader *loader = arg;
	const Chunk *chunk = loader->chunk;

	out->line_no = line_counter_at(&loader->lines, row->raw);
	out->byte_offset = chunk->byte_start + (row->raw - chunk->data);
	out->byte_length = chunk->oversize ? chunk->oversize_len : row->raw_len;
	out->raw = row->raw;
	out->raw_len = row->raw_len;
	out->raw_is_text =
		row_encoding_as_text(&loader->encoding, loader->batch->context, &out->raw, &out->raw_len);
}

/* One record of the reader into the batch, or into the count of ignored ones. */
static inline void
add_record(CsvLoader *loader, const CsvRow *csv)
{
	if (!row_builder_add(loader->builder, csv, loader->record++))
		loader->counts->rows_ignored++;
}

/* The head of a line that was too long to be held: one bad row. */
static void
load_oversize(CsvLoader *loader)
{
	CsvRow csv = {.kind = CSV_RECORD_TOO_LONG};

	csv.raw = loader->chunk->data;
	csv.raw_len = loader->chunk->len;
	add_record(loader, &csv);
	loader->done = true;
}

void
csv_loader_open(CsvLoader *loader, const Chunk *chunk, ChunkCounts *counts)
{
	loader->chunk = chunk;
	loader->counts = counts;
	loader->record = 0;
	loader->done = false;
	line_counter_init(&loader->lines, chunk);
	row_encoding_init(&loader->encoding, chunk->file->encoding);
	row_builder_begin(loader->builder, chunk, &loader->encoding);
	row_checker_set_chunk(loader->checker, chunk, counts, describe_row, loader);
	if (!chunk->oversize)
		csv_reader_begin(loader->reader, &chunk->file->dialect, chunk->data, chunk->len);
}

/* Records until the batch is full. */
static void
load_records(CsvLoader *loader)
{
	CsvRow csv;
	FmtStatus status = FMT_OK;

	csv_reader_release(loader->reader);
	while (loader->batch->nrows < BATCH_ROWS &&
		   (status = csv_reader_next(loader->reader, &csv)) == FMT_OK)
		add_record(loader, &csv);
	if (status != FMT_OK && status != FMT_END)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	loader->done = status == FMT_END;
}

bool
csv_loader_fill(CsvLoader *loader)
{
	if (!loader->done)
	{
		if (loader->chunk->oversize)
			load_oversize(loader);
		else
			load_records(loader);
	}
	loader->counts->rows_read = loader->record;
	return loader->batch->nrows > 0;
}
