/*
 * records.c: the grammar of records.h, one byte at a time.
 *
 * in:  a buffer, the dialect and the offset where a record starts
 * out: where that record ends and what kind it is
 *
 * This is the definition that the vectorised splitter and reader are held
 * against and to which they hand every record that is not plainly regular.  A
 * record is walked by a small state machine whose state (CsvRecordScan) can wait for
 * more bytes.  No memory is allocated and the buffer is only read.
 */
#include "format/csv/record_scan.h"

#include <string.h>

typedef enum ScanState
{
	SCAN_RECORD_START = 0,
	SCAN_FIELD_START,
	SCAN_PLAIN,
	SCAN_QUOTED,
	SCAN_CLOSED, /* behind a closing quote and at least one '\r' */
	SCAN_LINE    /* the kind is settled, only the end of the line is missing */
} ScanState;

/* What stopped the walk through a field; scan->pos stands as described. */
typedef enum ScanEvent
{
	SCAN_FIELD_END, /* behind a delimiter */
	SCAN_LINE_END,  /* on the newline, or at the end of the input */
	SCAN_SHORT,     /* bytes ran out; the next call goes on at pos */
	SCAN_IRREGULAR  /* a quote where none may be */
} ScanEvent;

typedef enum DelimiterMatch
{
	DELIMITER_NO,
	DELIMITER_YES,
	DELIMITER_OPEN /* the buffer ends inside what may become a delimiter */
} DelimiterMatch;

typedef struct ScanInput
{
	const CsvDialect *dialect;
	const char *buf;
	size_t len;
	size_t limit; /* longest record, in bytes */
	size_t stop;  /* a record that has not ended before it is too long */
	bool eof;
} ScanInput;

void
csv_record_scan_begin(CsvRecordScan *scan, size_t start)
{
	memset(scan, 0, sizeof(*scan));
	scan->state = SCAN_RECORD_START;
	scan->start = start;
	scan->pos = start;
}

static inline DelimiterMatch
match_delimiter(const ScanInput *input, size_t pos)
{
	const CsvDialect *dialect = input->dialect;
	size_t i;

	for (i = 0; i < dialect->delimiter_len; i++)
	{
		if (pos + i >= input->len)
			return input->eof ? DELIMITER_NO : DELIMITER_OPEN;
		if (input->buf[pos + i] != dialect->delimiter[i])
			return DELIMITER_NO;
	}
	return DELIMITER_YES;
}

static ScanEvent
scan_plain(CsvRecordScan *scan, const ScanInput *input)
{
	const CsvDialect *dialect = input->dialect;
	const char newline = dialect->newline;
	const char quote = dialect->quote != '\0' ? dialect->quote : newline;
	const char delimiter = dialect->delimiter[0];
	size_t pos;

	for (pos = scan->pos; pos < input->stop; pos++)
	{
		const char c = input->buf[pos];
		DelimiterMatch match;

		if (c != newline && c != quote && c != delimiter)
			continue;
		scan->pos = pos;
		if (c == newline)
			return SCAN_LINE_END;
		if (c == quote)
			return SCAN_IRREGULAR;
		match = match_delimiter(input, pos);
		if (match == DELIMITER_OPEN)
			return SCAN_SHORT;
		if (match == DELIMITER_YES)
		{
			scan->pos = pos + dialect->delimiter_len;
			return SCAN_FIELD_END;
		}
	}
	scan->pos = pos;
	return SCAN_SHORT;
}

/* Behind a closing quote and '\r': only more of them and the line end may follow. */
static ScanEvent
scan_closed(CsvRecordScan *scan, const ScanInput *input)
{
	while (scan->pos < input->len && input->buf[scan->pos] == '\r')
		scan->pos++;
	if (scan->pos == input->len)
		return SCAN_SHORT;
	return input->buf[scan->pos] == input->dialect->newline ? SCAN_LINE_END : SCAN_IRREGULAR;
}

/* Decides what the unescaped quote at scan->pos is; *inside: it was doubled. */
static ScanEvent
scan_quote(CsvRecordScan *scan, const ScanInput *input, bool *inside)
{
	const CsvDialect *dialect = input->dialect;
	const size_t after = scan->pos + 1;
	DelimiterMatch match;

	*inside = false;
	if (after == input->len)
	{
		if (!input->eof)
			return SCAN_SHORT;
		scan->pos = after;
		return SCAN_LINE_END;
	}
	if (input->buf[after] == dialect->quote)
	{
		*inside = true;
		scan->pos = after + 1;
		return SCAN_SHORT;
	}
	if (input->buf[after] == dialect->newline)
	{
		scan->pos = after;
		return SCAN_LINE_END;
	}
	if (input->buf[after] == '\r' && dialect->newline == '\n')
	{
		scan->state = SCAN_CLOSED;
		scan->pos = after;
		return scan_closed(scan, input);
	}
	match = match_delimiter(input, after);
	if (match == DELIMITER_OPEN)
		return SCAN_SHORT;
	if (match == DELIMITER_NO)
		return SCAN_IRREGULAR;
	scan->pos = after + dialect->delimiter_len;
	return SCAN_FIELD_END;
}

/* Whether the record has more fields already than one of several lines may have. */
static bool
too_many_fields(const CsvRecordScan *scan, const CsvDialect *dialect)
{
	return scan->multiline && dialect->ncolumns != 0 && scan->nfields + 1 > dialect->ncolumns;
}

static ScanEvent
scan_quoted(CsvRecordScan *scan, const ScanInput *input)
{
	const CsvDialect *dialect = input->dialect;

	while (scan->pos < input->stop)
	{
		const char c = input->buf[scan->pos];

		if (c == dialect->quote)
		{
			bool inside;
			const ScanEvent event = scan_quote(scan, input, &inside);

			if (!inside)
				return event;
		}
		else if (c == dialect->escape)
		{
			if (scan->pos + 1 == input->len)
				return SCAN_SHORT;
			scan->pos += input->buf[scan->pos + 1] == dialect->quote ||
								 input->buf[scan->pos + 1] == dialect->escape
							 ? 2
							 : 1;
		}
		else
		{
			if (c == dialect->newline)
			{
				if (!scan->multiline)
					scan->first_newline = scan->pos;
				scan->multiline = true;
				scan->inner_lines++;
				if (too_many_fields(scan, dialect))
					return SCAN_IRREGULAR;
			}
			scan->pos++;
		}
	}
	return SCAN_SHORT;
}

/* Walks one field from where the scan stands. */
static ScanEvent
scan_field(CsvRecordScan *scan, const ScanInput *input)
{
	if (scan->state == SCAN_FIELD_START)
	{
		const char quote = input->dialect->quote;

		if (scan->pos >= input->stop)
			return SCAN_SHORT;
		if (quote != '\0' && input->buf[scan->pos] == quote)
		{
			scan->state = SCAN_QUOTED;
			scan->pos++;
		}
		else
			scan->state = SCAN_PLAIN;
	}
	if (scan->state == SCAN_PLAIN)
		return scan_plain(scan, input);
	if (scan->state == SCAN_QUOTED)
		return scan_quoted(scan, input);
	return scan_closed(scan, input);
}

/* Fills record; end is the newline that ends it, or the end of the input. */
static FmtStatus
finish(const CsvRecordScan *scan, const ScanInput *input, CsvRecordKind kind, size_t end,
	   size_t lines, CsvRecord *record)
{
	record->kind = kind;
	record->start = scan->start;
	record->end = csv_line_content_end(input->dialect, input->buf, scan->start, end);
	record->next = end < input->len ? end + 1 : input->len;
	record->lines = lines;
	return FMT_OK;
}

/* Goes to the end of the physical line of a record whose kind is settled. */
static FmtStatus
scan_line(CsvRecordScan *scan, const ScanInput *input, CsvRecord *record)
{
	const char *newline = NULL;
	size_t end = input->len;

	if (scan->pos < input->len)
		newline = memchr(input->buf + scan->pos, input->dialect->newline, input->len - scan->pos);
	if (newline != NULL)
		end = (size_t) (newline - input->buf);
	scan->pos = end;

	if (end - scan->start > input->limit)
		scan->kind = CSV_RECORD_TOO_LONG;
	if (newline != NULL || input->eof)
		return finish(scan, input, (CsvRecordKind) scan->kind, end, 1, record);
	if (scan->kind != CSV_RECORD_TOO_LONG)
		return FMT_NEED_INPUT;
	record->kind = CSV_RECORD_TOO_LONG;
	record->start = scan->start;
	record->end = input->len;
	record->next = input->len;
	record->lines = 0;
	return FMT_OK;
}

/* The record is its first physical line only. */
static FmtStatus
reduce_to_line(CsvRecordScan *scan, const ScanInput *input, CsvRecordKind kind, CsvRecord *record)
{
	scan->state = SCAN_LINE;
	scan->kind = (uint8_t) kind;
	if (scan->multiline)
		scan->pos = scan->first_newline;
	return scan_line(scan, input, record);
}

/* The record seems to end at scan->pos. */
static FmtStatus
end_record(CsvRecordScan *scan, const ScanInput *input, CsvRecord *record)
{
	const CsvDialect *dialect = input->dialect;
	const size_t end = scan->pos;

	if (end - scan->start > input->limit ||
		(scan->multiline && !csv_multiline_fits(dialect, scan->nfields + 1)))
		return reduce_to_line(scan, input, CSV_RECORD_BAD_QUOTES, record);

	finish(scan, input, CSV_RECORD_DATA, end, scan->inner_lines + 1, record);
	if (scan->nfields == 0 && dialect->ncolumns != 1 &&
		csv_is_blank(input->buf + record->start, record->end - record->start))
		record->kind = CSV_RECORD_BLANK;
	return FMT_OK;
}

/* Bytes ran out at scan->pos, or the limit is reached. */
static FmtStatus
end_of_bytes(CsvRecordScan *scan, const ScanInput *input, CsvRecord *record)
{
	if (input->len - scan->start > input->limit)
		return reduce_to_line(scan, input, CSV_RECORD_BAD_QUOTES, record);
	if (!input->eof)
		return FMT_NEED_INPUT;
	if (scan->state == SCAN_QUOTED)
		return reduce_to_line(scan, input, CSV_RECORD_BAD_QUOTES, record);
	scan->pos = input->len;
	return end_record(scan, input, record);
}

FmtStatus
csv_record_scan_run(CsvRecordScan *scan, const CsvDialect *dialect, const char *buf, size_t len,
					bool eof, CsvRecord *record)
{
	ScanInput input;

	input.dialect = dialect;
	input.buf = buf;
	input.len = len;
	input.limit = csv_record_limit(dialect);
	input.stop = len - scan->start > input.limit ? scan->start + input.limit + 1 : len;
	input.eof = eof;

	if (scan->state == SCAN_LINE)
		return scan_line(scan, &input, record);
	if (scan->state == SCAN_RECORD_START)
	{
		if (dialect->comment != '\0' && buf[scan->start] == dialect->comment)
			return reduce_to_line(scan, &input, CSV_RECORD_COMMENT, record);
		scan->state = SCAN_FIELD_START;
	}
	for (;;)
	{
		switch (scan_field(scan, &input))
		{
			case SCAN_FIELD_END:
				scan->nfields++;
				scan->state = SCAN_FIELD_START;
				if (too_many_fields(scan, dialect))
					return reduce_to_line(scan, &input, CSV_RECORD_BAD_QUOTES, record);
				break;
			case SCAN_LINE_END:
				return end_record(scan, &input, record);
			case SCAN_SHORT:
				return end_of_bytes(scan, &input, record);
			case SCAN_IRREGULAR:
				return reduce_to_line(scan, &input, CSV_RECORD_BAD_QUOTES, record);
		}
	}
}

FmtStatus
csv_record_next(const CsvDialect *dialect, const char *buf, size_t len, size_t pos, bool eof,
				CsvRecord *record)
{
	CsvRecordScan scan;

	if (pos >= len)
		return eof ? FMT_END : FMT_NEED_INPUT;
	csv_record_scan_begin(&scan, pos);
	return csv_record_scan_run(&scan, dialect, buf, len, eof, record);
}
