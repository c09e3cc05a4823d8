/*
 * parquet_rows_fuzz.c: any bytes as a whole Parquet file, all leaves of it.
 *
 * The first three bytes choose the batch size, the read size and the budget, the rest is the file.  It
 * is read twice, with different batches, and with a part of the rows skipped.  If both readings
 * succeed, they have given the same rows; if one is refused, so is the other, unless for memory.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/rows.h"
#include "test/unit/parquet_digest.h"

/* What is read of a file at most: rows and slots of a row group, row groups, leaves. */
#define MAX_ROWS   5000
#define MAX_SLOTS  100000
#define MAX_GROUPS 4
#define MAX_LEAVES 16

typedef struct FuzzInput
{
	const uint8_t *data;
	size_t size;
} FuzzInput;

typedef struct Reading
{
	PqReadOptions options;
	FmtStatus status; /* FMT_OK: gave up at a maximum */
	uint64_t rows;
	uint64_t digests[MAX_LEAVES];
} Reading;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static FmtStatus
read_at(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	const FuzzInput *input = context;

	require(offset <= input->size && len <= input->size - offset);
	memcpy(buffer, input->data + offset, len);
	return FMT_OK;
}

/* Reads a row group; true: to its end or an error. */
static bool
read_group(const PqFile *file, uint32_t group, uint64_t skip, Reading *reading)
{
	int32_t leaves[MAX_LEAVES];
	int32_t n = file->schema->nleaves < MAX_LEAVES ? file->schema->nleaves : MAX_LEAVES;
	PqProjection projection = {leaves, n};
	uint64_t slots = 0;
	PqError error;
	PqRows *rows;
	PqBatch batch;
	size_t now, peak;
	int32_t i;

	for (i = 0; i < n; i++)
	{
		leaves[i] = i;
		reading->digests[i] = DIGEST_START;
	}
	pq_error_init(&error);
	reading->rows = 0;
	reading->status = pq_rows_open(file, group, &projection, &reading->options, &rows, &error);
	if (reading->status != FMT_OK)
		return true;
	if (skip > 0)
		reading->status = pq_rows_skip(rows, skip, &error);
	while (reading->status == FMT_OK && reading->rows < MAX_ROWS && slots < MAX_SLOTS)
	{
		reading->status = pq_rows_next(rows, UINT32_MAX, &batch, &error);
		if (reading->status != FMT_OK)
			break;
		require(batch.nrows > 0 && batch.first_row == skip + reading->rows);
		reading->rows += batch.nrows;
		for (i = 0; i < n; i++)
		{
			slots += batch.vectors[i].nslots;
			reading->digests[i] = digest_vector(reading->digests[i], &batch.vectors[i],
												&file->schema->nodes[file->schema->leaves[i]]);
		}
	}
	if (FMT_IS_ERROR(reading->status))
		require(error.base.message[0] != '\0');
	pq_rows_memory(rows, &now, &peak);
	pq_rows_close(rows);
	return reading->status != FMT_OK;
}

static void
compare(const PqFile *file, const Reading *one, const Reading *other)
{
	int32_t n = file->schema->nleaves < MAX_LEAVES ? file->schema->nleaves : MAX_LEAVES;

	if (one->status == FMT_LIMIT || other->status == FMT_LIMIT)
		return;
	require(FMT_IS_ERROR(one->status) == FMT_IS_ERROR(other->status));
	if (FMT_IS_ERROR(one->status))
		return;
	require(one->rows == other->rows);
	require(memcmp(one->digests, other->digests, (size_t) n * sizeof(uint64_t)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t budgets[] = {1, 5000, 100000, 16 * 1024 * 1024};
	FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	FuzzInput input = {data + 3, size - 3};
	PqInput file_input = {read_at, &input, size - 3};
	Reading one;
	Reading other;
	PqFile *file;
	PqError error;
	uint32_t group;

	if (size < 3)
		return 0;
	memset(&one, 0, sizeof(one));
	memset(&other, 0, sizeof(other));
	one.options.batch_rows = 1 + data[0] % 64;
	one.options.read_size = 1 + data[1] * 16;
	one.options.memory_budget = budgets[data[2] % 4];
	one.options.verify_crc = false;
	other.options = one.options;
	other.options.batch_rows = 1000;
	if (pq_file_open(&file_input, &allocator, 1024 * 1024, &file, &error) != FMT_OK)
		return 0;
	for (group = 0; group < file->nrow_groups && group < MAX_GROUPS; group++)
	{
		bool complete = read_group(file, group, 0, &one);

		if (read_group(file, group, 0, &other) && complete)
			compare(file, &one, &other);
		read_group(file, group, data[0] % 16 + 1, &other);
	}
	pq_file_close(file);
	return 0;
}
