/*
 * csv_report.c: what a text file is made of.
 *
 * in:  the first file of a source, options
 * out: its part of the report: dialect, header, columns, problems
 *
 * The sample is read twice: csv_sniff() finds the dialect on its first part, then every record is read as a
 * load would read it, so that what is said of bad records is what a load will say.
 */
#include "postgres.h"

#include "inspect/report.h"

#include "access/htup_details.h"
#include "format/csv/sniff.h"
#include "inspect/csv_columns.h"
#include "inspect/csv_names.h"
#include "inspect/csv_sample.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "stage/bad_row.h"
#include "utils/memutils.h"

#define ROWS_PER_RESET 64 /* between two resets of the memory for conversions */

typedef struct RecordWalk
{
	SourceReport *report;
	const CsvSample *sample;
	const CsvNames *names;
	CsvDialect dialect;
	RowEncoding encoding;
	ColumnTally *tallies;
	bool guess_words;
	bool trailing_field; /* one more, empty, field is fine */
	MemoryContext row_context;
	ConvertArena arena;
	LineCounter lines;
	int64 record_no;
	bool has_lf;
	bool has_crlf;
} RecordWalk;

static void *
palloc_no_error(void *context, size_t size)
{
	return MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
}

static void
pfree_pointer(void *context, void *pointer)
{
	pfree(pointer);
}

static FmtAllocator
current_allocator(void)
{
	return (FmtAllocator){palloc_no_error, pfree_pointer, CurrentMemoryContext};
}

/* The dialect, with what the options say taken as it is. */
static void
sniff_dialect(const SourceReport *report, const CsvSample *sample, CsvSniffResult *found)
{
	const FmtAllocator allocator = current_allocator();
	IngestOptions options = *report->options;
	CsvSniffRequest request = {.buf = sample->buf, .len = sample->len, .eof = sample->eof};
	FileHead head;

	options.header = HEADER_FALSE;
	options.skip = 0;
	file_head_read(&options, sample->buf, Min(sample->len, SNIFF_BYTES), true, sample->encoding,
				   &head);
	file_head_dialect(report->options, &request.dialect);
	request.dialect.newline = head.dialect.newline;
	request.has_delimiter = report_is_given(report, "delimiter");
	request.has_quote = report_is_given(report, "quote");
	request.has_escape = report_is_given(report, "escape");
	request.has_comment = report_is_given(report, "comment");
	request.has_skip = report_is_given(report, "skip");
	request.has_header = report_is_given(report, "header");
	request.skip = report->options->skip;
	request.header = report->options->header != HEADER_FALSE;
	if (csv_sniff(&request, &allocator, found) != FMT_OK)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

/* What was found, as options; those given are the same already. */
static void
set_options(SourceReport *report, const CsvSample *sample, const CsvSniffResult *found)
{
	IngestOptions *options = report->options;

	options->delimiter = pnstrdup(found->dialect.delimiter, found->dialect.delimiter_len);
	options->quote = found->dialect.quote;
	options->escape = found->dialect.escape;
	options->comment = found->dialect.comment;
	options->skip = (int64) found->skip;
	if (!report_is_given(report, "header"))
		options->header = found->header_rows > 0 ? HEADER_TRUE : HEADER_FALSE;
	if (!sample->is_default)
		options->encoding = sample->name;
	report->encoding = sample->name;
	report->skip = options->skip;
	report->has_header = found->header_rows > 0;
	report->dialect_confidence = found->confidence;
	report->header_confidence = found->header_confidence;
}

/* Where the header is of no use to a load, it is skipped and the columns are named. */
static void
set_names(SourceReport *report, const CsvNames *names)
{
	IngestOptions *options = report->options;

	if (names->are_usable || report->options->columns != NIL)
		return;
	if (report_is_given(report, "header") && options->header != HEADER_FALSE)
		return;
	if (options->header != HEADER_FALSE)
		options->skip = (int64) names->lines;
	options->header = HEADER_FALSE;
	options->columns = names->names;
}

static ProblemReport *
find_problem(SourceReport *report, const char *rule)
{
	ListCell *lc;

	foreach (lc, report->problems)
	{
		ProblemReport *problem = lfirst(lc);

		if (problem->record_no > 0 && strcmp(problem->rule, rule) == 0)
			return problem;
	}
	return NULL;
}

/* A record that a load would call bad; the first of its rule is kept. */
static void
add_bad_record(RecordWalk *walk, const char *rule, const CsvRow *row, const char *message)
{
	ProblemReport *problem = find_problem(walk->report, rule);
	MemoryContext old;

	if (problem == NULL)
	{
		old = MemoryContextSwitchTo(GetMemoryChunkContext(walk->report));
		report_add_problem(walk->report, rule, pstrdup(message));
		problem = llast(walk->report->problems);
		problem->record_no = walk->record_no;
		problem->line_no = (int64) line_counter_at(&walk->lines, row->raw);
		problem->count = 0;
		MemoryContextSwitchTo(old);
	}
	problem->count++;
}

static void
note_line_end(RecordWalk *walk, const CsvRow *row)
{
	const char *end = row->raw + row->raw_len;
	const char *const limit = walk->sample->buf + walk->sample->len;

	if (end < limit && *end == '\r' && walk->dialect.newline == '\n')
		walk->has_crlf = true;
	else if (end < limit)
		walk->has_lf = true;
}

static void
add_fields(RecordWalk *walk, const CsvRow *row, const CsvField *fields)
{
	uint32 i;

	for (i = 0; i < walk->names->nfields; i++)
		column_tally_add(&walk->tallies[i], &fields[i], walk->report->options->null_strings,
						 walk->guess_words, &walk->arena);
	walk->report->rows++;
}

static void
add_data(RecordWalk *walk, const CsvRow *row)
{
	const uint32 expected = walk->names->nfields;
	const CsvField *fields = row->fields;
	const char *invalid = NULL;
	uint32 nfields = row->nfields;

	if (walk->trailing_field && nfields == expected + 1 && fields[expected].len == 0)
		nfields = expected;
	if (nfields != expected)
	{
		add_bad_record(walk, nfields < expected ? "missing_columns" : "extra_columns", row,
					   psprintf("expected %u fields, found %u", expected, nfields));
		return;
	}
	if (!row_encoding_is_trivial(&walk->encoding, row))
		invalid = row_encoding_decode(&walk->encoding, walk->row_context, row, &fields);
	if (invalid != NULL)
		add_bad_record(walk, "encoding", row, invalid);
	else
		add_fields(walk, row, fields);
}

static void
add_record(RecordWalk *walk, const CsvRow *row)
{
	walk->record_no++;
	note_line_end(walk, row);
	switch (row->kind)
	{
		case CSV_RECORD_DATA:
			add_data(walk, row);
			break;
		case CSV_RECORD_BAD_QUOTES:
			add_bad_record(walk, "quotes", row, "quotes are irregular or do not end");
			break;
		case CSV_RECORD_TOO_LONG:
			add_bad_record(walk, "line_too_long", row, "the line is longer than max_line_size");
			break;
		default:
			break;
	}
}

/* Reads the records of the sample; the last one may be cut off. */
static void
read_records(RecordWalk *walk)
{
	const CsvSample *sample = walk->sample;
	const FmtAllocator allocator = current_allocator();
	CsvReader *reader = csv_reader_create(&allocator);
	MemoryContext caller = CurrentMemoryContext;
	FmtStatus status = FMT_NO_MEMORY;
	CsvRow row;

	walk->report->is_complete = sample->eof;
	if (reader != NULL)
		csv_reader_begin(reader, &walk->dialect, sample->buf + walk->names->bytes,
						 sample->len - walk->names->bytes);
	while (reader != NULL && (status = csv_reader_next(reader, &row)) == FMT_OK)
	{
		CHECK_FOR_INTERRUPTS();
		if (!sample->eof && row.raw + row.raw_len == sample->buf + sample->len)
			break;
		if (walk->record_no == REPORT_ROWS)
		{
			walk->report->is_complete = false;
			break;
		}
		MemoryContextSwitchTo(walk->row_context);
		add_record(walk, &row);
		MemoryContextSwitchTo(caller);
		if (walk->record_no % ROWS_PER_RESET == 0)
		{
			MemoryContextReset(walk->row_context);
			convert_arena_reset(&walk->arena);
			csv_reader_release(reader);
		}
	}
	if (status == FMT_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	csv_reader_destroy(reader);
}

/* Walks over the records behind the header. */
static ColumnTally *
tally_records(SourceReport *report, const CsvSample *sample, const CsvDialect *dialect,
			  const CsvNames *names, TypeCandidates *candidates)
{
	RecordWalk walk = {.report = report, .sample = sample, .names = names, .dialect = *dialect};
	uint32 i;

	walk.dialect.ncolumns = names->nfields;
	walk.trailing_field = names->has_trailing_field;
	walk.guess_words = !report_is_given(report, "null");
	walk.lines = (LineCounter){dialect->newline, sample->buf, 1};
	walk.tallies =
		MemoryContextAllocHuge(CurrentMemoryContext, Max(names->nfields, 1) * sizeof(ColumnTally));
	for (i = 0; i < names->nfields; i++)
		column_tally_init(&walk.tallies[i], candidates);
	row_encoding_init(&walk.encoding, sample->encoding);
	walk.row_context =
		AllocSetContextCreate(CurrentMemoryContext, "ingest sniffed rows", ALLOCSET_DEFAULT_SIZES);
	convert_arena_init(&walk.arena, walk.row_context);
	read_records(&walk);
	MemoryContextDelete(walk.row_context);
	if (dialect->newline == '\r')
		report->newline = "CR";
	else if (walk.has_crlf && walk.has_lf)
		report->newline = "mixed";
	else
		report->newline = walk.has_crlf ? "CRLF" : "LF";
	return walk.tallies;
}

/* Says what is not sure. */
static void
add_doubts(SourceReport *report, const CsvSniffResult *found, bool encoding_is_guess)
{
	if (found->nfields == 0)
	{
		report_add_problem(report, "empty", pstrdup("the file has no records"));
		return;
	}
	if (found->confidence < REPORT_UNSURE && found->nfields == 1 && found->runner_up_len > 0)
		report_add_problem(report, "delimiter",
						   psprintf("records are taken as one field each, because no delimiter "
									"gives them the same number of fields; \"%.*s\" comes nearest",
									found->runner_up_len, found->runner_up));
	else if (found->confidence < REPORT_UNSURE)
		report_add_problem(report, "delimiter",
						   pstrdup("delimiter and quote are a guess; check them, or give options "
								   "\"delimiter\" and \"quote\""));
	if (found->header_confidence < REPORT_UNSURE)
		report_add_problem(report, "header",
						   psprintf("whether the file has a header is a guess; check it, or give "
									"option \"header\""));
	if (encoding_is_guess)
		report_add_problem(
			report, "encoding",
			psprintf("the text is not UTF-8; that it is %s is a guess", report->encoding));
}

void
report_csv(SourceReport *report)
{
	const CsvSample sample = csv_sample_read(report->file, report->options, REPORT_BYTES);
	TypeGiven given = {.format = report->options->format};
	CsvSniffResult found;
	TypeCandidates *candidates;
	ColumnTally *tallies;
	CsvNames names;

	given.has_dateformat = report_is_given(report, "dateformat");
	given.has_timestampformat = report_is_given(report, "timestampformat");
	given.has_separators =
		report_is_given(report, "decimal_separator") || report_is_given(report, "thousands");
	sniff_dialect(report, &sample, &found);
	set_options(report, &sample, &found);
	add_doubts(report, &found, sample.is_guess);
	report->nfields = found.nfields;
	if (found.nfields > MaxHeapAttributeNumber)
	{
		report_add_problem(report, "columns",
						   psprintf("records have %u fields; a table can have %d columns",
									found.nfields, MaxHeapAttributeNumber));
		pfree(sample.buf);
		return;
	}
	csv_names_read(report, &sample, &found, &names);
	set_names(report, &names);
	candidates = type_candidates_create(&given);
	tallies = tally_records(report, &sample, &found.dialect, &names, candidates);
	csv_columns_report(report, &names, candidates, tallies);
	pfree(sample.buf);
}
