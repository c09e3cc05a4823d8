/*
 * parquet_thrift_test.c: the cursor over Thrift's compact protocol, and page headers.
 *
 * Bytes come from thrift_writer.c.  Every input is also cut at every length: in memory of
 * exactly that size, so that the address sanitizer sees a read behind it.
 */
#include "format/parquet/page_header.h"
#include "test/unit/thrift_writer.h"
#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static ThriftWriter w;

/* A value of every wire type, nested, in fields first to first + 9. */
static void
write_unknown(int32_t first)
{
	static const char ten[10] = {0};

	tw_field_bool(&w, first, 1);
	tw_head(&w, first + 1, TW_I8);
	tw_byte(&w, 7);
	tw_head(&w, first + 2, TW_DOUBLE);
	w.len += 8;
	tw_field_bytes(&w, first + 3, ten, sizeof(ten));
	tw_field_list(&w, first + 4, TW_LIST, 2);
	tw_list(&w, TW_I32, 1);
	tw_zigzag(&w, -5);
	tw_list(&w, TW_TRUE, 16);
	w.len += 16;
	tw_head(&w, first + 5, TW_MAP);
	tw_varint(&w, 2);
	tw_byte(&w, TW_BINARY * 16 + TW_STRUCT);
	tw_text(&w, "key");
	tw_struct(&w);
	tw_field_i64(&w, 1, INT64_MIN);
	tw_end(&w);
	tw_text(&w, "");
	tw_struct(&w);
	tw_end(&w);
	tw_head(&w, first + 6, TW_MAP);
	tw_varint(&w, 0);
	tw_head(&w, first + 7, TW_SET);
	tw_list(&w, TW_I16, 3);
	tw_zigzag(&w, 1);
	tw_zigzag(&w, 2);
	tw_zigzag(&w, INT16_MIN);
	tw_head(&w, first + 8, 13); /* UUID */
	w.len += 16;
	tw_field_struct(&w, first + 9);
	tw_field_bool(&w, 1, 0);
	tw_field_struct(&w, 20);
	tw_end(&w);
	tw_end(&w);
}

/* The sum of the i32 fields 1 and 100 of a struct; anything else is skipped. */
static int64_t
read_struct(ThriftCursor *cursor)
{
	ThriftField field = {0, THRIFT_STOP};
	int64_t sum = 0;
	int32_t value;

	while (thrift_next_field(cursor, &field))
	{
		if ((field.id == 1 || field.id == 100) && thrift_field_i32(cursor, &field, &value))
			sum += value;
		else if (field.id != 1 && field.id != 100)
			thrift_skip_field(cursor, &field);
	}
	return sum;
}

/* Reads the written struct from memory of exactly len bytes. */
static FmtStatus
read_exactly(size_t len, int64_t *sum)
{
	unsigned char *copy = malloc(len + 1);
	ThriftCursor cursor;

	memcpy(copy + 1, w.data, len); /* an odd address */
	thrift_init(&cursor, copy + 1, len);
	*sum = read_struct(&cursor);
	free(copy);
	return cursor.status;
}

static void
test_skipping(void)
{
	int64_t sum;
	size_t len;

	tw_init(&w);
	memset(w.data, 0, sizeof(w.data));
	tw_field_i32(&w, 1, 40);
	write_unknown(2);
	tw_field_text(&w, 1, "of another wire type"); /* an id that goes back */
	tw_field_i32(&w, 100, 2);
	write_unknown(101);
	tw_byte(&w, 0);
	CHECK(read_exactly(w.len, &sum) == FMT_OK && sum == 42);
	for (len = 0; len < w.len; len++)
		CHECK(read_exactly(len, &sum) == FMT_TRUNCATED);
}

/* The status of reading a struct of these bytes. */
static FmtStatus
status_of(const char *bytes, size_t len)
{
	int64_t sum;

	tw_init(&w);
	memcpy(w.data, bytes, len);
	return read_exactly(len, &sum);
}

#define STATUS_OF(literal) status_of(literal, sizeof(literal) - 1)

static void
test_refusals(void)
{
	/* An i32 of 2^31, numbers of 70 bits and more. */
	CHECK(STATUS_OF("\x15\x80\x80\x80\x80\x20\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x15\xff\xff\xff\xff\x0f\x00") == FMT_OK);
	CHECK(STATUS_OF("\x26\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x26\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00") == FMT_OK);
	CHECK(STATUS_OF("\x26\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00") == FMT_CORRUPT);
	/* Field numbers beyond 16 bits, wire types that do not exist. */
	CHECK(STATUS_OF("\x05\xfe\xff\x03\x00\x15\x00\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x05\x80\x80\x04\x00\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x2e\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x29\x1f\x00") == FMT_CORRUPT);
	CHECK(STATUS_OF("\x2b\x01\x8e\x00\x00\x00") == FMT_CORRUPT);
	/* Claims of 2^31 elements, entries and bytes; of 2^64 - 1. */
	CHECK(STATUS_OF("\x29\xf3\xff\xff\xff\xff\x07\x00") == FMT_TRUNCATED);
	CHECK(STATUS_OF("\x2b\xff\xff\xff\xff\x07\x33\x00") == FMT_TRUNCATED);
	CHECK(STATUS_OF("\x28\xff\xff\xff\xff\x07\x00") == FMT_TRUNCATED);
	CHECK(STATUS_OF("\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") == FMT_TRUNCATED);
	CHECK(STATUS_OF("\x29\xf3\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") == FMT_TRUNCATED);
	CHECK(STATUS_OF("\x2b\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x33") == FMT_TRUNCATED);
}

/* Lists in lists, n deep, as an unknown field. */
static FmtStatus
status_of_depth(int n)
{
	int64_t sum;

	tw_init(&w);
	tw_head(&w, 2, TW_LIST);
	for (; n > 1; n--)
		tw_list(&w, TW_LIST, 1);
	tw_list(&w, TW_I8, 1);
	tw_byte(&w, 0);
	tw_byte(&w, 0);
	return read_exactly(w.len, &sum);
}

static void
test_depth(void)
{
	CHECK(status_of_depth(1) == FMT_OK);
	CHECK(status_of_depth(THRIFT_MAX_DEPTH) == FMT_OK);
	CHECK(status_of_depth(THRIFT_MAX_DEPTH + 1) == FMT_LIMIT);
	CHECK(status_of_depth(1000000) == FMT_LIMIT);
}

static void
test_lists(void)
{
	ThriftCursor cursor;
	ThriftField field = {0, THRIFT_STOP};
	uint32_t count;

	tw_init(&w);
	tw_field_list(&w, 1, TW_I32, 2);
	tw_zigzag(&w, INT32_MIN);
	tw_zigzag(&w, INT32_MAX);
	tw_field_list(&w, 2, TW_I16, 1);
	tw_zigzag(&w, 9);
	tw_field_list(&w, 3, 0, 0); /* empty lists need no type */
	tw_byte(&w, 0);
	thrift_init(&cursor, w.data, w.len);
	CHECK(thrift_next_field(&cursor, &field));
	CHECK(thrift_field_list(&cursor, &field, THRIFT_I32, &count) && count == 2);
	CHECK(thrift_read_i32(&cursor) == INT32_MIN && thrift_read_i32(&cursor) == INT32_MAX);
	CHECK(thrift_next_field(&cursor, &field));
	CHECK(!thrift_field_list(&cursor, &field, THRIFT_STRUCT, &count));
	CHECK(thrift_next_field(&cursor, &field));
	CHECK(thrift_field_list(&cursor, &field, THRIFT_STRUCT, &count) && count == 0);
	CHECK(!thrift_next_field(&cursor, &field) && cursor.status == FMT_OK);
	/* Errors stick. */
	CHECK(!thrift_next_field(&cursor, &field) && cursor.status == FMT_TRUNCATED);
	CHECK(thrift_read_i64(&cursor) == 0 && thrift_read_binary(&cursor).len == 0);
}

/* A V2 page of those sizes and lengths of levels. */
static FmtStatus
parse_v2(int32_t size, int32_t def_len, int32_t rep_len, int32_t num_values, PqPageHeader *header)
{
	size_t used = 0;
	FmtStatus status;

	tw_init(&w);
	tw_field_i32(&w, 1, PQ_DATA_PAGE_V2);
	tw_field_i32(&w, 2, size);
	tw_field_i32(&w, 3, 50);
	tw_field_i32(&w, 4, -2);
	write_unknown(9);
	tw_field_struct(&w, 8);
	tw_field_i32(&w, 1, num_values);
	tw_field_i32(&w, 2, 1);
	tw_field_i32(&w, 3, 2);
	tw_field_i32(&w, 4, 99); /* an encoding that is unknown */
	tw_field_i32(&w, 5, def_len);
	tw_field_i32(&w, 6, rep_len);
	tw_end(&w);
	tw_byte(&w, 0);
	status = pq_page_header_parse(w.data, w.len, header, &used, NULL);
	CHECK(status != FMT_OK || used == w.len);
	return status;
}

static void
test_page_headers(void)
{
	PqPageHeader header;
	PqError error;
	size_t used;
	size_t len;

	CHECK(parse_v2(100, 10, 20, 7, &header) == FMT_OK);
	CHECK(header.num_values == 7 && header.def_len == 10 && header.rep_len == 20);
	CHECK(header.encoding == 99 && header.is_compressed && header.num_rows == 2);
	CHECK(header.has_crc && header.crc == 0xFFFFFFFE && header.compressed_size == 50);
	for (len = 0; len < w.len; len++)
		CHECK(pq_page_header_parse(w.data, len, &header, &used, &error) == FMT_NEED_INPUT);

	CHECK(parse_v2(100, 31, 20, 7, &header) == FMT_CORRUPT);
	CHECK(parse_v2(29, 10, 20, 7, &header) == FMT_CORRUPT);
	CHECK(parse_v2(100, -1, 20, 7, &header) == FMT_CORRUPT);
	CHECK(parse_v2(100, INT32_MAX, INT32_MAX, 7, &header) == FMT_CORRUPT);
	CHECK(parse_v2(-1, 0, 0, 7, &header) == FMT_CORRUPT);
	CHECK(parse_v2(100, 0, 0, -7, &header) == FMT_CORRUPT);

	/* A page of unknown type is to be passed over: its sizes are enough. */
	tw_init(&w);
	tw_field_i32(&w, 1, 77);
	tw_field_i32(&w, 2, 5);
	tw_field_i32(&w, 3, 6);
	tw_byte(&w, 0);
	CHECK(pq_page_header_parse(w.data, w.len, &header, &used, &error) == FMT_OK);
	w.data[1] = PQ_DATA_PAGE * 2;
	CHECK(pq_page_header_parse(w.data, w.len, &header, &used, &error) == FMT_CORRUPT);
	CHECK(error.page == -1 && error.base.message[0] != '\0');
}

int
main(void)
{
	test_skipping();
	test_refusals();
	test_depth();
	test_lists();
	test_page_headers();
	return unit_finish();
}
