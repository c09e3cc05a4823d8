/*
 * parquet_footer_test.c: footers, row groups, column chunks and writers.
 */
#include "test/unit/parquet_footers.h"
#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void
test_usual(void)
{
	const FileSpec spec = footer_usual();
	const int32_t leaves[] = {0, 1, 2};
	PqFile *file = footer_open(&spec);
	PqColumnChunk chunks[FOOTER_COLUMNS];
	PqColumnChunk one;

	CHECK(pq_file_rows(file) == 20 && file->num_rows == 12345 && file->nrow_groups == 2);
	CHECK(file->nkey_values == 1 && file->key_values[0].key.len == 3);
	CHECK(!file->key_values[0].has_value && file->ncolumn_orders == 3);
	CHECK(file->schema->nleaves == FOOTER_COLUMNS && file->schema->nfields == 3);
	CHECK(pq_row_group_read(file, 1, leaves, FOOTER_COLUMNS, chunks, NULL) == FMT_OK);
	CHECK(chunks[2].type == PQ_DOUBLE && chunks[2].codec == 42 && chunks[2].leaf == 2);
	CHECK(chunks[0].nencodings == PQ_MAX_ENCODINGS && chunks[0].dictionary_page_offset == -1);
	CHECK(chunks[0].bloom_filter_length == -1);
	CHECK(pq_row_group_read(file, 1, leaves + 2, 1, &one, NULL) == FMT_OK);
	CHECK(memcmp(&one, &chunks[2], sizeof(one)) == 0);
	CHECK(pq_row_group_read(file, 1, NULL, 0, NULL, NULL) == FMT_OK);
	pq_file_close(file);
	CHECK(footer_allocated == 0);
}

/* Every cut of a footer, and every length that does not fit, is refused. */
static void
test_damage(void)
{
	const FileSpec spec = footer_usual();
	PqFile *file;
	PqError error;
	size_t whole;
	size_t len;

	footer_write(&spec);
	whole = footer_writer.len;
	for (len = 0; len < whole; len++)
	{
		footer_writer.len = len;
		CHECK(footer_open_bytes("PAR1", len, PQ_MAX_FOOTER, &file, &error) >= FMT_CORRUPT);
		CHECK(file == NULL && footer_allocated == 0 && error.base.offset >= FOOTER_OFFSET);
	}
	footer_writer.len = whole;
	CHECK(footer_open_bytes("PARE", whole, PQ_MAX_FOOTER, &file, &error) == FMT_UNSUPPORTED);
	CHECK(strstr(error.base.message, "encrypted") != NULL);
	CHECK(footer_open_bytes("PAR2", whole, PQ_MAX_FOOTER, &file, &error) == FMT_TRUNCATED);
	CHECK(footer_open_bytes("PAR1", 0, PQ_MAX_FOOTER, &file, &error) == FMT_CORRUPT);
	CHECK(footer_open_bytes("PAR1", 0xFFFFFFFF, PQ_MAX_FOOTER, &file, &error) == FMT_CORRUPT);
	CHECK(footer_open_bytes("PAR1", FOOTER_OFFSET - 3 + whole, PQ_MAX_FOOTER, &file, &error) ==
		  FMT_CORRUPT);
	CHECK(footer_open_bytes("PAR1", whole, whole - 1, &file, &error) == FMT_LIMIT);
	CHECK(footer_open_bytes("PAR1", whole, whole, &file, &error) == FMT_OK);
	pq_file_close(file);
}

static void
test_row_counts(void)
{
	FileSpec spec = footer_usual();
	PqFile *file;
	PqError error;

	spec.num_rows = INT64_MAX / 2 + 1;
	footer_write(&spec);
	CHECK(footer_open_bytes("PAR1", footer_writer.len, PQ_MAX_FOOTER, &file, &error) ==
		  FMT_CORRUPT);
	CHECK(error.row_group == 1);
	spec.num_rows = -1;
	footer_write(&spec);
	CHECK(footer_open_bytes("PAR1", footer_writer.len, PQ_MAX_FOOTER, &file, &error) ==
		  FMT_CORRUPT);
	CHECK(error.row_group == 0);

	/* A list of 2^31 row groups in a few bytes; two schemas. */
	tw_init(&footer_writer);
	tw_field_list(&footer_writer, 4, TW_STRUCT, (uint64_t) 1 << 31);
	CHECK(footer_open_bytes("PAR1", footer_writer.len, PQ_MAX_FOOTER, &file, &error) ==
		  FMT_TRUNCATED);
	tw_init(&footer_writer);
	tw_field_list(&footer_writer, 2, TW_STRUCT, 1);
	footer_write_element("schema", -1, 0);
	tw_field_list(&footer_writer, 2, TW_STRUCT, 1);
	footer_write_element("schema", -1, 0);
	tw_byte(&footer_writer, 0);
	CHECK(footer_open_bytes("PAR1", footer_writer.len, PQ_MAX_FOOTER, &file, &error) ==
		  FMT_CORRUPT);
	CHECK(footer_allocated == 0);
}

/* The status of asking for leaf of the last row group, and for its range if that is possible. */
static FmtStatus
status_of(const FileSpec *spec, int32_t leaf, uint64_t *start, uint64_t *end)
{
	PqFile *file = footer_open(spec);
	PqColumnChunk chunk;
	PqError error;
	FmtStatus status;

	status = pq_row_group_read(file, 1, &leaf, 1, &chunk, &error);
	CHECK(status == FMT_OK || error.row_group == 1);
	if (status == FMT_OK)
		status = pq_chunk_range(file, &chunk, start, end, &error);
	CHECK(status == FMT_OK || error.leaf == leaf || spec->nchunks != FOOTER_COLUMNS);
	CHECK(status == FMT_OK || error.leaf != 2 || *error.column.data == 'g');
	pq_file_close(file);
	return status;
}

static void
test_chunks(void)
{
	FileSpec spec = footer_usual();
	uint64_t start;
	uint64_t end;

	/* What is wrong with one column does not matter to another. */
	spec.chunks[2].encrypted = true;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_UNSUPPORTED);
	spec.chunks[2].no_metadata = true;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_UNSUPPORTED);
	spec.chunks[2].encrypted = false;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_CORRUPT);
	CHECK(status_of(&spec, 0, &start, &end) == FMT_OK);
	spec = footer_usual();
	spec.chunks[2].external = true;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_UNSUPPORTED);
	spec = footer_usual();
	spec.chunks[2].path[1] = "d";
	CHECK(status_of(&spec, 2, &start, &end) == FMT_CORRUPT);
	spec.chunks[2].path[1] = NULL;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_CORRUPT);
	spec = footer_usual();
	spec.chunks[2].type = PQ_FLOAT;
	CHECK(status_of(&spec, 2, &start, &end) == FMT_CORRUPT);
	CHECK(status_of(&spec, 1, &start, &end) == FMT_OK);
	spec.nchunks = 2;
	CHECK(status_of(&spec, 1, &start, &end) == FMT_CORRUPT);
}

/* Is the range of a chunk with those numbers start to end?  0 to 0: it has none. */
static bool
range_is(int64_t data, int64_t dictionary, int64_t size, uint64_t start, uint64_t end)
{
	FileSpec spec = footer_usual();
	uint64_t s = 0;
	uint64_t e = 0;
	FmtStatus status;

	spec.chunks[0].data_offset = data;
	spec.chunks[0].dictionary_offset = dictionary;
	spec.chunks[0].size = size;
	status = status_of(&spec, 0, &s, &e);
	return (status == FMT_OK) == (end > 0) && (end == 0 || (s == start && e == end));
}

static void
test_ranges(void)
{
	FileSpec spec = footer_usual();
	uint64_t start;
	uint64_t end;

	CHECK(range_is(100, -1, 50, 100, 150));
	CHECK(range_is(100, 80, 50, 80, 130));
	CHECK(range_is(100, 0, 50, 100, 150));
	CHECK(range_is(100, 100, 50, 100, 150));
	CHECK(range_is(100, 200, 50, 100, 150));
	CHECK(range_is(4, -1, 996, 4, FOOTER_OFFSET));
	CHECK(range_is(4, -1, 997, 0, 0));
	CHECK(range_is(3, -1, 5, 0, 0));
	CHECK(range_is(-1, -1, 5, 0, 0));
	CHECK(range_is(100, -1, -5, 0, 0));
	CHECK(range_is(100, -1, INT64_MAX, 0, 0));
	CHECK(range_is(INT64_MAX, -1, INT64_MAX, 0, 0));

	spec.chunks[0].num_values = -1;
	CHECK(status_of(&spec, 0, &start, &end) == FMT_CORRUPT);
	spec.chunks[0].num_values = 0;
	spec.chunks[0].data_offset = 0;
	CHECK(status_of(&spec, 0, &start, &end) == FMT_OK && start == end);

	/* PARQUET-816 */
	spec = footer_usual();
	spec.created_by = "parquet-mr version 1.2.8";
	CHECK(status_of(&spec, 0, &start, &end) == FMT_OK && end == 300);
	spec.chunks[0].size = 880;
	CHECK(status_of(&spec, 0, &start, &end) == FMT_OK && end == FOOTER_OFFSET);
	spec.created_by = "parquet-mr version 1.2.9";
	CHECK(status_of(&spec, 0, &start, &end) == FMT_OK && end == 980);
}

static bool
is_before(const char *created_by, const char *application, int major, int minor, int patch)
{
	FileSpec spec = footer_usual();
	PqWriter writer;
	PqFile *file;
	bool before;

	spec.created_by = created_by;
	file = footer_open(&spec);
	pq_file_writer(file, &writer);
	before = pq_writer_before(&writer, application, major, minor, patch);
	pq_file_close(file);
	return before;
}

static void
test_writers(void)
{
	CHECK(is_before("parquet-mr version 1.8.0rc4 (build 1)", "parquet-mr", 1, 8, 1));
	CHECK(!is_before("parquet-mr version 1.8.0rc4 (build 1)", "parquet-mr", 1, 8, 0));
	CHECK(!is_before("parquet-mr version 1.12.2-amzn-athena-1", "parquet-mr", 1, 8, 1));
	CHECK(is_before("Parquet-MR Version 1.12.2-amzn-athena-1", "parquet-mr", 1, 12, 3));
	CHECK(!is_before("parquet-cpp-arrow version 1.5.1", "parquet-cpp", 2, 0, 0));
	CHECK(is_before("parquet-cpp version 1.5.1-SNAPSHOT", "parquet-cpp", 2, 0, 0));
	CHECK(is_before("parquet-mr", "parquet-mr", 0, 0, 1));
	CHECK(is_before("parquet-mr version ", "parquet-mr", 0, 0, 1));
	CHECK(!is_before("parquet-mr version 99999999999999999999.1", "parquet-mr", 2, 0, 0));
	CHECK(!is_before(NULL, "parquet-mr", 99, 0, 0));
	CHECK(!is_before("", "parquet-mr", 99, 0, 0));
}

int
main(void)
{
	test_usual();
	test_damage();
	test_row_counts();
	test_chunks();
	test_ranges();
	test_writers();
	return unit_finish();
}
