/*
 * column.c: one leaf of a row group: its rows as vectors, and the memory it can do without.
 *
 * in:  slots that column_decode.c has filled
 * out: PqVectors; errors with their place
 *
 * Owns the page walk, the current page, the dictionary and the slots.
 */
#include <string.h>

#include "format/parquet/column_parts.h"

/* Rows that are decoded in advance at most. */
#define MAX_AHEAD 65536

/* The most slots that are decoded at a time when rows are skipped. */
#define SKIP_STEP 4096

/* Adds the place to the error of a call that returned status. */
static FmtStatus
at_column(const PqColumn *column, FmtStatus status, PqError *error)
{
	if (!FMT_IS_ERROR(status))
		return status;
	if (status == FMT_NO_MEMORY && pq_budget_refused(column->setup->budget))
		status = pq_error(error, FMT_LIMIT, error != NULL ? error->base.offset : 0,
						  "the column needs more memory at a time than memory_budget allows");
	if (error == NULL)
		return status;
	pq_error_at_leaf(error, column->setup->file.schema, column->number);
	error->row_group = (int32_t) column->setup->row_group;
	if (error->page < 0)
		error->page = column->page_number;
	if (error->base.offset == 0 && column->page_number >= 0)
		error->base.offset = pq_leaf_page_info(column->page)->offset;
	return status;
}

/* Definition levels that an element has at least when it continues a list, for each repetition level. */
static bool
init_min_def(PqColumn *column)
{
	const FmtAllocator *allocator = pq_budget_allocator(column->setup->budget);
	const PqSchema *schema = column->setup->file.schema;
	int32_t node;

	column->min_def = allocator->alloc(allocator->context, (size_t) column->leaf.node->max_rep + 1);
	if (column->min_def == NULL)
		return false;
	column->min_def[0] = 0;
	for (node = schema->leaves[column->number]; node > 0; node = schema->nodes[node].parent)
	{
		if (schema->nodes[node].repetition == PQ_REPEATED)
			column->min_def[schema->nodes[node].max_rep] = schema->nodes[node].max_def;
	}
	return true;
}

static void
init_leaf(PqColumn *column)
{
	const PqColumnSetup *setup = column->setup;
	PqLeaf *leaf = &column->leaf;
	size_t limit = pq_budget_limit(setup->budget);
	int32_t codec = column->chunk.codec;
	bool in_one_piece = codec == PQ_SNAPPY || codec == PQ_LZ4 || codec == PQ_LZ4_RAW;

	leaf->file = &setup->file;
	leaf->node = &setup->file.schema->nodes[setup->file.schema->leaves[column->number]];
	leaf->setup.file = &setup->file;
	leaf->setup.codec = codec;
	leaf->setup.v2_ignores_is_compressed = pq_writer_before(&setup->writer, "parquet-cpp", 2, 0, 0);
	leaf->setup.verify_crc = setup->options.verify_crc;
	leaf->setup.read_size = setup->options.read_size;
	/* a page takes its compressed and its decompressed size, next to those of other columns */
	leaf->setup.max_in_memory = in_one_piece ? limit + PQ_BUDGET_RESERVE / 2 : limit / 4;
	leaf->scratch = setup->scratch;
	leaf->budget = setup->budget;
	leaf->continues_strings = pq_writer_before(&setup->writer, "parquet-mr", 1, 8, 0);
	/* any version: it calls them "v1.5.0", which is not understood */
	column->null_has_elements = pq_writer_before(&setup->writer, "duckdb", 1, 0, 0);
}

FmtStatus
pq_column_open(const PqColumnSetup *setup, int32_t leaf, const PqColumnChunk *chunk,
			   PqColumn **opened, PqError *error)
{
	const FmtAllocator *allocator = pq_budget_allocator(setup->budget);
	PqColumn *column = allocator->alloc(allocator->context, sizeof(*column));
	uint64_t generation = (uint64_t) setup->row_group << 32 | ((uint32_t) leaf + 1);
	PqValueKind kind = PQ_VALUES_BOOL;
	uint32_t width = 1;
	FmtStatus status;

	*opened = column;
	if (column == NULL)
		return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
	memset(column, 0, sizeof(*column));
	column->setup = setup;
	column->number = leaf;
	column->chunk = *chunk;
	column->page_number = -1;
	init_leaf(column);
	status = pq_values_kind(column->leaf.node->type, column->leaf.node->type_length, &kind, &width);
	pq_slots_init(&column->slots, setup->budget, column->leaf.node, kind, width);
	if (status != FMT_OK)
		return at_column(column, pq_error(error, status, 0, "unknown physical type"), error);
	if (chunk->num_values < 0)
		return at_column(
			column, pq_error(error, FMT_CORRUPT, 0, "negative number of values of a column chunk"),
			error);
	column->values_left = (uint64_t) chunk->num_values;
	column->row_bytes = width + 1;
	column->page = pq_leaf_page_create(&column->leaf);
	column->dictionary = pq_leaf_dictionary_create(&column->leaf, generation);
	if (column->page == NULL || column->dictionary == NULL || !init_min_def(column))
		return at_column(column, pq_error(error, FMT_NO_MEMORY, 0, "out of memory"), error);
	return FMT_OK;
}

void
pq_column_close(PqColumn *column)
{
	const FmtAllocator *allocator = pq_budget_allocator(column->setup->budget);

	if (column->page != NULL)
		pq_leaf_page_free(column->page);
	if (column->dictionary != NULL)
		pq_leaf_dictionary_free(column->dictionary);
	if (column->walk != NULL)
		pq_page_walk_close(column->walk);
	if (column->min_def != NULL)
		allocator->free(allocator->context, column->min_def);
	pq_slots_free(&column->slots);
	allocator->free(allocator->context, column);
}

/* Bytes that the decoded rows take when the page and the dictionary are given back. */
static uint64_t
detached_bytes(const PqColumn *column)
{
	const PqSlots *slots = &column->slots;
	const PqDictionary *dictionary = pq_leaf_dictionary_entries(column->dictionary);
	uint64_t bytes = pq_column_buffered(column);
	uint64_t entry;

	if (!slots->is_index || dictionary == NULL || dictionary->values.n == 0)
		return bytes;
	entry = slots->values.width + dictionary->values.bytes / dictionary->values.n;
	return bytes + (slots->indices.n - slots->value_at) * entry;
}

/* Decodes as much as ahead_bytes holds. */
static FmtStatus
read_ahead(PqColumn *column, uint64_t ahead_bytes, PqError *error)
{
	uint32_t complete = pq_column_complete_rows(column);
	uint64_t bytes = detached_bytes(column);
	uint64_t rows;

	if (complete == 0 || bytes == 0 || bytes >= ahead_bytes)
		return FMT_OK;
	rows = ahead_bytes / (bytes / complete + 1);
	if (rows <= complete)
		return FMT_OK;
	return pq_column_decode_rows(column, rows < MAX_AHEAD ? (uint32_t) rows : MAX_AHEAD,
								 ahead_bytes, error);
}

FmtStatus
pq_column_fill(PqColumn *column, uint32_t *rows, uint64_t bytes_limit, uint64_t ahead_bytes,
			   PqError *error)
{
	PqSlots *slots = &column->slots;
	FmtStatus status = FMT_OK;
	uint32_t complete = pq_column_complete_rows(column);

	if (complete < *rows)
	{
		status = pq_column_decode_rows(column, *rows, bytes_limit > 0 ? bytes_limit : 1, error);
		if (status == FMT_OK && slots->is_index && slots->indices.n > slots->value_at)
			status = pq_column_load_dictionary(column, error);
		if (status == FMT_OK && pq_column_complete_rows(column) == 0)
			status =
				pq_error(error, FMT_CORRUPT, 0, "the column has fewer rows than its row group");
		if (status == FMT_OK)
			status = read_ahead(column, ahead_bytes, error);
		complete = pq_column_complete_rows(column);
		if (complete > 0)
			column->row_bytes = 1 + pq_column_buffered(column) / complete;
	}
	if (status == FMT_OK && slots->is_index && slots->indices.n > slots->value_at)
		status = pq_column_load_dictionary(column, error);
	if (*rows > complete)
		*rows = complete;
	return at_column(column, status, error);
}

void
pq_column_show(PqColumn *column, uint32_t rows, PqVector *vector)
{
	const PqSlots *slots = &column->slots;
	const PqValues *values = slots->is_index ? &slots->indices : &slots->values;
	uint32_t end = pq_slots_find_row(slots, rows);

	column->shown = rows;
	memset(vector, 0, sizeof(*vector));
	vector->nslots = end - slots->at;
	vector->nvalues = pq_slots_count_present(slots, slots->at, end);
	if (slots->def != NULL && vector->nvalues < vector->nslots)
		vector->def = slots->def + slots->at;
	if (slots->rep != NULL)
		vector->rep = slots->rep + slots->at;
	vector->kind = values->kind;
	vector->width = values->width;
	if (values->data != NULL)
		vector->data =
			(const unsigned char *) values->data + (size_t) slots->value_at * values->width;
	if (slots->is_index)
		vector->dictionary = pq_leaf_dictionary_entries(column->dictionary);
}

/* Goes behind rows whose levels are decoded; *pending: values of theirs that are not. */
static void
pass_rows(PqColumn *column, uint32_t rows, uint32_t *pending)
{
	PqSlots *slots = &column->slots;
	uint32_t end = pq_slots_find_row(slots, rows);
	uint32_t values = slots->value_at + pq_slots_count_present(slots, slots->at, end);
	uint32_t decoded = pq_slots_nvalues(slots);

	*pending = values > decoded ? values - decoded : 0;
	slots->value_at = values - *pending;
	slots->npresent -= *pending;
	slots->at = end;
	column->rows_begun -= rows;
	column->rows_out += rows;
}

void
pq_column_advance(PqColumn *column)
{
	uint32_t pending;

	pass_rows(column, column->shown, &pending);
	column->shown = 0;
}

/* Passes over the page without loading it, if all its rows are among those to be skipped. */
static bool
skip_page(PqColumn *column, uint64_t *rows)
{
	const PqPageHeader *header = &pq_leaf_page_info(column->page)->header;
	bool is_flat = column->leaf.node->max_rep == 0;
	uint64_t page_rows = (uint64_t) (is_flat ? header->num_values : header->num_rows);

	if (!is_flat && header->type != PQ_DATA_PAGE_V2)
		return false;
	if (column->slots.n > column->slots.at || page_rows > *rows ||
		!pq_leaf_page_may_pass_over(column->page))
		return false;
	pq_leaf_page_pass_over(column->page);
	*rows -= page_rows;
	column->rows_out += page_rows;
	column->has_slots = true;
	column->is_inside_row = !is_flat;
	return true;
}

static FmtStatus
skip(PqColumn *column, uint64_t rows, PqError *error)
{
	FmtStatus status = FMT_OK;

	while (status == FMT_OK)
	{
		bool open_ended = column->slots.max_rep > 0 && !pq_column_is_at_end(column);
		uint64_t complete = column->rows_begun;
		uint32_t pending;

		if (open_ended && complete > 0)
			complete--;
		if (complete > rows)
			complete = rows;
		pass_rows(column, (uint32_t) complete, &pending);
		rows -= complete;
		if (pending > 0)
			status = pq_leaf_page_skip_values(column->page, pending, error);
		if (status == FMT_OK)
			status = pq_slots_compact(&column->slots, error);
		if (status != FMT_OK || rows == 0)
			return status;
		if (pq_column_is_at_end(column))
			return pq_error(error, FMT_CORRUPT, 0, "the column has fewer rows than its row group");
		/* what is left is the beginning of a row that goes on in the next page */
		while (status == FMT_OK && pq_column_is_pending(column) &&
			   pq_leaf_page_slots_left(column->page) == 0)
			status = pq_column_decode_values(column, UINT64_MAX, error);
		if (status != FMT_OK)
			return status;
		if (pq_leaf_page_slots_left(column->page) == 0)
			status = pq_column_next_page(column, error);
		else if (!skip_page(column, &rows))
			status = pq_column_decode_levels(column, rows < SKIP_STEP ? rows : SKIP_STEP, error);
	}
	return status;
}

FmtStatus
pq_column_skip(PqColumn *column, uint64_t rows, PqError *error)
{
	return at_column(column, skip(column, rows, error), error);
}

FmtStatus
pq_column_finish(PqColumn *column, PqError *error)
{
	FmtStatus status = FMT_OK;

	while (status == FMT_OK && !pq_column_is_at_end(column) &&
		   pq_leaf_page_slots_left(column->page) == 0)
		status = pq_column_next_page(column, error);
	if (status == FMT_OK && column->is_inside_row && !pq_column_is_at_end(column))
		status = pq_column_decode_levels(column, 1, error);
	if (status == FMT_OK && (column->rows_begun > 0 || !pq_column_is_at_end(column)))
		status =
			pq_error(error, FMT_CORRUPT, 0, "the column has more rows than its row group, %llu",
					 (unsigned long long) column->rows_out);
	return at_column(column, status, error);
}

uint64_t
pq_column_row_bytes(const PqColumn *column)
{
	return column->row_bytes;
}

/* Can the dictionary go?  Rows that refer to it become independent of it. */
static bool
leave_dictionary(PqColumn *column)
{
	PqSlots *slots = &column->slots;
	bool was_index = slots->is_index;

	if (was_index && slots->indices.n > 0 &&
		pq_slots_look_up(slots, column->dictionary, NULL) != FMT_OK)
		return false;
	if (slots->has_entries && slots->values.kind == PQ_VALUES_BYTES)
	{
		if (pq_slots_bytes(slots, 0) >= pq_leaf_dictionary_memory(column->dictionary) / 2 ||
			pq_slots_own_bytes(slots, 0, NULL) != FMT_OK)
		{
			slots->is_index = was_index;
			return false;
		}
		slots->page_from = slots->values.n;
	}
	slots->has_entries = false;
	return true;
}

bool
pq_column_give_back(PqColumn *column, bool also_streamed)
{
	PqSlots *slots = &column->slots;
	size_t memory = pq_leaf_page_memory(column->page);
	bool gave = false;

	if (pq_leaf_dictionary_memory(column->dictionary) > 0 && leave_dictionary(column))
	{
		pq_leaf_dictionary_release(column->dictionary);
		gave = true;
	}
	if (memory > 0 && (also_streamed || !pq_leaf_page_is_streamed(column->page)) &&
		pq_slots_bytes(slots, slots->page_from) < memory &&
		pq_column_leave_page(column, NULL) == FMT_OK)
		gave |= pq_leaf_page_release(column->page);
	return gave;
}
