/*
 * csv_scan_bench.c: how fast records and fields are found, per scan engine.
 *
 * Generates three kinds of data of the given size (MB, 64 unless told) and prints
 * GB/s, the best of five runs, for the splitter and the reader of each engine, for
 * csv_record_next() alone, and for a loop of memchr() over the newlines, which knows no
 * quotes and is there as a yardstick.
 *
 *   cc -O2 -Isrc test/bench/csv_scan_bench.c src/format/csv/ *.c -lcsv
 */
#include "format/csv/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 5

typedef struct Sample
{
	const char *name;
	CsvDialect dialect;
	char *bytes;
	size_t len;
} Sample;

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* One row of ten columns, about 98 bytes without quotes; returns its length. */
static size_t
put_row(char *to, uint64_t *random, bool quoted, bool special)
{
	const char *q = quoted ? "\"" : "";
	const unsigned long n = next_random(random);
	const char *name = special && n % 5 == 0    ? "smith, \"\"bob\"\""
					   : special && n % 10 == 1 ? "two\nlines"
												: "smith and sons";

	return (size_t) sprintf(to,
							"%s%lu%s,%s%lu%s,%s%lu.%02lu%s,%s20%02lu-%02lu-%02lu 12:%02lu:07%s,"
							"%s2024-0%lu-1%lu%s,%s%s%s,%spaid%s,%s%lu.5%s,%strue%s,%s%lu%s\n",
							q, n, q, q, n % 1000, q, q, n % 10000, n % 100, q, q, n % 30,
							n % 12 + 1, n % 28 + 1, n % 60, q, q, n % 9 + 1, n % 10, q, q, name, q,
							q, q, q, n % 777, q, q, q, q, n % 100000, q);
}

static Sample
make_sample(const char *name, size_t size, unsigned quoted_percent, bool special)
{
	uint64_t random = 42;
	Sample sample;

	memset(&sample, 0, sizeof(sample));
	sample.name = name;
	sample.dialect.delimiter[0] = ',';
	sample.dialect.delimiter_len = 1;
	sample.dialect.quote = '"';
	sample.dialect.escape = '"';
	sample.dialect.newline = '\n';
	sample.dialect.ncolumns = 10;
	sample.dialect.max_record = 16 << 20;
	sample.bytes = malloc(size + 1024);
	if (sample.bytes == NULL)
		exit(2);
	while (sample.len < size)
	{
		const bool quoted = next_random(&random) % 100 < quoted_percent;

		sample.len += put_row(sample.bytes + sample.len, &random, quoted, quoted && special);
	}
	return sample;
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static uint64_t
run_memchr(const Sample *sample)
{
	const char *p = sample->bytes;
	const char *end = p + sample->len;
	uint64_t n = 0;

	while ((p = memchr(p, '\n', (size_t) (end - p))) != NULL)
	{
		n++;
		p++;
	}
	return n;
}

static uint64_t
run_scalar(const Sample *sample)
{
	CsvRecord record;
	size_t pos = 0;
	uint64_t n = 0;

	while (csv_record_next(&sample->dialect, sample->bytes, sample->len, pos, true, &record) ==
		   FMT_OK)
	{
		pos = record.next;
		n++;
	}
	return n;
}

/* In pieces of 1 MiB, as a leader reads. */
static uint64_t
run_splitter(const Sample *sample)
{
	CsvSplitter splitter;
	size_t seen = 0;

	csv_splitter_init(&splitter, &sample->dialect);
	while (seen < sample->len)
	{
		seen = sample->len - seen > 1 << 20 ? seen + (1 << 20) : sample->len;
		csv_splitter_feed(&splitter, sample->bytes, seen, seen == sample->len);
	}
	return splitter.records;
}

static void *
bench_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
bench_free(void *context, void *pointer)
{
	free(pointer);
}

/* As a worker reads a chunk; touches every field. */
static uint64_t
run_reader(const Sample *sample)
{
	const FmtAllocator allocator = {bench_alloc, bench_free, NULL};
	CsvReader *reader = csv_reader_create(&allocator);
	uint64_t n = 0;
	uint64_t length = 0;
	CsvRow row;

	csv_reader_begin(reader, &sample->dialect, sample->bytes, sample->len);
	while (csv_reader_next(reader, &row) == FMT_OK)
	{
		uint32_t i;

		for (i = 0; i < row.nfields; i++)
			length += row.fields[i].len;
		if (++n % 1024 == 0)
			csv_reader_release(reader);
	}
	csv_reader_destroy(reader);
	return length == 0 ? 0 : n;
}

static void
measure(const char *what, const char *engine, const Sample *sample, uint64_t (*run)(const Sample *))
{
	double best = 1e9;
	uint64_t n = 0;
	int i;

	for (i = 0; i < RUNS; i++)
	{
		const double start = seconds();
		double taken;

		n = run(sample);
		taken = seconds() - start;
		if (taken < best)
			best = taken;
	}
	printf("%-14s %-9s %-10s %6.2f GB/s %9lu records\n", sample->name, what, engine,
		   (double) sample->len / best / 1e9, (unsigned long) n);
}

int
main(int argc, char **argv)
{
	const size_t size = (size_t) (argc > 1 ? atoi(argv[1]) : 64) << 20;
	Sample samples[4];
	size_t i;

	samples[0] = make_sample("plain", size, 0, false);
	samples[1] = make_sample("5% quoted", size, 5, true);
	samples[2] = make_sample("quoted", size, 100, false);
	samples[3] = make_sample("quoted special", size, 100, true);
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
	{
		const char *const *engine;

		measure("memchr", "-", &samples[i], run_memchr);
		measure("scalar", "-", &samples[i], run_scalar);
		for (engine = csv_scan_engines(); *engine != NULL; engine++)
		{
			csv_scan_use_engine(*engine);
			measure("splitter", *engine, &samples[i], run_splitter);
			measure("reader", *engine, &samples[i], run_reader);
		}
		free(samples[i].bytes);
	}
	return 0;
}
