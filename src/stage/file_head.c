/*
 * file_head.c: skipped lines, "sep=" line, header.
 *
 * in:  the first bytes of a decoded file, the options
 * out: a FileHead; strings in the current memory context
 */
#include "postgres.h"

#include "stage/file_head.h"

#include "format/csv/reader.h"
#include "format/csv/records.h"
#include "mb/pg_wchar.h"

void
file_head_dialect(const IngestOptions *options, CsvDialect *dialect)
{
	size_t len = strlen(options->delimiter);

	memset(dialect, 0, sizeof(*dialect));
	Assert(len >= 1 && len <= CSV_DELIMITER_MAX);
	memcpy(dialect->delimiter, options->delimiter, len);
	dialect->delimiter_len = len;
	dialect->quote = options->quote;
	dialect->escape = options->escape;
	dialect->comment = options->comment;
	dialect->newline = '\n';
	dialect->null_padding = options->null_padding;
	dialect->max_record = options->max_line_size;
}

/* Files of old Macs end lines with '\r' alone; one '\n' anywhere makes '\r' data. */
static char
detect_newline(const char *buf, size_t len)
{
	if (memchr(buf, '\n', len) == NULL && memchr(buf, '\r', len) != NULL)
		return '\r';
	return '\n';
}

/* Moves *pos behind the physical line it is on; false when its end is not in buf. */
static bool
skip_line(const char *buf, size_t len, bool eof, char newline, size_t *pos)
{
	const char *end = memchr(buf + *pos, newline, len - *pos);

	if (end == NULL && !eof)
		return false;
	*pos = end == NULL ? len : (size_t) (end - buf) + 1;
	return true;
}

/* Excel's first line "sep=;" names the delimiter. */
static bool
is_sep_line(const CsvRecord *record, const char *buf)
{
	size_t len = record->end - record->start;

	return len == 5 && strncmp(buf + record->start, "sep=", 4) == 0;
}

/* CsvFieldCallback: appends a header name in the database encoding. */
typedef struct NameCollector
{
	List *names;
	int encoding;
} NameCollector;

static void
collect_name(const char *data, size_t len, void *arg)
{
	NameCollector *collector = arg;
	char *name = pnstrdup(data, len);

	collector->names = lappend(collector->names, name);
}

static void *
palloc_no_error(void *context, size_t size)
{
	return palloc_extended(size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
pfree_context(void *context, void *pointer)
{
	pfree(pointer);
}

/* Splits with our own reader what libcsv has no dialect for. */
static void
split_regular(const CsvDialect *dialect, const char *record, size_t len, NameCollector *collector)
{
	FmtAllocator allocator = {palloc_no_error, pfree_context, NULL};
	CsvReader *reader = csv_reader_create(&allocator);
	CsvRow row;
	uint32 i;

	if (reader == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	csv_reader_begin(reader, dialect, record, len);
	if (csv_reader_next(reader, &row) == FMT_OK)
		for (i = 0; i < row.nfields; i++)
			collect_name(row.fields[i].data, row.fields[i].len, collector);
	csv_reader_destroy(reader);
}

/* Names of the header record, blanks around them removed. */
static List *
read_names(const CsvDialect *dialect, const char *record, size_t len, int encoding)
{
	NameCollector collector = {NIL, encoding};
	ListCell *lc;

	switch (csv_split_lenient(dialect, record, len, collect_name, &collector))
	{
		case FMT_OK:
			break;
		case FMT_UNSUPPORTED:
			collector.names = NIL;
			split_regular(dialect, record, len, &collector);
			break;
		case FMT_NO_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
					 errmsg("header line has irregular quotes"),
					 errhint("Mend the header, or use the options \"skip\", \"header\": false "
							 "and \"columns\".")));
	}
	foreach (lc, collector.names)
	{
		char *name = lfirst(lc);
		size_t name_len;

		/* raises 22021 for a header that is not valid in its encoding */
		name = pg_any_to_server(name, strlen(name), encoding);
		name += strspn(name, " \t");
		name_len = strlen(name);
		while (name_len > 0 && (name[name_len - 1] == ' ' || name[name_len - 1] == '\t'))
			name_len--;
		lfirst(lc) = pnstrdup(name, name_len);
	}
	return collector.names;
}

bool
file_head_read(const IngestOptions *options, const char *buf, size_t len, bool eof, int encoding,
			   FileHead *head)
{
	size_t pos = 0;
	int64 i;
	CsvRecord record;
	FmtStatus status;

	memset(head, 0, sizeof(*head));
	file_head_dialect(options, &head->dialect);
	head->dialect.newline = detect_newline(buf, len);
	for (i = 0; i < options->skip && pos < len; i++)
	{
		if (!skip_line(buf, len, eof, head->dialect.newline, &pos))
			return false;
		head->lines++;
	}
	for (;;)
	{
		status = csv_record_next(&head->dialect, buf, len, pos, eof, &record);
		if (status == FMT_NEED_INPUT)
			return false;
		if (status == FMT_END)
			break;
		if (head->lines == (uint64) options->skip && is_sep_line(&record, buf))
		{
			head->dialect.delimiter[0] = buf[record.end - 1];
			head->dialect.delimiter_len = 1;
		}
		else if (options->header == HEADER_FALSE)
			break;
		else if (record.kind == CSV_RECORD_TOO_LONG)
			ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
							errmsg("header is longer than max_line_size")));
		else if (record.kind != CSV_RECORD_BLANK && record.kind != CSV_RECORD_COMMENT)
		{
			head->names =
				read_names(&head->dialect, buf + record.start, record.end - record.start, encoding);
			pos = record.next;
			head->lines += record.lines;
			break;
		}
		pos = record.next;
		head->lines += record.lines;
	}
	head->missing = head->names == NIL && options->header != HEADER_FALSE;
	if (list_length(head->names) > 1 && ((char *) llast(head->names))[0] == '\0')
	{
		head->names = list_delete_last(head->names);
		head->empty_last_field = true;
	}
	head->bytes = pos;
	return true;
}
