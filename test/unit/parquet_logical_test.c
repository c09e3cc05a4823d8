/*
 * parquet_logical_test.c: what the annotations of a column mean, and when they are ignored.
 */
#include "test/unit/parquet_schemas.h"
#include "test/unit/unit.h"

#include <string.h>

/* The logical type of a lone leaf; FMT_OK or the error in *status. */
static PqLogical
logical_of(int type, int length, int converted, int precision, int scale, FmtStatus *status)
{
	const Element root = GROUP("schema", 'r', 1, C_NONE);
	const Element leaf = {"a", 'o', type, 0, converted, length, precision, scale, 0};
	PqLogical logical;
	PqSchema *schema;

	memset(&logical, 0, sizeof(logical));
	tw_init(&schema_writer);
	schema_write_element(&root);
	schema_write_element(&leaf);
	*status = schema_parse(2, &schema);
	if (*status == FMT_OK)
	{
		logical = schema->nodes[1].logical;
		pq_schema_free(schema, &schema_allocator);
	}
	return logical;
}

static void
test_converted_types(void)
{
	FmtStatus status;
	PqLogical l;

	l = logical_of(PQ_BYTE_ARRAY, 0, C_UTF8, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_STRING);
	l = logical_of(PQ_INT32, 0, C_UTF8, 0, -1, &status);
	CHECK(status == FMT_OK && l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_INT32, 0, C_UINT_16, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_INTEGER && l.bits == 16 && !l.is_signed);
	l = logical_of(PQ_INT64, 0, C_UINT_16, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_INT64, 0, C_TIMESTAMP_MICROS, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_TIMESTAMP && l.unit == PQ_MICROS && l.is_utc);
	l = logical_of(PQ_INT64, 0, C_TIME_MILLIS, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_FIXED_LEN_BYTE_ARRAY, 12, C_INTERVAL, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_INTERVAL);
	l = logical_of(PQ_FIXED_LEN_BYTE_ARRAY, 13, C_INTERVAL, 0, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_FIXED_LEN_BYTE_ARRAY, 5, C_DECIMAL, 10, -1, &status);
	CHECK(l.kind == PQ_LOGICAL_DECIMAL && l.precision == 10 && l.scale == 0);
	l = logical_of(99, 0, 77, 0, -1, &status); /* unknown numbers are kept */
	CHECK(status == FMT_OK && l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_DOUBLE, 0, C_DECIMAL, 0, -1, &status);
	CHECK(status == FMT_OK && l.kind == PQ_LOGICAL_NONE);
	l = logical_of(PQ_INT32, 0, C_DECIMAL, 0, -1, &status);
	CHECK(status == FMT_CORRUPT);
	l = logical_of(PQ_INT32, 0, C_DECIMAL, 3, 4, &status);
	CHECK(status == FMT_CORRUPT);
	l = logical_of(PQ_FIXED_LEN_BYTE_ARRAY, 0, C_NONE, 0, -1, &status);
	CHECK(status == FMT_CORRUPT);
}

/* A leaf with a LogicalType that write() writes, and converted type UTF8 or DATE as it fits. */
static PqLogical
parse_logical(int type, void (*write)(void))
{
	const Element root = GROUP("schema", 'r', 1, C_NONE);
	PqLogical logical;
	PqSchema *schema;

	memset(&logical, 0, sizeof(logical));
	tw_init(&schema_writer);
	schema_write_element(&root);
	tw_struct(&schema_writer);
	tw_field_i32(&schema_writer, 1, type);
	tw_field_text(&schema_writer, 4, "a");
	tw_field_i32(&schema_writer, 6, type == PQ_INT32 ? C_DATE : C_UTF8);
	tw_field_struct(&schema_writer, 10);
	write();
	tw_end(&schema_writer);
	tw_end(&schema_writer);
	if (CHECK(schema_parse(2, &schema) == FMT_OK))
	{
		logical = schema->nodes[1].logical;
		pq_schema_free(schema, &schema_allocator);
	}
	return logical;
}

static void
write_timestamp_nanos(void)
{
	tw_field_struct(&schema_writer, 8);
	tw_field_bool(&schema_writer, 1, 0);
	tw_field_struct(&schema_writer, 2);
	tw_field_struct(&schema_writer, 3);
	tw_end(&schema_writer);
	tw_end(&schema_writer);
	tw_end(&schema_writer);
}

static void
write_unsigned_32(void)
{
	tw_field_struct(&schema_writer, 10);
	tw_head(&schema_writer, 1, TW_I8);
	tw_byte(&schema_writer, 32);
	tw_field_bool(&schema_writer, 2, 0);
	tw_end(&schema_writer);
}

static void
write_unknown_member(void)
{
	tw_field_struct(&schema_writer, 99);
	tw_field_text(&schema_writer, 1, "of the future");
	tw_end(&schema_writer);
}

static void
test_logical_types(void)
{
	PqLogical l = parse_logical(PQ_INT64, write_timestamp_nanos);

	CHECK(l.kind == PQ_LOGICAL_TIMESTAMP && l.unit == PQ_NANOS && !l.is_utc);
	l = parse_logical(PQ_INT32, write_unsigned_32);
	CHECK(l.kind == PQ_LOGICAL_INTEGER && l.bits == 32 && !l.is_signed);
	/* What does not fit, or is unknown, leaves it to the converted type. */
	l = parse_logical(PQ_BYTE_ARRAY, write_unsigned_32);
	CHECK(l.kind == PQ_LOGICAL_STRING);
	l = parse_logical(PQ_INT32, write_unknown_member);
	CHECK(l.kind == PQ_LOGICAL_DATE);
	l = parse_logical(PQ_DOUBLE, write_unknown_member);
	CHECK(l.kind == PQ_LOGICAL_NONE);
}

int
main(void)
{
	test_converted_types();
	test_logical_types();
	return unit_finish();
}
