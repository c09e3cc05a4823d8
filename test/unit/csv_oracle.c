/*
 * csv_oracle.c: a second, slow definition of the CSV grammar.
 *
 * Written from the comment in format/csv/records.h, in another style than
 * records.c: the whole input is there, a record is parsed by looking at
 * strings, and fields are copied out.
 */
#include "csv_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct OracleRecord
{
	CsvRecord record;
	size_t nfields;
	CsvField *fields; /* data points into the buffer or into text */
	char *text;
	size_t text_len;
} OracleRecord;

static void *
counting_alloc(void *context, size_t size)
{
	if (context != NULL)
		(*(long *) context)++;
	return malloc(size);
}

static void
counting_free(void *context, void *pointer)
{
	if (context != NULL)
		(*(long *) context)--;
	free(pointer);
}

FmtAllocator
oracle_allocator(long *live)
{
	FmtAllocator allocator;

	allocator.alloc = counting_alloc;
	allocator.free = counting_free;
	allocator.context = live;
	return allocator;
}

/* How long the line end at p is: 0 when there is none; the end of the input is *is_end. */
static bool
at_line_end(const CsvDialect *d, const char *p, const char *end, const char **newline)
{
	while (d->newline == '\n' && p < end && *p == '\r')
		p++;
	*newline = p;
	return p == end || *p == d->newline;
}

static bool
at_delimiter(const CsvDialect *d, const char *p, const char *end)
{
	return (size_t) (end - p) >= d->delimiter_len && memcmp(p, d->delimiter, d->delimiter_len) == 0;
}

/* The field at p; returns what follows it, or NULL when it breaks the rules. */
static const char *
parse_field(const CsvDialect *d, const char *p, const char *end, OracleRecord *out)
{
	CsvField *field = &out->fields[out->nfields++];
	const char *newline;

	field->quoted = d->quote != '\0' && p < end && *p == d->quote;
	if (!field->quoted)
	{
		field->data = p;
		while (!at_line_end(d, p, end, &newline) && !at_delimiter(d, p, end))
		{
			if (d->quote != '\0' && *p == d->quote)
				return NULL;
			p++;
		}
		field->len = (uint32_t) (p - field->data);
		return p;
	}
	field->data = out->text + out->text_len;
	for (p++; p < end; p++)
	{
		const bool pair = p + 1 < end && ((*p == d->quote && p[1] == d->quote) ||
										  (*p == d->escape && p[1] == d->quote) ||
										  (*p == d->escape && p[1] == d->escape));

		if (pair)
			p++;
		else if (*p == d->quote)
			break;
		out->text[out->text_len++] = *p;
	}
	if (p == end)
		return NULL;
	field->len = (uint32_t) (out->text + out->text_len - field->data);
	p++;
	return at_line_end(d, p, end, &newline) || at_delimiter(d, p, end) ? p : NULL;
}

/* All fields of the record at p; returns its newline (or end), or NULL. */
static const char *
parse_record(const CsvDialect *d, const char *p, const char *end, OracleRecord *out)
{
	const char *newline;

	out->nfields = 0;
	out->text_len = 0;
	for (;;)
	{
		p = parse_field(d, p, end, out);
		if (p == NULL)
			return NULL;
		if (at_line_end(d, p, end, &newline))
			return newline;
		p += d->delimiter_len;
	}
}

static size_t
count_byte(const char *p, const char *end, char byte)
{
	size_t n = 0;

	for (; p < end; p++)
		n += *p == byte;
	return n;
}

/* The record at pos, the whole input being there. */
static void
oracle_next(const CsvDialect *d, const char *buf, size_t len, size_t pos, OracleRecord *out)
{
	const char *start = buf + pos;
	const char *end = buf + len;
	const char *line = memchr(start, d->newline, len - pos);
	const char *stop;
	size_t lines = 1;

	if (line == NULL)
		line = end;
	stop = line;
	out->nfields = 0;
	if ((size_t) (line - start) > d->max_record)
		out->record.kind = CSV_RECORD_TOO_LONG;
	else if (d->comment != '\0' && *start == d->comment)
		out->record.kind = CSV_RECORD_COMMENT;
	else
	{
		out->record.kind = CSV_RECORD_DATA;
		stop = parse_record(d, start, end, out);
		if (stop != NULL)
			lines = count_byte(start, stop, d->newline) + 1;
		if (stop == NULL || (size_t) (stop - start) > d->max_record ||
			(lines > 1 && d->ncolumns != 0 && out->nfields != d->ncolumns &&
			 !(d->null_padding && out->nfields < d->ncolumns)))
		{
			out->record.kind = CSV_RECORD_BAD_QUOTES;
			stop = line;
			lines = 1;
		}
	}
	out->record.start = pos;
	out->record.next = stop < end ? (size_t) (stop - buf) + 1 : len;
	out->record.lines = lines;
	while (d->newline == '\n' && stop > start && stop[-1] == '\r')
		stop--;
	out->record.end = (size_t) (stop - buf);
	if (out->record.kind == CSV_RECORD_DATA && d->ncolumns != 1 && out->nfields == 1 &&
		count_byte(start, stop, ' ') + count_byte(start, stop, '\t') == (size_t) (stop - start))
		out->record.kind = CSV_RECORD_BLANK;
	if (out->record.kind != CSV_RECORD_DATA)
		out->nfields = 0;
}

static const char *
difference(const char *what, const char *engine, size_t offset)
{
	static char message[120];

	snprintf(message, sizeof(message), "%s (%s) at byte %lu", what, engine, (unsigned long) offset);
	return message;
}

static bool
same_record(const CsvRecord *a, const CsvRecord *b)
{
	return a->kind == b->kind && a->start == b->start && a->end == b->end && a->next == b->next &&
		   a->lines == b->lines;
}

static const char *
check_row(const CsvRow *row, const char *buf, const OracleRecord *expected)
{
	size_t i;

	for (i = 0; row->ascii && i < row->raw_len; i++)
	{
		if (row->raw[i] == 0 || (row->raw[i] & 0x80) != 0)
			return "ascii";
	}
	if (row->kind != expected->record.kind)
		return "kind";
	if (row->raw != buf + expected->record.start ||
		row->raw_len != expected->record.end - expected->record.start)
		return "raw";
	if (row->nfields != expected->nfields)
		return "number of fields";
	for (i = 0; i < expected->nfields; i++)
	{
		const CsvField *a = &row->fields[i];
		const CsvField *b = &expected->fields[i];

		if (a->len != b->len || a->quoted != b->quoted || memcmp(a->data, b->data, a->len) != 0)
			return "field";
	}
	return NULL;
}

/* csv_record_next() and the reader of each engine against the oracle. */
static const char *
check_rows(const CsvDialect *d, const char *buf, size_t len, const char *engine,
		   OracleRecord *expected)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvReader *reader = csv_reader_create(&allocator);
	const char *failure = NULL;
	size_t pos = 0;
	CsvRow row;

	csv_reader_begin(reader, d, buf, len);
	while (pos < len && failure == NULL)
	{
		CsvRecord record;

		oracle_next(d, buf, len, pos, expected);
		if (csv_record_next(d, buf, len, pos, true, &record) != FMT_OK ||
			!same_record(&record, &expected->record))
			failure = "csv_record_next";
		else if (csv_reader_next(reader, &row) != FMT_OK)
			failure = "status of the reader";
		else
			failure = check_row(&row, buf, expected);
		if (failure != NULL)
			failure = difference(failure, engine, pos);
		if (pos % 3 == 0)
			csv_reader_release(reader);
		pos = expected->record.next;
	}
	if (failure == NULL && csv_reader_next(reader, &row) != FMT_END)
		failure = difference("no end", engine, len);
	csv_reader_destroy(reader);
	return failure;
}

/* The splitter of the engine in use, piece by piece, against csv_record_next(). */
static const char *
check_splitter(const CsvDialect *d, const char *buf, size_t len, size_t max_piece,
			   const char *engine, CsvRandom *random)
{
	CsvSplitter splitter;
	size_t seen = 0;
	size_t pos = 0;
	uint64_t records = 0;
	uint64_t lines = 0;

	csv_splitter_init(&splitter, d);
	while (seen < len)
	{
		bool too_long = false;
		CsvRecord record;
		bool eof;
		char *piece; /* of exactly the right size, for AddressSanitizer */

		seen += 1 + csv_random(random, (uint32_t) max_piece);
		if (seen > len)
			seen = len;
		eof = seen == len && csv_random(random, 2) == 0;
		piece = malloc(seen);
		memcpy(piece, buf, seen);
		csv_splitter_feed(&splitter, piece, seen, eof);
		while (!too_long && csv_record_next(d, piece, seen, pos, eof, &record) == FMT_OK)
		{
			too_long = record.lines == 0;
			if (too_long)
				break;
			pos = record.next;
			records++;
			lines += record.lines;
		}
		free(piece);
		if (splitter.complete != pos || splitter.records != records || splitter.lines != lines ||
			splitter.too_long != too_long)
			return difference("splitter", engine, seen);
	}
	/* Once more with the end of the input, which leaves nothing open. */
	csv_splitter_feed(&splitter, buf, len, true);
	if (splitter.complete != len || splitter.too_long)
		return difference("splitter's end", engine, len);
	return NULL;
}

/* The records that the splitter counted, in the oracle's count. */
static const char *
check_whole(const CsvDialect *d, const char *buf, size_t len, const char *engine,
			OracleRecord *expected)
{
	uint64_t records = 0;
	uint64_t lines = 0;
	size_t pos = 0;
	CsvSplitter splitter;

	csv_splitter_init(&splitter, d);
	csv_splitter_feed(&splitter, buf, len, true);
	while (pos < len)
	{
		oracle_next(d, buf, len, pos, expected);
		records++;
		lines += expected->record.lines;
		pos = expected->record.next;
	}
	if (splitter.records != records || splitter.lines != lines || splitter.complete != len)
		return difference("splitter in one piece", engine, 0);
	return NULL;
}

const char *
oracle_check(const CsvDialect *dialect, const char *buf, size_t len, size_t max_piece,
			 CsvRandom *random)
{
	const char *const *engine;
	const char *failure = NULL;
	OracleRecord *expected = malloc(sizeof(*expected));

	expected->text = malloc(len + 1);
	expected->fields = malloc(sizeof(CsvField) * (len + 1));
	for (engine = csv_scan_engines(); *engine != NULL && failure == NULL; engine++)
	{
		csv_scan_use_engine(*engine);
		failure = check_rows(dialect, buf, len, *engine, expected);
		if (failure == NULL)
			failure = check_splitter(dialect, buf, len, max_piece, *engine, random);
		if (failure == NULL)
			failure = check_whole(dialect, buf, len, *engine, expected);
	}
	csv_scan_use_engine(NULL);
	free(expected->text);
	free(expected->fields);
	free(expected);
	return failure;
}
