/*
 * hybrid.c: decodes runs of repeated and of bit-packed values.
 *
 * in:  a section with runs, each behind a header: ULEB128 of (count << 1), then the
 *      value in whole bytes; or of (groups << 1 | 1), then groups of 8 packed values
 * out: the values, in pieces of any size
 *
 * The section's pos is at the header of the next run, or at the group of 8
 * that holds the next value.  What a run has behind the values that are asked for is
 * padding, and need not even be there.
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/hybrid.h"

#include <string.h>

/* Bytes of a header with the value of an RLE run; counts have 31 bits. */
#define RUN_HEADER_MAX 5
#define RUN_MAX        (RUN_HEADER_MAX + 4)

/* Values of a run that are written at once. */
typedef uint32_t ValueVector __attribute__((vector_size(16)));

#define VECTOR_VALUES (sizeof(ValueVector) / sizeof(uint32_t))

/* Some writers end with empty runs; as many as this in a row are not theirs. */
#define EMPTY_RUNS_MAX 65536

void
pq_hybrid_init(PqHybrid *hybrid, const PqSection *section, uint32_t width)
{
	memset(hybrid, 0, sizeof(*hybrid));
	hybrid->section = *section;
	hybrid->width = width;
}

/*
 * The header at data; returns its bytes, 0 when it is no 32-bit number or has more than len bytes.
 */
static size_t
parse_header(const unsigned char *data, size_t len, uint32_t *header)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < len && i < RUN_HEADER_MAX; i++)
	{
		value |= (uint64_t) (data[i] & 0x7f) << (7 * i);
		if (data[i] < 0x80)
		{
			*header = (uint32_t) value;
			return value <= UINT32_MAX ? i + 1 : 0;
		}
	}
	return 0;
}

/* An RLE run whose value is at data.  len: bytes there are. */
static FmtStatus
begin_rle(PqHybrid *hybrid, uint32_t count, const unsigned char *data, size_t len, PqError *error)
{
	const size_t value_bytes = (hybrid->width + 7) / 8;
	uint32_t value = 0;
	size_t i;

	if (len < value_bytes)
		return pq_values_short(error);
	for (i = 0; i < value_bytes; i++)
		value |= (uint32_t) data[i] << (8 * i);
	if (count > 0 && (uint64_t) value >> hybrid->width != 0)
		return pq_error(error, FMT_CORRUPT, 0, "run repeats value %u, which has more than %u bits",
						value, hybrid->width);
	hybrid->run_is_rle = true;
	hybrid->run_value = value;
	hybrid->run_left = count;
	hybrid->section.pos = data + value_bytes;
	return FMT_OK;
}

/* Reads one header; the run may be empty.  The state changes only by what was understood. */
static FmtStatus
read_run(PqHybrid *hybrid, PqError *error)
{
	PqSection *const section = &hybrid->section;
	const uint64_t left = pq_section_left(section);
	const size_t need = left < RUN_MAX ? (size_t) left : RUN_MAX;
	const FmtStatus status = pq_section_need(section, need, error);
	uint32_t header;
	size_t len;

	if (status != FMT_OK)
		return status;
	if (need == 0)
		return pq_values_short(error);
	len = parse_header(section->pos, need, &header);
	if (len == 0)
		return pq_error(error, FMT_CORRUPT, 0, "invalid length of a run");
	if ((header & 1) == 0)
		return begin_rle(hybrid, header >> 1, section->pos + len, need - len, error);
	hybrid->run_is_rle = hybrid->width == 0;
	hybrid->run_value = 0;
	hybrid->run_left = (uint64_t) (header >> 1) * 8;
	hybrid->packed_at = 0;
	section->pos += len;
	return FMT_OK;
}

/* Reads headers up to a run that has values. */
static FmtStatus
next_run(PqHybrid *hybrid, PqError *error)
{
	uint32_t nruns;

	for (nruns = 0; nruns < EMPTY_RUNS_MAX; nruns++)
	{
		const FmtStatus status = read_run(hybrid, error);

		if (status != FMT_OK || hybrid->run_left > 0)
			return status;
	}
	return pq_error(error, FMT_CORRUPT, 0, "more than %d empty runs", EMPTY_RUNS_MAX);
}

/* Makes sure that there is a run. */
static inline FmtStatus
need_run(PqHybrid *hybrid, PqError *error)
{
	return hybrid->run_left > 0 ? FMT_OK : next_run(hybrid, error);
}

/* Values of the bit-packed run that begin and end within len bytes at the section's pos. */
static inline uint64_t
packed_within(const PqHybrid *hybrid, uint64_t len)
{
	const uint64_t there = len * 8 / hybrid->width;

	return there > hybrid->packed_at ? there - hybrid->packed_at : 0;
}

/* How many values of the bit-packed run, at most n and at least 1, are in the window. */
static FmtStatus
packed_in_window(PqHybrid *hybrid, uint32_t n, uint32_t *available, PqError *error)
{
	PqSection *const section = &hybrid->section;
	uint64_t there = packed_within(hybrid, (uint64_t) (section->end - section->pos));

	if (there == 0)
	{
		const uint64_t left = pq_section_left(section);
		const FmtStatus status =
			pq_section_need(section, left < hybrid->width ? (size_t) left : hybrid->width, error);

		if (status != FMT_OK)
			return status;
		there = packed_within(hybrid, (uint64_t) (section->end - section->pos));
		if (there == 0)
			return pq_values_short(error);
	}
	*available = there < n ? (uint32_t) there : n;
	return FMT_OK;
}

/* n values of the run have been given; those of a bit-packed run were all in the window. */
static inline void
advance(PqHybrid *hybrid, uint32_t n)
{
	hybrid->run_left -= n;
	if (!hybrid->run_is_rle)
	{
		const uint64_t at = (uint64_t) hybrid->packed_at + n;

		hybrid->section.pos += at / 8 * hybrid->width;
		hybrid->packed_at = (uint32_t) (at % 8);
	}
}

/* A run, and how many of its values, at most n and at least 1, can be given at once. */
static inline FmtStatus
next_piece(PqHybrid *hybrid, uint32_t n, uint32_t *piece, PqError *error)
{
	const FmtStatus status = need_run(hybrid, error);

	if (status != FMT_OK)
		return status;
	*piece = hybrid->run_left < n ? (uint32_t) hybrid->run_left : n;
	if (hybrid->run_is_rle)
		return FMT_OK;
	return packed_in_window(hybrid, *piece, piece, error);
}

static inline void
fill(uint32_t *values, uint32_t n, uint32_t value)
{
	const ValueVector several = {value, value, value, value};
	uint32_t i = 0;

	for (; n - i >= VECTOR_VALUES; i += VECTOR_VALUES)
		memcpy(values + i, &several, sizeof(several));
	for (; i < n; i++)
		values[i] = value;
}

FmtStatus
pq_hybrid_decode(PqHybrid *hybrid, uint32_t *values, uint32_t n, PqError *error)
{
	while (n > 0)
	{
		uint32_t piece;
		const FmtStatus status = next_piece(hybrid, n, &piece, error);

		if (status != FMT_OK)
			return status;
		if (hybrid->run_is_rle)
			fill(values, piece, hybrid->run_value);
		else
			pq_unpack32(hybrid->section.pos, hybrid->packed_at * hybrid->width, hybrid->width,
						piece, values);
		advance(hybrid, piece);
		values += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_hybrid_decode_bytes(PqHybrid *hybrid, uint8_t *values, uint32_t n, bool *all_equal,
					   PqError *error)
{
	uint8_t *at = values;

	*all_equal = true;
	while (n > 0)
	{
		uint32_t piece;
		const FmtStatus status = next_piece(hybrid, n, &piece, error);

		if (status != FMT_OK)
			return status;
		if (hybrid->run_is_rle)
			memset(at, (int) hybrid->run_value, piece);
		else
			pq_unpack8(hybrid->section.pos, hybrid->packed_at * hybrid->width, hybrid->width, piece,
					   at);
		advance(hybrid, piece);
		/* all of a piece are its first value if each is its neighbour */
		if (*all_equal)
			*all_equal =
				*at == *values && (hybrid->run_is_rle || memcmp(at, at + 1, piece - 1) == 0);
		at += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_hybrid_skip(PqHybrid *hybrid, uint64_t n, PqError *error)
{
	while (n > 0)
	{
		FmtStatus status = need_run(hybrid, error);
		uint64_t piece;

		if (status != FMT_OK)
			return status;
		piece = hybrid->run_left < n ? hybrid->run_left : n;
		if (!hybrid->run_is_rle)
		{
			const uint64_t at = hybrid->packed_at + piece;

			if (packed_within(hybrid, pq_section_left(&hybrid->section)) < piece)
				return pq_values_short(error);
			status = pq_section_skip(&hybrid->section, at / 8 * hybrid->width, error);
			if (status != FMT_OK)
				return status;
			hybrid->packed_at = (uint32_t) (at % 8);
		}
		hybrid->run_left -= piece;
		n -= piece;
	}
	return FMT_OK;
}

bool
pq_hybrid_peek_run(PqHybrid *hybrid, uint32_t *value, uint64_t *length)
{
	const PqSection *const section = &hybrid->section;

	/* nothing is read from the file here, as that could fail; a bad header stays */
	if (hybrid->run_left == 0 && section->behind > 0 && section->end - section->pos < RUN_MAX)
		return false;
	if (hybrid->run_left == 0)
		(void) read_run(hybrid, NULL);
	if (hybrid->run_left == 0 || !hybrid->run_is_rle)
		return false;
	*value = hybrid->run_value;
	*length = hybrid->run_left;
	return true;
}
