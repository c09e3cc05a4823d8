/*
 * csv_names.c: the header of a sample, and the names that columns get.
 *
 * in:  a sample, what was found about its header
 * out: CsvNames
 *
 * Where a load could not use the header as it is (names that are missing, doubled, too long; several lines;
 * another number of fields than the records have), the report suggests to skip it and to name the
 * columns.
 */
#include "postgres.h"

#include "inspect/csv_names.h"

#include "catalog/heap.h"
#include "format/csv/reader.h"
#include "mb/pg_wchar.h"

#define HEADER_BYTES ((size_t) 256 * 1024) /* in which a load looks for the header */

/* Moves behind the header's records. */
static void
pass_over(const CsvSample *sample, const CsvDialect *dialect, uint32 header_rows, CsvNames *names)
{
	CsvRecord record;
	uint32 seen = 0;

	while (seen < header_rows && csv_record_next(dialect, sample->buf, sample->len, names->bytes,
												 true, &record) == FMT_OK)
	{
		if (record.kind != CSV_RECORD_BLANK && record.kind != CSV_RECORD_COMMENT)
			seen++;
		names->bytes = record.next;
		names->lines += record.lines;
	}
}

/* Where the header begins: behind the lines that are skipped, and behind "sep=;". */
static void
pass_over_skipped(const SourceReport *report, const CsvSample *sample, const CsvDialect *dialect,
				  CsvNames *names)
{
	IngestOptions options = *report->options;
	FileHead head;

	options.header = HEADER_FALSE;
	file_head_read(&options, sample->buf, Min(sample->len, HEADER_BYTES), true, sample->encoding,
				   &head);
	names->bytes = head.bytes;
	names->lines = head.lines;
}

static void
ignore_field(const char *data, size_t len, void *arg)
{
}

/* Could a load read names from the next record? It could not from invalid bytes and open quotes. */
static bool
is_readable(const CsvSample *sample, const CsvDialect *dialect, const CsvNames *at)
{
	CsvRecord record;
	const char *data;
	size_t len;

	if (csv_record_next(dialect, sample->buf, sample->len, at->bytes, true, &record) != FMT_OK)
		return false;
	data = sample->buf + record.start;
	len = record.end - record.start;
	return pg_encoding_verifymbstr(sample->encoding, data, (int) len) == (int) len &&
		   memchr(data, '\0', len) == NULL &&
		   csv_split_lenient(dialect, data, len, ignore_field, NULL) != FMT_CORRUPT;
}

/* The names in one record of the header, as a load reads them; NIL if it cannot. */
static List *
read_record(const SourceReport *report, const CsvSample *sample, const CsvDialect *dialect,
			const CsvNames *at)
{
	IngestOptions options = *report->options;
	FileHead head;

	if (!is_readable(sample, dialect, at))
		return NIL;
	options.header = HEADER_TRUE;
	options.skip = 0;
	file_head_read(&options, sample->buf + at->bytes, Min(sample->len - at->bytes, HEADER_BYTES),
				   true, sample->encoding, &head);
	if (head.empty_last_field)
		head.names = lappend(head.names, pstrdup(""));
	return head.names;
}

/* Several lines of a header: their fields joined by blanks. */
static List *
join_names(List *above, List *below)
{
	List *result = NIL;
	int i;

	for (i = 0; i < Max(list_length(above), list_length(below)); i++)
	{
		const char *a = i < list_length(above) ? list_nth(above, i) : "";
		const char *b = i < list_length(below) ? list_nth(below, i) : "";

		result = lappend(result, psprintf("%s%s%s", a, a[0] != '\0' && b[0] != '\0' ? " " : "", b));
	}
	return result;
}

static List *
read_header(const SourceReport *report, const CsvSample *sample, const CsvDialect *dialect,
			uint32 rows, CsvNames *names)
{
	List *result = NIL;
	uint32 i;

	for (i = 0; i < rows; i++)
	{
		List *next = read_record(report, sample, dialect, names);

		result = i == 0 ? next : join_names(result, next);
		pass_over(sample, dialect, 1, names);
	}
	return result;
}

static bool
is_taken(List *names, const char *name)
{
	ListCell *lc;

	foreach (lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return SystemAttributeByName(name) != NULL;
}

/* The name as a table can have it beside the others. */
static char *
make_name(List *names, const char *wanted, int position)
{
	const int room = NAMEDATALEN - 12; /* for the number behind it */
	char *base =
		wanted != NULL && wanted[0] != '\0' ? pstrdup(wanted) : psprintf("column%d", position);
	char *name;
	int i;

	if (strlen(base) >= NAMEDATALEN)
		base[pg_mbcliplen(base, strlen(base), NAMEDATALEN - 1)] = '\0';
	name = base;
	for (i = 1; is_taken(names, name); i++)
	{
		char *head = pnstrdup(base, pg_mbcliplen(base, strlen(base), Min(strlen(base), room)));

		name = psprintf("%s_%d", head, i);
	}
	return name;
}

/* Fills names and in_file from the header, or from option "columns". */
static void
make_names(const SourceReport *report, List *header, CsvNames *names)
{
	List *wanted = report->options->columns != NIL ? report->options->columns : header;
	int i;

	names->are_usable = true;
	for (i = 0; i < (int) names->nfields; i++)
	{
		char *in_file = i < list_length(wanted) ? list_nth(wanted, i) : NULL;
		char *name = make_name(names->names, in_file, i + 1);

		if (in_file == NULL || strcmp(in_file, name) != 0)
			names->are_usable = false;
		names->in_file = lappend(names->in_file, in_file);
		names->names = lappend(names->names, name);
	}
}

static void
report_header_problem(SourceReport *report, const CsvSniffResult *found, const CsvNames *names,
					  int nheader, uint64 line)
{
	if (nheader == 0)
		report_add_problem(report, "header",
						   psprintf("the header, line " UINT64_FORMAT ", could not be read", line));
	else if (nheader != (int) found->nfields)
		report_add_problem(report, "header",
						   psprintf("the header, line " UINT64_FORMAT
									", has %d fields, but most records have %u",
									line, nheader, found->nfields));
	else if (found->header_rows > 1)
		report_add_problem(report, "header",
						   psprintf("the header has %u lines, from line " UINT64_FORMAT " on",
									found->header_rows, line));
	else if (!names->are_usable)
		report_add_problem(report, "header",
						   psprintf("names in the header, line " UINT64_FORMAT
									", are missing, too long, or used twice",
									line));
}

void
csv_names_read(SourceReport *report, const CsvSample *sample, const CsvSniffResult *found,
			   CsvNames *names)
{
	const bool fits = found->header_rows == 1 && found->header_is_whole;
	List *header = NIL;
	uint64 line;

	memset(names, 0, sizeof(*names));
	names->nfields = found->nfields;
	pass_over_skipped(report, sample, &found->dialect, names);
	line = names->lines + 1;
	if (found->header_rows > 0)
		header = read_header(report, sample, &found->dialect, found->header_rows, names);
	if (fits && names->nfields > 1 && list_length(header) == (int) names->nfields &&
		((char *) llast(header))[0] == '\0' && found->last_is_empty)
	{
		names->has_trailing_field = true;
		names->nfields--;
	}

	/* fields that are not where the header has them must not get its names */
	make_names(report, list_length(header) == (int) found->nfields ? header : NIL, names);
	if (found->header_rows > 0)
	{
		report_header_problem(report, found, names, list_length(header), line);
		names->are_usable &= fits;
	}
	else
		names->are_usable = report->options->columns != NIL;
}
