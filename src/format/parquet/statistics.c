/*
 * statistics.c: what can be believed of a column chunk's statistics.
 *
 * in:  the statistics of a chunk as they are in the footer, the column orders, the writer
 * out: bounds with a known order, or none; no memory is allocated, bytes are slices of the footer
 *
 * min_value and max_value count if the file declares the order of the column.  The older
 * min and max were compared as signed, whatever the type: they count for types
 * that are signed; for others only if they are equal, and not those of parquet-mr before 1.8, which
 * are wrong (PARQUET-251).
 */
#include "format/parquet/statistics.h"

#include <math.h>
#include <string.h>

/* Field ids of ColumnOrder. */
enum
{
	ORDER_TYPE_DEFINED = 1,
	ORDER_IEEE_754_TOTAL = 2,
	ORDER_INT96_TIMESTAMP = 3
};

/* The order that the format defines for the leaf's type. */
static PqOrder
order_of(const PqNode *node)
{
	switch (node->logical.kind)
	{
		case PQ_LOGICAL_INTERVAL:
		case PQ_LOGICAL_NULL:
		case PQ_LOGICAL_GEOMETRY:
		case PQ_LOGICAL_GEOGRAPHY:
			return PQ_ORDER_NONE;
		case PQ_LOGICAL_FLOAT16:
			return PQ_ORDER_FLOAT;
		case PQ_LOGICAL_DECIMAL:
			if (node->type == PQ_BYTE_ARRAY || node->type == PQ_FIXED_LEN_BYTE_ARRAY)
				return PQ_ORDER_DECIMAL;
			break;
		default:
			break;
	}
	switch (node->type)
	{
		case PQ_BOOLEAN:
			return PQ_ORDER_UNSIGNED;
		case PQ_INT32:
		case PQ_INT64:
			return node->logical.kind == PQ_LOGICAL_INTEGER && !node->logical.is_signed
					   ? PQ_ORDER_UNSIGNED
					   : PQ_ORDER_SIGNED;
		case PQ_INT96:
			return PQ_ORDER_INT96;
		case PQ_FLOAT:
		case PQ_DOUBLE:
			return PQ_ORDER_FLOAT;
		case PQ_BYTE_ARRAY:
		case PQ_FIXED_LEN_BYTE_ARRAY:
			return PQ_ORDER_BYTES;
		default:
			return PQ_ORDER_NONE;
	}
}

/* Values of a VARIANT's typed columns may be missing there and be in another column. */
static bool
is_in_variant(const PqSchema *schema, int32_t node)
{
	for (; node > 0; node = schema->nodes[node].parent)
	{
		if (schema->nodes[node].logical.kind == PQ_LOGICAL_VARIANT)
			return true;
	}
	return false;
}

/* Does the file declare that bounds of the leaf are in that order? */
static bool
is_declared(const PqFile *file, int32_t leaf, PqOrder order)
{
	const int32_t declared = (uint32_t) leaf < file->ncolumn_orders ? file->column_orders[leaf] : 0;

	switch (declared)
	{
		case ORDER_TYPE_DEFINED:
			return order != PQ_ORDER_INT96;
		case ORDER_IEEE_754_TOTAL:
			return order == PQ_ORDER_FLOAT;
		case ORDER_INT96_TIMESTAMP:
			return order == PQ_ORDER_INT96;
		default:
			return false;
	}
}

static uint64_t
read_le(PqBytes bytes)
{
	uint64_t value = 0;
	uint32_t i;

	for (i = 0; i < bytes.len && i < 8; i++)
		value |= (uint64_t) (unsigned char) bytes.data[i] << (8 * i);
	return value;
}

/* IEEE 754 binary16. */
static double
half_value(uint64_t bits)
{
	const int exponent = (int) (bits >> 10) & 0x1F;
	const double fraction = (double) (bits & 0x3FF);
	double value;

	if (exponent == 0x1F)
		value = fraction == 0 ? (double) INFINITY : (double) NAN;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return (bits & 0x8000) != 0 ? -value : value;
}

static double
float_value(const PqNode *node, PqBytes bytes)
{
	const uint64_t bits = read_le(bytes);
	const uint32_t low = (uint32_t) bits;
	double d;
	float f;

	if (node->type == PQ_FIXED_LEN_BYTE_ARRAY)
		return half_value(bits);
	if (node->type == PQ_FLOAT)
	{
		memcpy(&f, &low, sizeof(f));
		return (double) f;
	}
	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* Can a bound of the leaf have that length?  Bytes may be shortened, everything else not. */
static bool
length_fits(const PqNode *node, PqOrder order, uint32_t len)
{
	switch (node->type)
	{
		case PQ_BOOLEAN:
			return len == 1;
		case PQ_INT32:
		case PQ_FLOAT:
			return len == 4;
		case PQ_INT64:
		case PQ_DOUBLE:
			return len == 8;
		case PQ_INT96:
			return len == 12;
		case PQ_FIXED_LEN_BYTE_ARRAY:
			return order == PQ_ORDER_BYTES ? len <= (uint32_t) node->type_length
										   : len == (uint32_t) node->type_length;
		default:
			return true;
	}
}

/* Reads a bound as the order's member; false when it is not one of the type. */
static bool
read_bound(const PqNode *node, PqOrder order, PqBytes bytes, PqBound *bound)
{
	memset(bound, 0, sizeof(*bound));
	if (!length_fits(node, order, bytes.len))
		return false;
	switch (order)
	{
		case PQ_ORDER_SIGNED:
			bound->i = node->type == PQ_INT32 ? (int64_t) (int32_t) (uint32_t) read_le(bytes)
											  : (int64_t) read_le(bytes);
			return true;
		case PQ_ORDER_UNSIGNED:
			bound->u = read_le(bytes);
			return node->type != PQ_BOOLEAN || bound->u <= 1;
		case PQ_ORDER_FLOAT:
			bound->d = float_value(node, bytes);
			return !isnan(bound->d);
		case PQ_ORDER_BYTES:
		case PQ_ORDER_DECIMAL:
		case PQ_ORDER_INT96:
			bound->bytes = bytes;
			return true;
		case PQ_ORDER_NONE:
			break;
	}
	return false;
}

/* The byte at i of a number of len bytes, sign-extended at its front to n bytes. */
static int
extended_byte(PqBytes number, uint32_t n, uint32_t i)
{
	const int sign = number.len > 0 && ((unsigned char) number.data[0] & 0x80) != 0 ? 0xFF : 0;

	return i < n - number.len ? sign : (unsigned char) number.data[i - (n - number.len)];
}

static int
compare_decimals(PqBytes a, PqBytes b)
{
	const uint32_t n = a.len > b.len ? a.len : b.len;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		/* The first byte has the sign: its upper half comes before the lower one. */
		const int flip = i == 0 ? 0x80 : 0;
		const int difference = (extended_byte(a, n, i) ^ flip) - (extended_byte(b, n, i) ^ flip);

		if (difference != 0)
			return difference;
	}
	return 0;
}

static int
compare_bytes(PqBytes a, PqBytes b)
{
	const uint32_t n = a.len < b.len ? a.len : b.len;
	const int difference = n > 0 ? memcmp(a.data, b.data, n) : 0;

	return difference != 0 ? difference : (a.len > b.len) - (a.len < b.len);
}

/* Julian day, then nanoseconds of the day. */
static int
compare_int96(PqBytes a, PqBytes b)
{
	const PqBytes day_a = {a.data + 8, 4};
	const PqBytes day_b = {b.data + 8, 4};
	const int32_t x = (int32_t) (uint32_t) read_le(day_a);
	const int32_t y = (int32_t) (uint32_t) read_le(day_b);
	const int64_t nanos_x = (int64_t) read_le(a);
	const int64_t nanos_y = (int64_t) read_le(b);

	if (x != y)
		return x < y ? -1 : 1;
	return (nanos_x > nanos_y) - (nanos_x < nanos_y);
}

int
pq_bound_compare(PqOrder order, const PqBound *a, const PqBound *b)
{
	switch (order)
	{
		case PQ_ORDER_SIGNED:
			return (a->i > b->i) - (a->i < b->i);
		case PQ_ORDER_UNSIGNED:
			return (a->u > b->u) - (a->u < b->u);
		case PQ_ORDER_FLOAT:
			return (a->d > b->d) - (a->d < b->d);
		case PQ_ORDER_BYTES:
			return compare_bytes(a->bytes, b->bytes);
		case PQ_ORDER_DECIMAL:
			return compare_decimals(a->bytes, b->bytes);
		case PQ_ORDER_INT96:
			return compare_int96(a->bytes, b->bytes);
		case PQ_ORDER_NONE:
			break;
	}
	return 0;
}

/* Takes min_value and max_value, of which one may be missing. */
static void
take_declared(const PqNode *node, const PqStatistics *s, PqBounds *bounds)
{
	bounds->has_min =
		s->has_min_value && read_bound(node, bounds->order, s->min_value, &bounds->min);
	bounds->has_max =
		s->has_max_value && read_bound(node, bounds->order, s->max_value, &bounds->max);
	bounds->min_exact = bounds->has_min && s->has_min_exact && s->min_exact;
	bounds->max_exact = bounds->has_max && s->has_max_exact && s->max_exact;
}

/* Takes the deprecated min and max, both or none. */
static void
take_deprecated(const PqFile *file, const PqNode *node, const PqStatistics *s, PqBounds *bounds)
{
	const bool is_signed = bounds->order == PQ_ORDER_SIGNED || bounds->order == PQ_ORDER_FLOAT ||
						   node->type == PQ_BOOLEAN;
	PqWriter writer;

	if (!s->has_min || !s->has_max || bounds->order == PQ_ORDER_INT96)
		return;
	pq_file_writer(file, &writer);
	if (!is_signed && (compare_bytes(s->min, s->max) != 0 || writer.application.len == 0 ||
					   ((bounds->order == PQ_ORDER_BYTES || bounds->order == PQ_ORDER_DECIMAL) &&
						pq_writer_before(&writer, "parquet-mr", 1, 8, 0))))
		return;
	bounds->has_min = read_bound(node, bounds->order, s->min, &bounds->min);
	bounds->has_max = read_bound(node, bounds->order, s->max, &bounds->max);
	if (!bounds->has_min || !bounds->has_max)
		bounds->has_min = bounds->has_max = false;
}

void
pq_chunk_bounds(const PqFile *file, const PqColumnChunk *chunk, PqBounds *bounds)
{
	const PqStatistics *s = &chunk->statistics;
	const int32_t number = file->schema->leaves[chunk->leaf];
	const PqNode *node = &file->schema->nodes[number];

	memset(bounds, 0, sizeof(*bounds));
	bounds->may_have_nan = true;
	if (!chunk->has_statistics || chunk->encrypted)
		return;
	if (s->has_null_count && s->null_count >= 0 && s->null_count <= chunk->num_values)
	{
		bounds->has_null_count = true;
		bounds->null_count = s->null_count;
	}
	bounds->order = is_in_variant(file->schema, number) ? PQ_ORDER_NONE : order_of(node);
	bounds->may_have_nan =
		bounds->order == PQ_ORDER_FLOAT && !(s->has_nan_count && s->nan_count == 0);
	if (bounds->order == PQ_ORDER_NONE)
		return;

	if (is_declared(file, chunk->leaf, bounds->order))
		take_declared(node, s, bounds);
	if (!bounds->has_min && !bounds->has_max)
		take_deprecated(file, node, s, bounds);
	if (bounds->has_min && bounds->has_max &&
		pq_bound_compare(bounds->order, &bounds->min, &bounds->max) > 0)
		bounds->has_min = bounds->has_max = bounds->min_exact = bounds->max_exact = false;
	if (!bounds->has_min && !bounds->has_max)
		bounds->order = PQ_ORDER_NONE;
}
