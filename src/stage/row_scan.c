/*
 * row_scan.c: files -> chunks -> batches of checked rows, pulled.
 *
 * The same chunks as those of a load in the caller's process, one after the other, and the
 * same code for their rows (chunk_reader.c).
 *
 * Memory: one context for the scan, below it one for the file that is open.  No more than
 * one chunk and one batch of rows are in memory.
 */
#include "postgres.h"

#include "stage/row_scan.h"

#include "miscadmin.h"
#include "source/parquet_file.h"
#include "stage/chunk_reader.h"
#include "stage/chunker.h"
#include "stage/executor.h"
#include "stage/file_columns.h"
#include "stage/limits.h"
#include "stage/new_columns.h"
#include "stage/plan.h"
#include "stage/row_group_cutter.h"
#include "utils/memutils.h"

struct RowScan
{
	const StageRequest *request;
	MemoryContext context;
	List *files; /* of SourceFile * */
	List *columns;
	ContractSpec *spec;
	ChunkReader *reader;
	char *buffers[2]; /* of text: ordinary, large */
	/* what is done */
	ChunkCounts sums;
	Limits limits;
	bool at_end;
	uint64 chunks;
	uint64 bytes_total;
	uint64 bytes_before; /* raw bytes of finished files */
	/* the current file */
	MemoryContext file_context;
	int file_no; /* -1 before the first */
	Chunker *chunker;
	RowGroupCutter *cutter; /* NULL: text */
	/* the current chunk */
	bool has_chunk;
	Chunk chunk;
	ChunkCounts counts;
};

/* The columns of a batch. */
static TupleDesc
make_desc(const ContractSpec *spec)
{
	TupleDesc desc = CreateTemplateTupleDesc(spec->ncolumns);
	int i;

	for (i = 0; i < spec->ncolumns; i++)
	{
		const ContractColumn *column = &spec->columns[i];

		TupleDescInitEntry(desc, i + 1, column->name, column->type, column->typmod, 0);
		TupleDescInitEntryCollation(desc, i + 1, column->collation);
	}
	return desc;
}

/* The columns of the files, as a new load would find them, and what their rows must satisfy. */
static void
find_contract(RowScan *scan, int enough)
{
	const StageRequest *request = scan->request;
	ContractRules rules = stage_contract_rules(request);
	ManifestLoad load = {.columns = file_columns_find(request, scan->files, enough)};

	new_columns_find(request, scan->files, &load);
	rules.new_columns = load.new_columns;
	rules.new_types = load.new_types;
	scan->columns = load.columns;
	scan->spec = contract_spec_build(request->target, scan->columns, &rules);
	scan->reader =
		chunk_reader_create(scan->spec, request->options, make_desc(scan->spec), GetUserId());
}

RowScan *
row_scan_open(const StageRequest *request, int enough)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest row scan", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	RowScan *scan = palloc0(sizeof(RowScan));
	ListCell *lc;

	scan->request = request;
	scan->context = context;
	scan->file_context = AllocSetContextCreate(context, "pg_ingest file", ALLOCSET_DEFAULT_SIZES);
	scan->file_no = -1;
	scan->files = plan_source_files(request);
	foreach (lc, scan->files)
		scan->bytes_total += ((SourceFile *) lfirst(lc))->size;
	limits_init(&scan->limits, request->options, 0);
	if (scan->files != NIL)
		find_contract(scan, enough);
	MemoryContextSwitchTo(oldcontext);
	return scan;
}

/* Gives the chunker a window of its own; what it has not handed out moves there. */
static void
use_window(RowScan *scan, bool large)
{
	size_t size = executor_window_size(scan->request->options, large);

	if (scan->buffers[large] == NULL)
		scan->buffers[large] = MemoryContextAllocHuge(scan->context, size);
	chunker_use(scan->chunker, scan->buffers[large], size);
}

static ChunkFile *
describe_file(const RowScan *scan, ChunkFormat format, const FileHead *head)
{
	ChunkFile *file =
		file_columns_describe(scan->request, scan->columns, row_scan_file(scan), format, head);

	file->file_no = scan->file_no;
	return file;
}

static void
open_text(RowScan *scan)
{
	ChunkFile *file;
	FileHead head;

	scan->chunker = chunker_open(row_scan_file(scan), scan->request->options);
	use_window(scan, false);
	chunker_read_head(scan->chunker, &head);
	file = describe_file(scan, CHUNK_CSV, &head);
	file->encoding = chunker_encoding(scan->chunker);
	if (scan->file_no == 0)
		chunker_use(scan->chunker, scan->buffers[false],
					Min(executor_window_size(scan->request->options, false),
						Max(chunker_pending(scan->chunker), CHUNKER_FIRST_SIZE)));
	chunker_begin(scan->chunker, file, NIL);
}

static void
open_parquet(RowScan *scan)
{
	ParquetFile *parquet = parquet_file_open(row_scan_file(scan));
	FileHead head = {.names = row_group_cutter_names(parquet)};

	scan->cutter = row_group_cutter_open(parquet, describe_file(scan, CHUNK_PARQUET, &head),
										 scan->request->options, false, NIL);
}

/* Closes the current file and opens the next; false when there is none. */
static bool
next_file(RowScan *scan)
{
	if (scan->file_no >= 0)
		scan->bytes_before += row_scan_file(scan)->size;
	scan->chunker = NULL;
	scan->cutter = NULL;
	MemoryContextReset(scan->file_context);
	if (scan->file_no + 1 >= list_length(scan->files))
		return false;
	scan->file_no++;
	MemoryContextSwitchTo(scan->file_context);
	if (file_columns_format(scan->request->options, row_scan_file(scan)) == CHUNK_PARQUET)
		open_parquet(scan);
	else
		open_text(scan);
	return true;
}

static bool
next_text_chunk(RowScan *scan)
{
	ChunkerResult result;

	while ((result = chunker_next(scan->chunker, &scan->chunk)) == CHUNKER_FULL)
	{
		if (chunker_pending(scan->chunker) >= executor_window_size(scan->request->options, true))
			elog(ERROR, "a record does not end in the largest window");
		use_window(scan, true);
	}
	return result == CHUNKER_CHUNK;
}

/* The next chunk of the current file; false when there is none. */
static bool
next_chunk(RowScan *scan)
{
	MemoryContextSwitchTo(scan->file_context);
	scan->has_chunk = scan->cutter != NULL
						  ? row_group_cutter_next(scan->cutter, &scan->chunk) == CHUNKER_CHUNK
						  : scan->chunker != NULL && next_text_chunk(scan);
	MemoryContextSwitchTo(scan->context);
	if (scan->has_chunk)
		chunk_reader_open(scan->reader, &scan->chunk, &scan->counts);
	return scan->has_chunk;
}

/* Adds up what became of the current chunk, whose rows are all out. */
static void
finish_chunk(RowScan *scan)
{
	JobResult result = {.seq = scan->chunks++, .counts = scan->counts};

	result.rows_bad = scan->counts.rows_bad;
	limits_add(&scan->limits, &result);
	scan->sums.rows_read += scan->counts.rows_read;
	scan->sums.rows_staged += scan->counts.rows_staged;
	scan->sums.rows_quarantined += scan->counts.rows_quarantined;
	scan->sums.rows_ignored += scan->counts.rows_ignored;
	scan->sums.rows_filtered += scan->counts.rows_filtered;
	scan->sums.rows_bad += scan->counts.rows_bad;
	scan->has_chunk = false;
	if (scan->cutter == NULL)
		use_window(scan, chunker_pending(scan->chunker) >
							 executor_window_size(scan->request->options, false));
}

bool
row_scan_next(RowScan *scan)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(scan->context);
	bool has_rows = false;

	while (!has_rows && !scan->at_end)
	{
		CHECK_FOR_INTERRUPTS();
		if (scan->has_chunk)
		{
			has_rows = chunk_reader_next(scan->reader);
			if (!has_rows)
				finish_chunk(scan);
		}
		else if (!next_chunk(scan))
			scan->at_end = !next_file(scan);
	}
	MemoryContextSwitchTo(oldcontext);
	return has_rows;
}

RowChecker *
row_scan_checker(const RowScan *scan)
{
	return chunk_reader_checker(scan->reader);
}

List *
row_scan_columns(const RowScan *scan)
{
	return scan->columns;
}

const SourceFile *
row_scan_file(const RowScan *scan)
{
	return list_nth(scan->files, scan->file_no);
}

const ChunkCounts *
row_scan_counts(const RowScan *scan)
{
	return &scan->sums;
}

const char *
row_scan_rejection(RowScan *scan)
{
	return scan->at_end ? limits_exceeded_at_end(&scan->limits) : limits_exceeded(&scan->limits);
}

uint64
row_scan_bytes_total(const RowScan *scan)
{
	return scan->bytes_total;
}

uint64
row_scan_bytes_read(const RowScan *scan)
{
	if (scan->cutter != NULL)
		return scan->bytes_before + row_group_cutter_position(scan->cutter);
	if (scan->chunker != NULL)
		return scan->bytes_before + chunker_raw_position(scan->chunker);
	return scan->bytes_before;
}

void
row_scan_close(RowScan *scan)
{
	MemoryContextDelete(scan->context);
}
