/*
 * records.h: where records begin and end.
 *
 * The grammar (checked quotes, one physical line of damage):
 *   - A physical line ends with dialect->newline or at the end of the input.
 *     With newline '\n', all '\r' directly before that end belong to the line
 *     end; other '\r' are data.
 *   - A field that starts with the quote is quoted: it runs to the closing
 *     quote; a doubled quote, or escape followed by quote or escape, is
 *     data, any other escape is itself data; line ends and delimiters inside
 *     are data.  The closing quote must be followed by a delimiter, a line end
 *     or the end of the input.
 *   - Any other field is plain and must not contain the quote.
 *   - A record that breaks these rules, that is still inside quotes at the end
 *     of the input, that spans several physical lines and is longer than
 *     max_record, or that spans several physical lines without having ncolumns
 *     fields (fewer are fine with null_padding), is irregular: its FIRST
 *     PHYSICAL LINE alone becomes a CSV_RECORD_BAD_QUOTES record and the next
 *     record starts at the next physical line.
 *   - A physical line longer than max_record is CSV_RECORD_TOO_LONG, whatever
 *     is in it.  Lengths count every byte before the newline, '\r' included:
 *     so they never depend on bytes that have not arrived.
 *   - A record without bytes, or of blanks and tabs only and without a
 *     delimiter, is CSV_RECORD_BLANK when ncolumns != 1 (with one column it is
 *     data).
 *   - A record whose first byte is the comment byte is one physical line,
 *     CSV_RECORD_COMMENT, quotes in it mean nothing.
 *
 * csv_record_next() is the one scalar definition of this grammar.  The
 * splitter (records only, used to cut chunks) and the reader (reader.h, with
 * fields) use SIMD masks where the bytes are regular and fall back to
 * csv_record_next() for every record where they are not; tests hold all
 * engines against it.
 */
#ifndef INGEST_FORMAT_CSV_RECORDS_H
#define INGEST_FORMAT_CSV_RECORDS_H

#include "format/csv/dialect.h"

typedef enum CsvRecordKind
{
	CSV_RECORD_DATA = 0,
	CSV_RECORD_BLANK = 1,
	CSV_RECORD_COMMENT = 2,
	CSV_RECORD_BAD_QUOTES = 10,
	CSV_RECORD_TOO_LONG = 11
} CsvRecordKind;

typedef struct CsvRecord
{
	CsvRecordKind kind;
	size_t start; /* offset of the first byte in the buffer */
	size_t end;   /* behind the last byte, line end excluded */
	size_t next;  /* start of the next record */
	size_t lines; /* physical lines, >= 1 */
} CsvRecord;

/*
 * Finds the record that starts at pos.  eof says that nothing follows
 * buf[len - 1].  FMT_OK; FMT_END when pos == len and eof; FMT_NEED_INPUT when
 * the record may go on behind the buffer (never when eof, and never when more
 * than max_record bytes of it are there, except that a physical line longer
 * than max_record whose end is not in the buffer is reported as
 * CSV_RECORD_TOO_LONG with next == len and lines == 0: the caller skips to the
 * line end itself).
 */
extern FmtStatus csv_record_next(const CsvDialect *dialect, const char *buf, size_t len, size_t pos,
								 bool eof, CsvRecord *record);

/*
 * Where csv_record_next() stands inside a record whose end has not arrived.
 * Private to records.c; here because CsvSplitter holds one.
 */
typedef struct CsvRecordScan
{
	uint8_t state;
	uint8_t kind;         /* of a record that is one physical line by decree */
	bool multiline;       /* first_newline is set */
	size_t start;         /* of the record */
	size_t pos;           /* bytes before it are done with */
	size_t first_newline; /* end of the first physical line */
	size_t inner_lines;   /* line ends inside quotes */
	size_t nfields;       /* fields whose delimiter has been seen */
} CsvRecordScan;

/*
 * Splitter: counts whole records in a buffer that grows at its end.
 * All offsets are relative to the buffer.
 */
typedef struct CsvSplitter
{
	const CsvDialect *dialect;
	size_t complete;    /* end of the last whole record == start of the next */
	uint64_t records;   /* records in [0, complete), all kinds */
	uint64_t lines;     /* physical lines in [0, complete) */
	bool too_long;      /* the record at complete is longer than max_record and open */
	CsvRecordScan open; /* private: the record at complete, when begun */
} CsvSplitter;

extern void csv_splitter_init(CsvSplitter *splitter, const CsvDialect *dialect);

/*
 * Looks at buf[0 .. len), of which an earlier call saw a prefix, and advances
 * complete over every record that is certainly whole.  With eof the last
 * record needs no line end, so complete becomes len and too_long false.  The
 * result after any sequence of calls depends on the bytes only, never on how
 * they were cut into calls.
 */
extern void csv_splitter_feed(CsvSplitter *splitter, const char *buf, size_t len, bool eof);

#endif
