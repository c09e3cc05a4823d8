/*
 * parquet_range.c: the statistics of a column chunk as a ColumnRange of the target's type.
 *
 * in:  a column chunk of a flat column, and how its values are converted
 * out: which values the column may have, if it is certain that each of them converts
 *
 * Bounds go through the conversion that the values would go through.  That both convert says
 * something of the values between them only for conversions that are monotone and have no holes, and
 * these are named below.  Strings are not among them: whatever the bounds, one between them may not be UTF-8.
 * Where both bounds are the same value, so is every other, and any conversion will do.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "contract/parquet_internal.h"
#include "format/parquet/statistics.h"

/* May the numbers of the leaf become the target's without rounding? */
static bool
fits_numeric(const ParquetScalar *scalar)
{
	int scale = scalar->logical.kind == PQ_LOGICAL_DECIMAL ? scalar->logical.scale : 0;

	/* a BYTE_ARRAY may hold any number in too many bytes */
	return scalar->type != PQ_BYTE_ARRAY &&
		   (scalar->rendered->base_typmod < 0 || scalar->rendered->scale >= scale);
}

/* Microseconds stay microseconds; a local time does not depend on a time zone. */
static bool
fits_timestamp(const ParquetScalar *scalar, Oid target)
{
	return scalar->type != PQ_INT96 && scalar->logical.unit != PQ_NANOS && !scalar->julian &&
		   scalar->rendered->base_typmod < 0 &&
		   (target == TIMESTAMPOID || (target == TIMESTAMPTZOID && scalar->is_utc));
}

/* Does every value between two that convert convert as well, and to one between theirs? */
static bool
is_monotone(const ParquetScalar *scalar, ParquetFamily family)
{
	Oid target = scalar->rendered->base_type;

	if (scalar->rendered->type != target) /* a domain may refuse any value */
		return false;
	switch (family)
	{
		case PARQUET_BOOLEAN:
			return target == BOOLOID;
		case PARQUET_INTEGER:
			return target == INT2OID || target == INT4OID || target == INT8OID ||
				   (target == NUMERICOID && fits_numeric(scalar));
		case PARQUET_DECIMAL:
			return target == NUMERICOID && fits_numeric(scalar);
		case PARQUET_FLOAT:
			return target == FLOAT8OID || (target == FLOAT4OID && scalar->type == PQ_FLOAT);
		case PARQUET_DATE:
			return target == DATEOID && !scalar->julian;
		case PARQUET_TIMESTAMP:
			return fits_timestamp(scalar, target);
		case PARQUET_UUID:
			return target == UUIDOID;
		default:
			return false;
	}
}

/* The bound as an element of a vector; false when it is not a whole value. */
static bool
write_bound(const ParquetScalar *scalar, PqOrder order, const PqBound *bound, char *element)
{
	float narrow = (float) bound->d;
	int32 word = (int32) bound->i;
	uint8 byte = (uint8) bound->u;

	switch (scalar->type)
	{
		case PQ_BOOLEAN:
			memcpy(element, &byte, sizeof(byte));
			return true;
		case PQ_INT32:
			if (order == PQ_ORDER_UNSIGNED)
				word = (int32) (uint32) bound->u;
			memcpy(element, &word, sizeof(word));
			return true;
		case PQ_INT64:
			memcpy(element, order == PQ_ORDER_UNSIGNED ? (const void *) &bound->u : &bound->i,
				   sizeof(int64));
			return true;
		case PQ_FLOAT:
			memcpy(element, &narrow, sizeof(narrow));
			return true;
		case PQ_DOUBLE:
			memcpy(element, &bound->d, sizeof(bound->d));
			return true;
		case PQ_BYTE_ARRAY:
			memcpy(element, &bound->bytes, sizeof(bound->bytes));
			return true;
		case PQ_FIXED_LEN_BYTE_ARRAY:
			if (order == PQ_ORDER_FLOAT || bound->bytes.len != scalar->width)
				return false;
			memcpy(element, bound->bytes.data, scalar->width);
			return true;
		default:
			return false;
	}
}

/* Both bounds as the values that they become; false when one of them is bad. */
static bool
convert_bounds(ParquetScalar *scalar, const PqNode *node, const PqBounds *bounds, RowBatch *batch,
			   Datum values[2])
{
	PqVector vector = {.nslots = 2, .nvalues = 2};
	ConvertFailure *failures[2];
	char *data;

	if (pq_values_kind(node->type, node->type_length, &vector.kind, &vector.width) != FMT_OK)
		return false;
	data = MemoryContextAlloc(batch->context, mul_size(vector.width, 2));
	if (!write_bound(scalar, bounds->order, &bounds->min, data) ||
		!write_bound(scalar, bounds->order, &bounds->max, data + vector.width))
		return false;
	vector.data = data;
	parquet_scalar_values(scalar, &vector, batch, values, failures);
	return failures[0] == NULL && failures[1] == NULL;
}

/* Is there only one value? Equal floats may differ in their sign, equal decimals in their bytes. */
static bool
is_single_value(const PqBounds *bounds)
{
	return bounds->order != PQ_ORDER_FLOAT && bounds->order != PQ_ORDER_DECIMAL &&
		   bounds->order != PQ_ORDER_INT96 &&
		   pq_bound_compare(bounds->order, &bounds->min, &bounds->max) == 0;
}

bool
parquet_column_range(ParquetColumn *column, const PqFile *file, const PqColumnChunk *chunk,
					 RowBatch *batch, ColumnRange *range)
{
	const PqNode *node = &file->schema->nodes[file->schema->leaves[chunk->leaf]];
	ParquetScalar *scalar = parquet_column_scalar(column);
	PqBounds bounds;
	Datum values[2];

	memset(range, 0, sizeof(*range));
	if (scalar == NULL)
		return false;
	pq_chunk_bounds(file, chunk, &bounds);
	range->has_nulls = node->max_def > 0 && !(bounds.has_null_count && bounds.null_count == 0);
	range->has_values = !(bounds.has_null_count && bounds.null_count == chunk->num_values);
	if (!range->has_values)
		return node->max_def > 0;
	if (!bounds.has_min || !bounds.has_max || bounds.order == PQ_ORDER_INT96 ||
		!(is_single_value(&bounds) || is_monotone(scalar, parquet_family(node))) ||
		!convert_bounds(scalar, node, &bounds, batch, values))
		return false;
	range->min = values[0];
	range->max = values[1];
	range->has_min = true;
	/* PostgreSQL's NaN is larger than every number */
	range->has_max = !bounds.may_have_nan;
	return true;
}
