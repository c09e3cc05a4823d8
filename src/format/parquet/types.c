/*
 * types.c: errors of the Parquet reader, and the names of the format's numbers.
 *
 * in:  a status and a message, or a number of parquet.thrift
 * out: the caller's PqError filled, or a static name
 */
#include "format/parquet/types.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(table) ((int32_t) (sizeof(table) / sizeof((table)[0])))

void
pq_error_init(PqError *error)
{
	memset(error, 0, sizeof(*error));
	error->row_group = -1;
	error->leaf = -1;
	error->page = -1;
	error->column.data = "";
}

FmtStatus
pq_error(PqError *error, FmtStatus status, uint64_t offset, const char *format, ...)
{
	va_list args;

	if (error == NULL)
		return status;
	pq_error_init(error);
	error->base.status = status;
	error->base.offset = offset;
	va_start(args, format);
	vsnprintf(error->base.message, sizeof(error->base.message), format, args);
	va_end(args);
	return status;
}

/* names[number], or NULL where there is none. */
static const char *
name_of(const char *const *names, int32_t nnames, int32_t number)
{
	return number >= 0 && number < nnames ? names[number] : NULL;
}

const char *
pq_type_name(int32_t type)
{
	static const char *const names[] = {"BOOLEAN", "INT32",  "INT64",      "INT96",
										"FLOAT",   "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"};

	return name_of(names, LENGTH(names), type);
}

const char *
pq_encoding_name(int32_t encoding)
{
	static const char *const names[] = {"PLAIN",
										NULL, /* GROUP_VAR_INT, never used */
										"PLAIN_DICTIONARY",
										"RLE",
										"BIT_PACKED",
										"DELTA_BINARY_PACKED",
										"DELTA_LENGTH_BYTE_ARRAY",
										"DELTA_BYTE_ARRAY",
										"RLE_DICTIONARY",
										"BYTE_STREAM_SPLIT",
										"ALP"};

	return name_of(names, LENGTH(names), encoding);
}

const char *
pq_codec_name(int32_t codec)
{
	static const char *const names[] = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO",
										"BROTLI",       "LZ4",    "ZSTD", "LZ4_RAW"};

	return name_of(names, LENGTH(names), codec);
}
