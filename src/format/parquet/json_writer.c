/*
 * json_writer.c: strings, binary and the buffer of JSON text.
 *
 * In: bytes of a file.  Out: JSON text in UTF-8, to the sink.
 */
#include "format/parquet/json_writer.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

void
pq_json_begin(PqJsonWriter *writer, const PqSink *sink, const PqJsonStyle *style, PqError *error)
{
	writer->sink = sink;
	writer->style = style;
	writer->error = error;
	writer->status = FMT_OK;
	writer->used = 0;
}

FmtStatus
pq_json_fail(PqJsonWriter *writer, FmtStatus status, const char *message)
{
	if (writer->status == FMT_OK)
		writer->status = pq_error(writer->error, status, 0, "%s", message);
	return writer->status;
}

static void
emit(PqJsonWriter *writer, const char *data, size_t len)
{
	if (writer->status == FMT_OK && len > 0 &&
		!writer->sink->append(writer->sink->context, data, len))
		(void) pq_json_fail(writer, FMT_LIMIT, "JSON text of a value is too long");
}

FmtStatus
pq_json_finish(PqJsonWriter *writer)
{
	emit(writer, writer->buffer, writer->used);
	writer->used = 0;
	return writer->status;
}

void
pq_json_put(PqJsonWriter *writer, const char *data, size_t len)
{
	if (len > PQ_JSON_BUFFER - writer->used)
	{
		(void) pq_json_finish(writer);
		if (len > PQ_JSON_BUFFER)
		{
			emit(writer, data, len);
			return;
		}
	}
	memcpy(writer->buffer + writer->used, data, len);
	writer->used += (uint32_t) len;
}

/*
 * Length of the sequence at the start of a text that is not ASCII there; 0: invalid. RFC 3629,
 * section 4.
 */
static size_t
sequence_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t len;
	size_t i;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (left < len)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f; /* surrogates */
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f; /* above U+10FFFF */
	if (p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return len;
}

bool
pq_utf8_is_valid(const char *data, size_t len, bool nul_is_invalid)
{
	const unsigned char *p = (const unsigned char *) data;
	size_t i = 0;

	if (nul_is_invalid && len > 0 && memchr(data, '\0', len) != NULL)
		return false;
	while (i < len)
	{
		uint64_t word;
		size_t sequence;

		if (len - i >= sizeof(word))
		{
			memcpy(&word, p + i, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0)
			{
				i += sizeof(word);
				continue;
			}
		}
		sequence = p[i] < 0x80 ? 1 : sequence_length(p + i, len - i);
		if (sequence == 0)
			return false;
		i += sequence;
	}
	return true;
}

static void
put_escaped(PqJsonWriter *writer, unsigned char c)
{
	static const char letters[] = "btn?fr"; /* 8 to 13; 11 has none */
	char escape[6] = {'\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 15]};

	if (c == '"' || c == '\\')
		escape[1] = (char) c;
	else if (c >= 8 && c <= 13 && c != 11)
		escape[1] = letters[c - 8];
	pq_json_put(writer, escape, escape[1] == 'u' ? 6 : 2);
}

static void
put_hex(PqJsonWriter *writer, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t i;

	for (i = 0; i < len && writer->status == FMT_OK; i++)
	{
		char pair[2] = {hex_digits[bytes[i] >> 4], hex_digits[bytes[i] & 15]};

		pq_json_put(writer, pair, 2);
	}
}

/* Valid UTF-8 with its quotes. */
static void
put_quoted(PqJsonWriter *writer, const char *data, size_t len)
{
	size_t start = 0;
	size_t i;

	pq_json_literal(writer, "\"");
	for (i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) data[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		pq_json_put(writer, data + start, i - start);
		put_escaped(writer, c);
		start = i + 1;
	}
	pq_json_put(writer, data + start, len - start);
	pq_json_literal(writer, "\"");
}

void
pq_json_string(PqJsonWriter *writer, const char *data, size_t len)
{
	if (pq_utf8_is_valid(data, len, writer->style->nul_is_invalid))
		put_quoted(writer, data, len);
	else if (writer->style->mark_invalid_text)
	{
		pq_json_literal(writer, "{\"$invalid_utf8\":\"");
		put_hex(writer, data, len);
		pq_json_literal(writer, "\"}");
	}
	else
		(void) pq_json_fail(writer, FMT_ENCODING,
							writer->style->nul_is_invalid && pq_utf8_is_valid(data, len, false)
								? "text contains U+0000"
								: "text is not valid UTF-8");
}

void
pq_json_binary(PqJsonWriter *writer, const void *data, size_t len)
{
	pq_json_literal(writer, "\"\\\\x");
	put_hex(writer, data, len);
	pq_json_literal(writer, "\"");
}

/* A name has to be a string: one that is not text is given as binary where that is no error. */
void
pq_json_name(PqJsonWriter *writer, const char *data, size_t len)
{
	if (writer->style->mark_invalid_text &&
		!pq_utf8_is_valid(data, len, writer->style->nul_is_invalid))
		pq_json_binary(writer, data, len);
	else
		pq_json_string(writer, data, len);
	pq_json_literal(writer, ":");
}
