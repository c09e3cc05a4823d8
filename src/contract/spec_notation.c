/*
 * spec_notation.c: how the files write a column, and texts, as bytes for the workers.
 *
 * in:  a ColumnNotation
 * out: bytes; the same again, in CurrentMemoryContext
 */
#include "postgres.h"

#include "contract/spec_internal.h"

#include "libpq/pqformat.h"

/* Is there anything to say? Most columns have no notation of their own. */
static bool
is_set(const ColumnNotation *notation)
{
	const ColumnNotation none = {0};

	return memcmp(notation, &none, sizeof(none)) != 0;
}

void
spec_write_text(const char *text, StringInfo buf)
{
	if (text == NULL)
		text = "";
	appendBinaryStringInfo(buf, text, strlen(text) + 1);
}

char *
spec_read_text(StringInfo buf)
{
	const char *text = pq_getmsgrawstring(buf);

	return text[0] == '\0' ? NULL : pstrdup(text);
}

void
spec_write_texts(List *texts, StringInfo buf)
{
	ListCell *lc;

	pq_sendint32(buf, list_length(texts));
	foreach (lc, texts)
		spec_write_text(lfirst(lc), buf);
}

List *
spec_read_texts(StringInfo buf)
{
	int n = pq_getmsgint(buf, 4);
	List *texts = NIL;
	int i;

	for (i = 0; i < n; i++)
		texts = lappend(texts, pstrdup(pq_getmsgrawstring(buf)));
	return texts;
}

void
spec_write_notation(const ColumnNotation *notation, StringInfo buf)
{
	pq_sendbyte(buf, is_set(notation));
	if (!is_set(notation))
		return;
	spec_write_text(notation->dateformat, buf);
	spec_write_text(notation->timestampformat, buf);
	pq_sendbyte(buf, notation->decimal_separator);
	pq_sendbyte(buf, notation->thousands);
	spec_write_texts(notation->true_words, buf);
	spec_write_texts(notation->false_words, buf);
	spec_write_texts(notation->null_strings, buf);
}

void
spec_read_notation(ColumnNotation *notation, StringInfo buf)
{
	memset(notation, 0, sizeof(*notation));
	if (!pq_getmsgbyte(buf))
		return;
	notation->dateformat = spec_read_text(buf);
	notation->timestampformat = spec_read_text(buf);
	notation->decimal_separator = pq_getmsgbyte(buf);
	notation->thousands = pq_getmsgbyte(buf);
	notation->true_words = spec_read_texts(buf);
	notation->false_words = spec_read_texts(buf);
	notation->null_strings = spec_read_texts(buf);
}
