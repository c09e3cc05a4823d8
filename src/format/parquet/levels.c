/*
 * levels.c: definition and repetition levels, checked and counted.
 *
 * in:  a section with nothing but levels: runs (hybrid.c), or the deprecated BIT_PACKED
 *      encoding, whose numbers are packed from the most significant bit on
 * out: one byte a level
 */
#include "format/parquet/levels.h"

#include "format/parquet/decoder_parts.h"

#include <string.h>

/* Levels that are counted at a time; counters of a byte are good for as many vectors. */
typedef uint8_t LevelVector __attribute__((vector_size(16)));

#define COUNTER_MAX UINT8_MAX

FmtStatus
pq_levels_init(PqLevels *levels, int32_t encoding, uint8_t max, const PqSection *section,
			   PqError *error)
{
	if (encoding != PQ_RLE && encoding != PQ_BIT_PACKED)
	{
		const char *const name = pq_encoding_name(encoding);

		return pq_error(error, FMT_UNSUPPORTED, 0, "levels cannot have encoding %d%s%s%s", encoding,
						name != NULL ? " (" : "", name != NULL ? name : "",
						name != NULL ? ")" : "");
	}
	levels->is_bit_packed = encoding == PQ_BIT_PACKED;
	levels->max = max;
	levels->bit = 0;
	pq_hybrid_init(&levels->hybrid, section, pq_bit_width(max));
	return FMT_OK;
}

static FmtStatus
decode_bit_packed(PqLevels *levels, uint8_t *out, uint32_t n, PqError *error)
{
	PqSection *const section = &levels->hybrid.section;
	const uint32_t width = levels->hybrid.width;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		const uint32_t end = levels->bit + width;
		const FmtStatus status = pq_decoder_need(section, end > 8 ? 2 : 1, error);
		uint32_t two_bytes;

		if (status != FMT_OK)
			return status;
		two_bytes = (uint32_t) section->pos[0] << 8 | (end > 8 ? section->pos[1] : 0);
		out[i] = (uint8_t) (two_bytes >> (16 - end) & ((1U << width) - 1));
		section->pos += end / 8;
		levels->bit = end % 8;
	}
	return FMT_OK;
}

/* Counts the levels of whole vectors that are max; *above: is one above? */
static uint32_t
count_vectors(const uint8_t *levels, uint32_t nvectors, uint8_t max, bool *above)
{
	const LevelVector maxima = (LevelVector){0} + max;
	LevelVector counters = {0};
	LevelVector higher = {0};
	uint32_t nmax = 0;
	uint32_t i;

	for (i = 0; i < nvectors; i++)
	{
		LevelVector several;

		memcpy(&several, levels + i * sizeof(several), sizeof(several));
		/* the result of a comparison is -1 or 0 */
		counters -= (LevelVector) (several == maxima);
		higher |= (LevelVector) (several > maxima);
	}
	*above = false;
	for (i = 0; i < sizeof(counters); i++)
	{
		nmax += counters[i];
		*above |= higher[i] != 0;
	}
	return nmax;
}

/* Counts levels that are max; false when one is above. */
static bool
count_levels(const uint8_t *levels, uint32_t n, uint8_t max, uint32_t *nmax)
{
	uint32_t vectors = n / sizeof(LevelVector);
	bool above = false;
	uint32_t i;

	for (*nmax = 0; vectors > 0 && !above;)
	{
		const uint32_t block = vectors < COUNTER_MAX ? vectors : COUNTER_MAX;

		*nmax += count_vectors(levels, block, max, &above);
		levels += block * sizeof(LevelVector);
		vectors -= block;
	}
	for (i = 0; i < n % sizeof(LevelVector); i++)
	{
		*nmax += levels[i] == max;
		above |= levels[i] > max;
	}
	return !above;
}

FmtStatus
pq_levels_decode(PqLevels *levels, uint8_t *out, uint32_t n, uint32_t *nmax, PqError *error)
{
	bool all_equal = false;
	bool are_valid;
	const FmtStatus status =
		levels->is_bit_packed ? decode_bit_packed(levels, out, n, error)
							  : pq_hybrid_decode_bytes(&levels->hybrid, out, n, &all_equal, error);

	*nmax = 0;
	if (status != FMT_OK || n == 0)
		return status;
	if (all_equal)
	{
		are_valid = out[0] <= levels->max;
		*nmax = out[0] == levels->max ? n : 0;
	}
	else
		are_valid = count_levels(out, n, levels->max, nmax);
	if (!are_valid)
		return pq_error(error, FMT_CORRUPT, 0, "level above the maximum of %d", levels->max);
	return FMT_OK;
}
