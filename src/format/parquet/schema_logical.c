/*
 * schema_logical.c: what the annotations of a schema element mean.
 *
 * in:  a LogicalType in the footer, and the converted type, scale and precision of a node
 * out: the PqLogical of the node; no memory is allocated
 *
 * LogicalTypes.md of the format: the logical type counts, the converted type is for
 * files without.  An annotation that does not fit the physical type is ignored.
 */
#include "format/parquet/schema_parts.h"

#include <string.h>

/* Field ids of the union LogicalType. */
enum
{
	LOGICAL_STRING = 1,
	LOGICAL_MAP = 2,
	LOGICAL_LIST = 3,
	LOGICAL_ENUM = 4,
	LOGICAL_DECIMAL = 5,
	LOGICAL_DATE = 6,
	LOGICAL_TIME = 7,
	LOGICAL_TIMESTAMP = 8,
	LOGICAL_INTEGER = 10,
	LOGICAL_UNKNOWN = 11,
	LOGICAL_JSON = 12,
	LOGICAL_BSON = 13,
	LOGICAL_UUID = 14,
	LOGICAL_FLOAT16 = 15,
	LOGICAL_VARIANT = 16,
	LOGICAL_GEOMETRY = 17,
	LOGICAL_GEOGRAPHY = 18
};

/* Values of ConvertedType. */
enum
{
	CONVERTED_UTF8 = 0,
	CONVERTED_MAP = 1,
	CONVERTED_MAP_KEY_VALUE = 2,
	CONVERTED_LIST = 3,
	CONVERTED_ENUM = 4,
	CONVERTED_DECIMAL = 5,
	CONVERTED_DATE = 6,
	CONVERTED_TIME_MILLIS = 7,
	CONVERTED_TIME_MICROS = 8,
	CONVERTED_TIMESTAMP_MILLIS = 9,
	CONVERTED_TIMESTAMP_MICROS = 10,
	CONVERTED_UINT_8 = 11,
	CONVERTED_UINT_64 = 14,
	CONVERTED_INT_8 = 15,
	CONVERTED_INT_64 = 18,
	CONVERTED_JSON = 19,
	CONVERTED_BSON = 20,
	CONVERTED_INTERVAL = 21,
	CONVERTED_NULL = 24 /* of early writers; never in the format */
};

static void
parse_decimal(ThriftCursor *cursor, PqLogical *logical)
{
	ThriftField field = {0, THRIFT_STOP};

	while (thrift_next_field(cursor, &field))
	{
		if (field.id == 1)
			thrift_field_i32(cursor, &field, &logical->scale);
		else if (field.id == 2)
			thrift_field_i32(cursor, &field, &logical->precision);
		else
			thrift_skip_field(cursor, &field);
	}
}

/* TIME and TIMESTAMP: {1 is adjusted to UTC, 2 unit}.  An unknown unit makes it no annotation. */
static void
parse_time(ThriftCursor *cursor, PqLogical *logical)
{
	ThriftField field = {0, THRIFT_STOP};
	bool has_unit = false;

	while (thrift_next_field(cursor, &field))
	{
		if (field.id == 1)
			thrift_field_bool(cursor, &field, &logical->is_utc);
		else if (field.id == 2 && thrift_field_struct(cursor, &field))
		{
			ThriftField unit = {0, THRIFT_STOP};

			while (thrift_next_field(cursor, &unit))
			{
				if (unit.id >= 1 && unit.id <= 3)
				{
					logical->unit = (PqTimeUnit) (unit.id - 1);
					has_unit = true;
				}
				thrift_skip_field(cursor, &unit);
			}
		}
		else if (field.id != 2)
			thrift_skip_field(cursor, &field);
	}
	if (!has_unit)
		logical->kind = PQ_LOGICAL_NONE;
}

static void
parse_integer(ThriftCursor *cursor, PqLogical *logical)
{
	ThriftField field = {0, THRIFT_STOP};
	int8_t bits = 0;

	while (thrift_next_field(cursor, &field))
	{
		if (field.id == 1)
			thrift_field_i8(cursor, &field, &bits);
		else if (field.id == 2)
			thrift_field_bool(cursor, &field, &logical->is_signed);
		else
			thrift_skip_field(cursor, &field);
	}
	logical->bits = bits > 0 ? (uint8_t) bits : 0;
}

void
pq_logical_parse(ThriftCursor *cursor, int32_t *id, PqLogical *logical)
{
	static const PqLogicalKind kinds[] = {
		[LOGICAL_STRING] = PQ_LOGICAL_STRING,       [LOGICAL_MAP] = PQ_LOGICAL_MAP,
		[LOGICAL_LIST] = PQ_LOGICAL_LIST,           [LOGICAL_ENUM] = PQ_LOGICAL_ENUM,
		[LOGICAL_DECIMAL] = PQ_LOGICAL_DECIMAL,     [LOGICAL_DATE] = PQ_LOGICAL_DATE,
		[LOGICAL_TIME] = PQ_LOGICAL_TIME,           [LOGICAL_TIMESTAMP] = PQ_LOGICAL_TIMESTAMP,
		[LOGICAL_INTEGER] = PQ_LOGICAL_INTEGER,     [LOGICAL_UNKNOWN] = PQ_LOGICAL_NULL,
		[LOGICAL_JSON] = PQ_LOGICAL_JSON,           [LOGICAL_BSON] = PQ_LOGICAL_BSON,
		[LOGICAL_UUID] = PQ_LOGICAL_UUID,           [LOGICAL_FLOAT16] = PQ_LOGICAL_FLOAT16,
		[LOGICAL_VARIANT] = PQ_LOGICAL_VARIANT,     [LOGICAL_GEOMETRY] = PQ_LOGICAL_GEOMETRY,
		[LOGICAL_GEOGRAPHY] = PQ_LOGICAL_GEOGRAPHY,
	};
	ThriftField field = {0, THRIFT_STOP};

	*id = -1;
	memset(logical, 0, sizeof(*logical));
	while (thrift_next_field(cursor, &field))
	{
		if (!thrift_field_struct(cursor, &field))
			continue;
		*id = field.id;
		memset(logical, 0, sizeof(*logical));
		if (field.id >= 0 && field.id <= LOGICAL_GEOGRAPHY)
			logical->kind = kinds[field.id];
		if (logical->kind == PQ_LOGICAL_DECIMAL)
			parse_decimal(cursor, logical);
		else if (logical->kind == PQ_LOGICAL_TIME || logical->kind == PQ_LOGICAL_TIMESTAMP)
			parse_time(cursor, logical);
		else if (logical->kind == PQ_LOGICAL_INTEGER)
			parse_integer(cursor, logical);
		else
			thrift_skip(cursor, THRIFT_STRUCT);
	}
}

/* Times of converted types are adjusted to UTC: the table of LogicalTypes.md. */
static void
set_time(PqLogical *logical, PqLogicalKind kind, PqTimeUnit unit)
{
	logical->kind = kind;
	logical->unit = unit;
	logical->is_utc = true;
}

static void
from_converted(const PqNode *node, PqLogical *logical)
{
	const int32_t type = node->converted_type;

	memset(logical, 0, sizeof(*logical));
	if (type >= CONVERTED_UINT_8 && type <= CONVERTED_INT_64)
	{
		logical->kind = PQ_LOGICAL_INTEGER;
		logical->is_signed = type >= CONVERTED_INT_8;
		logical->bits = (uint8_t) (8 << ((type - CONVERTED_UINT_8) % 4));
		return;
	}
	switch (type)
	{
		case CONVERTED_UTF8:
			logical->kind = PQ_LOGICAL_STRING;
			break;
		case CONVERTED_MAP:
		case CONVERTED_MAP_KEY_VALUE:
			logical->kind = PQ_LOGICAL_MAP;
			break;
		case CONVERTED_LIST:
			logical->kind = PQ_LOGICAL_LIST;
			break;
		case CONVERTED_ENUM:
			logical->kind = PQ_LOGICAL_ENUM;
			break;
		case CONVERTED_DECIMAL:
			logical->kind = PQ_LOGICAL_DECIMAL;
			logical->precision = node->precision;
			logical->scale = node->scale == -1 ? 0 : node->scale;
			break;
		case CONVERTED_DATE:
			logical->kind = PQ_LOGICAL_DATE;
			break;
		case CONVERTED_TIME_MILLIS:
		case CONVERTED_TIME_MICROS:
			set_time(logical, PQ_LOGICAL_TIME,
					 type == CONVERTED_TIME_MILLIS ? PQ_MILLIS : PQ_MICROS);
			break;
		case CONVERTED_TIMESTAMP_MILLIS:
		case CONVERTED_TIMESTAMP_MICROS:
			set_time(logical, PQ_LOGICAL_TIMESTAMP,
					 type == CONVERTED_TIMESTAMP_MILLIS ? PQ_MILLIS : PQ_MICROS);
			break;
		case CONVERTED_JSON:
			logical->kind = PQ_LOGICAL_JSON;
			break;
		case CONVERTED_BSON:
			logical->kind = PQ_LOGICAL_BSON;
			break;
		case CONVERTED_INTERVAL:
			logical->kind = PQ_LOGICAL_INTERVAL;
			break;
		case CONVERTED_NULL:
			logical->kind = PQ_LOGICAL_NULL;
			break;
		default:
			break;
	}
}

static bool
is_fixed(const PqNode *node, int32_t length)
{
	return node->type == PQ_FIXED_LEN_BYTE_ARRAY && node->type_length == length;
}

static bool
fits(const PqNode *node, const PqLogical *logical)
{
	const int32_t type = node->type;

	if (!node->is_leaf)
		return logical->kind >= PQ_LOGICAL_LIST;
	switch (logical->kind)
	{
		case PQ_LOGICAL_STRING:
		case PQ_LOGICAL_ENUM:
		case PQ_LOGICAL_JSON:
		case PQ_LOGICAL_BSON:
		case PQ_LOGICAL_GEOMETRY:
		case PQ_LOGICAL_GEOGRAPHY:
			return type == PQ_BYTE_ARRAY;
		case PQ_LOGICAL_UUID:
			return is_fixed(node, 16);
		case PQ_LOGICAL_INTERVAL:
			return is_fixed(node, 12);
		case PQ_LOGICAL_FLOAT16:
			return is_fixed(node, 2);
		case PQ_LOGICAL_INTEGER:
			return (type == PQ_INT32 &&
					(logical->bits == 8 || logical->bits == 16 || logical->bits == 32)) ||
				   (type == PQ_INT64 && logical->bits == 64);
		case PQ_LOGICAL_DECIMAL:
			return type == PQ_INT32 || type == PQ_INT64 || type == PQ_BYTE_ARRAY ||
				   type == PQ_FIXED_LEN_BYTE_ARRAY;
		case PQ_LOGICAL_DATE:
			return type == PQ_INT32;
		case PQ_LOGICAL_TIME:
			return type == (logical->unit == PQ_MILLIS ? PQ_INT32 : PQ_INT64);
		case PQ_LOGICAL_TIMESTAMP:
			return type == PQ_INT64;
		case PQ_LOGICAL_NULL:
			return true;
		case PQ_LOGICAL_NONE:
		case PQ_LOGICAL_LIST:
		case PQ_LOGICAL_MAP:
		case PQ_LOGICAL_VARIANT:
			break;
	}
	return false;
}

const char *
pq_logical_resolve(PqNode *node)
{
	if (!fits(node, &node->logical))
		from_converted(node, &node->logical);
	if (!fits(node, &node->logical))
		memset(&node->logical, 0, sizeof(node->logical));
	if (node->logical.kind != PQ_LOGICAL_DECIMAL)
		return NULL;
	if (node->logical.precision <= 0)
		return "the precision of a decimal is not positive";
	if (node->logical.scale < 0 || node->logical.scale > node->logical.precision)
		return "the scale of a decimal is not between 0 and its precision";
	return NULL;
}
