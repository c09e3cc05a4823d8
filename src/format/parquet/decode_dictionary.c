/*
 * decode_dictionary.c: indices into the column chunk's dictionary.
 *
 * in:  the page's values: 1 byte of width, then runs of indices
 * out: PQ_VALUES_INDEX, all of them inside of the dictionary
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/hybrid.h"

#include <string.h>

#define INDEX_WIDTH_MAX 32

/* Indices that are checked at a time. */
typedef uint32_t IndexVector __attribute__((vector_size(16)));

#define VECTOR_INDICES (sizeof(IndexVector) / sizeof(uint32_t))

typedef struct IndexDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	uint32_t dictionary_size;
	bool has_dictionary;
	PqHybrid hybrid;
} IndexDecoder;

/*
 * Are all indices below size, which is at least 1 and at most 2^31?  For an index that is, both it
 * and its distance to the last entry have bit 31 clear; for any other, one of them has not.
 */
static bool
all_inside(const uint32_t *indices, uint32_t n, uint32_t size)
{
	const uint32_t last = size - 1;
	const IndexVector lasts = {last, last, last, last};
	IndexVector outsides = {0};
	uint32_t outside = 0;
	uint32_t i = 0;

	for (; n - i >= VECTOR_INDICES; i += VECTOR_INDICES)
	{
		IndexVector several;

		memcpy(&several, indices + i, sizeof(several));
		outsides |= several | (lasts - several);
	}
	for (; i < n; i++)
		outside |= indices[i] | (last - indices[i]);
	for (i = 0; i < VECTOR_INDICES; i++)
		outside |= outsides[i];
	return outside >> 31 == 0;
}

static FmtStatus
check_indices(const IndexDecoder *decoder, const uint32_t *indices, uint32_t n, PqError *error)
{
	uint32_t i;

	/* whatever the width allows is inside */
	if ((uint64_t) decoder->dictionary_size >> decoder->hybrid.width > 0)
		return FMT_OK;
	if (decoder->dictionary_size > 0 && all_inside(indices, n, decoder->dictionary_size))
		return FMT_OK;
	for (i = 0; indices[i] < decoder->dictionary_size;)
		i++;
	return pq_error(error, FMT_CORRUPT, 0, "index %u in a dictionary of %u entries", indices[i],
					decoder->dictionary_size);
}

static FmtStatus
decode_indices(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	IndexDecoder *const decoder = (IndexDecoder *) base;
	uint32_t *const out = (uint32_t *) values->data + values->n;
	FmtStatus status;

	*done = 0;
	if (n == 0)
		return FMT_OK;
	if (!decoder->has_dictionary)
		return pq_error(error, FMT_CORRUPT, 0,
						"page has dictionary indices, but no dictionary came before it");
	status = pq_hybrid_decode(&decoder->hybrid, out, n, error);
	if (status == FMT_OK)
		status = check_indices(decoder, out, n, error);
	if (status != FMT_OK)
		return status;
	values->n += n;
	*done = n;
	return FMT_OK;
}

static FmtStatus
skip_indices(PqDecoder *base, uint64_t n, PqError *error)
{
	return pq_hybrid_skip(&((IndexDecoder *) base)->hybrid, n, error);
}

static void
close_indices(PqDecoder *base)
{
	IndexDecoder *const decoder = (IndexDecoder *) base;

	decoder->body->close(decoder->body, &decoder->hybrid.section);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

/* Reads the width.  A page without values may have nothing at all. */
static FmtStatus
begin_indices(IndexDecoder *decoder, PqSection *section, PqError *error)
{
	uint32_t width = 0;
	FmtStatus status = FMT_OK;

	if (pq_section_left(section) > 0)
	{
		status = pq_section_need(section, 1, error);
		if (status == FMT_OK)
			width = *section->pos++;
		if (width > INDEX_WIDTH_MAX)
			status = pq_error(error, FMT_CORRUPT, 0, "dictionary indices of %u bits", width);
	}
	pq_hybrid_init(&decoder->hybrid, section, width);
	return status;
}

FmtStatus
pq_open_dictionary_index(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	IndexDecoder *const decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	PqSection section;
	FmtStatus status;

	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_indices;
	decoder->base.skip = skip_indices;
	decoder->base.close = close_indices;
	decoder->allocator = source->allocator;
	decoder->body = source->body;
	decoder->dictionary_size = source->dictionary_size;
	decoder->has_dictionary = source->has_dictionary;
	status = source->body->open(source->body, source->offset, source->body->len - source->offset,
								&section, error);
	if (status != FMT_OK)
	{
		source->allocator->free(source->allocator->context, decoder);
		return status;
	}
	status = begin_indices(decoder, &section, error);
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		close_indices(&decoder->base);
	return status;
}
