/*
 * sniff_cursor.h: matching a field from the left; private to sniff*.c.
 */
#ifndef INGEST_FORMAT_CSV_SNIFF_CURSOR_H
#define INGEST_FORMAT_CSV_SNIFF_CURSOR_H

#include <string.h>

#include "format/csv/sniff.h"

/* A field being matched. */
typedef struct SniffCursor
{
	const char *pos;
	const char *end;
} SniffCursor;

static inline bool
sniff_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
at_end(const SniffCursor *c)
{
	return c->pos == c->end;
}

static inline bool
take(SniffCursor *c, char wanted)
{
	if (at_end(c) || *c->pos != wanted)
		return false;
	c->pos++;
	return true;
}

static inline bool
take_one_of(SniffCursor *c, const char *wanted)
{
	if (at_end(c) || *c->pos == '\0' || strchr(wanted, *c->pos) == NULL)
		return false;
	c->pos++;
	return true;
}

/* How many digits were taken, up to max. */
static inline int
take_digits(SniffCursor *c, int max)
{
	int n = 0;

	while (n < max && !at_end(c) && sniff_is_digit(*c->pos))
	{
		c->pos++;
		n++;
	}
	return n;
}

/* Whether the text is the word, in any case; the word is in lower case. */
static inline bool
is_word(const char *data, size_t len, const char *word)
{
	size_t i;

	if (strlen(word) != len)
		return false;
	for (i = 0; i < len; i++)
	{
		const char c = data[i] >= 'A' && data[i] <= 'Z' ? (char) (data[i] | 0x20) : data[i];

		if (c != word[i])
			return false;
	}
	return true;
}

/* sniff_dates.c: CSV_CELL_TEXT if it is neither date nor time. */
extern CsvCellKind sniff_datetime_kind(const char *data, size_t len);

#endif
