/*
 * thrift_writer.h: writes the Thrift compact protocol into a fixed buffer, for tests.
 *
 * Written from the protocol's specification, not from the reader.  Fields are written in any order of ids;
 * nothing is checked, so that a test can write what is wrong as well.
 */
#ifndef INGEST_TEST_THRIFT_WRITER_H
#define INGEST_TEST_THRIFT_WRITER_H

#include <stddef.h>
#include <stdint.h>

/* Wire types of the specification. */
enum
{
	TW_TRUE = 1,
	TW_FALSE = 2,
	TW_I8 = 3,
	TW_I16 = 4,
	TW_I32 = 5,
	TW_I64 = 6,
	TW_DOUBLE = 7,
	TW_BINARY = 8,
	TW_LIST = 9,
	TW_SET = 10,
	TW_MAP = 11,
	TW_STRUCT = 12
};

#define TW_CAPACITY  ((size_t) 1 << 20)
#define TW_MAX_DEPTH 32

typedef struct ThriftWriter
{
	size_t len;
	int depth;
	int32_t last[TW_MAX_DEPTH]; /* id of the last field, by depth */
	unsigned char data[TW_CAPACITY];
} ThriftWriter;

extern void tw_init(ThriftWriter *w);

/* Single values, as elements of lists. */
extern void tw_byte(ThriftWriter *w, int byte);
extern void tw_varint(ThriftWriter *w, uint64_t value);
extern void tw_zigzag(ThriftWriter *w, int64_t value);
extern void tw_bytes(ThriftWriter *w, const void *data, size_t len); /* with its length */
extern void tw_text(ThriftWriter *w, const char *text);

/* Fields of the current struct. */
extern void tw_head(ThriftWriter *w, int32_t id, int type);
extern void tw_field_bool(ThriftWriter *w, int32_t id, int value);
extern void tw_field_i32(ThriftWriter *w, int32_t id, int64_t value);
extern void tw_field_i64(ThriftWriter *w, int32_t id, int64_t value);
extern void tw_field_bytes(ThriftWriter *w, int32_t id, const void *data, size_t len);
extern void tw_field_text(ThriftWriter *w, int32_t id, const char *text);
/* count elements must follow. */
extern void tw_field_list(ThriftWriter *w, int32_t id, int type, uint64_t count);
extern void tw_list(ThriftWriter *w, int type, uint64_t count);

/* A struct as a field, and as an element of a list; both end with tw_end. */
extern void tw_field_struct(ThriftWriter *w, int32_t id);
extern void tw_struct(ThriftWriter *w);
extern void tw_end(ThriftWriter *w);

#endif
