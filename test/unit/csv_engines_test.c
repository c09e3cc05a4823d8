/*
 * csv_engines_test.c: all scan engines, the splitter and the reader against
 * the oracle: what is hard for masks at every place of a block, then random
 * dialects and inputs.
 *
 * Usage: csv_engines_test [seed [rounds]].  The seed is printed, so that a failure can
 * be repeated.
 */
#include "csv_oracle.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define AREA_SIZE ((size_t) 128 * 1024)

/* AREA_SIZE bytes that end where a page without access begins. */
static char *
guarded_area(void)
{
	const size_t page = (size_t) sysconf(_SC_PAGESIZE);
	char *area =
		mmap(NULL, AREA_SIZE + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED || mprotect(area + AREA_SIZE, page, PROT_NONE) != 0)
	{
		perror("guarded area");
		exit(2);
	}
	return area;
}

static void
print_case(const CsvDialect *d, size_t len, size_t piece, const char *failure)
{
	printf("%s: len %lu, piece %lu, delimiter '%.*s', quote %d, escape %d, comment %d, newline %d, "
		   "padding %d, columns %u, limit %lu\n",
		   failure, (unsigned long) len, (unsigned long) piece, d->delimiter_len, d->delimiter,
		   d->quote, d->escape, d->comment, d->newline, d->null_padding, d->ncolumns,
		   (unsigned long) d->max_record);
}

static bool
run_case(CsvRandom *random, char *area, size_t len, size_t piece)
{
	const CsvDialect d = csv_random_dialect(random);
	char *buf = area + AREA_SIZE - len;
	const char *failure;

	csv_random_input(random, &d, buf, len);
	failure = oracle_check(&d, buf, len, piece, random);
	if (failure != NULL)
		print_case(&d, len, piece, failure);
	return CHECK(failure == NULL);
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
	d.ncolumns = 2;
	d.max_record = 1 << 20;
	return d;
}

/* Every snippet at every offset of a block, at the start of a record and inside one. */
static void
check_block_edges(CsvRandom *random, char *area)
{
	static const char *const snippets[] = {
		"\"a\"x\n",  "\"a\",b\n",    "\"a\"\n",    "\"a\"\r\n",    "\"a\"\r\r\n",   "\"a\"\rx\n",
		"\"\"\n",    "\"\"\"\"\n",   "\"\"\"\n",   "\"a\"\"b\"\n", "\"a\"\" b\"\n", "a\"b\n",
		" \"a\"\n",  "\"a\nb\",c\n", "\"a\nb\"\n", "\"a\n#b\"\n",  "#\"a\n",        "#a\n",
		"\r\"a\"\n", "\r\n",         "a\rb\n",     "\n\n",         "\"a",           "\"a\\\"b\"\n"};
	const size_t n = sizeof(snippets) / sizeof(snippets[0]);
	size_t i;

	for (i = 0; i < n * 4; i++)
	{
		const char *snippet = snippets[i / 4];
		size_t offset;

		for (offset = 2; offset < 140; offset++)
		{
			const size_t len = offset + strlen(snippet) + 150;
			char *buf = area + AREA_SIZE - len;
			CsvDialect d = plain_dialect();
			const char *failure;

			d.comment = i / 2 % 2 == 0 ? '#' : '\0';
			d.escape = offset % 16 == 0 ? '\\' : '"';
			memset(buf, 'a', len);
			buf[offset - 1] = "\n,"[i % 2];
			memcpy(buf + offset, snippet, strlen(snippet));
			memcpy(buf + offset + strlen(snippet) + 90, "\n\"a\",b\n", 8);
			failure = oracle_check(&d, buf, len, 70, random);
			if (failure != NULL)
				printf("snippet %s at %lu: %s\n", snippet, (unsigned long) offset, failure);
			CHECK(failure == NULL);
		}
	}
}

/* Lines around the limit, shorter and longer than a block and a window. */
static void
check_limits(CsvRandom *random, char *area)
{
	static const size_t limits[] = {63, 64, 65, 127, 128, 129, 191, 200, 16383, 16384, 16385};
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
	{
		size_t length;

		for (length = limits[i] - 3; length <= limits[i] + 3; length++)
		{
			const char *const heads[] = {"a", "#", "\"a\",", "\"a\nb\",", "\"a\""};
			const size_t len = 3 * (length + 1) + 5;
			char *buf = area + AREA_SIZE - len;
			CsvDialect d = plain_dialect();
			size_t line;

			d.max_record = limits[i];
			d.comment = '#';
			memset(buf, 'a', len);
			for (line = 0; line < 3; line++)
			{
				const char *head = heads[(length + line) % 5];

				memcpy(buf + line * (length + 1), head, strlen(head));
				buf[line * (length + 1) + length] = '\n';
				if (length % 2 == 0)
					buf[line * (length + 1) + length - 1] = '\r';
			}
			CHECK(oracle_check(&d, buf, len, length / 2, random) == NULL);
		}
	}
}

/* Rows are known to be ASCII wherever in a block, or not, the byte stands that decides it. */
static void
check_ascii(char *area)
{
	static const char bytes[] = {'\0', '\x01', '\x7f', '\x80', '\xff'};
	const FmtAllocator allocator = oracle_allocator(NULL);
	CsvReader *reader = csv_reader_create(&allocator);
	const CsvDialect d = plain_dialect();
	const size_t len = 150;
	char *buf = area + AREA_SIZE - len;
	const char *const *engine;
	size_t i;

	for (engine = csv_scan_engines(); *engine != NULL; engine++)
	{
		CHECK(csv_scan_use_engine(*engine));
		for (i = 0; i < sizeof(bytes) * (len - 1); i++)
		{
			const char byte = bytes[i % sizeof(bytes)];
			CsvRow row;

			memset(buf, 'a', len);
			buf[len - 1] = '\n';
			buf[i / sizeof(bytes)] = byte;
			csv_reader_begin(reader, &d, buf, len);
			CHECK(csv_reader_next(reader, &row) == FMT_OK);
			CHECK(row.ascii == (byte == '\x01' || byte == '\x7f'));
		}
	}
	csv_scan_use_engine(NULL);
	csv_reader_destroy(reader);
}

int
main(int argc, char **argv)
{
	const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t) time(NULL);
	const int rounds = argc > 2 ? atoi(argv[2]) : 300;
	CsvRandom random = {0, NULL, 0};
	char *area = guarded_area();
	size_t bytes = 0;
	int round;

	random.state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15);
	printf("seed %llu\n", (unsigned long long) seed);
	check_block_edges(&random, area);
	check_limits(&random, area);
	check_ascii(area);
	for (round = 0; round < rounds; round++)
	{
		size_t len = 1 + csv_random(&random, 400);
		size_t piece;

		for (piece = 1; piece <= 17; piece++)
		{
			if (!run_case(&random, area, len, piece))
				return unit_finish();
			bytes += len;
		}
		len = 1 + csv_random(&random, 5000);
		if (!run_case(&random, area, len, 1 + csv_random(&random, 700)))
			return unit_finish();
		bytes += len;
		if (round % 4 == 0)
		{
			len = 20000 + csv_random(&random, 45000);
			if (!run_case(&random, area, len, 20000))
				return unit_finish();
			bytes += len;
		}
	}
	printf("%lu bytes\n", (unsigned long) bytes);
	return unit_finish();
}
