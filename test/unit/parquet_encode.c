/*
 * parquet_encode.c: writes values in every encoding of Parquet, for tests.
 */
#include "parquet_encode.h"

#include <stdlib.h>
#include <string.h>

#define SLACK 16

static void *
must(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

void
enc_free(EncBuffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

void
enc_bytes(EncBuffer *buffer, const void *data, size_t len)
{
	if (buffer->data == NULL || buffer->capacity - buffer->len < len + SLACK)
	{
		buffer->capacity = buffer->capacity * 2 + len + SLACK;
		buffer->data = must(realloc(buffer->data, buffer->capacity));
	}
	if (len > 0)
		memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	memset(buffer->data + buffer->len, 0, SLACK);
}

void
enc_byte(EncBuffer *buffer, unsigned char byte)
{
	enc_bytes(buffer, &byte, 1);
}

void
enc_number(EncBuffer *buffer, uint64_t value, uint32_t nbytes)
{
	for (; nbytes > 0; nbytes--, value >>= 8)
		enc_byte(buffer, (unsigned char) value);
}

void
enc_uleb(EncBuffer *buffer, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		enc_byte(buffer, (unsigned char) (value | 0x80));
	enc_byte(buffer, (unsigned char) value);
}

void
enc_zigzag(EncBuffer *buffer, uint64_t value)
{
	enc_uleb(buffer, value >> 63 != 0 ? ~(value << 1) : value << 1);
}

uint64_t
enc_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 32 ^ *seed << 31;
}

void
enc_packed(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width)
{
	unsigned byte = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
	{
		for (uint32_t bit = 0; bit < width; bit++)
		{
			byte |= (unsigned) (values[i] >> bit & 1) << bits;
			if (++bits == 8)
			{
				enc_byte(buffer, (unsigned char) byte);
				byte = bits = 0;
			}
		}
	}
	if (bits > 0)
		enc_byte(buffer, (unsigned char) byte);
}

void
enc_packed_msb(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width)
{
	unsigned byte = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
	{
		for (uint32_t bit = width; bit-- > 0;)
		{
			byte = byte << 1 | (unsigned) (values[i] >> bit & 1);
			if (++bits == 8)
			{
				enc_byte(buffer, (unsigned char) byte);
				byte = bits = 0;
			}
		}
	}
	if (bits > 0)
		enc_byte(buffer, (unsigned char) (byte << (8 - bits)));
}

/* Values from the first on that are equal to it. */
static size_t
equal_values(const uint64_t *values, size_t n)
{
	size_t equal = 1;

	while (equal < n && values[equal] == values[0])
		equal++;
	return equal;
}

static void
put_rle(EncBuffer *buffer, uint64_t value, size_t n, uint32_t width)
{
	enc_uleb(buffer, (uint64_t) n << 1);
	enc_number(buffer, value, (width + 7) / 8);
}

/* n values, the last group filled up with zeros, or cut behind the last value. */
static void
put_packed(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width, bool cut)
{
	size_t groups = (n + 7) / 8;
	uint64_t *padded = must(calloc(groups * 8 + 1, sizeof(*padded)));

	memcpy(padded, values, n * sizeof(*padded));
	enc_uleb(buffer, (uint64_t) groups << 1 | 1);
	enc_packed(buffer, padded, cut ? n : groups * 8, width);
	free(padded);
}

/* The length and kind of the run to begin at values, which has n more. */
static size_t
choose_run(const uint64_t *values, size_t n, EncRuns runs, uint64_t *seed, bool *is_rle)
{
	size_t equal = equal_values(values, n);
	size_t len;

	switch (runs)
	{
		case ENC_RUNS_RLE:
			*is_rle = true;
			return equal;
		case ENC_RUNS_PACKED:
		case ENC_RUNS_CUT:
			*is_rle = false;
			return n;
		case ENC_RUNS_MIXED:
			*is_rle = equal >= 8;
			if (*is_rle)
				return equal;
			for (len = 8; len < n && equal_values(values + len, n - len) < 8;)
				len += 8;
			return len < n ? len : n;
		default:
			*is_rle = enc_random(seed) % 2 == 0;
			if (*is_rle)
				return 1 + enc_random(seed) % equal;
			len = 8 * (1 + enc_random(seed) % 5);
			return len < n ? len : n;
	}
}

void
enc_hybrid(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width, EncRuns runs)
{
	uint64_t seed = n * 977 + width;
	size_t at = 0;

	while (at < n)
	{
		bool is_rle;
		size_t len = choose_run(values + at, n - at, runs, &seed, &is_rle);

		if (runs == ENC_RUNS_WITH_EMPTY)
		{
			enc_byte(buffer, 1);
			put_rle(buffer, enc_random(&seed), 0, width);
		}
		if (is_rle)
			put_rle(buffer, values[at], len, width);
		else
			put_packed(buffer, values + at, len, width, runs == ENC_RUNS_CUT);
		at += len;
	}
	if (runs == ENC_RUNS_WITH_EMPTY)
		enc_byte(buffer, 1);
}

static uint32_t
bits_of(uint64_t value)
{
	uint32_t bits = 0;

	for (; value != 0; value >>= 1)
		bits++;
	return bits;
}

/* The width of n deltas, made relative to min. */
static uint32_t
make_relative(uint64_t *deltas, size_t n, uint64_t min, const EncDelta *delta)
{
	uint32_t width = 0;

	for (size_t i = 0; i < n; i++)
	{
		deltas[i] -= min;
		if (delta->is_32)
			deltas[i] &= UINT32_MAX;
		if (bits_of(deltas[i]) > width)
			width = bits_of(deltas[i]);
	}
	width += delta->extra_width;
	return width < 64 ? width : 64;
}

/* One block of n deltas. */
static void
put_block(EncBuffer *buffer, uint64_t *deltas, size_t n, const EncDelta *delta, bool is_last)
{
	size_t each = delta->block_values / delta->miniblocks;
	uint64_t *padded = must(calloc(each, sizeof(*padded)));
	uint64_t min = deltas[0];
	unsigned char *widths = must(calloc(delta->miniblocks, 1));

	for (size_t i = 1; i < n; i++)
	{
		if ((int64_t) deltas[i] < (int64_t) min)
			min = deltas[i];
	}
	enc_zigzag(buffer, min);
	for (size_t m = 0; m < delta->miniblocks; m++)
	{
		size_t first = m * each;

		if (first < n)
			widths[m] = (unsigned char) make_relative(
				deltas + first, n - first < each ? n - first : each, min, delta);
		else if (delta->rubbish)
			widths[m] = (unsigned char) (200 + m);
	}
	enc_bytes(buffer, widths, delta->miniblocks);
	for (size_t first = 0; first < n; first += each)
	{
		size_t there = n - first < each ? n - first : each;

		memset(padded, delta->rubbish ? 0xd7 : 0, each * sizeof(*padded));
		memcpy(padded, deltas + first, there * sizeof(*padded));
		enc_packed(buffer, padded, is_last && delta->cut ? there : each, widths[first / each]);
	}
	free(padded);
	free(widths);
}

void
enc_delta(EncBuffer *buffer, const uint64_t *values, size_t n, const EncDelta *delta)
{
	uint64_t *deltas = must(calloc(delta->block_values, sizeof(*deltas)));
	size_t there = 0;

	enc_uleb(buffer, delta->block_values);
	enc_uleb(buffer, delta->miniblocks);
	enc_uleb(buffer, n);
	enc_zigzag(buffer, n > 0 ? values[0] : 0);
	for (size_t i = 1; i < n; i++)
	{
		uint64_t step = values[i] - values[i - 1];

		deltas[there++] = delta->is_32 ? (uint64_t) (int32_t) (uint32_t) step : step;
		if (there == delta->block_values || i == n - 1)
		{
			put_block(buffer, deltas, there, delta, i == n - 1);
			there = 0;
		}
	}
	free(deltas);
}

void
enc_delta_length(EncBuffer *buffer, const EncString *values, size_t n, const EncDelta *delta)
{
	uint64_t *lengths = must(calloc(n + 1, sizeof(*lengths)));

	for (size_t i = 0; i < n; i++)
		lengths[i] = values[i].len;
	enc_delta(buffer, lengths, n, delta);
	for (size_t i = 0; i < n; i++)
		enc_bytes(buffer, values[i].data, values[i].len);
	free(lengths);
}

void
enc_delta_bytes(EncBuffer *buffer, const EncString *values, size_t n, uint32_t prefix_max,
				const EncDelta *delta)
{
	uint64_t *prefixes = must(calloc(n + 1, sizeof(*prefixes)));
	EncString *suffixes = must(calloc(n + 1, sizeof(*suffixes)));

	for (size_t i = 0; i < n; i++)
	{
		uint32_t shared = 0;

		while (i > 0 && shared < prefix_max && shared < values[i].len &&
			   shared < values[i - 1].len && values[i].data[shared] == values[i - 1].data[shared])
			shared++;
		prefixes[i] = shared;
		suffixes[i].data = values[i].data + shared;
		suffixes[i].len = values[i].len - shared;
	}
	enc_delta(buffer, prefixes, n, delta);
	enc_delta_length(buffer, suffixes, n, delta);
	free(prefixes);
	free(suffixes);
}

void
enc_plain_strings(EncBuffer *buffer, const EncString *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		enc_number(buffer, values[i].len, 4);
		enc_bytes(buffer, values[i].data, values[i].len);
	}
}

void
enc_split(EncBuffer *buffer, const void *values, size_t n, uint32_t width)
{
	for (uint32_t k = 0; k < width; k++)
	{
		for (size_t i = 0; i < n; i++)
			enc_byte(buffer, ((const unsigned char *) values)[i * width + k]);
	}
}
