/*
 * parquet_schemas.h: schemas made of tables of elements, for tests.
 */
#ifndef INGEST_TEST_PARQUET_SCHEMAS_H
#define INGEST_TEST_PARQUET_SCHEMAS_H

#include "format/parquet/schema.h"
#include "test/unit/thrift_writer.h"

/* Values of ConvertedType. */
enum
{
	C_NONE = -1,
	C_UTF8 = 0,
	C_MAP = 1,
	C_MAP_KEY_VALUE = 2,
	C_LIST = 3,
	C_DECIMAL = 5,
	C_DATE = 6,
	C_TIME_MILLIS = 7,
	C_TIMESTAMP_MICROS = 10,
	C_UINT_16 = 12,
	C_INTERVAL = 21
};

typedef struct Element
{
	const char *name;
	char repetition; /* r, o, * */
	int type;        /* -1: a group */
	int children;
	int converted;
	int length;
	int precision;
	int scale;   /* -1: absent */
	int logical; /* field id of a LogicalType without members; 0: none */
} Element;

#define LEAF(name, repetition)                             \
	{                                                      \
		name, repetition, PQ_INT32, 0, C_NONE, 0, 0, -1, 0 \
	}
#define BYTES(name, repetition)                                 \
	{                                                           \
		name, repetition, PQ_BYTE_ARRAY, 0, C_NONE, 0, 0, -1, 0 \
	}
#define GROUP(name, repetition, n, converted)           \
	{                                                   \
		name, repetition, -1, n, converted, 0, 0, -1, 0 \
	}
#define VARIANT(name, repetition, n)                  \
	{                                                 \
		name, repetition, -1, n, C_NONE, 0, 0, -1, 16 \
	}

/* What the next schema_parse() reads; the pieces of memory that were not given back. */
extern ThriftWriter schema_writer;
extern size_t schema_allocated;
extern const FmtAllocator schema_allocator;

extern void schema_write_element(const Element *e);
/* Parses what was written as count elements, all of it. */
extern FmtStatus schema_parse(uint32_t count, PqSchema **schema);

#endif
