/*
 * bitpack.c: unsigned numbers of a fixed number of bits, packed LSB first.
 *
 * in:  bytes, the first bit to read, the width
 * out: one array element a number
 *
 * A number comes from one unaligned 64-bit load, a shift and a mask; the load
 * may touch bytes behind the last number (PQ_SLACK), whose bits are masked out.  Groups of 8
 * numbers are whole bytes: for the usual widths there are kernels of constant offsets and shifts.
 */
#include "format/parquet/hybrid.h"
#include "format/parquet/little_endian.h"

/* Of numbers this wide a 64-bit load always has all bits, wherever in a byte they begin. */
#define ONE_LOAD_WIDTH 57

uint32_t
pq_bit_width(uint32_t max)
{
	return max == 0 ? 0 : 32 - (uint32_t) __builtin_clz(max);
}

/* The number of width bits, at most ONE_LOAD_WIDTH, that begins at a bit. */
static inline uint64_t
number_at(const unsigned char *data, uint64_t bit, uint32_t width)
{
	return pq_load64(data + (bit >> 3)) >> (bit & 7) & ((UINT64_C(1) << width) - 1);
}

/*
 * Defines NAME(data, width, ngroups, values): groups of 8 numbers, of which the first begins with a
 * byte.  KERNEL is inlined once for each width, so that all it computes from it is constant.
 */
#define NUMBER(TYPE, i) values[i] = (TYPE) number_at(data, (uint64_t) (i) *width, width)
#define DEFINE_UNPACK_GROUPS(NAME, KERNEL, TYPE, WIDTHS)                                        \
	static inline __attribute__((always_inline)) void KERNEL(                                   \
		const unsigned char *data, uint32_t width, uint32_t ngroups, TYPE *values)              \
	{                                                                                           \
		for (; ngroups > 0; ngroups--, data += width, values += 8)                              \
		{                                                                                       \
			NUMBER(TYPE, 0);                                                                    \
			NUMBER(TYPE, 1);                                                                    \
			NUMBER(TYPE, 2);                                                                    \
			NUMBER(TYPE, 3);                                                                    \
			NUMBER(TYPE, 4);                                                                    \
			NUMBER(TYPE, 5);                                                                    \
			NUMBER(TYPE, 6);                                                                    \
			NUMBER(TYPE, 7);                                                                    \
		}                                                                                       \
	}                                                                                           \
	static void NAME(const unsigned char *data, uint32_t width, uint32_t ngroups, TYPE *values) \
	{                                                                                           \
		switch (width)                                                                          \
		{                                                                                       \
			WIDTHS(KERNEL)                                                                      \
			default:                                                                            \
				KERNEL(data, width, ngroups, values);                                           \
		}                                                                                       \
	}

#define WIDTH(KERNEL, width)                  \
	case width:                               \
		KERNEL(data, width, ngroups, values); \
		break;

#define WIDTHS_TO_8(KERNEL) \
	WIDTH(KERNEL, 1)        \
	WIDTH(KERNEL, 2)        \
	WIDTH(KERNEL, 3)        \
	WIDTH(KERNEL, 4) WIDTH(KERNEL, 5) WIDTH(KERNEL, 6) WIDTH(KERNEL, 7) WIDTH(KERNEL, 8)

#define WIDTHS_TO_24(KERNEL) \
	WIDTHS_TO_8(KERNEL)      \
	WIDTH(KERNEL, 9)         \
	WIDTH(KERNEL, 10)        \
	WIDTH(KERNEL, 11)        \
	WIDTH(KERNEL, 12)        \
	WIDTH(KERNEL, 13)        \
	WIDTH(KERNEL, 14)        \
	WIDTH(KERNEL, 15)        \
	WIDTH(KERNEL, 16)        \
	WIDTH(KERNEL, 17)        \
	WIDTH(KERNEL, 18)        \
	WIDTH(KERNEL, 19)        \
	WIDTH(KERNEL, 20) WIDTH(KERNEL, 21) WIDTH(KERNEL, 22) WIDTH(KERNEL, 23) WIDTH(KERNEL, 24)

DEFINE_UNPACK_GROUPS(unpack8_groups, unpack8_kernel, uint8_t, WIDTHS_TO_8)
DEFINE_UNPACK_GROUPS(unpack32_groups, unpack32_kernel, uint32_t, WIDTHS_TO_24)
DEFINE_UNPACK_GROUPS(unpack64_groups, unpack64_kernel, uint64_t, WIDTHS_TO_24)

/* The 8 bits of a byte as 8 bytes of 0 or 1, the lowest bit in the lowest byte. */
static inline uint64_t
spread_bits(unsigned char bits)
{
	const uint64_t each = bits * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);

	/* bit i of byte i: carry it to the byte's highest bit, then down to its lowest */
	return ((each + UINT64_C(0x7f7f7f7f7f7f7f7f)) | each) >> 7 & UINT64_C(0x0101010101010101);
}

static void
unpack8_bits(const unsigned char *data, uint32_t ngroups, uint8_t *values)
{
	for (; ngroups > 0; ngroups--, values += 8)
	{
		uint64_t eight = spread_bits(*data++);

		eight = pq_load64(&eight);
		memcpy(values, &eight, sizeof(eight));
	}
}

/* Numbers up to the next byte boundary of a group: how many, at most n. */
static inline uint32_t
before_groups(uint32_t bit_offset, uint32_t width, uint32_t n)
{
	uint32_t i = 0;

	/* after at most 7 numbers, if they are of the same group at all */
	while (i < n && i < 8 && (bit_offset + i * width) % 8 != 0)
		i++;
	return i;
}

void
pq_unpack8(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
		   uint8_t *values)
{
	uint32_t i = 0;
	uint32_t ngroups;
	const uint32_t head = before_groups(bit_offset, width, n);

	if (width == 0)
	{
		memset(values, 0, (size_t) n * sizeof(*values));
		return;
	}
	for (; i < head; i++)
		values[i] = (uint8_t) number_at(data, bit_offset + (uint64_t) i * width, width);
	ngroups = (n - i) / 8;
	if (width == 1)
		unpack8_bits(data + ((bit_offset + i) >> 3), ngroups, values + i);
	else
		unpack8_groups(data + ((bit_offset + (uint64_t) i * width) >> 3), width, ngroups,
					   values + i);
	for (i += ngroups * 8; i < n; i++)
		values[i] = (uint8_t) number_at(data, bit_offset + (uint64_t) i * width, width);
}

void
pq_unpack32(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
			uint32_t *values)
{
	uint32_t i = 0;
	uint32_t ngroups;
	const uint32_t head = before_groups(bit_offset, width, n);

	if (width == 0)
	{
		memset(values, 0, (size_t) n * sizeof(*values));
		return;
	}
	for (; i < head; i++)
		values[i] = (uint32_t) number_at(data, bit_offset + (uint64_t) i * width, width);
	ngroups = (n - i) / 8;
	unpack32_groups(data + ((bit_offset + (uint64_t) i * width) >> 3), width, ngroups, values + i);
	for (i += ngroups * 8; i < n; i++)
		values[i] = (uint32_t) number_at(data, bit_offset + (uint64_t) i * width, width);
}

/* Numbers that may reach into a ninth byte. */
static void
unpack_wide(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
			uint64_t *values)
{
	const uint64_t mask = UINT64_MAX >> (64 - width);
	uint64_t bit = bit_offset;
	uint32_t i;

	for (i = 0; i < n; i++, bit += width)
	{
		const unsigned char *const at = data + (bit >> 3);
		const uint32_t shift = (uint32_t) (bit & 7);

		/* in two steps, since a shift by 64 has no meaning */
		values[i] = (pq_load64(at) >> shift | (uint64_t) at[8] << 1 << (63 - shift)) & mask;
	}
}

void
pq_unpack64(const unsigned char *data, uint32_t bit_offset, uint32_t width, uint32_t n,
			uint64_t *values)
{
	uint32_t i = 0;
	uint32_t ngroups;
	const uint32_t head = before_groups(bit_offset, width, n);

	if (width == 0)
	{
		memset(values, 0, (size_t) n * sizeof(*values));
		return;
	}
	if (width > ONE_LOAD_WIDTH)
	{
		unpack_wide(data, bit_offset, width, n, values);
		return;
	}
	for (; i < head; i++)
		values[i] = (uint64_t) number_at(data, bit_offset + (uint64_t) i * width, width);
	ngroups = (n - i) / 8;
	unpack64_groups(data + ((bit_offset + (uint64_t) i * width) >> 3), width, ngroups, values + i);
	for (i += ngroups * 8; i < n; i++)
		values[i] = (uint64_t) number_at(data, bit_offset + (uint64_t) i * width, width);
}
