/*
 * delta.c: reads the numbers of a DELTA_BINARY_PACKED run.
 *
 * in:  a section: a header (values of a block, miniblocks of a block, count, first value),
 *      then blocks of a minimum delta, the miniblocks' widths, and their packed deltas
 * out: the numbers, in pieces of any size
 *
 * All arithmetic wraps around.  The widths of miniblocks without values may be
 * anything and have no data; the last miniblock with values is of full size, but its
 * padding matters only to what follows the run.
 */
#include "format/parquet/delta.h"

#include "format/parquet/decoder_parts.h"
#include "format/parquet/hybrid.h"

#include <string.h>

/* Numbers decoded at a time where they do not go to the caller's array. */
#define PIECE 128

#define DELTA_WIDTH_MAX 64

/* A block of more values is no writer's; keeps products of sizes far from 2^64. */
#define BLOCK_VALUES_MAX (UINT64_C(1) << 31)

static uint64_t
zigzag(uint64_t value)
{
	return value >> 1 ^ (UINT64_C(0) - (value & 1));
}

/*
 * The block's size and how it is divided.  Miniblocks are whole bytes, also before the format asked
 * for 32.
 */
static FmtStatus
check_geometry(PqDelta *delta, uint64_t block_values, uint64_t miniblocks, PqError *error)
{
	if (miniblocks > PQ_DELTA_MINIBLOCKS && miniblocks <= block_values / 8)
		return pq_error(error, FMT_LIMIT, 0, "delta block has more than %d miniblocks",
						PQ_DELTA_MINIBLOCKS);
	if (block_values > BLOCK_VALUES_MAX || miniblocks == 0 || block_values % miniblocks != 0 ||
		block_values / miniblocks == 0 || block_values / miniblocks % 8 != 0)
		return pq_error(error, FMT_CORRUPT, 0, "delta block of %llu values in %llu miniblocks",
						(unsigned long long) block_values, (unsigned long long) miniblocks);
	delta->miniblocks = (uint32_t) miniblocks;
	delta->miniblock = delta->miniblocks;
	delta->miniblock_values = block_values / miniblocks;
	return FMT_OK;
}

FmtStatus
pq_delta_open(PqDelta *delta, const PqSection *section, uint64_t limit, PqError *error)
{
	uint64_t block_values = 0;
	uint64_t miniblocks = 0;
	FmtStatus status;

	memset(delta, 0, offsetof(PqDelta, widths));
	delta->section = *section;
	if (pq_section_left(section) == 0)
		return FMT_OK;
	status = pq_decoder_varint(&delta->section, &block_values, error);
	if (status == FMT_OK)
		status = pq_decoder_varint(&delta->section, &miniblocks, error);
	if (status == FMT_OK)
		status = check_geometry(delta, block_values, miniblocks, error);
	if (status == FMT_OK)
		status = pq_decoder_varint(&delta->section, &delta->left, error);
	if (status == FMT_OK && delta->left > limit)
		status = pq_error(error, FMT_CORRUPT, 0, "delta run of %llu values in a page of %llu",
						  (unsigned long long) delta->left, (unsigned long long) limit);
	/* some writers leave out the first value when there is none */
	if (status == FMT_OK && (delta->left > 0 || pq_section_left(&delta->section) > 0))
		status = pq_decoder_varint(&delta->section, &delta->previous, error);
	if (status != FMT_OK)
		delta->left = 0;
	delta->previous = zigzag(delta->previous);
	return status;
}

/* Begins the next miniblock, of which at least one delta is needed. */
static FmtStatus
next_miniblock(PqDelta *delta, PqError *error)
{
	if (delta->miniblock == delta->miniblocks)
	{
		uint64_t min_delta;
		FmtStatus status = pq_decoder_varint(&delta->section, &min_delta, error);

		if (status == FMT_OK)
			status = pq_decoder_copy(&delta->section, delta->widths, delta->miniblocks, error);
		if (status != FMT_OK)
			return status;
		delta->min_delta = zigzag(min_delta);
		delta->miniblock = 0;
	}
	delta->width = delta->widths[delta->miniblock];
	if (delta->width > DELTA_WIDTH_MAX)
		return pq_error(error, FMT_CORRUPT, 0, "delta miniblock of %u bits a value", delta->width);
	delta->miniblock++;
	delta->miniblock_left = delta->miniblock_values;
	delta->packed_at = 0;
	return FMT_OK;
}

/* Deltas of the miniblock that are wholly in the first len bytes at the section's pos. */
static inline uint64_t
packed_within(const PqDelta *delta, uint64_t len)
{
	const uint64_t there = len * 8 / delta->width;

	return there > delta->packed_at ? there - delta->packed_at : 0;
}

/* Some deltas, at most n and at least 1, are in the window: how many. */
static FmtStatus
next_deltas(PqDelta *delta, uint32_t n, uint32_t *piece, PqError *error)
{
	PqSection *const section = &delta->section;
	FmtStatus status = FMT_OK;
	uint64_t there;

	if (delta->miniblock_left == 0)
		status = next_miniblock(delta, error);
	if (status != FMT_OK)
		return status;
	*piece = delta->miniblock_left < n ? (uint32_t) delta->miniblock_left : n;
	if (delta->width == 0)
		return FMT_OK;
	there = packed_within(delta, (uint64_t) (section->end - section->pos));
	if (there == 0)
	{
		const uint64_t left = pq_section_left(section);

		status =
			pq_section_need(section, left < delta->width ? (size_t) left : delta->width, error);
		if (status != FMT_OK)
			return status;
		there = packed_within(delta, (uint64_t) (section->end - section->pos));
		if (there == 0)
			return pq_values_short(error);
	}
	if (there < *piece)
		*piece = (uint32_t) there;
	return FMT_OK;
}

/* n deltas of the miniblock have been read. */
static inline void
advance(PqDelta *delta, uint32_t n)
{
	const uint32_t at = delta->packed_at + n;

	delta->section.pos += (uint64_t) (at / 8) * delta->width;
	delta->packed_at = at % 8;
	delta->miniblock_left -= n;
	delta->left -= n;
}

/* The numbers that n deltas lead to; deltas is their array, before they became numbers. */
static void
sum_deltas(PqDelta *delta, uint64_t *out, uint32_t n)
{
	const uint64_t min_delta = delta->min_delta;
	uint64_t value = delta->previous;
	uint32_t i;

	if (delta->width == 0)
	{
		for (i = 0; i < n; i++)
			out[i] = value + (i + 1) * min_delta;
		delta->previous = value + n * min_delta;
		return;
	}
	pq_unpack64(delta->section.pos, delta->packed_at * delta->width, delta->width, n, out);
	for (i = 0; i < n; i++)
	{
		value += out[i] + min_delta;
		out[i] = value;
	}
	delta->previous = value;
}

FmtStatus
pq_delta_decode64(PqDelta *delta, uint64_t *out, uint32_t n, PqError *error)
{
	if (n > delta->left)
		return pq_values_short(error);
	if (n > 0 && !delta->has_previous)
	{
		delta->has_previous = true;
		delta->left--;
		*out++ = delta->previous;
		n--;
	}
	while (n > 0)
	{
		uint32_t piece;
		const FmtStatus status = next_deltas(delta, n, &piece, error);

		if (status != FMT_OK)
			return status;
		sum_deltas(delta, out, piece);
		advance(delta, piece);
		out += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_delta_decode32(PqDelta *delta, uint32_t *out, uint32_t n, PqError *error)
{
	uint64_t wide[PIECE];

	while (n > 0)
	{
		const uint32_t piece = n < PIECE ? n : PIECE;
		const FmtStatus status = pq_delta_decode64(delta, wide, piece, error);
		uint32_t i;

		if (status != FMT_OK)
			return status;
		for (i = 0; i < piece; i++)
			out[i] = (uint32_t) wide[i];
		out += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_delta_decode_lengths(PqDelta *delta, uint32_t *out, uint32_t n, PqError *error)
{
	uint64_t wide[PIECE];

	while (n > 0)
	{
		const uint32_t piece = n < PIECE ? n : PIECE;
		const FmtStatus status = pq_delta_decode64(delta, wide, piece, error);
		uint64_t all = 0;
		uint32_t i;

		if (status != FMT_OK)
			return status;
		for (i = 0; i < piece; i++)
		{
			/* INT32 numbers: the high half of the 64-bit sum may be anything */
			out[i] = (uint32_t) wide[i];
			all |= out[i];
		}
		for (i = 0; i < piece && all > PQ_BYTES_MAX; i++)
		{
			if (out[i] > INT32_MAX)
				return pq_error(error, FMT_CORRUPT, 0, "length of a value is negative");
			if (out[i] > PQ_BYTES_MAX)
				return pq_value_too_long(out[i], error);
		}
		out += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_delta_skip(PqDelta *delta, uint64_t n, PqError *error)
{
	uint64_t wide[PIECE];

	if (n > delta->left)
		return pq_values_short(error);
	while (n > 0)
	{
		const uint32_t piece = n < PIECE ? (uint32_t) n : PIECE;
		const FmtStatus status = pq_delta_decode64(delta, wide, piece, error);

		if (status != FMT_OK)
			return status;
		n -= piece;
	}
	return FMT_OK;
}

/* Passes over all miniblocks. */
static FmtStatus
walk(PqDelta *delta, PqError *error)
{
	uint64_t deltas = delta->left > 0 ? delta->left - 1 : 0;

	while (deltas > 0)
	{
		FmtStatus status = next_miniblock(delta, error);

		if (status == FMT_OK)
			status =
				pq_decoder_skip(&delta->section, delta->miniblock_values / 8 * delta->width, error);
		if (status != FMT_OK)
			return status;
		deltas -= deltas < delta->miniblock_values ? deltas : delta->miniblock_values;
	}
	return FMT_OK;
}

FmtStatus
pq_delta_run_bytes(PqBody *body, uint64_t offset, uint64_t limit, uint64_t *bytes, PqError *error)
{
	PqSection section;
	PqDelta delta;
	FmtStatus status = body->open(body, offset, body->len - offset, &section, error);

	if (status != FMT_OK)
		return status;
	status = pq_delta_open(&delta, &section, limit, error);
	if (status == FMT_OK)
		status = walk(&delta, error);
	*bytes = body->len - offset - pq_section_left(&delta.section);
	body->close(body, &delta.section);
	return status;
}
