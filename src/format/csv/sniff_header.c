/*
 * sniff_header.c: is there a header, and where?
 *
 * in:  the rows of the dialect that won
 * out: lines to skip, rows of the header
 */
#include "format/csv/sniff_looks.h"
#include "format/csv/sniff_trial.h"

#include <string.h>

#define PADDED_MAX 20 /* lines of titles that are filled up with empty fields */

/* The state of the walk over the rows. */
typedef struct HeaderSearch
{
	const SniffTrial *trial;
	uint32_t first; /* row that may be the header */
	ColumnLook *looks;
	uint32_t nlooks;
} HeaderSearch;

/* Titles that were filled up with delimiters: hardly a field is not empty, unlike in the body. */
static uint32_t
skip_padded(const SniffTrial *trial)
{
	double filled = 0;
	uint32_t rows = 0;
	uint32_t i;

	for (i = trial->body; i < trial->nrows; i++)
	{
		if (trial->rows[i].nfields != trial->width)
			continue;
		filled += trial->width - trial->rows[i].nempty;
		rows++;
	}
	i = trial->body;
	if (trial->width < 2 || (trial->width == 2 && filled < 1.4 * rows))
		return i;
	while (i + 1 < trial->nrows && i < trial->body + PADDED_MAX)
	{
		const SniffRow *const row = &trial->rows[i];

		if (row->nfields == trial->width && trial->width - row->nempty > 1 &&
			(trial->width - row->nempty) * 3 > filled / rows)
			break;
		i++;
	}
	return i < trial->body + PADDED_MAX && i + 1 < trial->nrows ? i : trial->body;
}

/* A file that repeats its header does not show that it has none. */
static bool
repeats_header(const HeaderSearch *search, const CsvRow *row)
{
	uint32_t i;

	if (row->nfields != search->nlooks || row->nfields < 2)
		return false;
	for (i = 0; i < row->nfields; i++)
	{
		const CsvField *const first = &search->looks[i].first;

		if (sniff_family(search->looks[i].first_kind) != FAMILY_TEXT ||
			first->len != row->fields[i].len ||
			memcmp(first->data, row->fields[i].data, first->len) != 0)
			return false;
	}
	return true;
}

/* Reads the sample again and looks at the columns below the row. */
static FmtStatus
look_at_columns(HeaderSearch *search, CsvReader *reader)
{
	const SniffTrial *const trial = search->trial;
	uint32_t index = 0;
	FmtStatus status = FMT_OK;
	CsvRow row;
	uint32_t i;

	memset(search->looks, 0, trial->width * sizeof(ColumnLook));
	csv_reader_begin(reader, &trial->dialect, trial->sample, trial->len);
	while (index < trial->nrows && (status = csv_reader_next(reader, &row)) == FMT_OK)
	{
		if (row.kind == CSV_RECORD_BLANK || row.kind == CSV_RECORD_COMMENT)
			continue;
		if (index == search->first && row.nfields > 0)
		{
			search->nlooks = row.nfields < trial->width ? row.nfields : trial->width;
			for (i = 0; i < search->nlooks; i++)
			{
				search->looks[i].first = row.fields[i];
				search->looks[i].first_kind = csv_cell_kind(row.fields[i].data, row.fields[i].len);
			}
		}
		if (index > search->first && row.nfields == trial->width && !repeats_header(search, &row))
		{
			for (i = 0; i < trial->width; i++)
				sniff_look_at(&search->looks[i], &row.fields[i]);
		}
		index++;
	}
	return status == FMT_NO_MEMORY ? status : FMT_OK;
}

static void
count_field(const char *data, size_t len, void *arg)
{
	++*(uint32_t *) arg;
}

/* Does libcsv, with which a load reads a header, find as many fields as records have? */
static bool
is_readable_header(const SniffTrial *trial, const char *line, size_t len)
{
	uint32_t nfields = 0;

	return csv_split_lenient(&trial->dialect, line, len, count_field, &nfields) == FMT_OK &&
		   nfields == trial->width;
}

/* A line as a row, in which quotes mean nothing. */
static FmtStatus
look_without_quotes(const SniffTrial *trial, CsvReader *reader, const char *line, size_t len,
					SniffRow *out)
{
	CsvDialect plain = trial->dialect;
	FmtStatus status;
	CsvRow row;
	uint32_t i;

	plain.quote = plain.escape = '\0';
	csv_reader_begin(reader, &plain, line, len);
	status = csv_reader_next(reader, &row);
	out->nfields = status == FMT_OK ? row.nfields : 0;
	for (i = 0; i < out->nfields; i++)
	{
		const CsvCellKind kind = csv_cell_kind(row.fields[i].data, row.fields[i].len);

		out->nempty += kind == CSV_CELL_EMPTY;
		out->ntyped += sniff_family(kind) != FAMILY_TEXT;
	}
	return status == FMT_NO_MEMORY ? status : FMT_OK;
}

/* Is the record above the body a header with too few or too many fields, or stray quotes? */
static FmtStatus
find_damaged_header(const SniffTrial *trial, CsvReader *reader, uint32_t index,
					CsvSniffResult *result)
{
	SniffRow row = trial->rows[index];
	const char *const line = trial->sample + row.start;
	const char *const end = memchr(line, trial->dialect.newline, trial->len - row.start);
	FmtStatus status = FMT_OK;
	bool is_readable = false;

	if (row.nfields == 0 && end != NULL)
	{
		is_readable = is_readable_header(trial, line, (size_t) (end - line));
		status = look_without_quotes(trial, reader, line, (size_t) (end - line), &row);
	}
	if (status == FMT_OK && trial->width > 1 && row.nfields > 1 && row.ntyped == 0 &&
		row.nfields * 2 >= trial->width && row.nfields <= trial->width * 2 &&
		row.nempty * 2 < row.nfields)
	{
		result->header_rows = 1;
		result->header_is_whole = is_readable;
		result->header_confidence = 0.7;
	}
	return status;
}

/* Further rows of the header: text in all columns of numbers and dates. */
static uint32_t
count_header_rows(const SniffTrial *trial, uint32_t first)
{
	uint32_t n = 1;
	double typed = 0;
	uint32_t rows = 0;
	uint32_t i;

	for (i = first + SNIFF_HEADER_ROWS; i < trial->nrows; i++)
	{
		if (trial->rows[i].nfields != trial->width)
			continue;
		typed += trial->rows[i].ntyped;
		rows++;
	}
	if (rows < 2 || typed / rows < 1.5)
		return 1;
	while (n < SNIFF_HEADER_ROWS && trial->rows[first + n].nfields == trial->width &&
		   trial->rows[first + n].ntyped == 0 && trial->rows[first + n].nempty * 2 <= trial->width)
		n++;
	return n;
}

static void
set_place(const CsvSniffRequest *request, const SniffTrial *trial, uint32_t row,
		  CsvSniffResult *result)
{
	result->skip = request->has_skip ? request->skip : 0;
	if (row > 0 && !request->has_skip)
		result->skip += trial->rows[row].line + (result->sep_line ? 1 : 0);
}

FmtStatus
csv_sniff_header(const CsvSniffRequest *request, const SniffTrial *trial, CsvReader *reader,
				 const FmtAllocator *allocator, CsvSniffResult *result)
{
	HeaderSearch search = {trial, 0, NULL, 0};
	FmtStatus status;
	bool header;

	search.first = request->has_skip ? 0 : skip_padded(trial);
	search.looks = allocator->alloc(allocator->context, trial->width * sizeof(ColumnLook));
	if (search.looks == NULL)
		return FMT_NO_MEMORY;
	status = look_at_columns(&search, reader);
	if (status != FMT_OK)
	{
		allocator->free(allocator->context, search.looks);
		return status;
	}
	header = sniff_is_header(search.looks, search.nlooks, trial->nrows, &result->header_confidence);
	if (request->has_header)
	{
		header = request->header;
		result->header_confidence = 1;
	}
	result->header_is_whole = trial->rows[search.first].nfields == trial->width;
	result->header_rows = header ? 1 : 0;
	if (header && !request->has_header)
		result->header_rows = count_header_rows(trial, search.first);
	else if (!header && !request->has_header && search.first == trial->body + 1)
	{
		/* one line with hardly a name, right above the data */
		search.first--;
		result->header_rows = 1;
		result->header_confidence = 0.7;
	}
	else if (!header && !request->has_header && search.first > 0)
	{
		status = find_damaged_header(trial, reader, search.first - 1, result);
		search.first -= result->header_rows;
	}
	result->last_is_empty = !search.looks[trial->width - 1].has_bytes;
	set_place(request, trial, search.first, result);
	allocator->free(allocator->context, search.looks);
	return status;
}
