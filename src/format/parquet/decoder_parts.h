/*
 * decoder_parts.h: what the decoders have in common.
 */
#ifndef INGEST_FORMAT_PARQUET_DECODER_PARTS_H
#define INGEST_FORMAT_PARQUET_DECODER_PARTS_H

#include "format/parquet/decoder.h"

/* The longest BYTE_ARRAY value that is decoded: no PostgreSQL field can be longer. */
#define PQ_BYTES_MAX ((UINT32_C(1) << 30) - 1)

/* FMT_TRUNCATED: the page has fewer values than were asked for. */
extern FmtStatus pq_values_short(PqError *error);

/* FMT_LIMIT for a value longer than PQ_BYTES_MAX. */
extern FmtStatus pq_value_too_long(uint64_t len, PqError *error);

/* pq_section_need() with a message for sections that have not enough. */
static inline FmtStatus
pq_decoder_need(PqSection *section, size_t need, PqError *error)
{
	if ((size_t) (section->end - section->pos) >= need)
		return FMT_OK;
	if (pq_section_left(section) < need)
		return pq_values_short(error);
	return pq_section_need(section, need, error);
}

/* The same for pq_section_skip(). */
extern FmtStatus pq_decoder_skip(PqSection *section, uint64_t n, PqError *error);

/* Moves n bytes to to, window by window. */
extern FmtStatus pq_decoder_copy(PqSection *section, void *to, uint64_t n, PqError *error);

/* ULEB128 of at most 64 bits. */
extern FmtStatus pq_decoder_varint(PqSection *section, uint64_t *value, PqError *error);

/* Memory of a decoder, zeroed; NULL: refused. */
extern void *pq_decoder_alloc(const FmtAllocator *allocator, uint64_t size);

extern FmtStatus pq_no_memory(PqError *error);

/* Memory for len bytes of values that cannot be slices; FMT_NO_MEMORY. */
extern FmtStatus pq_values_alloc(PqValues *values, uint64_t len, char **memory, PqError *error);

/* May values of the section be slices of it? */
static inline bool
pq_values_may_slice(const PqValues *values, const PqSection *section)
{
	return section->is_stable && !values->copy_bytes;
}

/*
 * How many values of these lengths can be appended before values->bytes reaches its limit, at
 * least one if there is any; *total: their sum.
 */
extern uint32_t pq_values_within_limit(const PqValues *values, const uint32_t *lengths, uint32_t n,
									   uint64_t *total);

/* Appends n values that follow each other in the section; total is the sum of their lengths. */
extern FmtStatus pq_values_append(PqValues *values, PqSection *section, const uint32_t *lengths,
								  uint32_t n, uint64_t total, PqError *error);

#endif
