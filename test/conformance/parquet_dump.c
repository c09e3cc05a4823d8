/*
 * parquet_dump.c: prints the rows of a Parquet file as JSON, one object a line.
 *
 *   parquet_dump [options] FILE
 *     --batch-rows N   rows of a batch                  (1024)
 *     --read-size N    bytes asked of the file at once  (256 KiB)
 *     --budget N       memory_budget, in bytes          (256 MiB)
 *     --columns N      the first N columns only
 *     --rows N         the first N rows of the file only
 *     --skip N         passes over N rows of each row group
 *     --count          decodes everything, prints the number of rows
 *     --memory         prints the most memory that the reader took, to stderr
 *
 * Exit status: 0, all rows are printed; 3, the file was refused: "CLASS: message" and the place are on
 * stderr; 2, usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/parquet/json.h"
#include "format/parquet/json_writer.h"
#include "format/parquet/rows.h"

typedef struct Dump
{
	PqReadOptions read;
	int32_t max_columns;
	uint64_t max_rows;
	uint64_t skip;
	bool count_only;
	bool show_memory;
	const char *path;

	PqFile *file;
	int32_t nfields;
	int32_t *leaves;
	int32_t nleaves;
	PqPosition *at; /* one per leaf of the schema */
	uint64_t printed;
	size_t peak;
} Dump;

static const PqJsonStyle style = {.maps_as_pairs = true,
								  .decimals_as_text = true,
								  .keep_nanoseconds = true,
								  .json_is_text = true,
								  .widen_floats = true,
								  .mark_invalid_text = true};

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size > 0 ? size : 1);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static const FmtAllocator allocator = {plain_alloc, plain_free, NULL};

static FmtStatus
read_file(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	int fd = *(int *) context;
	size_t done = 0;

	while (done < len)
	{
		ssize_t n = pread(fd, (char *) buffer + done, len - done, (off_t) (offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return pq_error(error, FMT_IO, offset + done, "could not read: %s",
							n < 0 ? strerror(errno) : "the file has become shorter");
		done += (size_t) n;
	}
	return FMT_OK;
}

static bool
print(void *context, const char *data, size_t len)
{
	return fwrite(data, 1, len, stdout) == len;
}

static const PqSink sink = {print, NULL};

/* One row; at: the positions of all projected leaves, which move on. */
static FmtStatus
dump_row(const Dump *dump, const PqVector *vectors, PqError *error)
{
	const PqSchema *schema = dump->file->schema;
	FmtStatus status = FMT_OK;
	int32_t leaf = 0;
	int32_t i;

	putchar('{');
	for (i = 0; i < dump->nfields && status == FMT_OK; i++)
	{
		const PqField *field = schema->fields[i];
		PqAssembly assembly = {field, vectors + leaf, dump->at + leaf};
		PqJsonWriter writer;

		if (i > 0)
			putchar(',');
		pq_json_begin(&writer, &sink, &style, error);
		pq_json_name(&writer, field->name.data, field->name.len);
		status = pq_json_finish(&writer);
		if (status == FMT_OK)
			status = pq_json_field(schema, &assembly, &style, &sink, error);
		leaf += field->nleaves;
	}
	puts("}");
	return status;
}

static FmtStatus
dump_batch(Dump *dump, const PqBatch *batch, PqError *error)
{
	FmtStatus status = FMT_OK;
	uint32_t row;

	if (dump->count_only)
	{
		dump->printed += batch->nrows;
		return FMT_OK;
	}
	memset(dump->at, 0, (size_t) (dump->nleaves + 1) * sizeof(*dump->at));
	for (row = 0; row < batch->nrows && status == FMT_OK && dump->printed < dump->max_rows; row++)
	{
		status = dump_row(dump, batch->vectors, error);
		dump->printed++;
	}
	return status;
}

static FmtStatus
dump_row_group(Dump *dump, uint32_t row_group, PqError *error)
{
	PqProjection projection = {dump->leaves, dump->nleaves};
	PqRows *rows;
	PqBatch batch;
	size_t now, peak;
	FmtStatus status = pq_rows_open(dump->file, row_group, &projection, &dump->read, &rows, error);

	if (status != FMT_OK)
		return status;
	if (dump->skip > 0)
		status = pq_rows_skip(rows, dump->skip, error);
	while (status == FMT_OK && dump->printed < dump->max_rows)
	{
		status = pq_rows_next(rows, UINT32_MAX, &batch, error);
		if (status == FMT_OK)
			status = dump_batch(dump, &batch, error);
	}
	pq_rows_memory(rows, &now, &peak);
	if (peak > dump->peak)
		dump->peak = peak;
	pq_rows_close(rows);
	return status == FMT_END ? FMT_OK : status;
}

static FmtStatus
dump_file(Dump *dump, const PqInput *input, PqError *error)
{
	FmtStatus status = pq_file_open(input, &allocator, PQ_MAX_FOOTER, &dump->file, error);
	const PqSchema *schema;
	uint32_t i;

	if (status != FMT_OK)
		return status;
	schema = dump->file->schema;
	dump->nfields = schema->nfields < dump->max_columns ? schema->nfields : dump->max_columns;
	for (i = 0; i < (uint32_t) dump->nfields; i++)
		dump->nleaves += schema->fields[i]->nleaves;
	dump->leaves = malloc(((size_t) dump->nleaves + 1) * sizeof(*dump->leaves));
	dump->at = malloc(((size_t) dump->nleaves + 1) * sizeof(*dump->at));
	if (dump->leaves == NULL || dump->at == NULL)
		return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
	for (i = 0; i < (uint32_t) dump->nleaves; i++)
		dump->leaves[i] = (int32_t) i;
	for (i = 0; i < dump->file->nrow_groups && status == FMT_OK; i++)
		status = dump_row_group(dump, i, error);
	return status;
}

static const char *
class_name(FmtStatus status)
{
	switch (status)
	{
		case FMT_CORRUPT:
			return "corrupt";
		case FMT_TRUNCATED:
			return "truncated";
		case FMT_CHECKSUM:
			return "checksum";
		case FMT_UNSUPPORTED:
			return "unsupported";
		case FMT_LIMIT:
			return "limit";
		case FMT_NO_MEMORY:
			return "no_memory";
		case FMT_IO:
			return "io";
		default:
			return "unexpected";
	}
}

static void
print_error(FmtStatus status, const PqError *error)
{
	fprintf(stderr, "%s: %s (row group %d, column \"%.*s\", page %lld, offset %llu)\n",
			class_name(status), error->base.message, (int) error->row_group,
			(int) error->column.len, error->column.len > 0 ? error->column.data : "",
			(long long) error->page, (unsigned long long) error->base.offset);
}

/* false: wrong usage. */
static bool
parse_arguments(int argc, char **argv, Dump *dump)
{
	int i;

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++)
	{
		unsigned long long value = i + 1 < argc ? strtoull(argv[i + 1], NULL, 10) : 0;

		if (strcmp(argv[i], "--count") == 0)
			dump->count_only = true;
		else if (strcmp(argv[i], "--memory") == 0)
			dump->show_memory = true;
		else if (strcmp(argv[i], "--batch-rows") == 0 && ++i)
			dump->read.batch_rows = (uint32_t) value;
		else if (strcmp(argv[i], "--read-size") == 0 && ++i)
			dump->read.read_size = (uint32_t) value;
		else if (strcmp(argv[i], "--budget") == 0 && ++i)
			dump->read.memory_budget = (size_t) value;
		else if (strcmp(argv[i], "--columns") == 0 && ++i)
			dump->max_columns = (int32_t) value;
		else if (strcmp(argv[i], "--rows") == 0 && ++i)
			dump->max_rows = value;
		else if (strcmp(argv[i], "--skip") == 0 && ++i)
			dump->skip = value;
		else
			return false;
	}
	dump->path = i == argc - 1 ? argv[i] : NULL;
	return dump->path != NULL;
}

int
main(int argc, char **argv)
{
	Dump dump = {.read = {.memory_budget = (size_t) 256 * 1024 * 1024,
						  .batch_rows = 1024,
						  .read_size = 256 * 1024,
						  .verify_crc = true},
				 .max_columns = INT32_MAX,
				 .max_rows = UINT64_MAX};
	PqInput input = {read_file, NULL, 0};
	PqError error;
	FmtStatus status;
	struct stat stat_buffer;
	int fd;

	if (!parse_arguments(argc, argv, &dump))
	{
		fprintf(stderr, "usage: parquet_dump [options] FILE\n");
		return 2;
	}
	fd = open(dump.path, O_RDONLY);
	if (fd < 0 || fstat(fd, &stat_buffer) != 0)
	{
		perror(dump.path);
		return 2;
	}
	input.context = &fd;
	input.size = (uint64_t) stat_buffer.st_size;
	pq_error_init(&error);
	status = dump_file(&dump, &input, &error);
	if (dump.count_only)
		printf("%llu\n", (unsigned long long) dump.printed);
	fflush(stdout);
	if (status != FMT_OK)
		print_error(status, &error);
	if (dump.show_memory)
		fprintf(stderr, "memory: %llu\n", (unsigned long long) dump.peak);
	if (dump.file != NULL)
		pq_file_close(dump.file);
	free(dump.leaves);
	free(dump.at);
	close(fd);
	return status == FMT_OK ? 0 : 3;
}
