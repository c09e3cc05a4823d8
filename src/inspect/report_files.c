/*
 * report_files.c: do the other files of a source have the columns of the first?
 *
 * in:  a report of the first file
 * out: problems, one for each file whose columns differ
 */
#include "postgres.h"

#include "inspect/report.h"

#include "format/csv/reader.h"
#include "inspect/csv_sample.h"
#include "inspect/value_text.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "source/parquet_file.h"
#include "stage/file_head.h"
#include "utils/memutils.h"

#define HEAD_BYTES ((size_t) 256 * 1024)

static bool
has_name(List *names, const char *name)
{
	ListCell *lc;

	foreach (lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	}
	return false;
}

static List *
report_names(const SourceReport *report)
{
	List *names = NIL;
	ListCell *lc;

	foreach (lc, report->columns)
	{
		const ColumnReport *column = lfirst(lc);

		if (!column->is_partition)
			names = lappend(names, column->file_name != NULL ? column->file_name : column->name);
	}
	return names;
}

static void
append_missing(StringInfo text, const char *what, List *names, List *others)
{
	bool is_first = true;
	ListCell *lc;

	foreach (lc, names)
	{
		if (has_name(others, lfirst(lc)))
			continue;
		appendStringInfo(text, "%s\"%s\"", is_first ? what : ", ", (char *) lfirst(lc));
		is_first = false;
	}
}

/* Names of a Parquet file's columns. */
static List *
parquet_names(const SourceFile *file)
{
	const PqSchema *schema = parquet_file_footer(parquet_file_open(file))->schema;
	List *names = NIL;
	int32 i;

	for (i = 0; i < schema->nfields; i++)
		names = lappend(names, value_text(schema->fields[i]->name));
	return names;
}

static void
count_field(const char *data, size_t len, void *arg)
{
	++*(int *) arg;
}

/* Fields of the first record, which is data; -1: there is none. */
static int
count_fields(const CsvSample *sample, const FileHead *head)
{
	CsvRecord record;
	size_t pos = head->bytes;
	int n = 0;

	while (csv_record_next(&head->dialect, sample->buf, sample->len, pos, true, &record) == FMT_OK)
	{
		if (record.kind == CSV_RECORD_DATA &&
			csv_split_lenient(&head->dialect, sample->buf + record.start, record.end - record.start,
							  count_field, &n) == FMT_OK)
			return n;
		n = 0;
		pos = record.next;
	}
	return -1;
}

/* Says in text how the columns of the file differ; nothing if they do not. */
static void
compare_file(const SourceReport *report, const SourceFile *file, List *names, StringInfo text)
{
	CsvSample sample;
	FileHead head;
	List *others;
	int nfields;

	if (report->is_parquet)
		others = parquet_names(file);
	else
	{
		sample = csv_sample_read(file, report->options, HEAD_BYTES);
		file_head_read(report->options, sample.buf, sample.len, true, sample.encoding, &head);
		others = head.names;
		if (report->options->header == HEADER_FALSE)
		{
			nfields = count_fields(&sample, &head);
			if (nfields >= 0 && nfields != list_length(names))
				appendStringInfo(text, "it has %d fields instead of %d", nfields,
								 list_length(names));
			return;
		}
	}
	append_missing(text, "it lacks ", names, others);
	append_missing(text, text->len > 0 ? ", and has also " : "it has also ", others, names);
}

static void
check_file(SourceReport *report, const SourceFile *file, List *names)
{
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context =
		AllocSetContextCreate(caller, "ingest sniffed file", ALLOCSET_DEFAULT_SIZES);
	StringInfoData text;

	initStringInfo(&text);
	MemoryContextSwitchTo(context);
	if (source_is_parquet(file) != report->is_parquet)
		appendStringInfoString(&text, "it is of another format");
	else
		compare_file(report, file, names, &text);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	if (text.len > 0)
		report_add_problem(report, "columns",
						   psprintf("file \"%s\" differs: %s", file->path, text.data));
}

void
report_compare_files(SourceReport *report)
{
	List *names = report_names(report);
	int compared = 0;
	ListCell *lc;

	foreach (lc, report->files)
	{
		const SourceFile *file = lfirst(lc);

		CHECK_FOR_INTERRUPTS();
		if (file == report->file || file->size == 0)
			continue;
		if (++compared > REPORT_FILES)
		{
			report_add_problem(report, "columns",
							   psprintf("only the first %d files were compared", REPORT_FILES));
			return;
		}
		check_file(report, file, names);
	}
}
