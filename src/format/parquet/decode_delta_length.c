/*
 * decode_delta_length.c: DELTA_LENGTH_BYTE_ARRAY values.
 *
 * in:  the page's values: a delta run of all lengths, then all bytes; read
 *      side by side, so that memory does not depend on how many there are
 * out: PQ_VALUES_BYTES, slices where the page stays, else copies
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/delta.h"

/* Lengths decoded at a time. */
#define PIECE 128

typedef struct LengthDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	bool has_lengths; /* their section is open */
	PqDelta lengths;
	PqSection bytes;
	uint32_t pending[PIECE]; /* lengths already decoded, of values not yet given */
	uint32_t pending_at;
	uint32_t pending_n;
} LengthDecoder;

/*
 * Makes sure that there is a pending length, when n values are wanted; *piece: of how many values,
 * at most n.
 */
static FmtStatus
need_lengths(LengthDecoder *decoder, uint64_t n, uint32_t *piece, PqError *error)
{
	FmtStatus status = FMT_OK;
	uint32_t there = decoder->pending_n - decoder->pending_at;

	if (there == 0)
	{
		there = n < PIECE ? (uint32_t) n : PIECE;
		status = pq_delta_decode_lengths(&decoder->lengths, decoder->pending, there, error);
		decoder->pending_at = 0;
		decoder->pending_n = status == FMT_OK ? there : 0;
	}
	*piece = there < n ? there : (uint32_t) n;
	return status;
}

static FmtStatus
decode_length(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	LengthDecoder *const decoder = (LengthDecoder *) base;

	*done = 0;
	while (*done < n && (*done == 0 || values->bytes < values->bytes_limit))
	{
		const uint32_t *lengths;
		uint32_t piece;
		uint64_t total;
		FmtStatus status = need_lengths(decoder, n - *done, &piece, error);

		if (status != FMT_OK)
			return status;
		lengths = decoder->pending + decoder->pending_at;
		piece = pq_values_within_limit(values, lengths, piece, &total);
		status = pq_values_append(values, &decoder->bytes, lengths, piece, total, error);
		if (status != FMT_OK)
			return status;
		decoder->pending_at += piece;
		*done += piece;
	}
	return FMT_OK;
}

static FmtStatus
skip_length(PqDecoder *base, uint64_t n, PqError *error)
{
	LengthDecoder *const decoder = (LengthDecoder *) base;

	while (n > 0)
	{
		uint32_t piece;
		uint64_t total = 0;
		uint32_t i;
		FmtStatus status = need_lengths(decoder, n, &piece, error);

		if (status != FMT_OK)
			return status;
		for (i = 0; i < piece; i++)
			total += decoder->pending[decoder->pending_at + i];
		status = pq_decoder_skip(&decoder->bytes, total, error);
		if (status != FMT_OK)
			return status;
		decoder->pending_at += piece;
		n -= piece;
	}
	return FMT_OK;
}

static void
close_length(PqDecoder *base)
{
	LengthDecoder *const decoder = (LengthDecoder *) base;

	if (decoder->has_lengths)
		decoder->body->close(decoder->body, &decoder->lengths.section);
	decoder->body->close(decoder->body, &decoder->bytes);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

FmtStatus
pq_open_delta_length_byte_array(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	PqBody *const body = source->body;
	LengthDecoder *decoder;
	PqSection section;
	uint64_t run;
	FmtStatus status = pq_delta_run_bytes(body, source->offset, source->num_values, &run, error);

	if (status != FMT_OK)
		return status;
	decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_length;
	decoder->base.skip = skip_length;
	decoder->base.close = close_length;
	decoder->allocator = source->allocator;
	decoder->body = body;
	status = body->open(body, source->offset + run, body->len - source->offset - run,
						&decoder->bytes, error);
	if (status != FMT_OK)
	{
		source->allocator->free(source->allocator->context, decoder);
		return status;
	}
	status = body->open(body, source->offset, run, &section, error);
	if (status == FMT_OK)
	{
		decoder->has_lengths = true;
		status = pq_delta_open(&decoder->lengths, &section, source->num_values, error);
	}
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		close_length(&decoder->base);
	return status;
}
