/*
 * types.h: the numbers that the Parquet format assigns, and what a value is.
 *
 * Enumerators are the wire values of parquet.thrift.  A field that holds one
 * is an int32_t, because a file may hold any number: an unknown one is an
 * error only for whoever has to read that column.
 */
#ifndef INGEST_FORMAT_PARQUET_TYPES_H
#define INGEST_FORMAT_PARQUET_TYPES_H

#include "format/status.h"

typedef enum PqType
{
	PQ_BOOLEAN = 0,
	PQ_INT32 = 1,
	PQ_INT64 = 2,
	PQ_INT96 = 3,
	PQ_FLOAT = 4,
	PQ_DOUBLE = 5,
	PQ_BYTE_ARRAY = 6,
	PQ_FIXED_LEN_BYTE_ARRAY = 7
} PqType;

typedef enum PqRepetition
{
	PQ_REQUIRED = 0,
	PQ_OPTIONAL = 1,
	PQ_REPEATED = 2
} PqRepetition;

typedef enum PqEncoding
{
	PQ_PLAIN = 0,
	PQ_PLAIN_DICTIONARY = 2,
	PQ_RLE = 3,
	PQ_BIT_PACKED = 4,
	PQ_DELTA_BINARY_PACKED = 5,
	PQ_DELTA_LENGTH_BYTE_ARRAY = 6,
	PQ_DELTA_BYTE_ARRAY = 7,
	PQ_RLE_DICTIONARY = 8,
	PQ_BYTE_STREAM_SPLIT = 9,
	PQ_ALP = 10
} PqEncoding;

typedef enum PqCodec
{
	PQ_UNCOMPRESSED = 0,
	PQ_SNAPPY = 1,
	PQ_GZIP = 2,
	PQ_LZO = 3,
	PQ_BROTLI = 4,
	PQ_LZ4 = 5, /* deprecated: Hadoop frames, LZ4 frames or a raw block */
	PQ_ZSTD = 6,
	PQ_LZ4_RAW = 7
} PqCodec;

typedef enum PqPageType
{
	PQ_DATA_PAGE = 0,
	PQ_INDEX_PAGE = 1,
	PQ_DICTIONARY_PAGE = 2,
	PQ_DATA_PAGE_V2 = 3
} PqPageType;

/* What a leaf or group means; from LogicalType, else ConvertedType. */
typedef enum PqLogicalKind
{
	PQ_LOGICAL_NONE, /* also: an annotation that is unknown, or does not fit the type */
	PQ_LOGICAL_STRING,
	PQ_LOGICAL_ENUM,
	PQ_LOGICAL_JSON,
	PQ_LOGICAL_BSON,
	PQ_LOGICAL_UUID,
	PQ_LOGICAL_INTEGER, /* bits, is_signed */
	PQ_LOGICAL_DECIMAL, /* precision, scale */
	PQ_LOGICAL_DATE,
	PQ_LOGICAL_TIME,      /* unit, is_utc */
	PQ_LOGICAL_TIMESTAMP, /* unit, is_utc */
	PQ_LOGICAL_INTERVAL,
	PQ_LOGICAL_FLOAT16,
	PQ_LOGICAL_NULL, /* UNKNOWN: all values are null */
	PQ_LOGICAL_GEOMETRY,
	PQ_LOGICAL_GEOGRAPHY,
	PQ_LOGICAL_LIST,
	PQ_LOGICAL_MAP,
	PQ_LOGICAL_VARIANT
} PqLogicalKind;

typedef enum PqTimeUnit
{
	PQ_MILLIS,
	PQ_MICROS,
	PQ_NANOS
} PqTimeUnit;

typedef struct PqLogical
{
	PqLogicalKind kind;
	PqTimeUnit unit;
	bool is_utc;
	bool is_signed;
	uint8_t bits;
	int32_t precision;
	int32_t scale;
} PqLogical;

/* A run of bytes that somebody else owns. */
typedef struct PqBytes
{
	const char *data;
	uint32_t len;
} PqBytes;

/*
 * What went wrong, and where.  base.offset is a byte of the file.  Fields
 * that do not apply are -1 or empty; whoever knows one fills it in on the way
 * up, so that decoders need not know where they are.
 */
typedef struct PqError
{
	FmtError base;
	int32_t row_group;
	int32_t leaf;   /* number of the leaf column */
	int64_t page;   /* number of the page in the column chunk, from 0 */
	PqBytes column; /* its path, in the schema's memory */
} PqError;

/*
 * Returns status.  Fills error, which may be NULL, in printf style; the
 * message is lower case, without a period, and has no bytes of the file.  The place is
 * "does not apply" afterwards: callers add to it after the call that failed.
 */
extern FmtStatus pq_error(PqError *error, FmtStatus status, uint64_t offset, const char *format,
						  ...) __attribute__((format(printf, 4, 5)));

/* error with every field "does not apply". */
extern void pq_error_init(PqError *error);

/* Names for messages and views: "INT64", "RLE_DICTIONARY", "SNAPPY"; NULL for an unknown number. */
extern const char *pq_type_name(int32_t type);
extern const char *pq_encoding_name(int32_t encoding);
extern const char *pq_codec_name(int32_t codec);

#endif
