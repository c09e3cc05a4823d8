/*
 * parquet_statistics_test.c: which statistics of a column chunk are believed.
 */
#include "format/parquet/statistics.h"
#include "test/unit/parquet_footers.h"
#include "test/unit/unit.h"

#include <string.h>

/* What is believed of leaf's statistics. */
static PqBounds
bounds_of(const FileSpec *spec, int32_t leaf, PqFile **file)
{
	PqColumnChunk chunk;
	PqBounds bounds;

	*file = footer_open(spec);
	CHECK(pq_row_group_read(*file, 0, &leaf, 1, &chunk, NULL) == FMT_OK);
	pq_chunk_bounds(*file, &chunk, &bounds);
	return bounds;
}

static void
test_declared_bounds(void)
{
	FileSpec spec = footer_usual();
	PqBounds b;
	PqFile *file;

	spec.chunks[0].min_value = "\xFE\xFF\xFF\xFF";
	spec.chunks[0].max_value = "\x05\x00\x00\x00";
	spec.chunks[0].stat_len = 4;
	spec.chunks[0].null_count = 10;
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_SIGNED && b.has_min && b.min.i == -2 && b.has_max && b.max.i == 5);
	CHECK(b.has_null_count && b.null_count == 10 && !b.may_have_nan);
	pq_file_close(file);

	spec.chunks[0].null_count = 11; /* more than there are values */
	spec.chunks[0].min_value = "\x06\x00\x00\x00";
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_NONE && !b.has_min && !b.has_null_count);
	pq_file_close(file);

	spec.chunks[0].stat_len = 3;
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_NONE);
	pq_file_close(file);

	/* The order is not declared, or unknown. */
	spec.chunks[0].stat_len = 4;
	spec.chunks[0].min_value = spec.chunks[0].max_value;
	spec.orders = 0;
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_NONE);
	pq_file_close(file);
	spec.orders = 9;
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_NONE);
	pq_file_close(file);

	/* NaN bounds do not count, and NaN may be there. */
	spec = footer_usual();
	spec.chunks[2].min_value = "\0\0\0\0\0\0\xF8\x7F";
	spec.chunks[2].max_value = "\0\0\0\0\0\0\xF8\x3F";
	spec.chunks[2].stat_len = 8;
	b = bounds_of(&spec, 2, &file);
	CHECK(!b.has_min && b.has_max && b.max.d == 1.5 && b.may_have_nan);
	pq_file_close(file);
}

static void
test_deprecated_bounds(void)
{
	FileSpec spec = footer_usual();
	PqBounds b;
	PqFile *file;

	spec.chunks[0].min = "\x01\x00\x00\x00";
	spec.chunks[0].max = "\x05\x00\x00\x00";
	spec.chunks[0].stat_len = 4;
	spec.chunks[1].min = "aa";
	spec.chunks[1].max = "ab";
	spec.chunks[1].stat_len = 2;
	b = bounds_of(&spec, 0, &file);
	CHECK(b.order == PQ_ORDER_SIGNED && b.min.i == 1 && b.max.i == 5 && !b.min_exact);
	pq_file_close(file);
	b = bounds_of(&spec, 1, &file);
	CHECK(b.order == PQ_ORDER_NONE);
	pq_file_close(file);
	spec.chunks[1].max = "aa";
	b = bounds_of(&spec, 1, &file);
	CHECK(b.order == PQ_ORDER_BYTES && b.min.bytes.len == 2 && b.has_max);
	pq_file_close(file);
	spec.created_by = "parquet-mr version 1.7.0"; /* PARQUET-251 */
	b = bounds_of(&spec, 1, &file);
	CHECK(b.order == PQ_ORDER_NONE);
	pq_file_close(file);
	CHECK(footer_allocated == 0);
}

/* The sign of comparing two decimals of big-endian bytes. */
static int
compare_decimals(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
	PqBound x;
	PqBound y;
	int result;

	x.bytes.data = a;
	x.bytes.len = a_len;
	y.bytes.data = b;
	y.bytes.len = b_len;
	result = pq_bound_compare(PQ_ORDER_DECIMAL, &x, &y);
	CHECK((result > 0) == (pq_bound_compare(PQ_ORDER_DECIMAL, &y, &x) < 0));
	return (result > 0) - (result < 0);
}

static void
test_decimals(void)
{
	CHECK(compare_decimals("", 0, "\x00", 1) == 0);
	CHECK(compare_decimals("\xFF", 1, "\xFF\xFF\xFF", 3) == 0);
	CHECK(compare_decimals("\xFF", 1, "\x00\x01", 2) < 0);
	CHECK(compare_decimals("\xFF\x00", 2, "\xFF", 1) < 0);
	CHECK(compare_decimals("\x7F", 1, "\x00\x80", 2) < 0);
	CHECK(compare_decimals("\x80", 1, "\x7F", 1) < 0);
}

int
main(void)
{
	test_declared_bounds();
	test_deprecated_bounds();
	test_decimals();
	return unit_finish();
}
