/*
 * parquet_loader.c: row group -> vectors -> batches of rows.
 *
 * in:  a chunk that names a file, a row group and a range of its rows
 * out: rows in the checker's batch
 *
 * A file stays open, with its footer and the conversions of its columns, until a chunk of
 * another file comes.  So do the pages of a row group until it ends: chunks of one row group
 * share pages, and a worker that takes several of them decompresses a shared page once.
 */
#include "postgres.h"

#include "stage/parquet_loader.h"

#include "contract/parquet.h"
#include "lib/qunique.h"
#include "miscadmin.h"
#include "source/parquet_file.h"
#include "stage/caller_rights.h"
#include "stage/extra_fields.h"
#include "stage/row_group_pruner.h"
#include "utils/memutils.h"

/* Bytes asked of the file at a time, per column. */
#define READ_SIZE (256 * 1024)

/* Dictionary entries kept as values of the target, bytes: of a column, and of all. */
#define DICTIONARY_MEMORY   ((size_t) 8 * 1024 * 1024)
#define DICTIONARIES_MEMORY ((size_t) 64 * 1024 * 1024)

/* One field of the file that is read, and what for. */
typedef struct LoaderColumn
{
	int attribute; /* from 0 */
	const PqField *field;
	int first_vector;          /* of its leaves among those that are read */
	ParquetColumn *conversion; /* NULL: an extra */
} LoaderColumn;

struct ParquetLoader
{
	const ContractSpec *spec;
	const IngestOptions *options;
	RowChecker *checker;
	RowGroupPruner *pruner; /* NULL: every row group is read */
	/* of the current file */
	MemoryContext file_context;
	ParquetFile *parquet;
	int ncolumns;
	LoaderColumn *columns;
	const LoaderColumn *extras;  /* those of columns that the file's extras are read from */
	ParquetColumn **conversions; /* of the columns, by column of the contract; NULL: constant */
	int nfields;
	const PqField **fields; /* of the columns, in the order of the file */
	int32 nleaves;
	int32 *leaves; /* of the fields, likewise */
	/* of the row group that is being read */
	MemoryContext group_context;
	PqRows *rows; /* NULL: none */
	int32 row_group;
	uint64 next_row; /* of rows */
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
	bool is_read; /* false: none of its rows is wanted */
	PqBatch batch;
};

ParquetLoader *
parquet_loader_create(const ContractSpec *spec, const IngestOptions *options, RowChecker *checker)
{
	ParquetLoader *loader = palloc0(sizeof(ParquetLoader));

	loader->spec = spec;
	loader->options = options;
	loader->checker = checker;
	loader->pruner = row_group_pruner_create(row_checker_contract(checker));
	loader->file_context = AllocSetContextCreate(CurrentMemoryContext, "pg_ingest Parquet file",
												 ALLOCSET_DEFAULT_SIZES);
	return loader;
}

static bool
is_same_file(const ParquetLoader *loader, const SourceFile *source)
{
	const SourceFile *open;

	if (loader->parquet == NULL)
		return false;
	open = parquet_file_source(loader->parquet);
	return strcmp(open->path, source->path) == 0 && open->size == source->size &&
		   open->mtime == source->mtime && open->inode == source->inode &&
		   open->device == source->device;
}

static int
compare_fields(const void *a, const void *b)
{
	const PqField *left = *(const PqField *const *) a;
	const PqField *right = *(const PqField *const *) b;

	return left->leaf < right->leaf ? -1 : left->leaf > right->leaf;
}

static int
compare_leaves(const void *a, const void *b)
{
	int32 left = *(const int32 *) a;
	int32 right = *(const int32 *) b;

	return left < right ? -1 : left > right;
}

/* The leaves that columns need, in ascending order, as the reader wants them. */
static void
collect_leaves(ParquetLoader *loader)
{
	int32 nleaves = parquet_file_footer(loader->parquet)->schema->nleaves;
	int i;
	int32 k;

	loader->fields = palloc(Max(loader->ncolumns, 1) * sizeof(PqField *));
	for (i = 0; i < loader->ncolumns; i++)
		loader->fields[i] = loader->columns[i].field;
	qsort(loader->fields, loader->ncolumns, sizeof(PqField *), compare_fields);
	/* a column and a transform may read the same field */
	loader->nfields = qunique(loader->fields, loader->ncolumns, sizeof(PqField *), compare_fields);
	loader->leaves = palloc(Max(nleaves, 1) * sizeof(int32));
	loader->nleaves = 0;
	for (i = 0; i < loader->nfields; i++)
		for (k = 0; k < loader->fields[i]->nleaves; k++)
			loader->leaves[loader->nleaves++] = loader->fields[i]->leaf + k;
	for (i = 0; i < loader->ncolumns; i++)
	{
		const int32 *found = bsearch(&loader->columns[i].field->leaf, loader->leaves,
									 loader->nleaves, sizeof(int32), compare_leaves);

		/* a group without columns has no leaf and no vector */
		loader->columns[i].first_vector = found == NULL ? 0 : found - loader->leaves;
	}
}

static LoaderColumn *
add_column(ParquetLoader *loader, int attribute, int32 field)
{
	LoaderColumn *column = &loader->columns[loader->ncolumns++];

	column->attribute = attribute;
	column->field = parquet_file_footer(loader->parquet)->schema->fields[field];
	return column;
}

/* The fields that the contract's transforms read, as texts. */
static void
prepare_inputs(ParquetLoader *loader, const ChunkFile *file, const ParquetFormat *format)
{
	const Contract *contract = row_checker_contract(loader->checker);
	int i;

	for (i = 0; i < file->ninputs; i++)
	{
		LoaderColumn *column;

		if (file->inputs[i] < 0)
			continue;
		column = add_column(loader, contract_first_input(contract) + i, file->inputs[i]);
		column->conversion = parquet_column_create(parquet_file_footer(loader->parquet),
												   column->field, contract_input(contract, i),
												   contract_input_converter(contract), format);
	}
}

/* Chooses how each column of the file is converted. */
static void
prepare_columns(ParquetLoader *loader, const ChunkFile *file)
{
	const PqFile *pq = parquet_file_footer(loader->parquet);
	ParquetFormat *format = palloc0(sizeof(ParquetFormat));
	int i;

	format->path = parquet_file_source(loader->parquet)->path;
	format->allow_lossy = loader->options->format.allow_lossy;
	format->set_null = loader->options->on_error == ON_ERROR_SET_NULL;
	format->int96_is_utc = loader->options->int96_is_utc;
	format->dictionary_memory =
		Min(DICTIONARY_MEMORY, DICTIONARIES_MEMORY / Max(file->ncolumns, 1));
	parquet_format_detect(pq, format);
	loader->ncolumns = 0;
	loader->columns =
		palloc0((file->ncolumns + file->ninputs + file->nextras) * sizeof(LoaderColumn));
	loader->conversions = palloc0(file->ncolumns * sizeof(ParquetColumn *));
	for (i = 0; i < file->ncolumns; i++)
	{
		LoaderColumn *column;

		if (file->fields[i] < 0)
			continue;
		column = add_column(loader, i, file->fields[i]);
		column->conversion = parquet_column_create(
			pq, column->field, &loader->spec->columns[i],
			contract_converter(row_checker_contract(loader->checker), i), format);
		loader->conversions[i] = column->conversion;
	}
	prepare_inputs(loader, file, format);
	loader->extras = &loader->columns[loader->ncolumns];
	for (i = 0; i < file->nextras; i++)
		(void) add_column(loader, -1, file->extras[i]);
	collect_leaves(loader);
}

static void
open_file(ParquetLoader *loader, const ChunkFile *file)
{
	MemoryContext oldcontext;
	CallerRights saved;

	if (is_same_file(loader, file->source))
	{
		parquet_file_check_unchanged(loader->parquet);
		return;
	}
	loader->parquet = NULL;
	MemoryContextReset(loader->file_context);
	loader->group_context =
		AllocSetContextCreate(loader->file_context, "pg_ingest row group", ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(loader->file_context);
	loader->parquet = parquet_file_open(file->source);
	caller_rights_take(row_checker_user(loader->checker), &saved);
	prepare_columns(loader, file);
	caller_rights_leave(&saved);
	MemoryContextSwitchTo(oldcontext);
}

/* DescribeRow: the columns that were read, as one JSON object. */
static void
describe_row(void *arg, const BatchRow *row, QuarantineRow *out)
{
	const ParquetLoader *loader = arg;
	uint64 in_batch = loader->chunk->group_rows + row->record - loader->batch.first_row;

	out->row_group = loader->chunk->row_group;
	out->raw = parquet_row_as_json(parquet_file_footer(loader->parquet), loader->fields,
								   loader->nfields, &loader->batch, in_batch, &out->raw_len);
	out->raw_is_text = true;
}

/* Texts that transforms read and the file lacks. */
static void
null_missing_inputs(const ParquetLoader *loader, RowBatch *batch)
{
	const ChunkFile *file = loader->chunk->file;
	int first = contract_first_input(row_checker_contract(loader->checker));
	int row;
	int i;

	for (i = 0; i < file->ninputs; i++)
		for (row = 0; file->inputs[i] < 0 && row < batch->nrows; row++)
			batch->nulls[(size_t) row * batch->natts + first + i] = true;
}

/* The values of one row for which there is no column. */
static void
read_extras(ParquetLoader *loader, int row)
{
	const ChunkFile *file = loader->chunk->file;
	const Contract *contract = row_checker_contract(loader->checker);
	RowBatch *batch = row_checker_batch(loader->checker);
	ExtraFields extras;
	int i;

	extra_fields_begin(&extras, batch, file, row);
	for (i = 0; i < file->nextras; i++)
	{
		const LoaderColumn *column = &loader->extras[i];
		MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
		ParquetJson value;

		parquet_value_as_json(parquet_file_footer(loader->parquet), column->field,
							  &loader->batch.vectors[column->first_vector], row, &value);
		MemoryContextSwitchTo(oldcontext);
		if (value.error != NULL)
			batch_add_violation(batch, row, "new_column", value.sqlstate, value.error)->column =
				file->extra_names[i];
		else if (value.json != NULL)
			extra_fields_add_json(&extras, i, value.json, value.len);
	}
	extra_fields_end(
		&extras, file->capture < 0 ? NULL : contract_constant_converter(contract, file->capture));
}

/* The rows of loader->batch into the checker's batch. */
static void
convert_batch(ParquetLoader *loader, uint64 first_record)
{
	const ChunkFile *file = loader->chunk->file;
	RowBatch *batch = row_checker_batch(loader->checker);
	CallerRights saved;
	uint32 row;
	int i;

	for (row = 0; row < loader->batch.nrows; row++)
		batch_add_row(batch, NULL, 0, first_record + row);
	memset(batch->nulls, 0, (size_t) batch->nrows * batch->natts * sizeof(bool));
	null_missing_inputs(loader, batch);
	caller_rights_take(row_checker_user(loader->checker), &saved);
	for (i = 0; i < loader->ncolumns && loader->columns[i].conversion != NULL; i++)
		parquet_column_convert(loader->columns[i].conversion,
							   &loader->batch.vectors[loader->columns[i].first_vector], batch,
							   loader->columns[i].attribute);
	caller_rights_leave(&saved);
	for (i = 0; i < file->ncolumns; i++)
	{
		Converter *converter =
			contract_constant_converter(row_checker_contract(loader->checker), i);
		const char *text = file->constants[i];

		if (file->fields[i] != CHUNK_CONSTANT)
			continue;
		for (row = 0; row < loader->batch.nrows; row++)
		{
			batch->nulls[(size_t) row * batch->natts + i] = text == NULL;
			if (text != NULL)
				batch_put_text(batch, row, i, converter, text);
		}
	}
	for (row = 0; (file->nextras > 0 || file->capture >= 0) && row < loader->batch.nrows; row++)
		read_extras(loader, row);
}

/* The decompressors' memory is not the context's: called when that goes, after an error too. */
static void
close_rows(void *arg)
{
	ParquetLoader *loader = arg;

	if (loader->rows != NULL)
		pq_rows_close(loader->rows);
	loader->rows = NULL;
}

static void
open_rows(ParquetLoader *loader)
{
	MemoryContextCallback *release;
	const Chunk *chunk = loader->chunk;
	PqReadOptions read_options = {.memory_budget = loader->options->memory_budget,
								  .batch_rows = BATCH_ROWS,
								  .read_size = READ_SIZE,
								  .verify_crc = true,
								  .interrupt = parquet_file_interrupt};
	PqProjection projection = {loader->leaves, loader->nleaves};
	PqError error;

	MemoryContextReset(loader->group_context);
	release = MemoryContextAlloc(loader->group_context, sizeof(MemoryContextCallback));
	release->func = close_rows;
	release->arg = loader;
	MemoryContextRegisterResetCallback(loader->group_context, release);
	pq_error_init(&error);
	if (pq_rows_open(parquet_file_footer(loader->parquet), chunk->row_group, &projection,
					 &read_options, &loader->rows, &error) != FMT_OK)
		parquet_file_raise(chunk->file->source, &error);
	loader->row_group = chunk->row_group;
	loader->next_row = 0;
}

/* Goes to the chunk's first row. */
static void
seek_rows(ParquetLoader *loader)
{
	const Chunk *chunk = loader->chunk;
	PqError error;

	if (loader->rows == NULL || loader->row_group != chunk->row_group ||
		loader->next_row > chunk->group_rows)
		open_rows(loader);
	if (loader->next_row == chunk->group_rows)
		return;
	pq_error_init(&error);
	if (pq_rows_skip(loader->rows, chunk->group_rows - loader->next_row, &error) != FMT_OK)
		parquet_file_raise(chunk->file->source, &error);
	loader->next_row = chunk->group_rows;
}

/*
 * After the chunk's last row: checks that the file is the same, and that a row group ends where
 * its metadata says, in every column.
 */
static void
check_end(ParquetLoader *loader)
{
	const PqFile *pq = parquet_file_footer(loader->parquet);
	PqError error;

	pq_error_init(&error);
	if (loader->next_row >= (uint64) pq->row_groups[loader->row_group].num_rows)
	{
		if (pq_rows_next(loader->rows, 1, &loader->batch, &error) != FMT_END)
			parquet_file_raise(loader->chunk->file->source, &error);
		MemoryContextReset(loader->group_context);
	}
	parquet_file_check_unchanged(loader->parquet);
}

/* Is there no row in the row group that the filter lets through? */
static bool
is_pruned(ParquetLoader *loader)
{
	CallerRights saved;
	bool prunes;

	if (loader->pruner == NULL)
		return false;
	caller_rights_take(row_checker_user(loader->checker), &saved);
	prunes =
		row_group_pruner_prunes(loader->pruner, parquet_file_footer(loader->parquet), loader->chunk,
								loader->conversions, row_checker_batch(loader->checker));
	caller_rights_leave(&saved);
	return prunes;
}

void
parquet_loader_open(ParquetLoader *loader, const Chunk *chunk, ChunkCounts *counts)
{
	loader->chunk = chunk;
	loader->counts = counts;
	loader->is_read = false;
	row_checker_set_chunk(loader->checker, chunk, counts, describe_row, loader);
	if (chunk->records == 0)
		return;
	open_file(loader, chunk->file);
	if (is_pruned(loader))
	{
		chunk_counts_add_filtered(counts, chunk->records);
		counts->rows_read = chunk->records;
		return;
	}
	seek_rows(loader);
	loader->is_read = true;
}

bool
parquet_loader_fill(ParquetLoader *loader)
{
	uint64 done = loader->counts->rows_read;
	uint32 want = Min(loader->chunk->records - done, BATCH_ROWS);
	PqError error;

	if (want == 0)
	{
		if (loader->is_read)
			check_end(loader);
		return false;
	}
	pq_error_init(&error);
	if (pq_rows_next(loader->rows, want, &loader->batch, &error) != FMT_OK)
		parquet_file_raise(loader->chunk->file->source, &error);
	if (loader->batch.nrows == 0)
		elog(ERROR, "the Parquet reader gave a batch without rows");
	convert_batch(loader, done);
	loader->next_row += loader->batch.nrows;
	loader->counts->rows_read += loader->batch.nrows;
	return true;
}
