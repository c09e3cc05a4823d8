/*
 * thrift_writer.c: writes the Thrift compact protocol into a fixed buffer, for tests.
 *
 * in:  fields and elements, in the order in which they are written
 * out: their bytes; a test that writes more than fits is stopped
 */
#include "test/unit/thrift_writer.h"

#include <stdlib.h>
#include <string.h>

void
tw_init(ThriftWriter *w)
{
	w->len = 0;
	w->depth = 0;
	w->last[0] = 0;
}

void
tw_byte(ThriftWriter *w, int byte)
{
	if (w->len == TW_CAPACITY)
		abort();
	w->data[w->len++] = (unsigned char) byte;
}

void
tw_varint(ThriftWriter *w, uint64_t value)
{
	for (; value > 127; value /= 128)
		tw_byte(w, (int) (value % 128) + 128);
	tw_byte(w, (int) value);
}

void
tw_zigzag(ThriftWriter *w, int64_t value)
{
	/* 0, -1, 1, -2, ... */
	if (value >= 0)
		tw_varint(w, (uint64_t) value * 2);
	else
		tw_varint(w, (uint64_t) (-(value + 1)) * 2 + 1);
}

void
tw_bytes(ThriftWriter *w, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t i;

	tw_varint(w, len);
	for (i = 0; i < len; i++)
		tw_byte(w, bytes[i]);
}

void
tw_text(ThriftWriter *w, const char *text)
{
	tw_bytes(w, text, strlen(text));
}

void
tw_head(ThriftWriter *w, int32_t id, int type)
{
	const int32_t delta = id - w->last[w->depth];

	if (delta >= 1 && delta <= 15)
		tw_byte(w, delta * 16 + type);
	else
	{
		tw_byte(w, type);
		tw_zigzag(w, id);
	}
	w->last[w->depth] = id;
}

void
tw_field_bool(ThriftWriter *w, int32_t id, int value)
{
	tw_head(w, id, value ? TW_TRUE : TW_FALSE);
}

void
tw_field_i32(ThriftWriter *w, int32_t id, int64_t value)
{
	tw_head(w, id, TW_I32);
	tw_zigzag(w, value);
}

void
tw_field_i64(ThriftWriter *w, int32_t id, int64_t value)
{
	tw_head(w, id, TW_I64);
	tw_zigzag(w, value);
}

void
tw_field_bytes(ThriftWriter *w, int32_t id, const void *data, size_t len)
{
	tw_head(w, id, TW_BINARY);
	tw_bytes(w, data, len);
}

void
tw_field_text(ThriftWriter *w, int32_t id, const char *text)
{
	tw_field_bytes(w, id, text, strlen(text));
}

void
tw_list(ThriftWriter *w, int type, uint64_t count)
{
	if (count < 15)
		tw_byte(w, (int) count * 16 + type);
	else
	{
		tw_byte(w, 0xF0 + type);
		tw_varint(w, count);
	}
}

void
tw_field_list(ThriftWriter *w, int32_t id, int type, uint64_t count)
{
	tw_head(w, id, TW_LIST);
	tw_list(w, type, count);
}

void
tw_struct(ThriftWriter *w)
{
	if (++w->depth == TW_MAX_DEPTH)
		abort();
	w->last[w->depth] = 0;
}

void
tw_field_struct(ThriftWriter *w, int32_t id)
{
	tw_head(w, id, TW_STRUCT);
	tw_struct(w);
}

void
tw_end(ThriftWriter *w)
{
	tw_byte(w, 0);
	w->depth--;
}
