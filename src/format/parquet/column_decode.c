/*
 * column_decode.c: from the pages of a column chunk to slots.
 *
 * in:  page headers (page_walk.c), levels and values of pages (leaf_page.c), the dictionary (dictionary.c)
 * out: slots (slots.c)
 *
 * The number of values in the chunk's metadata decides where it ends.  A row of a repeated
 * leaf is complete when the next one begins, which may be in the next page.  Slices of a page are
 * copied when the page goes before the rows do.
 */
#include <string.h>

#include "format/parquet/column_parts.h"

/* The fewest slots of a repeated leaf that are decoded at a time. */
#define MIN_STEP 64

/* Page headers are read so many bytes at a time. */
#define HEADER_READ 4096

bool
pq_column_is_at_end(const PqColumn *column)
{
	return column->values_left == 0 && pq_leaf_page_slots_left(column->page) == 0;
}

bool
pq_column_is_pending(const PqColumn *column)
{
	return pq_slots_nvalues(&column->slots) < column->slots.npresent;
}

FmtStatus
pq_column_leave_page(PqColumn *column, PqError *error)
{
	FmtStatus status = pq_slots_own_bytes(&column->slots, column->slots.page_from, error);

	if (status == FMT_OK)
		column->slots.page_from = column->slots.values.n;
	return status;
}

FmtStatus
pq_column_next_page(PqColumn *column, PqError *error)
{
	const PqReadOptions *options = &column->setup->options;
	uint32_t read_size = options->read_size < HEADER_READ ? options->read_size : HEADER_READ;
	PqPageInfo info;
	FmtStatus status = pq_column_leave_page(column, error);

	if (status == FMT_OK && column->walk == NULL)
		status = pq_page_walk_open(&column->setup->file, &column->chunk, read_size, &column->walk,
								   error);
	while (status == FMT_OK)
	{
		status =
			options->interrupt != NULL ? options->interrupt(options->interrupt_context) : FMT_OK;
		if (status != FMT_OK)
			return pq_error(error, status, 0, "reading was interrupted");
		status = pq_page_walk_next(column->walk, &info, error);
		if (status != FMT_OK)
			break;
		column->page_number++;
		if (info.header.type != PQ_DICTIONARY_PAGE)
			break;
		status = pq_leaf_dictionary_announce(column->dictionary, &info, error);
	}
	if (status == FMT_END)
		return pq_error(error, FMT_CORRUPT, 0, "the column chunk ends before its last value");
	if (status != FMT_OK)
		return status;
	if ((uint64_t) info.header.num_values > column->values_left)
		return pq_error(error, FMT_CORRUPT, info.offset, "the page has more values than its chunk");
	column->values_left -= (uint64_t) info.header.num_values;
	return pq_leaf_page_announce(column->page, &info, pq_leaf_dictionary_size(column->dictionary),
								 error);
}

FmtStatus
pq_column_load_dictionary(PqColumn *column, PqError *error)
{
	FmtStatus status;

	if (pq_leaf_dictionary_entries(column->dictionary) != NULL)
		return FMT_OK;
	status = pq_leaf_dictionary_load(column->dictionary, error);
	if (status != FMT_OK && error != NULL && error->base.offset == 0)
		error->base.offset = pq_leaf_dictionary_offset(column->dictionary);
	return status;
}

/* Removes the first n of the slots that were just decoded, which belong to a row that was skipped. */
static FmtStatus
remove_slots(PqColumn *column, uint32_t n, PqError *error)
{
	PqSlots *slots = &column->slots;
	uint32_t present = pq_slots_count_present(slots, 0, n);

	slots->npresent -= present;
	slots->n -= n;
	memmove(slots->rep, slots->rep + n, slots->n);
	if (slots->def != NULL)
		memmove(slots->def, slots->def + n, slots->n);
	return pq_leaf_page_skip_values(column->page, present, error);
}

/* Takes the elements of null lists out of the slots from first on; they have no values. */
static void
remove_null_elements(PqColumn *column, uint32_t first)
{
	PqSlots *slots = &column->slots;
	uint32_t kept = first;
	uint32_t i;

	for (i = first; i < slots->n; i++)
	{
		if (slots->def[i] < column->min_def[slots->rep[i]])
			continue;
		slots->rep[kept] = slots->rep[i];
		slots->def[kept] = slots->def[i];
		kept++;
	}
	slots->n = kept;
}

/* What levels of a repeated leaf must obey; counts rows. */
static FmtStatus
check_repetition(PqColumn *column, uint32_t first, PqError *error)
{
	const PqSlots *slots = &column->slots;
	uint32_t begun = 0;
	uint32_t i;

	if (!column->has_slots && slots->rep[first] != 0)
		return pq_error(error, FMT_CORRUPT, 0, "the column chunk begins inside a row");
	if (column->null_has_elements)
		remove_null_elements(column, first);
	for (i = first; i < slots->n; i++)
	{
		begun += slots->rep[i] == 0;
		if (slots->def[i] < column->min_def[slots->rep[i]])
			return pq_error(error, FMT_CORRUPT, 0,
							"definition level %d is impossible at repetition level %d",
							(int) slots->def[i], (int) slots->rep[i]);
	}
	column->rows_begun += begun;
	if (column->is_inside_row && slots->n > first)
	{
		/* rows were skipped, so there are no slots in front of these */
		for (i = first; i < slots->n && slots->rep[i] != 0; i++)
			;
		column->is_inside_row = i == slots->n;
		return remove_slots(column, i, error);
	}
	return FMT_OK;
}

FmtStatus
pq_column_decode_levels(PqColumn *column, uint64_t rows, PqError *error)
{
	PqSlots *slots = &column->slots;
	uint32_t first = slots->n;
	uint64_t n = rows;
	uint32_t npresent;
	FmtStatus status;

	/* a slot begins at most one row; the row behind the last is wanted too; long rows are read in growing steps */
	if (slots->max_rep > 0)
		n = (n < MIN_STEP ? MIN_STEP : n + 1) + (slots->n - slots->at) / 2;
	if (n > pq_leaf_page_slots_left(column->page))
		n = pq_leaf_page_slots_left(column->page);
	status = pq_slots_reserve(slots, (uint32_t) n, error);
	if (status != FMT_OK)
		return status;
	status = pq_leaf_page_levels(column->page, (uint32_t) n,
								 slots->def != NULL ? slots->def + first : NULL,
								 slots->rep != NULL ? slots->rep + first : NULL, &npresent, error);
	if (status != FMT_OK)
		return status;
	slots->n += (uint32_t) n;
	slots->npresent += npresent;
	if (slots->max_rep > 0)
		status = check_repetition(column, first, error);
	else
		column->rows_begun += (uint32_t) n;
	column->has_slots = true;
	return status;
}

uint64_t
pq_column_buffered(const PqColumn *column)
{
	const PqSlots *slots = &column->slots;
	uint64_t values = pq_slots_nvalues(slots) - slots->value_at;

	return values * (slots->is_index ? slots->indices.width : slots->values.width) +
		   (slots->is_index ? 0 : slots->values.bytes) + (slots->n - slots->at);
}

/* Indices of a dictionary page behind values that are none. */
static FmtStatus
decode_entries(PqColumn *column, uint32_t n, PqError *error)
{
	PqSlots *slots = &column->slots;
	FmtStatus status = pq_column_load_dictionary(column, error);

	slots->indices.n = 0;
	if (status == FMT_OK)
		status = pq_slots_reserve_values(slots, &slots->indices, n, error);
	if (status == FMT_OK)
		status = pq_slots_reserve_values(slots, &slots->values, n, error);
	if (status == FMT_OK)
		status = pq_leaf_page_values(column->page, n, &slots->indices, error);
	if (status != FMT_OK)
		return status;
	pq_leaf_dictionary_look_up(column->dictionary, slots->indices.data, slots->indices.n,
							   &slots->values);
	slots->has_entries = true;
	return FMT_OK;
}

FmtStatus
pq_column_decode_values(PqColumn *column, uint64_t limit, PqError *error)
{
	PqSlots *slots = &column->slots;
	uint32_t n = slots->npresent - pq_slots_nvalues(slots);
	uint64_t have = pq_column_buffered(column);
	uint64_t room = limit > have ? limit - have : 1;
	FmtStatus status = FMT_OK;

	if (room / slots->values.width < n)
		n = room < slots->values.width ? 1 : (uint32_t) (room / slots->values.width);
	if (pq_slots_nvalues(slots) == 0)
	{
		slots->is_index = pq_leaf_page_has_indices(column->page);
		slots->indices.n = 0;
	}
	if (pq_leaf_page_has_indices(column->page))
	{
		if (!slots->is_index)
			return decode_entries(column, n, error);
		status = pq_slots_reserve_values(slots, &slots->indices, n, error);
		return status == FMT_OK ? pq_leaf_page_values(column->page, n, &slots->indices, error)
								: status;
	}
	if (slots->is_index)
	{
		status = pq_column_load_dictionary(column, error);
		if (status == FMT_OK)
			status = pq_slots_look_up(slots, column->dictionary, error);
	}
	if (status == FMT_OK)
		status = pq_slots_reserve_values(slots, &slots->values, n, error);
	if (status != FMT_OK)
		return status;
	slots->values.bytes_limit = slots->values.bytes + room;
	return pq_leaf_page_values(column->page, n, &slots->values, error);
}

uint32_t
pq_column_complete_rows(const PqColumn *column)
{
	const PqSlots *slots = &column->slots;
	uint32_t pending;

	if (slots->n == slots->at)
		return 0;
	if (pq_column_is_pending(column))
	{
		pending = pq_slots_find_pending(slots);
		if (slots->max_rep == 0)
			return pending - slots->at;
		return pq_slots_count_rows(slots, slots->at + 1, pending + 1);
	}
	if (slots->max_rep > 0 && !pq_column_is_at_end(column))
		return column->rows_begun - 1;
	return column->rows_begun;
}

FmtStatus
pq_column_decode_rows(PqColumn *column, uint32_t rows, uint64_t limit, PqError *error)
{
	FmtStatus status = pq_slots_compact(&column->slots, error);

	while (status == FMT_OK)
	{
		uint32_t complete;

		if (pq_column_is_pending(column))
		{
			status = pq_column_decode_values(column, limit, error);
			if (status != FMT_OK)
				return status;
		}
		complete = pq_column_complete_rows(column);
		if (complete >= rows || (complete > 0 && pq_column_buffered(column) >= limit))
			return FMT_OK;
		if (pq_column_buffered(column) >= limit)
			limit *= 2; /* not even one row yet */
		if (pq_column_is_pending(column))
			continue;
		if (pq_leaf_page_slots_left(column->page) > 0)
			status = pq_column_decode_levels(column, rows - complete, error);
		else if (!pq_column_is_at_end(column))
			status = pq_column_next_page(column, error);
		else
			return FMT_OK;
	}
	return status;
}
