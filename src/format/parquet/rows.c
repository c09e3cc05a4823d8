/*
 * rows.c: the leaves of a row group in lockstep.
 *
 * in:  column.c, one for each projected leaf
 * out: batches that have the same rows of every leaf
 *
 * A batch ends at the row that every column could decode within its share of bytes; what a column
 * decoded beyond stays for the next batch.  When memory is short, the columns whose turn
 * comes last give theirs back, and those that load a page decode as much of it as their share of the
 * budget holds, because it will not stay.
 */
#include <string.h>

#include "format/parquet/column.h"

/* Bytes of values that a batch has, about. */
#define BATCH_BYTES ((uint64_t) 8 * 1024 * 1024)

/* Part of the budget that is used for rows decoded in advance; blocks that grow take twice as much. */
#define AHEAD_PART 4

struct PqRows
{
	FmtAllocator allocator; /* of this struct */
	PqColumnSetup setup;
	uint64_t num_rows;
	uint64_t next_row;
	int32_t ncolumns; /* that are open */
	PqColumn **columns;
	PqVector *vectors;
	int32_t current;    /* column that is being filled */
	uint32_t shown;     /* rows of the latest batch */
	uint64_t max_bytes; /* of a batch */
};

/*
 * The budget is short of memory.  Columns take turns, so the one whose page is needed last is the one in front of the
 * current column.  Pages that are streamed are dear to load again, and come last.
 */
static bool
give_back(void *context)
{
	PqRows *rows = context;
	int also_streamed;

	for (also_streamed = 0; also_streamed <= 1; also_streamed++)
	{
		int32_t i;

		for (i = 1; i < rows->ncolumns; i++)
		{
			int32_t number = (rows->current + rows->ncolumns - i) % rows->ncolumns;

			if (pq_column_give_back(rows->columns[number], also_streamed != 0))
				return true;
		}
	}
	return false;
}

static FmtStatus
no_memory(PqError *error)
{
	return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
}

static void *
take(PqRows *rows, size_t n, size_t size)
{
	void *block;

	if (n > SIZE_MAX / size - 1)
		return NULL;
	block = rows->allocator.alloc(rows->allocator.context, (n + 1) * size);
	if (block != NULL)
		memset(block, 0, (n + 1) * size);
	return block;
}

static void
give(PqRows *rows, void *block)
{
	if (block != NULL)
		rows->allocator.free(rows->allocator.context, block);
}

static FmtStatus
open_columns(PqRows *rows, const PqProjection *projection, PqError *error)
{
	PqColumnChunk *chunks = take(rows, (size_t) projection->n, sizeof(*chunks));
	FmtStatus status;
	int32_t i;

	if (chunks == NULL)
		return no_memory(error);
	status = pq_row_group_read(&rows->setup.file, rows->setup.row_group, projection->leaves,
							   projection->n, chunks, error);
	for (i = 0; i < projection->n && status == FMT_OK; i++)
	{
		PqColumn *column;

		status = pq_column_open(&rows->setup, projection->leaves[i], &chunks[i], &column, error);
		if (status == FMT_OK)
			rows->columns[rows->ncolumns++] = column;
		else if (column != NULL)
			pq_column_close(column);
	}
	give(rows, chunks);
	return status;
}

/* What the columns share. */
static FmtStatus
init_setup(PqRows *rows, const PqFile *file, uint32_t row_group, const PqReadOptions *options,
		   PqError *error)
{
	PqColumnSetup *setup = &rows->setup;

	setup->file = *file;
	setup->row_group = row_group;
	setup->options = *options;
	if (setup->options.batch_rows == 0)
		setup->options.batch_rows = 1;
	if (setup->options.read_size == 0)
		setup->options.read_size = 1;
	pq_file_writer(file, &setup->writer);
	setup->budget = pq_budget_create(&rows->allocator, options->memory_budget, give_back, rows);
	if (setup->budget == NULL)
		return no_memory(error);
	setup->file.allocator = *pq_budget_allocator(setup->budget);
	setup->scratch = pq_page_scratch_create(&setup->file.allocator);
	return setup->scratch == NULL ? no_memory(error) : FMT_OK;
}

FmtStatus
pq_rows_open(const PqFile *file, uint32_t row_group, const PqProjection *projection,
			 const PqReadOptions *options, PqRows **opened, PqError *error)
{
	PqRows *rows = file->allocator.alloc(file->allocator.context, sizeof(*rows));
	FmtStatus status;

	*opened = NULL;
	if (rows == NULL)
		return no_memory(error);
	memset(rows, 0, sizeof(*rows));
	rows->allocator = file->allocator;
	rows->num_rows = (uint64_t) file->row_groups[row_group].num_rows;
	rows->max_bytes = options->memory_budget / 16;
	if (rows->max_bytes > BATCH_BYTES)
		rows->max_bytes = BATCH_BYTES;
	rows->columns = take(rows, (size_t) projection->n, sizeof(*rows->columns));
	rows->vectors = take(rows, (size_t) projection->n, sizeof(*rows->vectors));
	if (rows->columns == NULL || rows->vectors == NULL)
		status = no_memory(error);
	else
		status = init_setup(rows, file, row_group, options, error);
	if (status == FMT_OK && projection->n > 0)
		status = open_columns(rows, projection, error);
	if (status == FMT_OK)
		*opened = rows;
	else
		pq_rows_close(rows);
	return status;
}

void
pq_rows_close(PqRows *rows)
{
	int32_t i;

	for (i = 0; i < rows->ncolumns; i++)
		pq_column_close(rows->columns[i]);
	if (rows->setup.scratch != NULL)
		pq_page_scratch_free(rows->setup.scratch);
	if (rows->setup.budget != NULL)
		pq_budget_free(rows->setup.budget);
	give(rows, rows->columns);
	give(rows, rows->vectors);
	give(rows, rows);
}

static FmtStatus
check_interrupt(const PqRows *rows, PqError *error)
{
	const PqReadOptions *options = &rows->setup.options;
	FmtStatus status =
		options->interrupt != NULL ? options->interrupt(options->interrupt_context) : FMT_OK;

	return status == FMT_OK ? FMT_OK : pq_error(error, status, 0, "reading was interrupted");
}

/* Leaves the latest batch behind. */
static void
advance(PqRows *rows)
{
	int32_t i;

	for (i = 0; i < rows->ncolumns && rows->shown > 0; i++)
		pq_column_advance(rows->columns[i]);
	rows->next_row += rows->shown;
	rows->shown = 0;
}

FmtStatus
pq_rows_skip(PqRows *rows, uint64_t n, PqError *error)
{
	FmtStatus status = FMT_OK;

	advance(rows);
	if (n > rows->num_rows - rows->next_row)
		n = rows->num_rows - rows->next_row;
	for (rows->current = 0; rows->current < rows->ncolumns && status == FMT_OK; rows->current++)
		status = pq_column_skip(rows->columns[rows->current], n, error);
	rows->next_row += n;
	return status;
}

/* Rows that the next batch should have, by the bytes that rows had so far. */
static uint32_t
choose_rows(const PqRows *rows, uint32_t max_rows)
{
	uint64_t n = rows->num_rows - rows->next_row;
	uint64_t row_bytes = 1;
	int32_t i;

	for (i = 0; i < rows->ncolumns; i++)
		row_bytes += pq_column_row_bytes(rows->columns[i]);
	if (n > max_rows)
		n = max_rows;
	if (n > rows->setup.options.batch_rows)
		n = rows->setup.options.batch_rows;
	if (n > rows->max_bytes / row_bytes)
		n = rows->max_bytes / row_bytes;
	return n > 0 ? (uint32_t) n : 1;
}

/*
 * Makes *n rows of the current column ready, or fewer, which *n becomes.  *bytes: those of the batch so far.
 */
static FmtStatus
fill_column(PqRows *rows, uint32_t *n, uint64_t *bytes, PqError *error)
{
	const PqColumnSetup *setup = &rows->setup;
	PqColumn *column = rows->columns[rows->current];
	uint64_t limit = rows->max_bytes > *bytes ? rows->max_bytes - *bytes : 0;
	uint64_t least = rows->max_bytes / (uint64_t) rows->ncolumns;
	uint64_t ahead = 0;
	FmtStatus status;

	/* the first columns shall not take everything */
	if (limit < least)
		limit = least;
	if (pq_budget_was_short(setup->budget))
		ahead = pq_budget_limit(setup->budget) / AHEAD_PART / (uint64_t) rows->ncolumns;
	status = pq_column_fill(column, n, limit, ahead, error);
	*bytes += *n * pq_column_row_bytes(column);
	return status;
}

FmtStatus
pq_rows_next(PqRows *rows, uint32_t max_rows, PqBatch *batch, PqError *error)
{
	FmtStatus status = check_interrupt(rows, error);
	uint64_t bytes = 0;
	uint32_t n;

	if (status != FMT_OK)
		return status;
	advance(rows);
	if (rows->next_row == rows->num_rows)
	{
		for (rows->current = 0; rows->current < rows->ncolumns; rows->current++)
		{
			status = pq_column_finish(rows->columns[rows->current], error);
			if (status != FMT_OK)
				return status;
		}
		return FMT_END;
	}
	n = choose_rows(rows, max_rows);
	for (rows->current = 0; rows->current < rows->ncolumns; rows->current++)
	{
		status = fill_column(rows, &n, &bytes, error);
		if (status != FMT_OK)
			return status;
	}
	for (rows->current = 0; rows->current < rows->ncolumns; rows->current++)
		pq_column_show(rows->columns[rows->current], n, &rows->vectors[rows->current]);
	rows->shown = n;
	batch->first_row = rows->next_row;
	batch->nrows = n;
	batch->vectors = rows->vectors;
	return FMT_OK;
}

void
pq_rows_memory(const PqRows *rows, size_t *now, size_t *peak)
{
	pq_budget_memory(rows->setup.budget, now, peak);
}
