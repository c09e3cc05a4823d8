/*
 * previous_value.h: a copy of the last value of a run in which each is told by the one before.
 */
#ifndef INGEST_FORMAT_PARQUET_PREVIOUS_VALUE_H
#define INGEST_FORMAT_PARQUET_PREVIOUS_VALUE_H

#include "format/allocator.h"
#include "format/parquet/types.h"

/* Bytes behind the value that may be read. */
#define PQ_PREVIOUS_SLACK 16

typedef struct PqPreviousValue
{
	const FmtAllocator *allocator;
	char *data; /* NULL while there was none */
	uint32_t len;
	uint32_t capacity;
} PqPreviousValue;

/* Makes room for len bytes, and keeps the value. */
extern FmtStatus pq_previous_reserve(PqPreviousValue *previous, uint32_t len, PqError *error);

/* Copies the value, which may be the previous one itself. */
extern FmtStatus pq_previous_set(PqPreviousValue *previous, PqBytes value, PqError *error);

extern void pq_previous_free(PqPreviousValue *previous);

#endif
