/*
 * previous_value.c: a copy of the last value of a run in which each is told by the one before.
 *
 * in:  values, whose memory is somebody else's and goes with their batch
 * out: the last one, in memory of its own, which grows to the longest value
 */
#include "format/parquet/previous_value.h"

#include "format/parquet/decoder_parts.h"

#include <string.h>

#define FIRST_CAPACITY 256 /* bytes */

FmtStatus
pq_previous_reserve(PqPreviousValue *previous, uint32_t len, PqError *error)
{
	uint64_t capacity = previous->capacity > 0 ? previous->capacity : FIRST_CAPACITY;
	char *grown;

	if (previous->data != NULL && len <= previous->capacity)
		return FMT_OK;
	while (capacity < len)
		capacity *= 2;
	grown = pq_decoder_alloc(previous->allocator, capacity + PQ_PREVIOUS_SLACK);
	if (grown == NULL)
		return pq_no_memory(error);
	if (previous->data != NULL)
	{
		memcpy(grown, previous->data, previous->len);
		pq_previous_free(previous);
	}
	previous->data = grown;
	previous->capacity = (uint32_t) capacity;
	return FMT_OK;
}

FmtStatus
pq_previous_set(PqPreviousValue *previous, PqBytes value, PqError *error)
{
	FmtStatus status;

	if (value.data == previous->data)
		return FMT_OK;
	status = pq_previous_reserve(previous, value.len, error);
	if (status != FMT_OK)
		return status;
	if (value.len > 0)
		memcpy(previous->data, value.data, value.len);
	previous->len = value.len;
	return FMT_OK;
}

void
pq_previous_free(PqPreviousValue *previous)
{
	if (previous->data != NULL)
		previous->allocator->free(previous->allocator->context, previous->data);
	previous->data = NULL;
}
