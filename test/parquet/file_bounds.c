/*
 * file_bounds.c: min and max of a column chunk, for tests.
 *
 * in:  the values of a leaf
 * out: bounds in the order that the format defines for the type, copied
 */
#include "test/parquet/file_writer_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum BoundOrder
{
	BOUND_NONE,
	BOUND_SIGNED,
	BOUND_UNSIGNED,
	BOUND_FLOAT,
	BOUND_DOUBLE,
	BOUND_BYTES,
	BOUND_DECIMAL
} BoundOrder;

static BoundOrder
bound_order(const FileNode *node)
{
	if (node->logical.kind == PQ_LOGICAL_INTERVAL || node->logical.kind == PQ_LOGICAL_FLOAT16)
		return BOUND_NONE; /* the second has an order, but nobody here needs it */
	switch (node->type)
	{
		case PQ_BOOLEAN:
			return BOUND_UNSIGNED;
		case PQ_INT32:
		case PQ_INT64:
			return node->logical.kind == PQ_LOGICAL_INTEGER && !node->logical.is_signed
					   ? BOUND_UNSIGNED
					   : BOUND_SIGNED;
		case PQ_FLOAT:
			return BOUND_FLOAT;
		case PQ_DOUBLE:
			return BOUND_DOUBLE;
		case PQ_INT96:
			return BOUND_NONE;
		default:
			return node->logical.kind == PQ_LOGICAL_DECIMAL ? BOUND_DECIMAL : BOUND_BYTES;
	}
}

static int
compare_strings(EncString a, EncString b)
{
	const int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Big-endian two's complement; longer by sign bytes is the same number. */
static int
compare_decimals(EncString a, EncString b)
{
	const bool a_negative = a.len > 0 && (signed char) a.data[0] < 0;
	const bool b_negative = b.len > 0 && (signed char) b.data[0] < 0;
	const char sign = a_negative ? '\xff' : '\0';

	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	for (; a.len > b.len; a.data++, a.len--)
	{
		if (*a.data != sign)
			return a_negative ? -1 : 1;
	}
	for (; b.len > a.len; b.data++, b.len--)
	{
		if (*b.data != sign)
			return a_negative ? 1 : -1;
	}
	return memcmp(a.data, b.data, a.len);
}

static double
real_value(EncString value)
{
	double d;
	float f;

	if (value.len == sizeof(d))
		memcpy(&d, value.data, sizeof(d));
	else
	{
		memcpy(&f, value.data, sizeof(f));
		d = (double) f;
	}
	return d;
}

static int
compare_values(BoundOrder order, EncString a, EncString b)
{
	const unsigned shift = a.len < 8 ? 64 - 8 * a.len : 0;

	if (order == BOUND_BYTES)
		return compare_strings(a, b);
	if (order == BOUND_DECIMAL)
		return compare_decimals(a, b);
	if (order == BOUND_FLOAT || order == BOUND_DOUBLE)
		return (real_value(a) > real_value(b)) - (real_value(a) < real_value(b));
	if (order == BOUND_UNSIGNED)
		return (value_number(a) > value_number(b)) - (value_number(a) < value_number(b));
	return ((int64_t) (value_number(a) << shift) > (int64_t) (value_number(b) << shift)) -
		   ((int64_t) (value_number(a) << shift) < (int64_t) (value_number(b) << shift));
}

static EncString
copy_value(EncString value)
{
	char *data = malloc(value.len + 1);
	const EncString copy = {data, value.len};

	if (data == NULL)
		file_writer_fail("out of memory");
	if (value.len > 0)
		memcpy(data, value.data, value.len);
	return copy;
}

/* A NaN is no bound; a zero is -0 as a minimum and 0 as a maximum: parquet.thrift says so. */
void
leaf_bounds(const LeafBuffer *leaf, WrittenChunk *chunk)
{
	const BoundOrder order = bound_order(leaf->node);
	const bool is_real = order == BOUND_FLOAT || order == BOUND_DOUBLE;
	const uint32_t sign_byte = order == BOUND_FLOAT ? 3 : 7;
	EncString min = {0};
	EncString max = {0};
	size_t i;

	for (i = 0; i < leaf->nvalues && order != BOUND_NONE; i++)
	{
		const EncString value = leaf_value(leaf, i);

		if (is_real && isnan(real_value(value)))
			continue;
		if (min.data == NULL || compare_values(order, value, min) < 0)
			min = value;
		if (max.data == NULL || compare_values(order, value, max) > 0)
			max = value;
	}
	if (min.data == NULL)
		return;
	chunk->has_bounds = true;
	chunk->min = copy_value(min);
	chunk->max = copy_value(max);
	if (is_real && real_value(min) == 0)
		((char *) chunk->min.data)[sign_byte] = '\x80';
	if (is_real && real_value(max) == 0)
		((char *) chunk->max.data)[sign_byte] = '\0';
}
