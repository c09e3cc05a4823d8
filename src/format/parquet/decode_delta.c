/*
 * decode_delta.c: DELTA_BINARY_PACKED values of INT32 and INT64 columns.
 *
 * in:  the page's values, read by delta.c
 * out: PQ_VALUES_INT32 or PQ_VALUES_INT64
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/delta.h"

typedef struct DeltaDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	bool is_64;
	PqDelta delta;
} DeltaDecoder;

static FmtStatus
decode_delta(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	DeltaDecoder *const decoder = (DeltaDecoder *) base;
	const FmtStatus status =
		decoder->is_64
			? pq_delta_decode64(&decoder->delta, (uint64_t *) values->data + values->n, n, error)
			: pq_delta_decode32(&decoder->delta, (uint32_t *) values->data + values->n, n, error);

	*done = status == FMT_OK ? n : 0;
	values->n += *done;
	return status;
}

static FmtStatus
skip_delta(PqDecoder *base, uint64_t n, PqError *error)
{
	return pq_delta_skip(&((DeltaDecoder *) base)->delta, n, error);
}

static void
close_delta(PqDecoder *base)
{
	DeltaDecoder *const decoder = (DeltaDecoder *) base;

	decoder->body->close(decoder->body, &decoder->delta.section);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

FmtStatus
pq_open_delta_binary_packed(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	DeltaDecoder *const decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	PqSection section;
	FmtStatus status;

	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_delta;
	decoder->base.skip = skip_delta;
	decoder->base.close = close_delta;
	decoder->allocator = source->allocator;
	decoder->body = source->body;
	decoder->is_64 = source->type == PQ_INT64;
	status = source->body->open(source->body, source->offset, source->body->len - source->offset,
								&section, error);
	if (status != FMT_OK)
	{
		source->allocator->free(source->allocator->context, decoder);
		return status;
	}
	status = pq_delta_open(&decoder->delta, &section, source->num_values, error);
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		close_delta(&decoder->base);
	return status;
}
