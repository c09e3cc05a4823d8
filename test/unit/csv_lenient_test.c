/*
 * csv_lenient_test.c: csv_split_lenient(), and the reader against libcsv.
 */
#include "csv_oracle.h"
#include "unit.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 1000

/* Fields as text: each in brackets. */
typedef struct Text
{
	char bytes[MAX_TEXT];
	size_t len;
} Text;

static void
add_bytes(Text *text, const char *bytes, size_t len)
{
	if (len <= MAX_TEXT - 1 - text->len)
	{
		memcpy(text->bytes + text->len, bytes, len);
		text->len += len;
	}
	text->bytes[text->len] = '\0';
}

static void
add_field(const char *data, size_t len, void *arg)
{
	add_bytes(arg, "[", 1);
	add_bytes(arg, data, len);
	add_bytes(arg, "]", 1);
}

static CsvDialect
plain_dialect(void)
{
	CsvDialect d;

	memset(&d, 0, sizeof(d));
	d.delimiter[0] = ',';
	d.delimiter_len = 1;
	d.quote = '"';
	d.escape = '"';
	d.newline = '\n';
	d.ncolumns = 0;
	d.max_record = 1000;
	return d;
}

static void
check_lenient(const char *record, FmtStatus expected, const char *fields)
{
	const CsvDialect d = plain_dialect();
	Text text = {"", 0};
	const FmtStatus status = csv_split_lenient(&d, record, strlen(record), add_field, &text);

	CHECK_NOTE(status == expected, record);
	if (fields != NULL)
		CHECK_NOTE(strcmp(text.bytes, fields) == 0, text.bytes);
}

static void
check_lenient_cases(void)
{
	check_lenient("a,b", FMT_OK, "[a][b]");
	check_lenient("", FMT_OK, "[]");
	check_lenient(",", FMT_OK, "[][]");
	check_lenient("a,", FMT_OK, "[a][]");
	check_lenient(" a ,\t", FMT_OK, "[ a ][\t]");
	check_lenient("\"a\",\"\"", FMT_OK, "[a][]");
	check_lenient("\"a\"\"b\",\"c,d\"", FMT_OK, "[a\"b][c,d]");
	check_lenient("a\rb\nc,d\r", FMT_OK, "[a\rb\nc][d\r]");
	check_lenient("\r,\n", FMT_OK, "[\r][\n]");
	check_lenient("\"a\nb\",c", FMT_OK, "[a\nb][c]");
	check_lenient("5\" pipe,b", FMT_OK, "[5\" pipe][b]");
	check_lenient("say \"hi\",b", FMT_OK, "[say \"hi\"][b]");
	check_lenient("\"a\"x\",b", FMT_OK, "[a\"x][b]");
	check_lenient("\"a", FMT_CORRUPT, NULL);
	check_lenient("\"a\"x,b", FMT_CORRUPT, NULL);
	check_lenient("a,\"", FMT_CORRUPT, NULL);
}

static void
check_unsupported(void)
{
	CsvDialect d = plain_dialect();
	Text text = {"", 0};

	d.escape = '\\';
	CHECK(csv_split_lenient(&d, "a", 1, add_field, &text) == FMT_UNSUPPORTED);
	d = plain_dialect();
	d.delimiter_len = 2;
	CHECK(csv_split_lenient(&d, "a", 1, add_field, &text) == FMT_UNSUPPORTED);
	d = plain_dialect();
	d.quote = '\0';
	d.escape = '\0';
	CHECK(csv_split_lenient(&d, "a", 1, add_field, &text) == FMT_UNSUPPORTED);
	d = plain_dialect();
	d.delimiter[0] = ';';
	d.quote = '\'';
	d.escape = '\'';
	CHECK(csv_split_lenient(&d, "'a;b';c", 7, add_field, &text) == FMT_OK);
	CHECK(strcmp(text.bytes, "[a;b][c]") == 0);
}

static void
sum_lengths(const char *data, size_t len, void *arg)
{
	*(size_t *) arg += len + (data[0] == 'x' && data[len - 1] == 'x');
}

/* Fields much longer than the buffer that libcsv starts with. */
static void
check_long_field(void)
{
	const size_t len = 3 << 20;
	const CsvDialect d = plain_dialect();
	char *record = malloc(len);
	size_t total = 0;

	memset(record, 'x', len);
	record[len / 2] = ',';
	CHECK(csv_split_lenient(&d, record, len, sum_lengths, &total) == FMT_OK);
	CHECK(total == len - 1 + 2);
	free(record);
}

static int
never(unsigned char byte)
{
	return 0;
}

static void
add_libcsv_field(void *data, size_t len, void *arg)
{
	add_field(data, len, arg);
}

/* libcsv as strict as it gets, told that the whole input is one record; false: refused. */
static bool
split_strictly(const char *record, size_t len, Text *text)
{
	struct csv_parser parser;
	bool ok;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		exit(2);
	csv_set_space_func(&parser, never);
	csv_set_term_func(&parser, never);
	ok = csv_parse(&parser, record, len, add_libcsv_field, NULL, text) == len;
	ok = ok && csv_fini(&parser, add_libcsv_field, NULL, text) == 0;
	csv_free(&parser);
	return ok;
}

/*
 * Random single records: what strict libcsv accepts is data for the reader and has the same
 * fields, what it refuses is irregular, and csv_split_lenient() agrees with both
 * where they agree.
 */
static void
check_against_libcsv(CsvReader *reader, CsvRandom *random)
{
	const CsvDialect d = plain_dialect();
	char record[40];
	const size_t len = 1 + csv_random(random, sizeof(record) - 1);
	Text expected = {"", 0};
	Text found = {"", 0};
	Text lenient = {"", 0};
	uint32_t i;
	bool ok;
	CsvRow row;

	for (i = 0; i < len; i++)
		record[i] = "\"\"\",,ab"[csv_random(random, 7)];
	csv_reader_begin(reader, &d, record, len);
	if (!CHECK(csv_reader_next(reader, &row) == FMT_OK))
		return;
	for (i = 0; i < row.nfields; i++)
		add_field(row.fields[i].data, row.fields[i].len, &found);
	ok = split_strictly(record, len, &expected);
	CHECK(ok == (row.kind == CSV_RECORD_DATA));
	if (ok)
	{
		CHECK_NOTE(strcmp(found.bytes, expected.bytes) == 0, found.bytes);
		CHECK(csv_split_lenient(&d, record, len, add_field, &lenient) == FMT_OK);
		CHECK_NOTE(strcmp(found.bytes, lenient.bytes) == 0, lenient.bytes);
	}
	csv_reader_release(reader);
}

int
main(void)
{
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvReader *reader = csv_reader_create(&allocator);
	CsvRandom random = {88172645463325252U, NULL, 0};
	int round;

	check_lenient_cases();
	check_unsupported();
	check_long_field();
	for (round = 0; round < 100000; round++)
		check_against_libcsv(reader, &random);
	csv_reader_destroy(reader);
	return unit_finish();
}
