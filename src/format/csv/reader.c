/*
 * reader.c: records and fields of a chunk, by structural index.
 *
 * in:  whole records
 * out: rows of fields
 *
 * A scan engine indexes a window of the chunk that fits the L1 cache together with its
 * index: the offsets of all delimiters and newlines outside quotes.
 * Rows are built from those.  A record that is not regular, not whole within
 * the window, or of a dialect that takes more than masks, goes through
 * csv_record_next() and csv_fields_split(); the index starts anew behind it,
 * with a small window, so that little is thrown away where such records are frequent.
 *
 * The reader owns the index, the array of fields and the scratch memory behind
 * unescaped fields; the chunk stays the caller's.
 */
#include "format/csv/fields.h"
#include "format/csv/reader.h"
#include "format/csv/record_scan.h"
#include "format/csv/scan.h"

#include <string.h>

#define FIRST_WINDOW 512   /* bytes */
#define WINDOW_MAX   16384 /* bytes */

struct CsvReader
{
	FmtAllocator allocator;
	CsvDialect dialect;
	CsvScanSet set;
	size_t max_record;
	const CsvScanEngine *engine;
	bool indexable; /* masks can find the dialect's fields */
	const char *buf;
	size_t len;
	size_t pos; /* start of the next record */

	/* The index covers whole records; offsets in it are relative to window. */
	const char *window;
	size_t next_window; /* bytes to index next */
	CsvScanIndex index;
	uint32_t end; /* entry of index.ends: the first end of the next record */
	uint32_t mark;

	CsvFields fields;
};

CsvReader *
csv_reader_create(const FmtAllocator *allocator)
{
	CsvReader *const reader = allocator->alloc(allocator->context, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	memset(reader, 0, sizeof(*reader));
	reader->allocator = *allocator;
	csv_fields_init(&reader->fields, &reader->allocator);
	reader->index.ends =
		allocator->alloc(allocator->context, sizeof(uint32_t) * (WINDOW_MAX + CSV_SCAN_BLOCK));
	reader->index.marks = allocator->alloc(allocator->context, sizeof(uint32_t) * WINDOW_MAX);
	if (reader->index.ends == NULL || reader->index.marks == NULL ||
		csv_fields_reserve(&reader->fields, WINDOW_MAX) != FMT_OK)
	{
		csv_reader_destroy(reader);
		return NULL;
	}
	return reader;
}

void
csv_reader_destroy(CsvReader *reader)
{
	const FmtAllocator allocator = reader->allocator;

	csv_fields_destroy(&reader->fields);
	if (reader->index.ends != NULL)
		allocator.free(allocator.context, reader->index.ends);
	if (reader->index.marks != NULL)
		allocator.free(allocator.context, reader->index.marks);
	allocator.free(allocator.context, reader);
}

void
csv_reader_release(CsvReader *reader)
{
	csv_fields_release(&reader->fields);
}

/* As if nothing were indexed; the next window is a small one. */
static void
drop_index(CsvReader *reader)
{
	reader->index.nends = 0;
	reader->index.nmarks = 0;
	reader->index.stopped = false;
	reader->end = 0;
	reader->mark = 0;
	reader->next_window = FIRST_WINDOW;
}

/* One delimiter byte, and no byte with two meanings: slices then stay inside the record. */
static bool
is_indexable(const CsvDialect *dialect)
{
	const char delimiter = dialect->delimiter[0];

	return dialect->delimiter_len == 1 && delimiter != dialect->newline && delimiter != '\r' &&
		   (dialect->quote == '\0' ||
			(delimiter != dialect->quote && dialect->newline != dialect->quote &&
			 dialect->quote != '\r'));
}

void
csv_reader_begin(CsvReader *reader, const CsvDialect *dialect, const char *buf, size_t len)
{
	reader->dialect = *dialect;
	csv_scan_set_init(&reader->set, &reader->dialect);
	reader->max_record = csv_record_limit(dialect);
	reader->engine = csv_scan_engine();
	reader->indexable = is_indexable(dialect);
	reader->buf = buf;
	reader->len = len;
	reader->pos = 0;
	drop_index(reader);
}

/* Indexes the window that starts at the next record, large enough for it if possible. */
static void
index_window(CsvReader *reader)
{
	const size_t left = reader->len - reader->pos;
	size_t size;

	reader->window = reader->buf + reader->pos;
	reader->end = 0;
	reader->mark = 0;
	do
	{
		size = reader->next_window;
		reader->engine->index(&reader->set, reader->window, left < size ? left : size,
							  &reader->index);
		if (size < WINDOW_MAX)
			reader->next_window = size * 2;
	} while (reader->index.nends == 0 && !reader->index.stopped && size < left &&
			 size < WINDOW_MAX);
}

/*
 * Takes the quotes off the fields of an indexed row.  has_escapes: some of them
 * may be escaped.
 */
static FmtStatus
unquote_fields(CsvReader *reader, bool has_escapes)
{
	const char quote = reader->dialect.quote;
	uint32_t i;

	for (i = 0; i < reader->fields.count; i++)
	{
		CsvField *const field = &reader->fields.items[i];

		if (field->len == 0 || *field->data != quote)
			continue;
		field->quoted = true;
		field->data++;
		field->len -= 2;
		if (has_escapes && csv_field_unescape(&reader->fields, &reader->dialect, field) != FMT_OK)
			return FMT_NO_MEMORY;
	}
	return FMT_OK;
}

/*
 * Skips the marks in front of row_end (offset in the window); says whether there were
 * any, and whether one of them is a newline.
 */
static bool
take_marks(CsvReader *reader, uint32_t row_end, bool *multiline)
{
	const CsvScanIndex *const index = &reader->index;
	const uint32_t first = reader->mark;

	*multiline = false;
	while (reader->mark < index->nmarks && index->marks[reader->mark] < row_end)
	{
		if (reader->window[index->marks[reader->mark]] == reader->dialect.newline)
			*multiline = true;
		reader->mark++;
	}
	return reader->mark != first;
}

/* Slices the next indexed record at its ends; says whether a field starts with the quote. */
static inline bool
slice_fields(CsvReader *reader, const char **newline)
{
	const char *const window = reader->window;
	const uint32_t *end = reader->index.ends + reader->end;
	CsvField *field = reader->fields.items;
	const char *from = reader->buf + reader->pos;
	const char quote = reader->dialect.quote;
	bool quoted = false;
	const char *to;

	do
	{
		to = window + *end++;
		field->data = from;
		field->len = (uint32_t) (to - from);
		field->quoted = false;
		quoted |= *from == quote;
		field++;
		from = to + 1;
	} while (*to != reader->set.newline);
	*newline = to;
	reader->end = (uint32_t) (end - reader->index.ends);
	reader->fields.count = (uint32_t) (field - reader->fields.items);
	return quoted && reader->set.quote_mask != 0;
}

/*
 * The next record from the index.  False: it takes csv_record_next() after all,
 * and the index no longer fits.
 */
static bool
indexed_row(CsvReader *reader, CsvRow *row, FmtStatus *status)
{
	const CsvDialect *const dialect = &reader->dialect;
	const char *const start = reader->buf + reader->pos;
	CsvFields *const fields = &reader->fields;
	bool multiline = false;
	bool has_marks = false;
	const char *newline;
	const bool quoted = slice_fields(reader, &newline);
	CsvField *const last = &fields->items[fields->count - 1];

	if (reader->mark < reader->index.nmarks)
		has_marks = take_marks(reader, (uint32_t) (newline - reader->window), &multiline);
	if ((size_t) (newline - start) > reader->max_record ||
		(multiline && !csv_multiline_fits(dialect, fields->count)))
		return false;

	row->kind = CSV_RECORD_DATA;
	row->ascii = reader->index.ascii;
	row->raw = start;
	row->raw_len = csv_line_content_end(dialect, start, 0, (size_t) (newline - start));
	last->len -= (uint32_t) ((size_t) (newline - start) - row->raw_len);
	*status = quoted ? unquote_fields(reader, has_marks) : FMT_OK;
	if (fields->count == 1 && dialect->ncolumns != 1 && csv_is_blank(row->raw, row->raw_len))
	{
		row->kind = CSV_RECORD_BLANK;
		fields->count = 0;
	}
	reader->pos = (size_t) (newline + 1 - reader->buf);
	return true;
}

/* The next record by the scalar definition of the grammar. */
static FmtStatus
scalar_row(CsvReader *reader, CsvRow *row)
{
	FmtStatus status = FMT_OK;
	CsvRecord record;

	drop_index(reader);
	csv_record_next(&reader->dialect, reader->buf, reader->len, reader->pos, true, &record);
	row->kind = record.kind;
	row->ascii = false;
	row->raw = reader->buf + record.start;
	row->raw_len = record.end - record.start;
	reader->fields.count = 0;
	if (record.kind == CSV_RECORD_DATA)
		status = csv_fields_split(&reader->fields, &reader->dialect, row->raw, row->raw_len);
	reader->pos = record.next;
	return status;
}

FmtStatus
csv_reader_next(CsvReader *reader, CsvRow *row)
{
	FmtStatus status;

	if (reader->pos >= reader->len)
		return FMT_END;
	if (reader->end == reader->index.nends && reader->indexable && !reader->index.stopped)
		index_window(reader);
	if (reader->end == reader->index.nends || !indexed_row(reader, row, &status))
		status = scalar_row(reader, row);
	row->nfields = reader->fields.count;
	row->fields = reader->fields.items;
	return status;
}
