/*
 * values.h: decoded values of one leaf, densely, without nulls.
 *
 * Filled by decoders, read by whoever converts.  The memory is the owner's
 * (column.c); bytes are slices of a page, of a dictionary, or of the owner's
 * arena, and stay valid as long as the batch.
 */
#ifndef INGEST_FORMAT_PARQUET_VALUES_H
#define INGEST_FORMAT_PARQUET_VALUES_H

#include "format/parquet/types.h"

typedef enum PqValueKind
{
	PQ_VALUES_BOOL,  /* uint8_t, 0 or 1 */
	PQ_VALUES_INT32, /* also FLOAT: the bits */
	PQ_VALUES_INT64, /* also DOUBLE */
	PQ_VALUES_FIXED, /* width bytes each, as in the file: INT96, FIXED_LEN_BYTE_ARRAY */
	PQ_VALUES_BYTES, /* PqBytes */
	PQ_VALUES_INDEX  /* uint32_t into a dictionary, checked to be inside */
} PqValueKind;

typedef struct PqValues
{
	PqValueKind kind;
	uint32_t width;    /* bytes of an element of data */
	uint32_t n;        /* decoded so far */
	uint32_t capacity; /* elements */
	void *data;
	uint64_t bytes;       /* sum of the lengths of PQ_VALUES_BYTES */
	uint64_t bytes_limit; /* decoders stop when bytes reaches it, but decode at least one value */
	/* Memory for bytes that are not slices; NULL: refused.  Valid as long as the batch. */
	void *(*alloc)(void *context, size_t size);
	void *alloc_context;
	bool copy_bytes; /* slices must not point into the page, which may go before the batch does */
} PqValues;

/* The kind and width that values of a leaf have when they are not indices. */
extern FmtStatus pq_values_kind(int32_t type, int32_t type_length, PqValueKind *kind,
								uint32_t *width);

#endif
