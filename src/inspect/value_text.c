/*
 * value_text.c: bytes of a footer as text.
 *
 * in:  slices of a footer, and the schema's node that says what they mean
 * out: text in the server encoding, palloc'd; never an error for what the bytes are
 */
#include "postgres.h"

#include "inspect/value_text.h"

#include "catalog/namespace.h"
#include "format/parquet/json_writer.h"
#include "format/parquet/little_endian.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

static const PqJsonStyle style = {.keep_nanoseconds = true};

static char *
hexadecimal(PqBytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *text = palloc((Size) bytes.len * 2 + 3);
	char *out = text;
	uint32 i;

	*out++ = '\\';
	*out++ = 'x';
	for (i = 0; i < bytes.len; i++)
	{
		*out++ = digits[(unsigned char) bytes.data[i] >> 4];
		*out++ = digits[(unsigned char) bytes.data[i] & 15];
	}
	*out = '\0';
	return text;
}

/* NULL when the server encoding has no such text. */
static char *
to_server_encoding(PqBytes utf8)
{
	const int encoding = GetDatabaseEncoding();
	const Size size = ((Size) utf8.len + 1) * MAX_CONVERSION_GROWTH + 1;
	Oid function;
	char *text;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
		return pnstrdup(utf8.data, utf8.len);
	function = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(function) || !AllocSizeIsValid(size))
		return NULL;
	text = palloc(size);
	if (pg_do_encoding_conversion_buf(function, PG_UTF8, encoding, (unsigned char *) utf8.data,
									  (int) utf8.len, (unsigned char *) text, (int) size,
									  true) < (int) utf8.len)
		return NULL;
	return text;
}

char *
value_text(PqBytes utf8)
{
	char *text = NULL;

	if (pq_utf8_is_valid(utf8.data, utf8.len, true))
		text = to_server_encoding(utf8);
	return text != NULL ? text : hexadecimal(utf8);
}

static bool
append(void *context, const char *data, size_t len)
{
	CHECK_FOR_INTERRUPTS();
	appendBinaryStringInfo(context, data, (int) len);
	return true;
}

/* A JSON string that is no text of the file: only the backslash of "\\x" is escaped in it. */
static char *
without_quotes(StringInfo json)
{
	char *text = json->data;

	if (json->len < 2 || text[0] != '"')
		return text;
	text[json->len - 1] = '\0';
	text++;
	return text[0] == '\\' ? text + 1 : text;
}

static char *
element_text(const PqNode *node, const PqElement *element)
{
	PqJsonWriter writer;
	StringInfoData json;
	const PqSink sink = {append, &json};

	if (pq_node_is_text(node) || node->logical.kind == PQ_LOGICAL_JSON)
		return value_text(pq_element_bytes(element));
	initStringInfo(&json);
	pq_json_begin(&writer, &sink, &style, NULL);
	pq_json_scalar(&writer, node, element);
	if (pq_json_finish(&writer) != FMT_OK)
		return NULL;
	return without_quotes(&json);
}

/* The same; bytes: what to show if it cannot be said otherwise. */
static char *
element_text_or_bytes(const PqNode *node, const PqElement *element, PqBytes bytes)
{
	char *text = element_text(node, element);

	return text != NULL ? text : hexadecimal(bytes);
}

char *
value_text_plain(const PqNode *node, PqBytes plain)
{
	PqElement element = {PQ_VALUES_BYTES, sizeof(PqBytes), &plain};
	uint32_t number;
	uint64_t large;

	if (pq_values_kind(node->type, node->type_length, &element.kind, &element.width) != FMT_OK ||
		(element.kind != PQ_VALUES_BYTES && element.width != plain.len))
		return hexadecimal(plain);
	switch (element.kind)
	{
		case PQ_VALUES_INT32:
			number = pq_load32(plain.data);
			element.data = &number;
			break;
		case PQ_VALUES_INT64:
			large = pq_load64(plain.data);
			element.data = &large;
			break;
		case PQ_VALUES_BYTES:
			break;
		default:
			element.data = plain.data;
			break;
	}
	return element_text_or_bytes(node, &element, plain);
}

/* Bounds of floats are doubles, whatever the type; its own digits are wanted. */
static char *
float_text(const PqNode *node, double value)
{
	PqNode number = *node;
	PqElement element = {PQ_VALUES_INT64, sizeof(double), &value};
	const float real = (float) value;
	const PqBytes bytes = {(const char *) &value, sizeof(value)};

	number.logical.kind = PQ_LOGICAL_NONE;
	number.type = PQ_DOUBLE;
	if (node->type != PQ_DOUBLE)
	{
		number.type = PQ_FLOAT;
		element.kind = PQ_VALUES_INT32;
		element.width = sizeof(float);
		element.data = &real;
	}
	return element_text_or_bytes(&number, &element, bytes);
}

char *
value_text_bound(const PqNode *node, PqOrder order, const PqBound *bound)
{
	PqElement element = {PQ_VALUES_INT64, sizeof(uint64_t), &bound->u};
	const uint32_t low = (uint32_t) bound->u; /* of a signed number too: they share their bytes */
	const unsigned char truth = bound->u != 0;
	const PqBytes bytes = {(const char *) &bound->u, sizeof(bound->u)};

	switch (order)
	{
		case PQ_ORDER_FLOAT:
			return float_text(node, bound->d);
		case PQ_ORDER_SIGNED:
		case PQ_ORDER_UNSIGNED:
			if (node->type == PQ_INT32)
			{
				element.kind = PQ_VALUES_INT32;
				element.width = sizeof(low);
				element.data = &low;
			}
			else if (node->type == PQ_BOOLEAN)
			{
				element.kind = PQ_VALUES_BOOL;
				element.width = sizeof(truth);
				element.data = &truth;
			}
			return element_text_or_bytes(node, &element, bytes);
		default:
			element.kind = PQ_VALUES_BYTES;
			element.width = sizeof(PqBytes);
			element.data = &bound->bytes;
			return element_text_or_bytes(node, &element, bound->bytes);
	}
}
