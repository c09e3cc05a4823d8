/*
 * decode_split.c: BYTE_STREAM_SPLIT values.
 *
 * in:  the page's values: as many streams as a value has bytes, stream k with byte k of each; all
 *      are read side by side
 * out: PQ_VALUES_INT32, PQ_VALUES_INT64 or PQ_VALUES_FIXED
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/little_endian.h"

/* Streams of a value; each is read on its own.  Writers use this for numbers, of up to 32 bytes. */
#define STREAMS_MAX 1024

/* Values put together at a time when they are not numbers, so that they stay in the cache. */
#define FIXED_BLOCK 64

typedef struct SplitDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	PqValueKind kind;
	uint32_t nstreams; /* 0: there are no values */
	PqSection streams[];
} SplitDecoder;

/* Exchanges the bits of a that mask << shift chooses with those of b that mask chooses. */
static inline void
exchange(uint64_t *a, uint64_t *b, uint32_t shift, uint64_t mask)
{
	const uint64_t differ = (*a >> shift ^ *b) & mask;

	*a ^= differ << shift;
	*b ^= differ;
}

/*
 * Transposes 8 rows of 8 bytes, by blocks of 4, 2 and 1: byte j of row i becomes byte i of row j.
 */
static inline void
transpose(uint64_t rows[8])
{
	exchange(&rows[0], &rows[4], 32, UINT64_C(0x00000000ffffffff));
	exchange(&rows[1], &rows[5], 32, UINT64_C(0x00000000ffffffff));
	exchange(&rows[2], &rows[6], 32, UINT64_C(0x00000000ffffffff));
	exchange(&rows[3], &rows[7], 32, UINT64_C(0x00000000ffffffff));
	exchange(&rows[0], &rows[2], 16, UINT64_C(0x0000ffff0000ffff));
	exchange(&rows[1], &rows[3], 16, UINT64_C(0x0000ffff0000ffff));
	exchange(&rows[4], &rows[6], 16, UINT64_C(0x0000ffff0000ffff));
	exchange(&rows[5], &rows[7], 16, UINT64_C(0x0000ffff0000ffff));
	exchange(&rows[0], &rows[1], 8, UINT64_C(0x00ff00ff00ff00ff));
	exchange(&rows[2], &rows[3], 8, UINT64_C(0x00ff00ff00ff00ff));
	exchange(&rows[4], &rows[5], 8, UINT64_C(0x00ff00ff00ff00ff));
	exchange(&rows[6], &rows[7], 8, UINT64_C(0x00ff00ff00ff00ff));
}

static void
join64(const PqSection *streams, uint32_t n, uint64_t *out)
{
	uint32_t i = 0;
	uint32_t k;

	for (; n - i >= 8; i += 8)
	{
		uint64_t rows[8];

		for (k = 0; k < 8; k++)
			rows[k] = pq_load64(streams[k].pos + i);
		transpose(rows);
		memcpy(out + i, rows, sizeof(rows));
	}
	for (; i < n; i++)
	{
		out[i] = 0;
		for (k = 0; k < 8; k++)
			out[i] |= (uint64_t) streams[k].pos[i] << (8 * k);
	}
}

/* As join64(), with the next 8 values as the upper rows. */
static void
join32(const PqSection *streams, uint32_t n, uint32_t *out)
{
	uint32_t i = 0;
	uint32_t k;

	for (; n - i >= 16; i += 16)
	{
		uint64_t rows[8];

		for (k = 0; k < 8; k++)
			rows[k] = pq_load64(streams[k % 4].pos + i + k / 4 * 8);
		transpose(rows);
		for (k = 0; k < 8; k++)
		{
			out[i + k] = (uint32_t) rows[k];
			out[i + k + 8] = (uint32_t) (rows[k] >> 32);
		}
	}
	for (; i < n; i++)
	{
		out[i] = 0;
		for (k = 0; k < 4; k++)
			out[i] |= (uint32_t) streams[k].pos[i] << (8 * k);
	}
}

static void
join_fixed(const PqSection *streams, uint32_t width, uint32_t n, unsigned char *out)
{
	uint32_t first;

	for (first = 0; first < n; first += FIXED_BLOCK)
	{
		const uint32_t block = n - first < FIXED_BLOCK ? n - first : FIXED_BLOCK;
		uint32_t k;

		for (k = 0; k < width; k++)
		{
			const unsigned char *const from = streams[k].pos + first;
			uint32_t i;

			for (i = 0; i < block; i++)
				out[(size_t) i * width + k] = from[i];
		}
		out += (size_t) block * width;
	}
}

/* How many values, at most n and at least 1, have all their bytes in the windows. */
static FmtStatus
values_in_windows(SplitDecoder *decoder, uint32_t n, uint32_t *piece, PqError *error)
{
	uint32_t k;

	*piece = n;
	if (decoder->nstreams == 0)
		return pq_values_short(error);
	for (k = 0; k < decoder->nstreams; k++)
	{
		PqSection *const stream = &decoder->streams[k];
		const FmtStatus status = pq_decoder_need(stream, 1, error);

		if (status != FMT_OK)
			return status;
		if ((size_t) (stream->end - stream->pos) < *piece)
			*piece = (uint32_t) (stream->end - stream->pos);
	}
	return FMT_OK;
}

static FmtStatus
decode_split(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	SplitDecoder *const decoder = (SplitDecoder *) base;

	for (*done = 0; *done < n;)
	{
		uint32_t piece;
		uint32_t k;
		const FmtStatus status = values_in_windows(decoder, n - *done, &piece, error);

		if (status != FMT_OK)
			return status;
		if (decoder->kind == PQ_VALUES_INT64)
			join64(decoder->streams, piece, (uint64_t *) values->data + values->n);
		else if (decoder->kind == PQ_VALUES_INT32)
			join32(decoder->streams, piece, (uint32_t *) values->data + values->n);
		else
			join_fixed(decoder->streams, decoder->nstreams, piece,
					   (unsigned char *) values->data + (size_t) values->n * decoder->nstreams);
		for (k = 0; k < decoder->nstreams; k++)
			decoder->streams[k].pos += piece;
		values->n += piece;
		*done += piece;
	}
	return FMT_OK;
}

static FmtStatus
skip_split(PqDecoder *base, uint64_t n, PqError *error)
{
	SplitDecoder *const decoder = (SplitDecoder *) base;
	uint32_t k;

	if (n > 0 && decoder->nstreams == 0)
		return pq_values_short(error);
	for (k = 0; k < decoder->nstreams; k++)
	{
		const FmtStatus status = pq_decoder_skip(&decoder->streams[k], n, error);

		if (status != FMT_OK)
			return status;
	}
	return FMT_OK;
}

static void
close_split(PqDecoder *base)
{
	SplitDecoder *const decoder = (SplitDecoder *) base;

	while (decoder->nstreams > 0)
		decoder->body->close(decoder->body, &decoder->streams[--decoder->nstreams]);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

/* Opens the streams, which divide the page evenly. */
static FmtStatus
open_streams(SplitDecoder *decoder, const PqDecoderSource *source, uint32_t width, PqError *error)
{
	const uint64_t len = source->body->len - source->offset;
	const uint64_t each = len / width;

	if (len % width != 0)
		return pq_error(error, FMT_CORRUPT, 0, "%llu bytes are not %u streams of the same length",
						(unsigned long long) len, width);
	while (each > 0 && decoder->nstreams < width)
	{
		const FmtStatus status =
			source->body->open(source->body, source->offset + each * decoder->nstreams, each,
							   &decoder->streams[decoder->nstreams], error);

		if (status != FMT_OK)
			return status;
		decoder->nstreams++;
	}
	return FMT_OK;
}

FmtStatus
pq_open_byte_stream_split(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	SplitDecoder *decoder;
	PqValueKind kind;
	uint32_t width;
	FmtStatus status = pq_values_kind(source->type, source->type_length, &kind, &width);

	if (status != FMT_OK)
		return pq_error(error, status, 0, "values of type %d and length %d cannot be read",
						source->type, source->type_length);
	if (width > STREAMS_MAX)
		return pq_error(error, FMT_LIMIT, 0,
						"BYTE_STREAM_SPLIT values of %u bytes, at most %d are read", width,
						STREAMS_MAX);
	decoder =
		pq_decoder_alloc(source->allocator, sizeof(*decoder) + width * sizeof(decoder->streams[0]));
	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_split;
	decoder->base.skip = skip_split;
	decoder->base.close = close_split;
	decoder->allocator = source->allocator;
	decoder->body = source->body;
	decoder->kind = kind;
	status = open_streams(decoder, source, width, error);
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		close_split(&decoder->base);
	return status;
}
