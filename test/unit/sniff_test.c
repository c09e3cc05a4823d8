/*
 * sniff_test.c: csv_sniff() and csv_cell_kind().
 */
#include "csv_oracle.h"
#include "unit.h"

#include "format/csv/sniff.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NOTE 200

/* What is to be found: "DELIMITER QUOTE ESCAPE fields=N skip=N header=N". */
typedef struct SniffCase
{
	const char *text;
	const char *expected;
} SniffCase;

static const SniffCase cases[] = {
	/* delimiters */
	{"id,name\n1,a\n2,b\n", "[,] \" \" fields=2 skip=0 header=1"},
	{"id;name\n1;a\n2;b\n", "[;] \" \" fields=2 skip=0 header=1"},
	{"id\tname\n1\ta\n2\tb\n", "[\t] \" \" fields=2 skip=0 header=1"},
	{"id||name\n1||a\n2||\n", "[||] \" \" fields=2 skip=0 header=1"},
	{"id|name|x\n1||\n2|b|\n", "[|] \" \" fields=3 skip=0 header=1"},
	{"a;b\n1,5;2,5\n3,5;4,25\n", "[;] \" \" fields=2 skip=0 header=1"},
	{"sep=^\nid^a;b\n1^2;3\n", "[^] \" \" fields=2 skip=0 header=1"},
	/* a time is one field, and so is a name with a blank */
	{"at\n12:00:01\n12:00:02\n12:00:03\n", "[,] \" \" fields=1 skip=0 header=1"},
	{"who,born\nAnn Lee,2000-01-02\nBo Dee,2001-02-03\n", "[,] \" \" fields=2 skip=0 header=1"},
	{"1 2 3\n4 5 6\n7 8 9\n", "[ ] \" \" fields=3 skip=0 header=0"},
	/* quotes and escapes */
	{"id,t\n1,'a,b'\n2,'c,d'\n", "[,] ' ' fields=2 skip=0 header=1"},
	{"id,t\n1,\"a\\\"b\"\n2,\"c\"\n", "[,] \" \\ fields=2 skip=0 header=1"},
	{"id,t\n1,\"a\nb\"\n2,\"c\"\n", "[,] \" \" fields=2 skip=0 header=1"},
	/* a stray quote is one bad record; only where no record is regular quotes are data */
	{"id,t\n1,\"a,1\"\n2,5\" pipe\n3,\"c\"\n4,\"d\"\n", "[,] \" \" fields=2 skip=0 header=1"},
	{"1|\"A\" b\n2|\"C\" d\n3|\"E\" f\n", "[|] none none fields=2 skip=0 header=0"},
	/* ragged records do not make it one column */
	{"id,name,n\n1,a,1\n2,b\n3,c,3\n4,d,4\n", "[,] \" \" fields=3 skip=0 header=1"},
	/* what stands before the header */
	{"A title\n\nid,name\n1,a\n2,b\n3,c\n", "[,] \" \" fields=2 skip=2 header=1"},
	{"A title,,\n,,\nid,name,n\n1,a,1\n2,b,2\n", "[,] \" \" fields=3 skip=2 header=1"},
	{"\n\nid,name\n1,a\n2,b\n", "[,] \" \" fields=2 skip=0 header=1"},
	{"id,name\n1,a\n# note\n2,b\n", "[,] \" \" # fields=2 skip=0 header=1"},
	/* headers */
	{"1,a\n2,b\n3,c\n", "[,] \" \" fields=2 skip=0 header=0"},
	{"country,2019,2020,2021\nA,1.5,2.5,3\nB,7,8.25,9\n", "[,] \" \" fields=4 skip=0 header=1"},
	{"id,name,n\n,text,pieces\n1,a,1\n2,b,2\n3,c,3\n4,d,4\n5,e,5\n",
	 "[,] \" \" fields=3 skip=0 header=2"},
	{"name,n\nx,a,1\ny,b,2\nz,c,3\n", "[,] \" \" fields=3 skip=0 header=1!"},
	{"x,y\nx,y\nz,y\n", "[,] \" \" fields=2 skip=0 header=0"},
	/* nothing */
	{"", "[,] \" \" fields=0 skip=0 header=0!"},
	{"\n\n", "[,] \" \" fields=0 skip=0 header=0!"},
};

static CsvSniffRequest
request_for(const char *text, size_t len)
{
	CsvSniffRequest request;

	memset(&request, 0, sizeof(request));
	request.buf = text;
	request.len = len;
	request.eof = true;
	request.dialect.delimiter[0] = ',';
	request.dialect.delimiter_len = 1;
	request.dialect.quote = '"';
	request.dialect.escape = '"';
	request.dialect.newline = '\n';
	request.dialect.max_record = 1000000;
	return request;
}

static void
describe(const CsvSniffResult *result, char *note)
{
	const CsvDialect *const d = &result->dialect;
	const char quote[2] = {d->quote, '\0'};
	const char escape[2] = {d->escape, '\0'};

	snprintf(note, MAX_NOTE, "[%.*s] %s %s%s fields=%u skip=%u header=%u%s", d->delimiter_len,
			 d->delimiter, d->quote != '\0' ? quote : "none", d->escape != '\0' ? escape : "none",
			 d->comment != '\0' ? " #" : "", result->nfields, (unsigned) result->skip,
			 result->header_rows, result->header_is_whole ? "" : "!");
}

static void
check_cases(void)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const CsvSniffRequest request = request_for(cases[i].text, strlen(cases[i].text));
		CsvSniffResult result;
		char found[MAX_NOTE];
		char note[2 * MAX_NOTE];

		CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
		describe(&result, found);
		snprintf(note, sizeof(note), "%s: found %s", cases[i].expected, found);
		CHECK_NOTE(strcmp(found, cases[i].expected) == 0, note);
	}
}

/* What is given is not guessed, and the rest is guessed with it. */
static void
check_given(void)
{
	static const char text[] = "note;x\nid;name\n1;a,b\n2;c,d\n";
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvSniffRequest request = request_for(text, strlen(text));
	CsvSniffResult result;

	request.has_delimiter = true;
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.dialect.delimiter[0] == ',' && result.nfields == 2);

	request.dialect.delimiter[0] = ';';
	request.has_skip = true;
	request.skip = 1;
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.skip == 1 && result.nfields == 2 && result.header_rows == 1);

	request.has_header = true;
	request.header = false;
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.header_rows == 0 && result.header_confidence == 1);
}

/* Little evidence is little confidence; a large regular file is believed. */
static void
check_confidence(void)
{
	static const char prose[] = "It was, as they say, the best of times.\nAnd then\nit, was not.\n";
	static const char table[] = "id,name\n1,a\n2,b\n3,c\n4,d\n";
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvSniffRequest request = request_for(prose, strlen(prose));
	CsvSniffResult result;

	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.confidence < 0.7);
	request = request_for(table, strlen(table));
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.confidence > 0.95 && result.header_confidence > 0.95);
}

/* A sample that ends within a record does not count the half record. */
static void
check_cut(void)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	static const char text[] = "id,name,x\n1,a,1\n2,b,2\n3,c";
	CsvSniffRequest request = request_for(text, strlen(text));
	CsvSniffResult result;

	request.eof = false;
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.nfields == 3 && result.consistency == 1);
	request.eof = true;
	CHECK(csv_sniff(&request, &allocator, &result) == FMT_OK);
	CHECK(result.consistency < 1);
}

static void
check_kinds(void)
{
	static const struct
	{
		const char *text;
		CsvCellKind kind;
	} kinds[] = {
		{"", CSV_CELL_EMPTY},
		{"  ", CSV_CELL_EMPTY},
		{"N/A", CSV_CELL_NULL_WORD},
		{"\\N", CSV_CELL_NULL_WORD},
		{"-1.5e-7", CSV_CELL_NUMBER},
		{"1.234.567,89", CSV_CELL_NUMBER},
		{"1,234.5", CSV_CELL_NUMBER},
		{"1,2,3", CSV_CELL_TEXT},
		{"1.2.3", CSV_CELL_TEXT},
		{"$1,234.00", CSV_CELL_AMOUNT},
		{"12 %", CSV_CELL_AMOUNT},
		{"(5.00)", CSV_CELL_AMOUNT},
		{"2024-01-31", CSV_CELL_DATE},
		{"31.1.24", CSV_CELL_DATE},
		{"3-Nov-23", CSV_CELL_DATE},
		{"Jan 31, 2024", CSV_CELL_DATE},
		{"2024-1-31-5", CSV_CELL_TEXT},
		{"12:30", CSV_CELL_TIME},
		{"12:30:00.5 PM", CSV_CELL_TIME},
		{"2024-01-31T12:30:00Z", CSV_CELL_TIMESTAMP},
		{"31/01/2024 12:30:00 +02:00", CSV_CELL_TIMESTAMP},
		{"yes", CSV_CELL_BOOLEAN},
		{"192.168.0.1", CSV_CELL_TOKEN},
		{"{\"a\": 1}", CSV_CELL_TOKEN},
		{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", CSV_CELL_TOKEN},
		{"a@b.example", CSV_CELL_TOKEN},
		{"May", CSV_CELL_TEXT},
		{"5 apples", CSV_CELL_TEXT},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		CHECK_NOTE(csv_cell_kind(kinds[i].text, strlen(kinds[i].text)) == kinds[i].kind,
				   kinds[i].text);
}

/* Whichever allocation is refused, the answer is FMT_NO_MEMORY and nothing leaks. */
static void *
refuse_after(void *context, size_t size)
{
	int *const left = context;

	return (*left)-- > 0 ? malloc(size) : NULL;
}

static void
give_back(void *context, void *pointer)
{
	free(pointer);
}

static void
check_memory(void)
{
	static const char text[] = "id,t\n1,\"a\"\"b\"\n2,\"c\"\n";
	const CsvSniffRequest request = request_for(text, strlen(text));
	bool refused = false;
	CsvSniffResult result;
	int allocations;

	for (allocations = 0; allocations < 20; allocations++)
	{
		int left = allocations;
		const FmtAllocator allocator = {refuse_after, give_back, &left};
		const FmtStatus status = csv_sniff(&request, &allocator, &result);

		CHECK(status == FMT_OK || status == FMT_NO_MEMORY);
		refused |= status == FMT_NO_MEMORY;
	}
	CHECK(refused);
	CHECK(result.nfields == 2);
}

int
main(void)
{
	check_cases();
	check_given();
	check_confidence();
	check_cut();
	check_kinds();
	check_memory();
	return unit_finish();
}
