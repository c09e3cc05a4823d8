/*
 * json_valid.c: is a text one JSON value?
 *
 * In: bytes in any encoding whose bytes below 128 are ASCII.  Out: yes or no.  Grammar: RFC 8259, at
 * most MAX_DEPTH levels deep, escapes as jsonb accepts them: no \u0000, surrogates in pairs.
 */
#include "format/json_valid.h"

#include <stdint.h>
#include <string.h>

#define MAX_DEPTH 64 /* one bit a level: set for an object */

typedef struct JsonScan
{
	const char *pos;
	const char *end;
	uint64_t objects;
	int depth;
} JsonScan;

static void
skip_blanks(JsonScan *scan)
{
	while (scan->pos < scan->end &&
		   (*scan->pos == ' ' || *scan->pos == '\t' || *scan->pos == '\n' || *scan->pos == '\r'))
		scan->pos++;
}

static bool
skip_char(JsonScan *scan, char c)
{
	if (scan->pos == scan->end || *scan->pos != c)
		return false;
	scan->pos++;
	return true;
}

/* Four hexadecimal digits; -1 if they are none. */
static int
scan_unit(JsonScan *scan)
{
	int unit = 0;
	int i;

	if (scan->end - scan->pos < 4)
		return -1;
	for (i = 0; i < 4; i++)
	{
		char c = *scan->pos++;

		if (c >= '0' && c <= '9')
			unit = unit * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			unit = unit * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return unit;
}

/* Behind "\u". */
static bool
skip_unicode_escape(JsonScan *scan)
{
	int unit = scan_unit(scan);

	if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
		return false;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (!skip_char(scan, '\\') || !skip_char(scan, 'u'))
		return false;
	unit = scan_unit(scan);
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* From behind the opening quote to behind the closing one. */
static bool
skip_string(JsonScan *scan)
{
	while (scan->pos < scan->end)
	{
		char c = *scan->pos++;

		if (c == '"')
			return true;
		if ((unsigned char) c < 0x20)
			return false;
		if (c != '\\')
			continue;
		if (scan->pos == scan->end)
			return false;
		c = *scan->pos++;
		if (c == 'u' ? !skip_unicode_escape(scan) : c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
			return false;
	}
	return false;
}

/* At least one digit. */
static bool
skip_digits(JsonScan *scan)
{
	const char *start = scan->pos;

	while (scan->pos < scan->end && *scan->pos >= '0' && *scan->pos <= '9')
		scan->pos++;
	return scan->pos > start;
}

static bool
skip_number(JsonScan *scan)
{
	(void) skip_char(scan, '-');
	if (!skip_char(scan, '0') && !skip_digits(scan))
		return false;
	if (skip_char(scan, '.') && !skip_digits(scan))
		return false;
	if (skip_char(scan, 'e') || skip_char(scan, 'E'))
	{
		if (!skip_char(scan, '-'))
			(void) skip_char(scan, '+');
		return skip_digits(scan);
	}
	return true;
}

static bool
skip_word(JsonScan *scan, const char *word, size_t len)
{
	if ((size_t) (scan->end - scan->pos) < len || memcmp(scan->pos, word, len) != 0)
		return false;
	scan->pos += len;
	return true;
}

/* A value that is neither array nor object. */
static bool
skip_scalar(JsonScan *scan)
{
	if (skip_char(scan, '"'))
		return skip_string(scan);
	return skip_word(scan, "true", 4) || skip_word(scan, "false", 5) ||
		   skip_word(scan, "null", 4) || skip_number(scan);
}

static bool
in_object(const JsonScan *scan)
{
	return (scan->objects & 1) != 0;
}

/* A member's name and colon. */
static bool
skip_name(JsonScan *scan)
{
	skip_blanks(scan);
	if (!skip_char(scan, '"') || !skip_string(scan))
		return false;
	skip_blanks(scan);
	return skip_char(scan, ':');
}

/* Enters as many arrays and objects as begin here; *closed if the last one is empty. */
static bool
open_containers(JsonScan *scan, bool *closed)
{
	*closed = false;
	for (;;)
	{
		bool object;

		skip_blanks(scan);
		object = skip_char(scan, '{');
		if (!object && !skip_char(scan, '['))
			return true;
		if (scan->depth == MAX_DEPTH)
			return false;
		scan->objects = scan->objects << 1 | (uint64_t) object;
		scan->depth++;
		skip_blanks(scan);
		if (scan->pos < scan->end && *scan->pos == (object ? '}' : ']'))
		{
			*closed = true;
			return true;
		}
		if (object && !skip_name(scan))
			return false;
	}
}

/* After a value: leaves what ends here; *more if a comma asks for another value. */
static bool
close_containers(JsonScan *scan, bool *more)
{
	*more = false;
	for (;;)
	{
		skip_blanks(scan);
		if (scan->depth == 0)
			return scan->pos == scan->end;
		if (skip_char(scan, ','))
		{
			*more = true;
			return !in_object(scan) || skip_name(scan);
		}
		if (!skip_char(scan, in_object(scan) ? '}' : ']'))
			return false;
		scan->objects >>= 1;
		scan->depth--;
	}
}

bool
json_is_valid(const char *data, size_t len)
{
	JsonScan scan = {data, data + len, 0, 0};
	bool more = true;

	while (more)
	{
		bool closed;

		if (!open_containers(&scan, &closed))
			return false;
		if (!closed && !skip_scalar(&scan))
			return false;
		if (!close_containers(&scan, &more))
			return false;
	}
	return true;
}
