/*
 * json_scalar.c: one value of a leaf as JSON text, in whatever way its annotation says.
 *
 * In: a schema node and an element of a vector.  Out: text to a PqJsonWriter.
 */
#include "format/json_valid.h"
#include "format/parquet/json_writer.h"

#include <math.h>
#include <string.h>

#include "format/parquet/little_endian.h"

#define INT96_WIDTH    12
#define INTERVAL_WIDTH 12
#define UUID_WIDTH     16
#define FLOAT16_WIDTH  2

PqElement
pq_vector_value(const PqVector *vector, uint32_t i)
{
	PqElement element;

	if (vector->kind == PQ_VALUES_INDEX)
	{
		const PqValues *values = &vector->dictionary->values;
		uint32_t index;

		memcpy(&index, (const char *) vector->data + (size_t) i * sizeof(index), sizeof(index));
		element.kind = values->kind;
		element.width = values->width;
		element.data = (const char *) values->data + (size_t) index * values->width;
	}
	else
	{
		element.kind = vector->kind;
		element.width = vector->width;
		element.data = (const char *) vector->data + (size_t) i * vector->width;
	}
	return element;
}

PqBytes
pq_element_bytes(const PqElement *element)
{
	PqBytes bytes = {element->data, element->width};

	if (element->kind == PQ_VALUES_BYTES)
		memcpy(&bytes, element->data, sizeof(bytes));
	return bytes;
}

bool
pq_node_is_text(const PqNode *node)
{
	return node->is_leaf &&
		   (node->logical.kind == PQ_LOGICAL_STRING || node->logical.kind == PQ_LOGICAL_ENUM);
}

/* IEEE 754 binary16. */
static float
half_to_float(uint32_t half)
{
	int exponent = (int) (half >> 10 & 31);
	float fraction = (float) (half & 1023);
	float value;

	if (exponent == 31)
		value = fraction == 0 ? INFINITY : NAN;
	else if (exponent == 0)
		value = ldexpf(fraction, -24);
	else
		value = ldexpf(fraction + 1024, exponent - 25);
	return (half & 0x8000) != 0 ? -value : value;
}

static void
put_unsigned(PqJsonWriter *writer, const PqLogical *logical, uint64_t value, unsigned width)
{
	unsigned bits = logical->bits > 0 && logical->bits < width ? logical->bits : width;

	pq_json_unsigned(writer, bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value);
}

static void
put_int32(PqJsonWriter *writer, const PqNode *node, uint32_t bits)
{
	const PqLogical *logical = &node->logical;
	int32_t value = (int32_t) bits;

	switch (logical->kind)
	{
		case PQ_LOGICAL_INTEGER:
			if (!logical->is_signed)
			{
				put_unsigned(writer, logical, bits, 32);
				return;
			}
			break;
		case PQ_LOGICAL_DECIMAL:
			pq_json_decimal64(writer, value, logical->scale);
			return;
		case PQ_LOGICAL_DATE:
			pq_json_date(writer, value);
			return;
		case PQ_LOGICAL_TIME:
			pq_json_time(writer, value, logical->unit, logical->is_utc);
			return;
		case PQ_LOGICAL_NULL:
			pq_json_literal(writer, "null");
			return;
		default:
			break;
	}
	pq_json_integer(writer, value);
}

static void
put_int64(PqJsonWriter *writer, const PqNode *node, uint64_t bits)
{
	const PqLogical *logical = &node->logical;
	int64_t value = (int64_t) bits;

	switch (logical->kind)
	{
		case PQ_LOGICAL_INTEGER:
			if (!logical->is_signed)
			{
				put_unsigned(writer, logical, bits, 64);
				return;
			}
			break;
		case PQ_LOGICAL_DECIMAL:
			pq_json_decimal64(writer, value, logical->scale);
			return;
		case PQ_LOGICAL_TIME:
			pq_json_time(writer, value, logical->unit, logical->is_utc);
			return;
		case PQ_LOGICAL_TIMESTAMP:
			pq_json_timestamp(writer, value, logical->unit, logical->is_utc);
			return;
		case PQ_LOGICAL_NULL:
			pq_json_literal(writer, "null");
			return;
		default:
			break;
	}
	pq_json_integer(writer, value);
}

/* Its own text where that is valid, else the same as a string. */
static void
put_json(PqJsonWriter *writer, PqBytes bytes)
{
	if (!writer->style->json_is_text && pq_utf8_is_valid(bytes.data, bytes.len, true) &&
		json_is_valid(bytes.data, bytes.len))
		pq_json_put(writer, bytes.data, bytes.len);
	else
		pq_json_string(writer, bytes.data, bytes.len);
}

static void
put_bytes(PqJsonWriter *writer, const PqNode *node, PqBytes bytes)
{
	PqLogicalKind kind = node->logical.kind;

	if (node->type == PQ_INT96 && bytes.len == INT96_WIDTH)
		pq_json_int96(writer, bytes.data);
	else if (kind == PQ_LOGICAL_STRING || kind == PQ_LOGICAL_ENUM)
		pq_json_string(writer, bytes.data, bytes.len);
	else if (kind == PQ_LOGICAL_JSON)
		put_json(writer, bytes);
	else if (kind == PQ_LOGICAL_DECIMAL)
		pq_json_decimal(writer, bytes.data, bytes.len, true, node->logical.scale);
	else if (kind == PQ_LOGICAL_UUID && bytes.len == UUID_WIDTH)
		pq_json_uuid(writer, bytes.data);
	else if (kind == PQ_LOGICAL_INTERVAL && bytes.len == INTERVAL_WIDTH)
		pq_json_interval(writer, bytes.data);
	else if (kind == PQ_LOGICAL_FLOAT16 && bytes.len == FLOAT16_WIDTH)
		pq_json_float(writer, half_to_float((unsigned char) bytes.data[0] |
											(uint32_t) (unsigned char) bytes.data[1] << 8));
	else if (kind == PQ_LOGICAL_NULL)
		pq_json_literal(writer, "null");
	else
		pq_json_binary(writer, bytes.data, bytes.len);
}

/* The vector's numbers are of this machine's byte order. */
static uint32_t
native32(const void *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return value;
}

static uint64_t
native64(const void *data)
{
	uint64_t value;

	memcpy(&value, data, sizeof(value));
	return value;
}

void
pq_json_scalar(PqJsonWriter *writer, const PqNode *node, const PqElement *element)
{
	float real;
	double number;

	switch (element->kind)
	{
		case PQ_VALUES_BOOL:
			if (*(const unsigned char *) element->data != 0)
				pq_json_literal(writer, "true");
			else
				pq_json_literal(writer, "false");
			break;
		case PQ_VALUES_INT32:
			memcpy(&real, element->data, sizeof(real));
			if (node->type == PQ_FLOAT)
				pq_json_float(writer, real);
			else
				put_int32(writer, node, native32(element->data));
			break;
		case PQ_VALUES_INT64:
			memcpy(&number, element->data, sizeof(number));
			if (node->type == PQ_DOUBLE)
				pq_json_double(writer, number);
			else
				put_int64(writer, node, native64(element->data));
			break;
		default:
			put_bytes(writer, node, pq_element_bytes(element));
			break;
	}
}
