/*
 * thrift.h: a cursor over the Thrift compact protocol.
 *
 * Reads what it is asked for and skips the rest: a field counts only if its id
 * AND its wire type are the expected ones.  Every length is checked against
 * the bytes that are left before anything is done with it; skipping is
 * iterative or limited in depth.  Nothing is allocated; strings are slices.
 *
 * Errors stick: after the first one every read returns 0, empty or STOP, and
 * status says what it was, so that a parser checks once, at the end of a struct.
 */
#ifndef INGEST_FORMAT_PARQUET_THRIFT_H
#define INGEST_FORMAT_PARQUET_THRIFT_H

#include "format/parquet/types.h"

typedef enum ThriftType
{
	THRIFT_STOP = 0,
	THRIFT_TRUE = 1, /* a boolean field: the type is the value */
	THRIFT_FALSE = 2,
	THRIFT_I8 = 3,
	THRIFT_I16 = 4,
	THRIFT_I32 = 5,
	THRIFT_I64 = 6,
	THRIFT_DOUBLE = 7,
	THRIFT_BINARY = 8,
	THRIFT_LIST = 9,
	THRIFT_SET = 10,
	THRIFT_MAP = 11,
	THRIFT_STRUCT = 12,
	THRIFT_UUID = 13
} ThriftType;

typedef struct ThriftCursor
{
	const unsigned char *start;
	const unsigned char *pos;
	const unsigned char *end;
	FmtStatus status;   /* FMT_TRUNCATED: the bytes end inside the value */
	const char *reason; /* static text, set with status */
} ThriftCursor;

typedef struct ThriftField
{
	int32_t id;
	ThriftType type;
} ThriftField;

/* More nesting than this in skipped fields is FMT_LIMIT. */
#define THRIFT_MAX_DEPTH 64

extern void thrift_init(ThriftCursor *cursor, const void *data, size_t len);

/*
 * The cursor's error as a PqError, FMT_OK without one.  base: where in the file the cursor's
 * bytes begin; what: "footer", "page header".
 */
extern FmtStatus thrift_report(const ThriftCursor *cursor, uint64_t base, const char *what,
							   PqError *error);

/*
 * The next field of a struct; field->id holds the previous id (0 at first).
 * false at the end of the struct or on an error.
 */
extern bool thrift_next_field(ThriftCursor *cursor, ThriftField *field);

/* The value of the field just announced: reads it if it has that type, else skips it. */
extern bool thrift_field_bool(ThriftCursor *cursor, const ThriftField *field, bool *value);
extern bool thrift_field_i8(ThriftCursor *cursor, const ThriftField *field, int8_t *value);
extern bool thrift_field_i32(ThriftCursor *cursor, const ThriftField *field, int32_t *value);
extern bool thrift_field_i64(ThriftCursor *cursor, const ThriftField *field, int64_t *value);
extern bool thrift_field_binary(ThriftCursor *cursor, const ThriftField *field, PqBytes *value);
/* true: the cursor is inside, at the first field. */
extern bool thrift_field_struct(ThriftCursor *cursor, const ThriftField *field);
/*
 * true: the cursor is at the first of count elements of that type; else skipped.
 * THRIFT_TRUE stands for booleans.  An empty list is of every type.
 */
extern bool thrift_field_list(ThriftCursor *cursor, const ThriftField *field, ThriftType element,
							  uint32_t *count);
extern void thrift_skip_field(ThriftCursor *cursor, const ThriftField *field);

/* Elements of a list. */
extern int32_t thrift_read_i32(ThriftCursor *cursor); /* i16 and i32 */
extern int64_t thrift_read_i64(ThriftCursor *cursor);
extern PqBytes thrift_read_binary(ThriftCursor *cursor);
extern void thrift_skip(ThriftCursor *cursor, ThriftType type);

#endif
