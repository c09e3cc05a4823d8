/*
 * thrift.c: a cursor over the Thrift compact protocol.
 *
 * in:  bytes in memory that the caller owns
 * out: numbers, and strings as slices of those bytes
 *
 * Follows doc/specs/thrift-compact-protocol.md of Apache Thrift.  Nothing is allocated and
 * nothing recurses.  An element of a container takes a byte at least, so a
 * claimed number of elements that exceeds the bytes left is refused at once, and every
 * loop here is bounded by the bytes.
 */
#include "format/parquet/thrift.h"

#include <string.h>

#define VARINT_MAX 10 /* bytes of 64 bits, 7 in each */

void
thrift_init(ThriftCursor *cursor, const void *data, size_t len)
{
	cursor->start = data;
	cursor->pos = data;
	cursor->end = cursor->pos + len;
	cursor->status = FMT_OK;
	cursor->reason = NULL;
}

FmtStatus
thrift_report(const ThriftCursor *cursor, uint64_t base, const char *what, PqError *error)
{
	if (cursor->status == FMT_OK)
		return FMT_OK;
	return pq_error(error, cursor->status, base + (uint64_t) (cursor->pos - cursor->start),
					"invalid %s: %s", what, cursor->reason);
}

/* Only the first error counts. */
static void
fail(ThriftCursor *cursor, FmtStatus status, const char *reason)
{
	if (cursor->status != FMT_OK)
		return;
	cursor->status = status;
	cursor->reason = reason;
}

static size_t
left(const ThriftCursor *cursor)
{
	return (size_t) (cursor->end - cursor->pos);
}

static unsigned char
read_byte(ThriftCursor *cursor)
{
	if (cursor->status == FMT_OK && left(cursor) == 0)
		fail(cursor, FMT_TRUNCATED, "it ends too early");
	return cursor->status == FMT_OK ? *cursor->pos++ : 0;
}

static void
skip_bytes(ThriftCursor *cursor, uint64_t n)
{
	if (cursor->status == FMT_OK && n > left(cursor))
		fail(cursor, FMT_TRUNCATED, "a value is longer than the bytes that are left");
	if (cursor->status == FMT_OK)
		cursor->pos += n;
}

static uint64_t
read_varint(ThriftCursor *cursor)
{
	uint64_t value = 0;
	int i;

	for (i = 0; i < VARINT_MAX; i++)
	{
		const unsigned char byte = read_byte(cursor);

		/* The tenth byte has room for one bit. */
		if (i == VARINT_MAX - 1 && byte > 1)
			break;
		value |= (uint64_t) (byte & 0x7F) << (7 * i);
		if ((byte & 0x80) == 0)
			return cursor->status == FMT_OK ? value : 0;
	}
	fail(cursor, FMT_CORRUPT, "a number has more than 64 bits");
	return 0;
}

static int64_t
read_zigzag(ThriftCursor *cursor, int64_t min, int64_t max)
{
	const uint64_t raw = read_varint(cursor);
	const int64_t value = (int64_t) ((raw >> 1) ^ (~(raw & 1) + 1));

	if (value >= min && value <= max)
		return value;
	fail(cursor, FMT_CORRUPT, "a number is too large for its type");
	return 0;
}

bool
thrift_next_field(ThriftCursor *cursor, ThriftField *field)
{
	const unsigned char head = read_byte(cursor);
	const int32_t delta = head >> 4;

	field->type = (ThriftType) (head & 0x0F);
	if (cursor->status != FMT_OK || field->type == THRIFT_STOP)
	{
		field->type = THRIFT_STOP;
		return false;
	}
	if (field->type > THRIFT_UUID)
		fail(cursor, FMT_CORRUPT, "a field has an unknown wire type");
	if (delta == 0)
		field->id = (int32_t) read_zigzag(cursor, INT16_MIN, INT16_MAX);
	else if (field->id > INT16_MAX - delta)
		fail(cursor, FMT_CORRUPT, "a field number is too large");
	else
		field->id += delta;
	return cursor->status == FMT_OK;
}

bool
thrift_field_bool(ThriftCursor *cursor, const ThriftField *field, bool *value)
{
	if (field->type != THRIFT_TRUE && field->type != THRIFT_FALSE)
	{
		thrift_skip_field(cursor, field);
		return false;
	}
	*value = field->type == THRIFT_TRUE;
	return true;
}

/* true: field has that type, and the caller is to read it. */
static bool
field_is(ThriftCursor *cursor, const ThriftField *field, ThriftType type)
{
	if (field->type == type)
		return true;
	thrift_skip_field(cursor, field);
	return false;
}

bool
thrift_field_i8(ThriftCursor *cursor, const ThriftField *field, int8_t *value)
{
	unsigned char byte;

	if (!field_is(cursor, field, THRIFT_I8))
		return false;
	byte = read_byte(cursor);
	memcpy(value, &byte, 1);
	return cursor->status == FMT_OK;
}

bool
thrift_field_i32(ThriftCursor *cursor, const ThriftField *field, int32_t *value)
{
	if (!field_is(cursor, field, THRIFT_I32))
		return false;
	*value = thrift_read_i32(cursor);
	return cursor->status == FMT_OK;
}

bool
thrift_field_i64(ThriftCursor *cursor, const ThriftField *field, int64_t *value)
{
	if (!field_is(cursor, field, THRIFT_I64))
		return false;
	*value = thrift_read_i64(cursor);
	return cursor->status == FMT_OK;
}

bool
thrift_field_binary(ThriftCursor *cursor, const ThriftField *field, PqBytes *value)
{
	if (!field_is(cursor, field, THRIFT_BINARY))
		return false;
	*value = thrift_read_binary(cursor);
	return cursor->status == FMT_OK;
}

bool
thrift_field_struct(ThriftCursor *cursor, const ThriftField *field)
{
	return field_is(cursor, field, THRIFT_STRUCT) && cursor->status == FMT_OK;
}

/*
 * The head of a list or set: *count elements of *element, which take *count bytes at least.
 */
static void
read_list_head(ThriftCursor *cursor, ThriftType *element, uint64_t *count)
{
	const unsigned char head = read_byte(cursor);

	*element = (ThriftType) (head & 0x0F);
	*count = head >> 4;
	if (*count == 15)
		*count = read_varint(cursor);
	if (cursor->status == FMT_OK && *count > left(cursor))
		fail(cursor, FMT_TRUNCATED, "a list has more elements than bytes are left");
	if (cursor->status == FMT_OK && *count > 0 &&
		(*element == THRIFT_STOP || *element > THRIFT_UUID))
		fail(cursor, FMT_CORRUPT, "a list has elements of an unknown wire type");
	if (cursor->status != FMT_OK)
		*count = 0;
}

bool
thrift_field_list(ThriftCursor *cursor, const ThriftField *field, ThriftType element,
				  uint32_t *count)
{
	const unsigned char *const head = cursor->pos;
	ThriftType found;
	uint64_t n;

	if (!field_is(cursor, field, THRIFT_LIST))
		return false;
	read_list_head(cursor, &found, &n);
	if (cursor->status == FMT_OK && n > UINT32_MAX)
		fail(cursor, FMT_LIMIT, "a list is too long");
	if (cursor->status != FMT_OK)
		return false;
	/* Writers differ in the element type of an empty list, and of booleans. */
	if (n == 0 || found == element || (element == THRIFT_TRUE && found == THRIFT_FALSE))
	{
		*count = (uint32_t) n;
		return true;
	}
	cursor->pos = head;
	thrift_skip_field(cursor, field);
	return false;
}

void
thrift_skip_field(ThriftCursor *cursor, const ThriftField *field)
{
	if (field->type != THRIFT_TRUE && field->type != THRIFT_FALSE)
		thrift_skip(cursor, field->type);
}

int32_t
thrift_read_i32(ThriftCursor *cursor)
{
	return (int32_t) read_zigzag(cursor, INT32_MIN, INT32_MAX);
}

int64_t
thrift_read_i64(ThriftCursor *cursor)
{
	return read_zigzag(cursor, INT64_MIN, INT64_MAX);
}

PqBytes
thrift_read_binary(ThriftCursor *cursor)
{
	const uint64_t len = read_varint(cursor);
	PqBytes bytes = {"", 0};

	if (len > INT32_MAX)
		fail(cursor, FMT_CORRUPT, "a string is too long");
	if (cursor->status != FMT_OK)
		return bytes;
	bytes.data = (const char *) cursor->pos;
	skip_bytes(cursor, len);
	if (cursor->status == FMT_OK)
		bytes.len = (uint32_t) len;
	return bytes;
}

/* What is left to be skipped of a struct (is_struct), or of a list, set or map. */
typedef struct Level
{
	bool is_struct;
	ThriftType type;   /* of the next element */
	ThriftType other;  /* of the one after it: maps alternate */
	uint64_t count;    /* elements left; keys and values count each */
	ThriftField field; /* of a struct: the last one that was announced */
} Level;

/* Skips a value that contains no others. false: it is a container, and level describes it. */
static bool
skip_plain(ThriftCursor *cursor, ThriftType type, Level *level)
{
	unsigned char types;

	switch (type)
	{
		case THRIFT_TRUE: /* in a list; as a field it has no bytes */
		case THRIFT_FALSE:
		case THRIFT_I8:
			skip_bytes(cursor, 1);
			return true;
		case THRIFT_I16:
		case THRIFT_I32:
		case THRIFT_I64:
			(void) read_varint(cursor);
			return true;
		case THRIFT_DOUBLE:
			skip_bytes(cursor, 8);
			return true;
		case THRIFT_UUID:
			skip_bytes(cursor, 16);
			return true;
		case THRIFT_BINARY:
			skip_bytes(cursor, read_varint(cursor));
			return true;
		case THRIFT_LIST:
		case THRIFT_SET:
			read_list_head(cursor, &level->type, &level->count);
			level->is_struct = false;
			level->other = level->type;
			return level->count == 0;
		case THRIFT_MAP:
			level->count = read_varint(cursor);
			if (level->count == 0)
				return true;
			types = read_byte(cursor);
			level->is_struct = false;
			level->type = (ThriftType) (types >> 4);
			level->other = (ThriftType) (types & 0x0F);
			if (level->count > left(cursor) / 2)
				fail(cursor, FMT_TRUNCATED, "a map has more entries than bytes are left");
			level->count *= 2;
			return cursor->status != FMT_OK;
		case THRIFT_STRUCT:
			level->is_struct = true;
			level->field.id = 0;
			return false;
		case THRIFT_STOP:
			break;
	}
	fail(cursor, FMT_CORRUPT, "a value has an unknown wire type");
	return true;
}

/* The type of the next value in level; false when there is none left. */
static bool
next_in_level(ThriftCursor *cursor, Level *level, ThriftType *type)
{
	if (level->is_struct)
	{
		while (thrift_next_field(cursor, &level->field))
		{
			*type = level->field.type;
			if (*type != THRIFT_TRUE && *type != THRIFT_FALSE)
				return true;
		}
		return false;
	}
	if (level->count == 0)
		return false;
	level->count--;
	*type = level->type;
	level->type = level->other;
	level->other = *type;
	return true;
}

void
thrift_skip(ThriftCursor *cursor, ThriftType type)
{
	Level levels[THRIFT_MAX_DEPTH];
	int depth = 0;

	if (cursor->status != FMT_OK || skip_plain(cursor, type, &levels[0]))
		return;
	for (;;)
	{
		if (cursor->status != FMT_OK)
			return;
		if (!next_in_level(cursor, &levels[depth], &type))
		{
			if (depth-- == 0)
				return;
		}
		else if (depth + 1 < THRIFT_MAX_DEPTH)
		{
			if (!skip_plain(cursor, type, &levels[depth + 1]))
				depth++;
		}
		else
		{
			Level leaf;

			if (!skip_plain(cursor, type, &leaf))
				fail(cursor, FMT_LIMIT, "it is nested too deeply");
		}
	}
}
