/*
 * replay_reader.c: rows of quarantine -> batches of checked rows.
 *
 *   lines: csv reader, row_builder.c \
 *   JSON:  replay_json.c              -> RowBatch -> row_checker.c
 *
 * Memory: values live in the batch, as long as it; all else as long as the reader.
 */
#include "postgres.h"

#include "stage/replay_reader.h"

#include "format/csv/reader.h"
#include "mb/pg_wchar.h"
#include "stage/bad_row.h"
#include "stage/replay_json.h"
#include "stage/row_builder.h"
#include "utils/memutils.h"

struct ReplayReader
{
	RowChecker *checker;
	RowBatch *batch; /* the checker's */
	CsvReader *csv;
	RowBuilder *builder;
	ReplayJson *json;
	/* of the current file */
	const Chunk *chunk;
	QueueForm form;
	ChunkCounts *counts;
	RowEncoding as_text;  /* of lines that were converted */
	RowEncoding as_bytes; /* of those that could not be */
	/* of the batch */
	int64 lines[BATCH_ROWS];
};

static void *
reader_alloc(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
reader_free(void *context, void *pointer)
{
	pfree(pointer);
}

ReplayReader *
replay_reader_create(const ContractSpec *spec, const IngestOptions *options, Relation lane,
					 Oid user)
{
	ReplayReader *reader = palloc0(sizeof(ReplayReader));
	FmtAllocator allocator = {reader_alloc, reader_free, CurrentMemoryContext};

	reader->checker =
		row_checker_create(spec, options, CreateTupleDescCopy(RelationGetDescr(lane)), user);
	reader->batch = row_checker_batch(reader->checker);
	reader->builder =
		row_builder_create(row_checker_contract(reader->checker), options, reader->batch);
	reader->json = replay_json_create(reader->checker, RelationGetRelid(lane));
	reader->csv = csv_reader_create(&allocator);
	if (reader->csv == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	return reader;
}

RowChecker *
replay_reader_checker(const ReplayReader *reader)
{
	return reader->checker;
}

/* DescribeRow: where it is, for errors; its text is in quarantine already. */
static void
describe_row(void *arg, const BatchRow *row, QuarantineRow *out)
{
	const ReplayReader *reader = arg;

	out->line_no = reader->lines[row - reader->batch->rows];
}

void
replay_reader_open(ReplayReader *reader, const Chunk *chunk, QueueForm form, ChunkCounts *counts)
{
	reader->chunk = chunk;
	reader->form = form;
	reader->counts = counts;
	row_checker_set_chunk(reader->checker, chunk, counts, describe_row, reader);
	if (form != QUEUE_LINE)
		return;
	row_encoding_init(&reader->as_bytes, chunk->file->encoding);
	reader->as_text.source = reader->as_text.database = GetDatabaseEncoding();
	reader->as_text.conversion = InvalidOid;
}

/* What the line is; it is irregular if it is not exactly one record.  Lives in the batch. */
static void
read_line(ReplayReader *reader, const QueueRow *row, CsvRow *csv)
{
	const CsvDialect *dialect = &reader->chunk->file->dialect;
	char *line = MemoryContextAllocHuge(reader->batch->context, row->raw_len + 1);
	FmtStatus status;

	memcpy(line, row->raw, row->raw_len);
	line[row->raw_len] = dialect->newline;
	memset(csv, 0, sizeof(*csv));
	csv->kind = CSV_RECORD_TOO_LONG;
	if (!row->is_too_long)
	{
		csv_reader_begin(reader->csv, dialect, line, row->raw_len + 1);
		status = csv_reader_next(reader->csv, csv);
		if (status != FMT_OK)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
		if (csv->raw_len != row->raw_len)
			csv->kind = CSV_RECORD_BAD_QUOTES;
	}
	csv->raw = line;
	csv->raw_len = row->raw_len;
}

static void
add_line(ReplayReader *reader, const QueueRow *row)
{
	CsvRow csv;

	read_line(reader, row, &csv);
	row_builder_begin(reader->builder, reader->chunk,
					  row->raw_is_text ? &reader->as_text : &reader->as_bytes);
	if (!row_builder_add(reader->builder, &csv, row->record_no))
		elog(ERROR, "record " INT64_FORMAT " of file \"%s\" in quarantine is no record",
			 row->record_no, reader->chunk->file->source->path);
}

void
replay_reader_fill(ReplayReader *reader, List *rows)
{
	ListCell *lc;

	row_checker_empty(reader->checker);
	csv_reader_release(reader->csv);
	foreach (lc, rows)
	{
		const QueueRow *row = lfirst(lc);

		reader->lines[reader->batch->nrows] = row->line_no;
		if (reader->form == QUEUE_LINE)
			add_line(reader, row);
		else
			replay_json_add(reader->json, reader->chunk->file, reader->form, row);
	}
	reader->counts->rows_read += list_length(rows);
	row_checker_check(reader->checker);
}
