/*
 * decode_boolean_rle.c: BOOLEAN values as RLE and bit-packed runs.
 *
 * in:  the page's values: 4 bytes of length, then runs of 1-bit values
 * out: PQ_VALUES_BOOL
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/hybrid.h"
#include "format/parquet/little_endian.h"

#define LENGTH_BYTES 4

typedef struct BooleanDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	PqHybrid hybrid;
} BooleanDecoder;

static FmtStatus
decode_boolean(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	BooleanDecoder *const decoder = (BooleanDecoder *) base;
	bool all_equal;
	const FmtStatus status = pq_hybrid_decode_bytes(
		&decoder->hybrid, (uint8_t *) values->data + values->n, n, &all_equal, error);

	*done = status == FMT_OK ? n : 0;
	values->n += *done;
	return status;
}

static FmtStatus
skip_boolean(PqDecoder *base, uint64_t n, PqError *error)
{
	return pq_hybrid_skip(&((BooleanDecoder *) base)->hybrid, n, error);
}

static void
close_boolean(PqDecoder *base)
{
	BooleanDecoder *const decoder = (BooleanDecoder *) base;

	decoder->body->close(decoder->body, &decoder->hybrid.section);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

/* The bytes of the runs.  A page without values may have none, not even their length. */
static FmtStatus
read_length(const PqDecoderSource *source, uint64_t *len, PqError *error)
{
	const uint64_t left = source->body->len - source->offset;
	PqSection section;
	FmtStatus status;

	*len = 0;
	if (left == 0)
		return FMT_OK;
	status = source->body->open(source->body, source->offset,
								left < LENGTH_BYTES ? left : LENGTH_BYTES, &section, error);
	if (status != FMT_OK)
		return status;
	status = pq_decoder_need(&section, LENGTH_BYTES, error);
	if (status == FMT_OK)
	{
		*len = pq_load32(section.pos);
		if (*len > left - LENGTH_BYTES)
			status = pq_error(error, FMT_CORRUPT, 0, "runs of %u bytes in a page with %llu left",
							  (unsigned) *len, (unsigned long long) (left - LENGTH_BYTES));
	}
	source->body->close(source->body, &section);
	return status;
}

FmtStatus
pq_open_boolean_rle(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	BooleanDecoder *decoder;
	PqSection section;
	uint64_t len;
	FmtStatus status = read_length(source, &len, error);

	if (status != FMT_OK)
		return status;
	decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_boolean;
	decoder->base.skip = skip_boolean;
	decoder->base.close = close_boolean;
	decoder->allocator = source->allocator;
	decoder->body = source->body;
	status = source->body->open(source->body, source->offset + (len > 0 ? LENGTH_BYTES : 0), len,
								&section, error);
	if (status != FMT_OK)
	{
		source->allocator->free(source->allocator->context, decoder);
		return status;
	}
	pq_hybrid_init(&decoder->hybrid, &section, 1);
	*result = &decoder->base;
	return FMT_OK;
}
