/*
 * parquet_rows_hard_test.c: chunks that disagree, damaged dictionaries, and files that are large or wide.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/budget.h"
#include "format/parquet/rows.h"
#include "test/unit/parquet_digest.h"
#include "test/unit/parquet_table.h"
#include "test/unit/unit.h"

#define MIB ((size_t) 1024 * 1024)

typedef struct Outcome
{
	FmtStatus status;
	PqError error;
	uint64_t rows;
	size_t peak;
	uint64_t digest; /* of the first leaf */
} Outcome;

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

static void
read_all(PqRows *rows, const PqNode *first, Outcome *outcome)
{
	size_t now;

	while (outcome->status == FMT_OK)
	{
		PqBatch batch;

		outcome->status = pq_rows_next(rows, UINT32_MAX, &batch, &outcome->error);
		if (outcome->status != FMT_OK)
			break;
		outcome->rows += batch.nrows;
		outcome->digest = digest_vector(outcome->digest, &batch.vectors[0], first);
	}
	pq_rows_memory(rows, &now, &outcome->peak);
}

/* Finishes the file and reads its first row group, all leaves. */
static Outcome
read_file(PwFile *writer, const char *created_by, const PqReadOptions *options)
{
	FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	MemoryInput memory = {NULL, 0};
	PqInput input = {memory_read, &memory, 0};
	Outcome outcome = {.digest = DIGEST_START};
	PqFile *file;
	PqProjection projection;
	int32_t *leaves;
	PqRows *rows;
	int32_t i;

	memory.data = pw_finish(writer, created_by, &memory.len);
	input.size = memory.len;
	pq_error_init(&outcome.error);
	outcome.status = pq_file_open(&input, &allocator, PQ_MAX_FOOTER, &file, &outcome.error);
	if (!CHECK_NOTE(outcome.status == FMT_OK, outcome.error.base.message))
		return outcome;
	leaves = malloc((size_t) file->schema->nleaves * sizeof(*leaves));
	if (leaves == NULL)
		abort();
	for (i = 0; i < file->schema->nleaves; i++)
		leaves[i] = i;
	projection.leaves = leaves;
	projection.n = file->schema->nleaves;
	outcome.status = pq_rows_open(file, 0, &projection, options, &rows, &outcome.error);
	if (outcome.status == FMT_OK)
	{
		read_all(rows, &file->schema->nodes[file->schema->leaves[0]], &outcome);
		pq_rows_close(rows);
	}
	free(leaves);
	pq_file_close(file);
	return outcome;
}

static const PqReadOptions usual = {64 * MIB, 1000, 1000, true, NULL, NULL};

static PwFile *
one_leaf(int repetition, int type, int64_t num_rows)
{
	PwFile *writer = pw_create();

	pw_top_level(writer, 1);
	pw_leaf(writer, "c", repetition, type, 0);
	pw_row_group(writer, num_rows);
	return writer;
}

/* A page of bodies as they are given: levels of repetition, of definition, values. */
static void
raw_page(PwFile *writer, int type, int encoding, int64_t num_values,
		 const EncBuffer *const parts[3])
{
	PwPage page = {type, encoding, num_values, num_values, parts[0], parts[1], parts[2], 0};

	pw_page(writer, &page);
}

#define PARTS(rep, def, values) ((const EncBuffer *const[3]){(rep), (def), (values)})

/* Checks class and place, and that the message has the text; frees the file. */
static void
check_refused(PwFile *writer, FmtStatus status, const char *text)
{
	Outcome outcome = read_file(writer, "test", &usual);

	CHECK_NOTE(outcome.status == status, outcome.error.base.message);
	CHECK_NOTE(strstr(outcome.error.base.message, text) != NULL, outcome.error.base.message);
	CHECK(outcome.error.leaf == 0 && outcome.error.row_group == 0);
	CHECK(outcome.error.column.len == 1 && outcome.error.base.offset >= 4);
	pw_free(writer);
}

static void
test_row_counts(void)
{
	EncBuffer values = {0};
	EncBuffer levels = {0};
	uint64_t ones[] = {1, 1, 1};
	int64_t rows;

	enc_bytes(&values, "aaaabbbbcccc", 12);
	for (rows = 2; rows <= 4; rows += 2)
	{
		PwFile *writer = one_leaf(PW_REQUIRED, PW_INT32, rows);

		pw_chunk(writer, PW_UNCOMPRESSED, -1);
		raw_page(writer, PW_V1, PW_PLAIN, 3, PARTS(NULL, NULL, &values));
		check_refused(writer, FMT_CORRUPT, rows < 3 ? "more rows" : "fewer rows");
	}
	{
		/* a chunk that begins in the middle of a row */
		PwFile *writer = one_leaf(PW_REPEATED, PW_INT32, 1);

		enc_hybrid(&levels, ones, 3, 1, ENC_RUNS_RLE);
		pw_chunk(writer, PW_UNCOMPRESSED, -1);
		raw_page(writer, PW_V1, PW_PLAIN, 3, PARTS(&levels, &levels, &values));
		check_refused(writer, FMT_CORRUPT, "begins inside a row");
	}
	enc_free(&values);
	enc_free(&levels);
}

static void
test_dictionaries(void)
{
	EncBuffer entries = {0};
	EncBuffer indices = {0};
	PwFile *writer;

	enc_bytes(&entries, "aaaabbbb", 8);
	enc_bytes(&indices, "\x01\x08\x01", 3); /* 4 times the index 1 */

	writer = one_leaf(PW_REQUIRED, PW_INT32, 4);
	pw_chunk(writer, PW_UNCOMPRESSED, -1);
	raw_page(writer, PW_V1, PW_RLE_DICTIONARY, 4, PARTS(NULL, NULL, &indices));
	check_refused(writer, FMT_CORRUPT, "dictionary");

	writer = one_leaf(PW_REQUIRED, PW_INT32, 4);
	pw_chunk(writer, PW_UNCOMPRESSED, -1);
	raw_page(writer, PW_DICTIONARY, PW_PLAIN, 2, PARTS(NULL, NULL, &entries));
	raw_page(writer, PW_DICTIONARY, PW_PLAIN, 2, PARTS(NULL, NULL, &entries));
	raw_page(writer, PW_V1, PW_RLE_DICTIONARY, 4, PARTS(NULL, NULL, &indices));
	check_refused(writer, FMT_CORRUPT, "second dictionary");

	writer = one_leaf(PW_REQUIRED, PW_INT32, 4);
	pw_chunk(writer, PW_UNCOMPRESSED, -1);
	raw_page(writer, PW_DICTIONARY, PW_PLAIN, INT32_MAX, PARTS(NULL, NULL, &entries));
	raw_page(writer, PW_V1, PW_RLE_DICTIONARY, 4, PARTS(NULL, NULL, &indices));
	check_refused(writer, FMT_CORRUPT, "cannot have 2147483647 entries");
	enc_free(&entries);
	enc_free(&indices);
}

/* PARQUET-246: parquet-mr before 1.8.0 went on with the last string of the page before. */
static void
test_continued_strings(void)
{
	static const EncString strings[] = {{"abcd", 4}, {"abce", 4}, {"abcf", 4}, {"abcg", 4}};
	static const EncDelta delta = {128, 4, false, 0, false, true};
	static const uint64_t prefix[] = {3, 3};
	static const EncString suffixes[] = {{"f", 1}, {"g", 1}};
	static const char *const writers[] = {"parquet-mr version 1.7.0 (build x)",
										  "parquet-mr version 1.8.0 (build x)"};
	uint64_t expected = DIGEST_START;
	size_t i;

	for (i = 0; i < 4; i++)
		expected = digest_slot(expected, 0, 0, strings[i].data, 4);
	for (i = 0; i < 4; i++)
	{
		PqReadOptions options = usual;
		PwFile *writer = one_leaf(PW_REQUIRED, PW_BYTE_ARRAY, 4);
		EncBuffer values = {0};
		Outcome outcome;

		if (i / 2 > 0)
			options.memory_budget = 1;
		pw_chunk(writer, PW_SNAPPY, -1);
		enc_delta_bytes(&values, strings, 2, 100, &delta);
		raw_page(writer, PW_V1, PW_DELTA_BYTE_ARRAY, 2, PARTS(NULL, NULL, &values));
		values.len = 0;
		enc_delta(&values, prefix, 2, &delta);
		enc_delta_length(&values, suffixes, 2, &delta);
		raw_page(writer, PW_V1, PW_DELTA_BYTE_ARRAY, 2, PARTS(NULL, NULL, &values));
		outcome = read_file(writer, writers[i % 2], &options);
		if (i % 2 == 0)
			CHECK_NOTE(outcome.status == FMT_END && outcome.digest == expected,
					   outcome.error.base.message);
		else
			CHECK_NOTE(outcome.status == FMT_CORRUPT, outcome.error.base.message);
		enc_free(&values);
		pw_free(writer);
	}
}

/* DuckDB writes a null array of two as two nulls, the second where only an element can be. */
static void
test_null_arrays(void)
{
	static const char *const writers[] = {"DuckDB version v2.0.0 (build x)", "test"};
	static const uint64_t rep[] = {0, 1, 0, 1, 0, 1};
	static const uint64_t def[] = {2, 2, 0, 0, 2, 2};
	static const uint8_t kept[] = {0, 1, 2, 4, 5};
	EncBuffer reps = {0};
	EncBuffer defs = {0};
	EncBuffer values = {0};
	uint64_t expected = DIGEST_START;
	size_t i;

	enc_bytes(&values, "aaaabbbbccccdddd", 16);
	enc_hybrid(&reps, rep, 6, 1, ENC_RUNS_RLE);
	enc_hybrid(&defs, def, 6, 2, ENC_RUNS_RLE);
	for (i = 0; i < 5; i++)
	{
		static const char *const texts[] = {"aaaa", "bbbb", NULL, "cccc", "dddd"};

		expected = digest_slot(expected, (uint8_t) rep[kept[i]], (uint8_t) def[kept[i]], texts[i],
							   texts[i] != NULL ? 4 : 0);
	}
	for (i = 0; i < 2; i++)
	{
		PwFile *writer = pw_create();
		Outcome outcome;

		pw_top_level(writer, 1);
		pw_group(writer, "c", PW_OPTIONAL, 1, -1);
		pw_leaf(writer, "array", PW_REPEATED, PW_INT32, 0);
		pw_row_group(writer, 3);
		pw_chunk(writer, PW_UNCOMPRESSED, -1);
		raw_page(writer, PW_V1, PW_PLAIN, 6, PARTS(&reps, &defs, &values));
		outcome = read_file(writer, writers[i], &usual);
		if (i == 0)
			CHECK_NOTE(outcome.status == FMT_END && outcome.rows == 3 && outcome.digest == expected,
					   outcome.error.base.message);
		else
			CHECK_NOTE(outcome.status == FMT_CORRUPT, outcome.error.base.message);
		pw_free(writer);
	}
	enc_free(&reps);
	enc_free(&defs);
	enc_free(&values);
}

/* Twenty million nulls in a few bytes: nothing grows with them. */
static void
test_many_nulls(void)
{
	PwFile *writer = one_leaf(PW_OPTIONAL, PW_BYTE_ARRAY, 20000000);
	PqReadOptions options = usual;
	EncBuffer levels = {0};
	EncBuffer nothing = {0};
	Outcome outcome;

	enc_uleb(&levels, UINT64_C(20000000) << 1);
	enc_byte(&levels, 0);
	pw_chunk(writer, PW_UNCOMPRESSED, -1);
	raw_page(writer, PW_V1, PW_PLAIN, 20000000, PARTS(NULL, &levels, &nothing));
	options.batch_rows = 4096;
	outcome = read_file(writer, "test", &options);
	CHECK_NOTE(outcome.status == FMT_END && outcome.rows == 20000000, outcome.error.base.message);
	CHECK(outcome.peak < 100000);
	enc_free(&levels);
	pw_free(writer);
}

/* A row of more elements than memory is refused, and not tried. */
static void
test_endless_row(void)
{
	PwFile *writer = one_leaf(PW_REPEATED, PW_INT32, 1);
	PqReadOptions options = usual;
	EncBuffer rep = {0};
	EncBuffer def = {0};
	EncBuffer nothing = {0};
	Outcome outcome;

	enc_uleb(&rep, 1 << 1);
	enc_byte(&rep, 0);
	enc_uleb(&rep, UINT64_C(499999999) << 1);
	enc_byte(&rep, 1);
	enc_uleb(&def, UINT64_C(500000000) << 1);
	enc_byte(&def, 1);
	enc_bytes(&nothing, "\x00\x00\x00\x00", 4);
	pw_chunk(writer, PW_UNCOMPRESSED, -1);
	raw_page(writer, PW_V1, PW_PLAIN, 500000000, PARTS(&rep, &def, &nothing));
	options.memory_budget = MIB;
	outcome = read_file(writer, "test", &options);
	CHECK_NOTE(outcome.status == FMT_LIMIT || outcome.status == FMT_CORRUPT,
			   outcome.error.base.message);
	CHECK(outcome.peak <= MIB + PQ_BUDGET_RESERVE);
	enc_free(&rep);
	enc_free(&def);
	enc_free(&nothing);
	pw_free(writer);
}

/* A page of 64 MiB streams through a budget of 8 MiB, values of a megabyte each. */
static void
test_large_page(void)
{
	const uint32_t len = 1000000, n = 64;
	PqReadOptions options = usual;
	PwFile *writer = one_leaf(PW_REQUIRED, PW_BYTE_ARRAY, n);
	EncBuffer values = {0};
	char *text = malloc(len);
	Outcome outcome;
	uint32_t i;

	if (text == NULL)
		abort();
	memset(text, 'x', len);
	for (i = 0; i < n; i++)
	{
		enc_number(&values, len, 4);
		enc_bytes(&values, text, len);
	}
	pw_chunk(writer, PW_ZSTD, -1);
	raw_page(writer, PW_V1, PW_PLAIN, n, PARTS(NULL, NULL, &values));
	options.memory_budget = 8 * MIB;
	options.read_size = 65536;
	outcome = read_file(writer, "test", &options);
	CHECK_NOTE(outcome.status == FMT_END && outcome.rows == n, outcome.error.base.message);
	CHECK(outcome.peak <= 8 * MIB);
	free(text);
	enc_free(&values);
	pw_free(writer);
}

/* More columns with pages than the budget holds. */
static void
test_wide_file(void)
{
	const int columns = 300;
	const uint32_t rows = 4000;
	PqReadOptions options = usual;
	PwFile *writer = pw_create();
	EncBuffer values = {0};
	uint64_t seed = 1;
	Outcome outcome;
	uint32_t i;
	int c;

	for (i = 0; i < rows; i++)
	{
		enc_number(&values, 20, 4);
		enc_bytes(&values, "0123456789ABCDEFGHIJ", 16);
		enc_number(&values, enc_random(&seed), 4);
	}
	pw_top_level(writer, columns);
	for (c = 0; c < columns; c++)
	{
		char name[16];

		snprintf(name, sizeof(name), "c%d", c);
		pw_leaf(writer, name, PW_REQUIRED, PW_BYTE_ARRAY, 0);
	}
	pw_row_group(writer, rows);
	for (c = 0; c < columns; c++)
	{
		pw_chunk(writer, PW_SNAPPY, -1);
		raw_page(writer, PW_V1, PW_PLAIN, rows, PARTS(NULL, NULL, &values));
	}
	/* their pages are 28 MB */
	options.memory_budget = 8 * MIB;
	options.read_size = 65536;
	outcome = read_file(writer, "test", &options);
	CHECK_NOTE(outcome.status == FMT_END && outcome.rows == rows, outcome.error.base.message);
	CHECK(outcome.peak <= 8 * MIB + 64 * 1024);
	enc_free(&values);
	pw_free(writer);
}

static FmtStatus
refuse(void *context)
{
	return ++*(int *) context > 3 ? FMT_LIMIT : FMT_OK;
}

static void
test_interrupt(void)
{
	TableShape shape = {1, 100, 10, PW_UNCOMPRESSED, PW_V1, false};
	TestTable *table = table_create(&shape);
	PqReadOptions options = usual;
	int calls = 0;
	Outcome outcome;

	options.interrupt = refuse;
	options.interrupt_context = &calls;
	outcome = read_file(table->writer, "test", &options);
	CHECK(outcome.status == FMT_LIMIT && strstr(outcome.error.base.message, "interrupted") != NULL);
	CHECK(calls == 4);
	table_free(table);
}

int
main(void)
{
	test_row_counts();
	test_dictionaries();
	test_continued_strings();
	test_null_arrays();
	test_many_nulls();
	test_endless_row();
	test_large_page();
	test_wide_file();
	test_interrupt();
	return unit_finish();
}
