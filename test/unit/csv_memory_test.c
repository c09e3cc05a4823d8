/*
 * csv_memory_test.c: the reader's memory: refused, kept and released.
 */
#include "csv_oracle.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static CsvDialect
plain_dialect(uint32_t ncolumns)
{
	CsvDialect d;

	memset(&d, 0, sizeof(d));
	d.delimiter[0] = ',';
	d.delimiter_len = 1;
	d.quote = '"';
	d.escape = '"';
	d.newline = '\n';
	d.ncolumns = ncolumns;
	d.max_record = 1 << 20;
	return d;
}

/* Refuses memory once *context allocations were granted. */
static void *
limited_alloc(void *context, size_t size)
{
	return (*(long *) context)-- > 0 ? malloc(size) : NULL;
}

static void
limited_free(void *context, void *pointer)
{
	free(pointer);
}

/* A row with escapes and more fields than the reader has room for at first. */
static void
check_refused_memory(void)
{
	const size_t nfields = 40000;
	const CsvDialect d = plain_dialect(0);
	char *input = malloc(nfields + 20);
	FmtAllocator allocator = {limited_alloc, limited_free, NULL};
	FmtStatus status = FMT_NO_MEMORY;
	long granted;
	long refusals = 0;

	memset(input, ',', nfields);
	memcpy(input + nfields, "\"a\"\"b\"\n", 7);
	for (granted = 0; status == FMT_NO_MEMORY && granted < 20; granted++)
	{
		long left = granted;
		CsvReader *reader;
		CsvRow row;

		allocator.context = &left;
		reader = csv_reader_create(&allocator);
		if (reader == NULL)
		{
			refusals++;
			continue;
		}
		csv_reader_begin(reader, &d, input, nfields + 7);
		status = csv_reader_next(reader, &row);
		refusals += status == FMT_NO_MEMORY;
		if (status == FMT_OK)
			CHECK(row.nfields == nfields + 1 && row.fields[nfields].len == 3);
		csv_reader_destroy(reader);
	}
	CHECK(status == FMT_OK);
	CHECK(refusals >= 6);
	free(input);
}

/* Fields with escapes stay valid over rows and chunks until they are released. */
static void
check_scratch(void)
{
	long live = 0;
	const FmtAllocator allocator = oracle_allocator(&live);
	CsvReader *reader = csv_reader_create(&allocator);
	const CsvDialect d = plain_dialect(2);
	const long idle = live;
	CsvField kept[3000];
	size_t i;
	CsvRow row;

	for (i = 0; i < 3000; i++)
	{
		static const char input[] = "\"x\"\"yz012345678901234567890123456789012345678\",b\n";

		csv_reader_begin(reader, &d, input, sizeof(input) - 1);
		if (csv_reader_next(reader, &row) == FMT_OK)
			kept[i] = row.fields[0];
	}
	for (i = 0; i < 3000; i++)
		CHECK(kept[i].len == 43 && memcmp(kept[i].data, "x\"yz0", 5) == 0);
	CHECK(live > idle + 1);
	csv_reader_release(reader);
	CHECK(live <= idle + 1);
	csv_reader_destroy(reader);
	CHECK(live == 0);
}

int
main(void)
{
	check_refused_memory();
	check_scratch();
	return unit_finish();
}
