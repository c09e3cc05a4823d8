/*
 * csv_records_test.c: the CSV grammar, rule by rule.
 *
 * Each case is an input with a few dialect settings and the rows expected,
 * written as text: a letter for the kind (D data, B blank, C comment, Q bad
 * quotes, L too long), the number of lines if it is not 1, then the fields of
 * a data row, (plain) or <quoted>, or the raw bytes of any other in {}.
 */
#include "csv_oracle.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* Dialect settings are letters and numbers: see parse_settings(). */
typedef struct Case
{
	const char *settings;
	const char *input;
	const char *rows;
} Case;

static const Case cases[] = {
	/* plain fields and line ends */
	{"", "a,b\nc,d\n", "D(a)(b) D(c)(d)"},
	{"", "a,b", "D(a)(b)"},
	{"", "a,b\r\nc,d\r\n", "D(a)(b) D(c)(d)"},
	{"", "a,b\r\r\nc,d\r", "D(a)(b) D(c)(d)"},
	{"", "a\rb,c\n", "D(a\\rb)(c)"},
	{"", "\ra,b\n", "D(\\ra)(b)"},
	{"", "a,\r\n", "D(a)()"},
	{"", ",\n", "D()()"},
	{"", "a,", "D(a)()"},
	{"", " a , b \n", "D( a )( b )"},
	{"", "a,b,c,d\n", "D(a)(b)(c)(d)"},
	{"", "a\n", "D(a)"},
	{"n", "a,b\rc,d\n\re,f", "D(a)(b) D(c)(d\\n) D(e)(f)"},
	{"n", "\"a\nb\",c\r\"d\"\r", "D<a\\nb>(c) D<d>"},
	{"n", "\"a\rb\",c\rd", "D2<a\\rb>(c) D(d)"},
	/* blank records */
	{"", "\n \t\n\r\na,b\n", "B{} B{ \\t} B{} D(a)(b)"},
	{"", "\r", "B{}"},
	{"", "\"\"\n", "D<>"},
	{"", "\" \"\n", "D< >"},
	{"", " \r \n", "D( \\r )"},
	{"1", "\n \na\n", "D() D( ) D(a)"},
	{"0", "\n", "B{}"},
	{"t", "\t\n\t \n  \n", "D()() D()( ) B{  }"},
	{"s", " \n\t\n", "D()() B{\\t}"},
	/* quoted fields */
	{"", "\"a\",\"b\"\n", "D<a><b>"},
	{"", "\"a,b\",\"\"\r\n", "D<a,b><>"},
	{"", "\"a\"\"b\",c\n", "D<a\"b>(c)"},
	{"", "\"\"\"\",\"\"\"\"\"\"\n", "D<\"><\"\">"},
	{"", "a,\"b\"", "D(a)<b>"},
	{"", "a,\"b\"\r", "D(a)<b>"},
	{"", "a,\"b\"\r\r\nc", "D(a)<b> D(c)"},
	{"", "\"a\r\nb\",c\r\n", "D2<a\\r\\nb>(c)"},
	{"", "\"\n\n\",\"\n\"\nx,y\n", "D4<\\n\\n><\\n> D(x)(y)"},
	{"'", "'a''b',\"c\"\n", "D<a'b>(\"c\")"},
	{"-", "\"a\",'b'\n\"\n", "D(\"a\")('b') D(\")"},
	/* one stray quote costs one line */
	{"", "a\"b,c\nd,e\n", "Q{a\"b,c} D(d)(e)"},
	{"", " \"a\",b\nd,e\n", "Q{ \"a\",b} D(d)(e)"},
	{"", "\"a\" ,b\r\nd,e\n", "Q{\"a\" ,b} D(d)(e)"},
	{"", "\"a\"x,b\nd,e\n", "Q{\"a\"x,b} D(d)(e)"},
	{"", "\"a\"\rx,b\nd,e\n", "Q{\"a\"\\rx,b} D(d)(e)"},
	{"", "\"a,b\nc,d\ne,f\n", "Q{\"a,b} D(c)(d) D(e)(f)"},
	{"", "\"a,b\nc,\"d\"\ne,f\n", "Q{\"a,b} D(c)<d> D(e)(f)"},
	{"", "\"a,b\nc,d\"\ne,f\n", "Q{\"a,b} Q{c,d\"} D(e)(f)"},
	{"", "\"", "Q{\"}"},
	{"", "a,\"b\n", "Q{a,\"b}"},
	{"", "\"\"\"\n,\n", "Q{\"\"\"} D()()"},
	/* several lines need the right number of fields */
	{"", "\"a\nb\"\nc,d\n", "Q{\"a} Q{b\"} D(c)(d)"},
	{"", "\"a\nb\",c,d\ne,f\n", "Q{\"a} Q{b\",c,d} D(e)(f)"},
	{"", "x,y,\"a\nb\"\nc,d\n", "Q{x,y,\"a} Q{b\"} D(c)(d)"},
	{"p", "\"a\nb\"\nc\n", "D2<a\\nb> D(c)"},
	{"p", "\"a\nb\",c,d\n", "Q{\"a} Q{b\",c,d}"},
	{"0", "\"a\nb\"\n\"a\nb\",c,d\n", "D2<a\\nb> D2<a\\nb>(c)(d)"},
	{"1", "\"a\nb\"\n", "D2<a\\nb>"},
	/* comments */
	{"#", "#a,\"b\n#\nc,#d\n", "C{#a,\"b} C{#} D(c)(#d)"},
	{"#", " #a,b\n\"#\",c\r\n#\"\r", "D( #a)(b) D<#>(c) C{#\"}"},
	{"#", "a,\"\n#\"\n", "D2(a)<\\n#>"},
	{"", "#a,b\n", "D(#a)(b)"},
	/* another escape */
	{"\\", "\"a\\\"b\",\"c\\\\\"\n", "D<a\"b><c\\>"},
	{"\\", "\"a\\nb\",\\\n", "D<a\\nb>(\\)"},
	{"\\", "\"a\"\"b\",c\n", "D<a\"b>(c)"},
	{"\\", "\\\"a,b\nc,d\n", "Q{\\\"a,b} D(c)(d)"},
	{"\\", "\"a\\\nb\",c\n", "D2<a\\\\nb>(c)"},
	{"\\", "\"a\\\"\nb,c\n", "Q{\"a\\\"} D(b)(c)"},
	{"\\", "\"a\\", "Q{\"a\\}"},
	/* delimiters of several bytes */
	{"|", "a||b|c\n|||\n", "D(a)(b|c) D()(|)"},
	{"|", "\"a||b\"||\"c\"\n\"a\"|b\nd|", "D<a||b><c> Q{\"a\"|b} D(d|)"},
	{"|", "\"a\n\"||b|", "D2<a\\n>(b|)"},
	/* limits; lengths count every byte before the newline */
	{"m5", "abcde\nabcdef\na\n", "D(abcde) L{abcdef} D(a)"},
	{"m5", "abcd\r\nabcde\r\n", "D(abcd) L{abcde}"},
	{"m5", "abcdef", "L{abcdef}"},
	{"m5", "\"a\",b\n\"aa\",b\n", "D<a>(b) L{\"aa\",b}"},
	{"m5", "\"\n\",\n\"a\n\",b\n", "D2<\\n>() Q{\"a} Q{\",b}"},
	{"m5", "\"abcdefg\n", "L{\"abcdefg}"},
	{"m5#", "#a\n#abcdef\n      \n", "C{#a} L{#abcdef} L{      }"},
	{"m0", "\na\n", "B{} L{a}"},
	{"M", "\"a\",b\n", "D<a>(b)"},
	/* bytes that mean nothing */
	{"",
	 "\xef\xbb\xbf"
	 "a,\\.\n\x1a",
	 "D(\xef\xbb\xbf"
	 "a)(\\.) D(\x1a)"},
};

static CsvDialect
parse_settings(const char *settings)
{
	CsvDialect d;

	memset(&d, 0, sizeof(d));
	memcpy(d.delimiter, strchr(settings, '|') != NULL ? "||" : ",", 2);
	d.delimiter_len = strchr(settings, '|') != NULL ? 2 : 1;
	if (strchr(settings, 't') != NULL)
		d.delimiter[0] = '\t';
	if (strchr(settings, 's') != NULL)
		d.delimiter[0] = ' ';
	d.quote = strchr(settings, '\'') != NULL ? '\'' : strchr(settings, '-') != NULL ? '\0' : '"';
	d.escape = strchr(settings, '\\') != NULL ? '\\' : d.quote;
	d.comment = strchr(settings, '#') != NULL ? '#' : '\0';
	d.newline = strchr(settings, 'n') != NULL ? '\r' : '\n';
	d.null_padding = strchr(settings, 'p') != NULL;
	d.max_record = strchr(settings, 'M') != NULL ? (size_t) -1 : 1000;
	d.ncolumns = 2;
	if (strchr(settings, 'm') != NULL)
		d.max_record = (size_t) atoi(strchr(settings, 'm') + 1);
	else if (settings[0] >= '0' && settings[0] <= '9')
		d.ncolumns = (uint32_t) atoi(settings);
	return d;
}

static void
append(char *to, size_t size, char open, const char *bytes, size_t len, char close)
{
	size_t used = strlen(to);
	size_t i;

	if (size - used < 2 * len + 3)
		return;
	to[used++] = open;
	for (i = 0; i < len; i++)
	{
		static const char control[] = "\n\r\t";
		const char *found = bytes[i] != '\0' ? strchr(control, bytes[i]) : NULL;

		if (found != NULL)
			to[used++] = '\\';
		to[used++] = found != NULL ? "nrt"[found - control] : bytes[i];
	}
	to[used++] = close;
	to[used] = '\0';
}

static char
kind_letter(CsvRecordKind kind)
{
	switch (kind)
	{
		case CSV_RECORD_DATA:
			return 'D';
		case CSV_RECORD_BLANK:
			return 'B';
		case CSV_RECORD_COMMENT:
			return 'C';
		case CSV_RECORD_BAD_QUOTES:
			return 'Q';
		case CSV_RECORD_TOO_LONG:
			return 'L';
	}
	return '?';
}

/* The rows of input as text. */
static void
rows_as_text(CsvReader *reader, const CsvDialect *d, const char *input, char *to, size_t size)
{
	const size_t len = strlen(input);
	size_t pos = 0;
	CsvRow row;

	to[0] = '\0';
	csv_reader_begin(reader, d, input, len);
	while (csv_reader_next(reader, &row) == FMT_OK)
	{
		CsvRecord record;
		char head[20];
		uint32_t i;

		if (csv_record_next(d, input, len, pos, true, &record) != FMT_OK)
			break;
		pos = record.next;
		snprintf(head, sizeof(head), "%s%c", to[0] != '\0' ? " " : "", kind_letter(row.kind));
		if (record.lines != 1)
			snprintf(head + strlen(head), 10, "%u", (unsigned) record.lines);
		strncat(to, head, size - strlen(to) - 1);
		if (row.kind != CSV_RECORD_DATA)
			append(to, size, '{', row.raw, row.raw_len, '}');
		for (i = 0; i < row.nfields; i++)
			append(to, size, row.fields[i].quoted ? '<' : '(', row.fields[i].data,
				   row.fields[i].len, row.fields[i].quoted ? '>' : ')');
	}
	csv_reader_release(reader);
}

static void
check_cases(void)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvReader *reader = csv_reader_create(&allocator);
	const char *const *engine;

	for (engine = csv_scan_engines(); *engine != NULL; engine++)
	{
		size_t i;

		CHECK(csv_scan_use_engine(*engine));
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		{
			const CsvDialect d = parse_settings(cases[i].settings);
			char rows[1000];
			char note[3000];

			rows_as_text(reader, &d, cases[i].input, rows, sizeof(rows));
			snprintf(note, sizeof(note), "%s, [%s] %s gives %s", *engine, cases[i].settings,
					 cases[i].rows, rows);
			CHECK_NOTE(strcmp(rows, cases[i].rows) == 0, note);
		}
	}
	CHECK(!csv_scan_use_engine("abacus"));
	CHECK(csv_scan_use_engine(NULL));
	csv_reader_destroy(reader);
}

/* The cases again, against the oracle, in pieces of every small size. */
static void
check_cases_in_pieces(void)
{
	CsvRandom random = {88172645463325252U, NULL, 0};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const CsvDialect d = parse_settings(cases[i].settings);
		const size_t len = strlen(cases[i].input);
		char *input = malloc(len + 1); /* not behind a terminating NUL */
		size_t piece;

		memcpy(input + 1, cases[i].input, len);
		for (piece = 1; piece <= 17; piece++)
		{
			const char *failure = oracle_check(&d, input + 1, len, piece, &random);

			CHECK_NOTE(failure == NULL, failure);
		}
		free(input);
	}
}

/* What may and may not be said before the rest has arrived. */
static void
check_waiting(void)
{
	static const char *const open[] = {"a",       "a,b",   "a,b\r", "\"a",   "\"a\"",
									   "\"a\"\r", "\"a\n", "a\"b",  "\"a\\", "a|",
									   "\"a\"|",  "#",     " "};
	CsvDialect d = parse_settings("|#m5");
	CsvRecord record;
	size_t i;

	d.escape = '\\';
	for (i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		CHECK_NOTE(csv_record_next(&d, open[i], strlen(open[i]), 0, false, &record) ==
					   FMT_NEED_INPUT,
				   open[i]);
	CHECK(csv_record_next(&d, "", 0, 0, false, &record) == FMT_NEED_INPUT);
	CHECK(csv_record_next(&d, "", 0, 0, true, &record) == FMT_END);
	CHECK(csv_record_next(&d, "a\n", 2, 2, true, &record) == FMT_END);
	CHECK(csv_record_next(&d, "abcde", 5, 0, false, &record) == FMT_NEED_INPUT);
	CHECK(csv_record_next(&d, "x\nabcdef", 8, 2, false, &record) == FMT_OK &&
		  record.kind == CSV_RECORD_TOO_LONG && record.start == 2 && record.end == 8 &&
		  record.next == 8 && record.lines == 0);
	CHECK(csv_record_next(&d, "abcdef", 6, 0, true, &record) == FMT_OK &&
		  record.kind == CSV_RECORD_TOO_LONG && record.next == 6 && record.lines == 1);
	CHECK(csv_record_next(&d, "\"\nabcd", 6, 0, false, &record) == FMT_OK &&
		  record.kind == CSV_RECORD_BAD_QUOTES && record.next == 2);
}

static void
check_too_long_splitter(void)
{
	const CsvDialect d = parse_settings("m5");
	CsvSplitter splitter;

	csv_splitter_init(&splitter, &d);
	csv_splitter_feed(&splitter, "a\nbcdefg", 7, false);
	CHECK(!splitter.too_long && splitter.complete == 2);
	csv_splitter_feed(&splitter, "a\nbcdefg", 8, false);
	CHECK(splitter.too_long && splitter.complete == 2 && splitter.records == 1);
	csv_splitter_feed(&splitter, "a\nbcdefg\nh", 10, false);
	CHECK(!splitter.too_long && splitter.complete == 9 && splitter.records == 2);
	csv_splitter_feed(&splitter, "a\nbcdefg\nh", 10, true);
	CHECK(splitter.complete == 10 && splitter.records == 3 && splitter.lines == 3);
}

int
main(void)
{
	check_cases();
	check_cases_in_pieces();
	check_waiting();
	check_too_long_splitter();
	return unit_finish();
}
