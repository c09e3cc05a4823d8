/*
 * parquet_rows_test.c: a table reads the same whatever the batches, pages, reads and budgets are.
 *
 * Memory is counted by the reader and by the test's allocator, which must find nothing left over.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/budget.h"
#include "test/unit/parquet_digest.h"
#include "test/unit/parquet_table.h"
#include "test/unit/unit.h"

#define NO_BUDGET ((size_t) 1 << 30)

typedef struct Counted
{
	size_t now;
	size_t peak;
	size_t blocks;
} Counted;

static void *
counted_alloc(void *context, size_t size)
{
	Counted *counted = context;
	size_t *block = malloc(size + 16);

	if (block == NULL)
		abort();
	*block = size;
	counted->now += size;
	counted->blocks++;
	if (counted->now > counted->peak)
		counted->peak = counted->now;
	return (char *) block + 16;
}

static void
counted_free(void *context, void *pointer)
{
	Counted *counted = context;
	size_t *block = (size_t *) (void *) ((char *) pointer - 16);

	counted->now -= *block;
	counted->blocks--;
	free(block);
}

typedef struct Reading
{
	PqReadOptions options;
	uint32_t max_rows; /* asked of each batch */
	uint32_t skip;
	FmtStatus status;
	PqError error;
	uint64_t rows;
	size_t peak;
	uint64_t digests[TABLE_LEAVES];
} Reading;

static void
read_rows(const PqFile *file, Reading *reading)
{
	int32_t leaves[TABLE_LEAVES];
	PqProjection projection = {leaves, TABLE_LEAVES};
	PqRows *rows;
	PqBatch batch;
	size_t now;
	int i;

	for (i = 0; i < TABLE_LEAVES; i++)
	{
		leaves[i] = i;
		reading->digests[i] = DIGEST_START;
	}
	reading->status = pq_rows_open(file, 0, &projection, &reading->options, &rows, &reading->error);
	if (reading->status != FMT_OK)
		return;
	if (reading->skip > 0)
		reading->status = pq_rows_skip(rows, reading->skip, &reading->error);
	while (reading->status == FMT_OK)
	{
		reading->status = pq_rows_next(rows, reading->max_rows, &batch, &reading->error);
		if (reading->status != FMT_OK)
			break;
		CHECK(batch.nrows > 0 && batch.nrows <= reading->max_rows &&
			  batch.nrows <= reading->options.batch_rows);
		CHECK(batch.first_row == reading->rows + reading->skip);
		reading->rows += batch.nrows;
		for (i = 0; i < TABLE_LEAVES; i++)
			reading->digests[i] = digest_vector(reading->digests[i], &batch.vectors[i],
												&file->schema->nodes[file->schema->leaves[i]]);
	}
	pq_rows_memory(rows, &now, &reading->peak);
	pq_rows_close(rows);
}

/* Reads the table and checks that nothing is different, and no memory is left. */
static void
check_reading(const TestTable *table, const TableShape *shape, Reading *reading)
{
	Counted counted = {0};
	FmtAllocator allocator = {counted_alloc, counted_free, &counted};
	PqFile *file = NULL;
	char note[400];
	int i;

	pq_error_init(&reading->error);
	reading->rows = 0;
	if (!CHECK(pq_file_open(&table->input, &allocator, PQ_MAX_FOOTER, &file, &reading->error) ==
			   FMT_OK))
	{
		printf("%s\n", reading->error.base.message);
		return;
	}
	read_rows(file, reading);
	snprintf(note, sizeof(note), "codec %d, V%d, page %u, batch %u, read %u, budget %zu: %s",
			 shape->codec, shape->version, shape->page_slots, reading->options.batch_rows,
			 reading->options.read_size, reading->options.memory_budget,
			 reading->error.base.message);
	CHECK_NOTE(reading->status == FMT_END, note);
	CHECK_NOTE(reading->rows == shape->rows - reading->skip, note);
	for (i = 0; i < TABLE_LEAVES && reading->status == FMT_END; i++)
	{
		if (!CHECK_NOTE(reading->digests[i] == table_digest(table, i, reading->skip), note))
			printf("leaf %d\n", i);
	}
	CHECK_NOTE(reading->peak <= reading->options.memory_budget + PQ_BUDGET_RESERVE, note);
	pq_file_close(file);
	CHECK_NOTE(counted.now == 0 && counted.blocks == 0, note);
}

static const uint32_t sizes[] = {1, 2, 3, 7, 1000};

#define NSIZES (sizeof(sizes) / sizeof(sizes[0]))

/* Every combination of batches, pages and reads. */
static void
test_sizes(void)
{
	size_t page, batch, read;

	for (page = 0; page < NSIZES; page++)
	{
		TableShape shape = {7 + page, 300, sizes[page], PW_ZSTD, PW_V1, page % 2 == 1};
		TestTable *table;

		if (page % 2 == 0)
			shape.version = PW_V2;
		table = table_create(&shape);
		for (batch = 0; batch < NSIZES; batch++)
		{
			for (read = 0; read < NSIZES; read += 2)
			{
				Reading reading = {.options = {NO_BUDGET, sizes[batch], sizes[read], true},
								   .max_rows = UINT32_MAX};

				check_reading(table, &shape, &reading);
			}
		}
		table_free(table);
	}
}

/* Pages that are streamed, pages that are given back all the time, both. */
static void
test_budgets(void)
{
	static const int codecs[] = {PW_UNCOMPRESSED, PW_SNAPPY, PW_GZIP,
								 PW_BROTLI,       PW_ZSTD,   PW_LZ4_RAW};
	static const size_t budgets[] = {1, 3000, 20000, 60000, 200000};
	size_t codec, budget;

	for (codec = 0; codec < sizeof(codecs) / sizeof(codecs[0]); codec++)
	{
		TableShape shape = {codec, 600, 211, codecs[codec], codec % 2 == 0 ? PW_V1 : PW_V2, false};
		TestTable *table = table_create(&shape);

		for (budget = 0; budget < sizeof(budgets) / sizeof(budgets[0]); budget++)
		{
			Reading reading = {.options = {budgets[budget], 64, 1000, true},
							   .max_rows = UINT32_MAX};

			check_reading(table, &shape, &reading);
			reading.options.batch_rows = 1;
			check_reading(table, &shape, &reading);
			reading.options.batch_rows = 1000;
			reading.max_rows = 13;
			check_reading(table, &shape, &reading);
		}
		table_free(table);
	}
}

/* Rows are passed over by page, by level, or read and forgotten. */
static void
test_skip(void)
{
	static const uint32_t skips[] = {1, 2, 99, 100, 101, 250, 399, 400};
	size_t i;
	int version;

	for (version = PW_V1; version <= PW_V2; version += PW_V2 - PW_V1)
	{
		TableShape shape = {99, 400, 10, PW_SNAPPY, version, version == PW_V2};
		TestTable *table = table_create(&shape);

		for (i = 0; i < sizeof(skips) / sizeof(skips[0]); i++)
		{
			Reading reading = {
				.options = {NO_BUDGET, 50, 1000, true}, .max_rows = UINT32_MAX, .skip = skips[i]};

			check_reading(table, &shape, &reading);
			reading.options.memory_budget = 10000;
			check_reading(table, &shape, &reading);
		}
		table_free(table);
	}
}

int
main(void)
{
	test_sizes();
	test_budgets();
	test_skip();
	return unit_finish();
}
