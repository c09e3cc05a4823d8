/*
 * variant_primitive.c: values of VARIANT that are of a fixed size, as JSON text.
 *
 * In: a type number and the bytes behind the header.  Out: text to a PqJsonWriter.
 */
#include "format/parquet/variant.h"

#include <string.h>

#include "format/parquet/little_endian.h"

uint32_t
pq_variant_fixed_size(uint32_t type)
{
	static const uint8_t sizes[VARIANT_NTYPES] = {0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17,
												  4, 8, 8, 4, 0, 0, 8, 8, 8, 16};

	return type < VARIANT_NTYPES ? sizes[type] : 0;
}

static int64_t
load_integer(const unsigned char *from, uint32_t size)
{
	switch (size)
	{
		case 1:
			return (int8_t) from[0];
		case 2:
			return (int16_t) (from[0] | from[1] << 8);
		case 4:
			return (int32_t) pq_load32(from);
		default:
			return (int64_t) pq_load64(from);
	}
}

static void
put_float(PqJsonWriter *writer, const unsigned char *data)
{
	uint32_t bits = pq_load32(data);
	float value;

	memcpy(&value, &bits, sizeof(value));
	pq_json_float(writer, value);
}

static void
put_double(PqJsonWriter *writer, const unsigned char *data)
{
	uint64_t bits = pq_load64(data);
	double value;

	memcpy(&value, &bits, sizeof(value));
	pq_json_double(writer, value);
}

void
pq_variant_fixed_json(PqJsonWriter *writer, uint32_t type, const unsigned char *data, uint32_t size)
{
	switch (type)
	{
		case VARIANT_NULL:
			pq_json_literal(writer, "null");
			break;
		case VARIANT_TRUE:
			pq_json_literal(writer, "true");
			break;
		case VARIANT_FALSE:
			pq_json_literal(writer, "false");
			break;
		case VARIANT_DOUBLE:
			put_double(writer, data);
			break;
		case VARIANT_FLOAT:
			put_float(writer, data);
			break;
		case VARIANT_DECIMAL4:
		case VARIANT_DECIMAL8:
		case VARIANT_DECIMAL16:
			pq_json_decimal(writer, data + 1, size - 1, false, data[0]);
			break;
		case VARIANT_DATE:
			pq_json_date(writer, (int32_t) pq_load32(data));
			break;
		case VARIANT_TIMESTAMP:
		case VARIANT_TIMESTAMP_NTZ:
			pq_json_timestamp(writer, (int64_t) pq_load64(data), PQ_MICROS,
							  type == VARIANT_TIMESTAMP);
			break;
		case VARIANT_TIMESTAMP_NANOS:
		case VARIANT_TIMESTAMP_NTZ_NANOS:
			pq_json_timestamp(writer, (int64_t) pq_load64(data), PQ_NANOS,
							  type == VARIANT_TIMESTAMP_NANOS);
			break;
		case VARIANT_TIME:
			pq_json_time(writer, (int64_t) pq_load64(data), PQ_MICROS, false);
			break;
		case VARIANT_UUID:
			pq_json_uuid(writer, data);
			break;
		case VARIANT_INT8:
		case VARIANT_INT16:
		case VARIANT_INT32:
		case VARIANT_INT64:
			pq_json_integer(writer, load_integer(data, size));
			break;
		default:
			(void) pq_json_fail(writer, FMT_UNSUPPORTED, "variant value is of an unknown type");
			break;
	}
}
