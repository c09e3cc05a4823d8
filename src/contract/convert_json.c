/*
 * convert_json.c: json, stored as it is written once it is known to be valid.
 *
 * Grammar: RFC 8259, at most 64 levels deep.  Texts with a \u escape (their
 * meaning depends on the encoding) and deeper ones are left to json_in().
 * Values are varlenas in the arena.
 */
#include "postgres.h"

#include "fmgr.h"

#include "contract/convert_internal.h"

#define MAX_DEPTH 64 /* one bit a level: set for an object */

typedef struct JsonScan
{
	const char *pos;
	const char *end;
	uint64 objects;
	int depth;
} JsonScan;

static inline void
skip_blanks(JsonScan *scan)
{
	while (scan->pos < scan->end &&
		   (*scan->pos == ' ' || *scan->pos == '\t' || *scan->pos == '\n' || *scan->pos == '\r'))
		scan->pos++;
}

static inline bool
skip_char(JsonScan *scan, char c)
{
	if (scan->pos == scan->end || *scan->pos != c)
		return false;
	scan->pos++;
	return true;
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
		if (c == '\\' && (scan->pos == scan->end || strchr("\"\\/bfnrt", *scan->pos++) == NULL))
			return false;
	}
	return false;
}

/* At least one digit. */
static bool
skip_digits(JsonScan *scan)
{
	const char *start = scan->pos;

	while (scan->pos < scan->end && is_digit(*scan->pos))
		scan->pos++;
	return scan->pos > start;
}

static bool
skip_number(JsonScan *scan)
{
	skip_char(scan, '-');
	if (!skip_char(scan, '0') && !skip_digits(scan))
		return false;
	if (skip_char(scan, '.') && !skip_digits(scan))
		return false;
	if (skip_char(scan, 'e') || skip_char(scan, 'E'))
	{
		if (!skip_char(scan, '-'))
			skip_char(scan, '+');
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
	if (scan->pos == scan->end)
		return false;
	switch (*scan->pos)
	{
		case '"':
			scan->pos++;
			return skip_string(scan);
		case 't':
			return skip_word(scan, "true", 4);
		case 'f':
			return skip_word(scan, "false", 5);
		case 'n':
			return skip_word(scan, "null", 4);
		default:
			return skip_number(scan);
	}
}

static inline bool
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
		scan->objects = scan->objects << 1 | (uint64) object;
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

static bool
json_is_valid(const char *data, size_t len)
{
	JsonScan scan = {data, data + len, 0, 0};
	bool more;

	do
	{
		bool closed;

		if (!open_containers(&scan, &closed))
			return false;
		if (!closed && !skip_scalar(&scan))
			return false;
		if (!close_containers(&scan, &more))
			return false;
	} while (more);
	return true;
}

ConvertStatus
convert_json(const Converter *converter, const char *data, size_t len, ConvertArena *arena,
			 Datum *value)
{
	if (!json_is_valid(data, len))
		return CONVERT_UNDECIDED;
	return convert_text(converter, data, len, arena, value);
}
