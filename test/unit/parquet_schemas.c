/*
 * parquet_schemas.c: schemas made of tables of elements, for tests.
 *
 * in:  elements, written by schema_write_element() or by a test itself
 * out: a parsed schema, whose names are slices of schema_writer
 */
#include "test/unit/parquet_schemas.h"

#include <stdlib.h>
#include <string.h>

ThriftWriter schema_writer;
size_t schema_allocated;

static void *
count_alloc(void *context, size_t size)
{
	schema_allocated++;
	return malloc(size);
}

static void
count_free(void *context, void *pointer)
{
	schema_allocated--;
	free(pointer);
}

const FmtAllocator schema_allocator = {count_alloc, count_free, NULL};

void
schema_write_element(const Element *e)
{
	tw_struct(&schema_writer);
	if (e->type >= 0)
		tw_field_i32(&schema_writer, 1, e->type);
	if (e->length != 0)
		tw_field_i32(&schema_writer, 2, e->length);
	tw_field_i32(&schema_writer, 3, e->repetition == 'r' ? 0 : e->repetition == 'o' ? 1 : 2);
	tw_field_text(&schema_writer, 4, e->name);
	if (e->children != 0)
		tw_field_i32(&schema_writer, 5, e->children);
	if (e->converted != C_NONE)
		tw_field_i32(&schema_writer, 6, e->converted);
	if (e->scale >= 0)
		tw_field_i32(&schema_writer, 7, e->scale);
	if (e->precision != 0)
		tw_field_i32(&schema_writer, 8, e->precision);
	if (e->logical != 0)
	{
		tw_field_struct(&schema_writer, 10);
		tw_field_struct(&schema_writer, e->logical);
		tw_end(&schema_writer);
		tw_end(&schema_writer);
	}
	tw_end(&schema_writer);
}

FmtStatus
schema_parse(uint32_t count, PqSchema **schema)
{
	ThriftCursor cursor;
	PqError error;
	FmtStatus status;

	thrift_init(&cursor, schema_writer.data, schema_writer.len);
	status = pq_schema_parse(&cursor, count, &schema_allocator, schema, &error);
	/* Whatever happens must be said, and success must have read everything. */
	if (status == FMT_OK ? cursor.pos != cursor.end : error.base.message[0] == '\0')
		abort();
	return status;
}
