/*
 * variant.h: VARIANT values as JSON text.
 *
 * Dates, times, UUIDs and binary become the same strings as those of other columns.  Input is
 * hostile: every offset is checked, nesting is limited, and values that overlap (which would make
 * the text exponentially long) are refused. All failures are FMT_UNSUPPORTED: they are about one
 * value, the file is readable.
 */
#ifndef INGEST_FORMAT_PARQUET_VARIANT_H
#define INGEST_FORMAT_PARQUET_VARIANT_H

#include "format/parquet/json_writer.h"

/* Numbers of primitive types in the header of a value. */
typedef enum PqVariantType
{
	VARIANT_NULL = 0,
	VARIANT_TRUE = 1,
	VARIANT_FALSE = 2,
	VARIANT_INT8 = 3,
	VARIANT_INT16 = 4,
	VARIANT_INT32 = 5,
	VARIANT_INT64 = 6,
	VARIANT_DOUBLE = 7,
	VARIANT_DECIMAL4 = 8,
	VARIANT_DECIMAL8 = 9,
	VARIANT_DECIMAL16 = 10,
	VARIANT_DATE = 11,
	VARIANT_TIMESTAMP = 12,
	VARIANT_TIMESTAMP_NTZ = 13,
	VARIANT_FLOAT = 14,
	VARIANT_BINARY = 15,
	VARIANT_STRING = 16,
	VARIANT_TIME = 17,
	VARIANT_TIMESTAMP_NANOS = 18,
	VARIANT_TIMESTAMP_NTZ_NANOS = 19,
	VARIANT_UUID = 20,
	VARIANT_NTYPES
} PqVariantType;

/* The dictionary of field names, checked as far as its sizes go; slices of the metadata. */
typedef struct PqVariantMetadata
{
	const unsigned char *offsets;
	const unsigned char *strings;
	uint64_t strings_len;
	uint32_t count;
	uint32_t offset_size;
} PqVariantMetadata;

/* false: failed, the writer knows why. */
extern bool pq_variant_metadata(PqJsonWriter *writer, PqBytes bytes, PqVariantMetadata *metadata);

/* One value.  depth: how deep it is nested already. */
extern void pq_variant_value_json(PqJsonWriter *writer, const PqVariantMetadata *metadata,
								  PqBytes value, int depth);

/* The fields of a value, which must be an object, without braces; *nfields: how many there are. */
extern void pq_variant_members_json(PqJsonWriter *writer, const PqVariantMetadata *metadata,
									PqBytes value, int depth, uint32_t *nfields);

/* A field of kind VARIANT that is present, shredded or not. variant_shredded.c */
extern void pq_variant_field_json(PqJsonRow *row, const PqField *field, int depth);

/*
 * variant_primitive.c: bytes behind the header of a primitive that is neither string nor binary (0
 * for an unknown type), and its text.
 */
extern uint32_t pq_variant_fixed_size(uint32_t type);
extern void pq_variant_fixed_json(PqJsonWriter *writer, uint32_t type, const unsigned char *data,
								  uint32_t size);

/* A whole unshredded value by itself, for tests and inspection. */
extern FmtStatus pq_variant_json(PqBytes metadata, PqBytes value, const PqJsonStyle *style,
								 const PqSink *sink, PqError *error);

#endif
