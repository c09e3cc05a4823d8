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
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

typedef struct NullString
{
	const char *data;
	size_t len;
} NullString;

/* What begin_as_caller() replaced. */
typedef struct CallerRights
{
	Oid user;
	int context;
	int guc_level;
} CallerRights;

/* How a column reads NULL. */
typedef struct ColumnRule
{
	Converter *converter;
	bool force_null;     /* a quoted null string is NULL as well */
	bool force_not_null; /* nothing is NULL */
} ColumnRule;

struct ChunkLoader
{
	const IngestOptions *options;
	Contract *contract;
	Oid user;
	int ncolumns;
	ColumnRule *columns;
	int nnulls;
	NullString *nulls;
	bool empty_is_null; /* the empty string is the only null string */
	CsvReader *reader;
	RowBatch *batch;
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

static bool
names_column(List *names, const char *column)
{
	ListCell *lc;

	foreach (lc, names)
		if (strcmp(lfirst(lc), "*") == 0 || strcmp(lfirst(lc), column) == 0)
			return true;
	return false;
}

static void
init_null_strings(ChunkLoader *loader)
{
	ListCell *lc;

	loader->nulls = palloc0(list_length(loader->options->null_strings) * sizeof(NullString));
	foreach (lc, loader->options->null_strings)
	{
		loader->nulls[loader->nnulls].data = lfirst(lc);
		loader->nulls[loader->nnulls++].len = strlen(lfirst(lc));
	}
	loader->empty_is_null = loader->nnulls == 1 && loader->nulls[0].len == 0;
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
	int i;

	loader->options = options;
	loader->user = user;
	/* planning evaluates what is constant in CHECK expressions */
	begin_as_caller(loader, &saved);
	loader->contract = contract_compile(spec, &options->format, lane_desc);
	end_as_caller(&saved);
	loader->ncolumns = spec->ncolumns;
	loader->columns = palloc0(spec->ncolumns * sizeof(ColumnRule));
	for (i = 0; i < spec->ncolumns; i++)
	{
		ColumnRule *rule = &loader->columns[i];

		rule->converter = contract_converter(loader->contract, i);
		rule->force_null = names_column(options->force_null, spec->columns[i].name);
		rule->force_not_null = names_column(options->force_not_null, spec->columns[i].name);
	}
	init_null_strings(loader);
	loader->batch = batch_create(lane_desc->natts);
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

/* Does the field's text mean NULL? COPY's rule: quoted text is never NULL unless forced. */
static inline bool
is_null(const ChunkLoader *loader, const ColumnRule *rule, const CsvField *field)
{
	int i;

	if (likely(!rule->force_null && !rule->force_not_null && loader->empty_is_null))
		return field->len == 0 && !field->quoted;
	if (rule->force_not_null || (field->quoted && !rule->force_null))
		return false;
	for (i = 0; i < loader->nnulls; i++)
		if (field->len == loader->nulls[i].len &&
			memcmp(field->data, loader->nulls[i].data, field->len) == 0)
			return true;
	return false;
}

/* Takes a new row from the batch; its values are the caller's to fill. */
static inline int
add_row(ChunkLoader *loader, const char *raw, size_t raw_len)
{
	RowBatch *batch = loader->batch;
	int row = batch->nrows++;
	BatchRow *batch_row = &batch->rows[row];
	size_t at = (size_t) row * batch->natts;

	batch_row->raw = raw;
	batch_row->raw_len = raw_len;
	batch_row->record = loader->record;
	batch_row->violations = NULL;
	batch_row->raw_is_broken = false;
	batch->values[at + loader->ncolumns] = Int32GetDatum(loader->chunk->file->file_no);
	batch->values[at + loader->ncolumns + 1] =
		Int64GetDatum(loader->chunk->first_row + loader->record);
	batch->nulls[at + loader->ncolumns] = false;
	batch->nulls[at + loader->ncolumns + 1] = false;
	return row;
}

/* Fields of one record into the batch's row. */
static void
convert_row(ChunkLoader *loader, int row, const CsvField *fields, uint32 nfields)
{
	RowBatch *batch = loader->batch;
	const ChunkFile *file = loader->chunk->file;
	Datum *values = &batch->values[(size_t) row * batch->natts];
	bool *nulls = &batch->nulls[(size_t) row * batch->natts];
	int i;

	for (i = 0; i < loader->ncolumns; i++)
	{
		const ColumnRule *rule = &loader->columns[i];
		int number = file->fields[i];
		CsvField path;
		const CsvField *field;
		ConvertCell *cell;

		if (unlikely(number < 0))
		{
			path.data = file->path;
			path.len = strlen(file->path);
			path.quoted = true;
			field = &path;
		}
		else if (unlikely((uint32) number >= nfields)) /* null_padding */
		{
			nulls[i] = true;
			continue;
		}
		else
			field = &fields[number];
		nulls[i] = is_null(loader, rule, field);
		if (nulls[i] || converter_try(rule->converter, field->data, field->len, &batch->arena,
									  &values[i]) == CONVERT_OK)
			continue;
		cell = batch_add_cell(batch);
		cell->converter = rule->converter;
		cell->data = field->data;
		cell->len = field->len;
		cell->row = row;
		cell->column = i;
		cell->failure = NULL;
	}
}

/* A record that cannot become a row at all. */
static void
add_broken_row(ChunkLoader *loader, const CsvRow *csv, const char *rule, int sqlstate,
			   const char *message)
{
	int row = add_row(loader, csv->raw, csv->raw_len);

	memset(&loader->batch->nulls[(size_t) row * loader->batch->natts], true, loader->ncolumns);
	loader->batch->rows[row].raw_is_broken = true;
	batch_add_violation(loader->batch, row, rule, sqlstate, message);
}

/* Is the number of fields that of a whole record? Says what is wrong if not. */
static bool
has_all_fields(ChunkLoader *loader, const CsvRow *csv)
{
	const ChunkFile *file = loader->chunk->file;
	uint32 expected = file->dialect.ncolumns;
	MemoryContext context = loader->batch->context;

	if (likely(csv->nfields == expected))
		return true;
	if (csv->nfields < expected)
	{
		if (file->dialect.null_padding)
			return true;
		add_broken_row(
			loader, csv, "missing_columns", ERRCODE_BAD_COPY_FILE_FORMAT,
			bad_row_message(context, "expected %u fields, found only %u", expected, csv->nfields));
		return false;
	}
	if (file->empty_last_field && csv->nfields == expected + 1 && csv->fields[expected].len == 0 &&
		!csv->fields[expected].quoted)
		return true;
	add_broken_row(
		loader, csv, "extra_columns", ERRCODE_BAD_COPY_FILE_FORMAT,
		bad_row_message(context, "expected %u fields, found %u", expected, csv->nfields));
	return false;
}

/* One record of the reader into the batch, or into the count of ignored ones. */
static void
add_record(ChunkLoader *loader, const CsvRow *csv)
{
	const CsvField *fields = csv->fields;
	const char *invalid;

	switch (csv->kind)
	{
		case CSV_RECORD_BLANK:
		case CSV_RECORD_COMMENT:
			loader->counts->rows_ignored++;
			return;
		case CSV_RECORD_BAD_QUOTES:
			add_broken_row(
				loader, csv, "quotes", ERRCODE_BAD_COPY_FILE_FORMAT,
				bad_row_quotes_message(loader->batch->context, &loader->chunk->file->dialect, csv));
			return;
		case CSV_RECORD_TOO_LONG:
			add_broken_row(loader, csv, "line_too_long", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
						   bad_row_message(loader->batch->context,
										   "line is longer than max_line_size (" INT64_FORMAT
										   " bytes)",
										   loader->options->max_line_size));
			return;
		case CSV_RECORD_DATA:
			break;
	}
	if (!has_all_fields(loader, csv))
		return;
	if (unlikely(loader->encoding.check_rows))
	{
		invalid = row_encoding_decode(&loader->encoding, loader->batch->context, csv, &fields);
		if (invalid != NULL)
		{
			add_broken_row(loader, csv, "encoding", ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, invalid);
			return;
		}
	}
	convert_row(loader, add_row(loader, csv->raw, csv->raw_len), fields, csv->nfields);
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
	out.byte_length = chunk->oversize ? chunk->byte_end - chunk->byte_start : row->raw_len;
	out.raw = row->raw;
	out.raw_len = row->raw_len;
	out.raw_is_text =
		row_encoding_as_text(&loader->encoding, loader->batch->context, &out.raw, &out.raw_len);
	out.violations = row->violations;
	quarantine_writer_add(quarantine_writer(loader), &out);
	loader->counts->rows_quarantined++;
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
		if (likely(batch->rows[i].violations == NULL))
		{
			size_t at = (size_t) i * batch->natts;

			lane_writer_write(loader->lane, &batch->values[at], &batch->nulls[at]);
			loader->counts->rows_staged++;
		}
		else
			reject_row(loader, &batch->rows[i]);
	}
	batch_reset(batch);
	csv_reader_release(loader->reader);
	FAILPOINT("mid_chunk");
}

/* The head of a line that was too long to be held: one bad row. */
static void
load_oversize(ChunkLoader *loader)
{
	CsvRow csv = {.kind = CSV_RECORD_TOO_LONG};

	csv.raw = loader->chunk->data;
	csv.raw_len = loader->chunk->len;
	add_record(loader, &csv);
	loader->record++;
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
		loader->record++;
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
