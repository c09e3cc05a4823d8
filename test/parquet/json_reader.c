/*
 * json_reader.c: a small reader of JSON (RFC 8259), for tests.
 *
 * in:  a text, in which strings are decoded in place
 * out: a tree of nodes
 */
#include "test/parquet/json_reader.h"

#include <stdlib.h>
#include <string.h>

#include "test/parquet/file_writer.h"

/* Where the reader is.  A character that has to be overwritten by a terminator is read first. */
typedef struct JsonCursor
{
	char *pos;
	char current; /* what stands at pos, or stood there */
} JsonCursor;

static void
advance(JsonCursor *cursor)
{
	if (cursor->current != '\0')
		cursor->current = *++cursor->pos;
}

static char
skip_blanks(JsonCursor *cursor)
{
	while (cursor->current == ' ' || cursor->current == '\t' || cursor->current == '\n' ||
		   cursor->current == '\r')
		advance(cursor);
	return cursor->current;
}

static void
expect(JsonCursor *cursor, char c)
{
	if (skip_blanks(cursor) != c)
		file_writer_fail("JSON: expected %c before: %.40s", c, cursor->pos);
	advance(cursor);
}

static unsigned
read_hex(JsonCursor *cursor)
{
	unsigned code = 0;
	int i;

	for (i = 0; i < 4; i++)
	{
		static const char digits[] = "0123456789abcdef";
		const char *digit = cursor->current == '\0' ? NULL : strchr(digits, cursor->current | 0x20);

		if (digit == NULL)
			file_writer_fail("JSON: invalid \\u");
		code = code * 16 + (unsigned) (digit - digits);
		advance(cursor);
	}
	return code;
}

static char *
put_utf8(char *out, unsigned code)
{
	if (code < 0x80)
		*out++ = (char) code;
	else if (code < 0x800)
	{
		*out++ = (char) (0xC0 | code >> 6);
		*out++ = (char) (0x80 | (code & 0x3F));
	}
	else if (code < 0x10000)
	{
		*out++ = (char) (0xE0 | code >> 12);
		*out++ = (char) (0x80 | (code >> 6 & 0x3F));
		*out++ = (char) (0x80 | (code & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | code >> 18);
		*out++ = (char) (0x80 | (code >> 12 & 0x3F));
		*out++ = (char) (0x80 | (code >> 6 & 0x3F));
		*out++ = (char) (0x80 | (code & 0x3F));
	}
	return out;
}

/* The character behind a backslash. */
static char *
read_escape(JsonCursor *cursor, char *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char escape = cursor->current;
	const char *name = escape == '\0' ? NULL : strchr(names, escape);
	unsigned code;

	advance(cursor);
	if (name != NULL)
	{
		*out++ = meanings[name - names];
		return out;
	}
	if (escape != 'u')
		file_writer_fail("JSON: invalid escape");
	code = read_hex(cursor);
	if (code >= 0xD800 && code < 0xDC00)
	{
		expect(cursor, '\\');
		expect(cursor, 'u');
		code = 0x10000 + ((code - 0xD800) << 10) + (read_hex(cursor) - 0xDC00);
	}
	return put_utf8(out, code);
}

/* A string, in place; returns where it starts. */
static char *
read_string(JsonCursor *cursor, size_t *len)
{
	char *start;
	char *out;

	expect(cursor, '"');
	start = out = cursor->pos;
	while (cursor->current != '"')
	{
		if (cursor->current == '\0')
			file_writer_fail("JSON: a string does not end");
		if (cursor->current == '\\')
		{
			advance(cursor);
			out = read_escape(cursor, out);
		}
		else
		{
			*out++ = cursor->current;
			advance(cursor);
		}
	}
	advance(cursor);
	*out = '\0'; /* the closing quote, or before */
	*len = (size_t) (out - start);
	return start;
}

static JsonNode *
new_node(JsonKind kind)
{
	JsonNode *node = calloc(1, sizeof(*node));

	if (node == NULL)
		file_writer_fail("out of memory");
	node->kind = kind;
	return node;
}

/* A number, true, false or null. */
static JsonNode *
read_word(JsonCursor *cursor)
{
	JsonNode *node = new_node(JSON_NUMBER);
	char *start = cursor->pos;

	while (cursor->current != '\0' && strchr(",]} \t\r\n", cursor->current) == NULL)
		advance(cursor);
	node->text = start;
	node->len = (size_t) (cursor->pos - start);
	*cursor->pos = '\0'; /* cursor->current knows what was there */
	if (strcmp(start, "null") == 0)
		node->kind = JSON_NULL;
	else if (strcmp(start, "true") == 0 || strcmp(start, "false") == 0)
		node->kind = JSON_BOOLEAN;
	else if (node->len == 0 || strchr("-0123456789", *start) == NULL)
		file_writer_fail("JSON: invalid value: %.40s", start);
	return node;
}

static JsonNode *read_value(JsonCursor *cursor);

static JsonNode *
read_container(JsonCursor *cursor, JsonKind kind)
{
	const char close = kind == JSON_OBJECT ? '}' : ']';
	JsonNode *node = new_node(kind);
	JsonNode **last = &node->first_child;
	size_t len;

	advance(cursor);
	while (skip_blanks(cursor) != close)
	{
		const char *name = NULL;

		if (node->first_child != NULL)
			expect(cursor, ',');
		if (kind == JSON_OBJECT)
		{
			skip_blanks(cursor);
			name = read_string(cursor, &len);
			expect(cursor, ':');
		}
		*last = read_value(cursor);
		(*last)->name = name;
		last = &(*last)->next;
	}
	advance(cursor);
	return node;
}

static JsonNode *
read_value(JsonCursor *cursor)
{
	JsonNode *node;

	switch (skip_blanks(cursor))
	{
		case '{':
			return read_container(cursor, JSON_OBJECT);
		case '[':
			return read_container(cursor, JSON_ARRAY);
		case '"':
			node = new_node(JSON_STRING);
			node->text = read_string(cursor, &node->len);
			return node;
		default:
			return read_word(cursor);
	}
}

JsonNode *
json_read(char *text)
{
	JsonCursor cursor = {text, *text};
	JsonNode *node = read_value(&cursor);

	if (skip_blanks(&cursor) != '\0')
		file_writer_fail("JSON: text behind the end: %.40s", cursor.pos);
	return node;
}

void
json_free(JsonNode *node)
{
	JsonNode *next;

	for (; node != NULL; node = next)
	{
		next = node->next;
		json_free(node->first_child);
		free(node);
	}
}

const JsonNode *
json_member(const JsonNode *object, const char *name)
{
	const JsonNode *member;

	for (member = object->first_child; member != NULL; member = member->next)
	{
		if (strcmp(member->name, name) == 0)
			return member;
	}
	return NULL;
}
