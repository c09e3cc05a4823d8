/*
 * digits.h: the number that up to eight decimal digits stand for, all at once.
 *
 * The digits are gathered in a 64-bit word, one byte each, the last digit in
 * the top byte; three multiplications then add up neighbours, pairs of
 * neighbours and so on (D. Lemire, "Quickly parsing eight digits", 2018).
 */
#ifndef INGEST_CONTRACT_DIGITS_H
#define INGEST_CONTRACT_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 8 /* of one word */

static const uint32_t digits_power_of_ten[DIGITS_MAX + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

#ifdef WORDS_BIGENDIAN

/* 1 to 8 digits; false, and *number undefined, when some of the bytes are none. */
static inline bool
digits_value(const char *data, size_t len, uint32_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len; i++)
	{
		if ((unsigned char) (data[i] - '0') > 9)
			return false;
		*number = *number * 10 + (uint32_t) (data[i] - '0');
	}
	return true;
}

#else

/* 1 to 8 bytes, right-aligned: the last one on top, zeros below the first. Reads no others. */
static inline uint64_t
digits_gather(const char *data, size_t len)
{
	const unsigned int gap = (unsigned int) (DIGITS_MAX - len) * 8;
	uint64_t word;

	if (len >= 4)
	{
		uint32_t first;
		uint32_t last;

		memcpy(&first, data, sizeof(first));
		memcpy(&last, data + len - sizeof(last), sizeof(last));
		word = (uint64_t) last << 32 | (uint64_t) first << gap;
	}
	else
	{
		/* the first, the middle and the last of 1 to 3 bytes */
		word = (uint64_t) (unsigned char) data[0] << gap;
		word |= (uint64_t) (unsigned char) data[len / 2] << (gap + len / 2 * 8);
		word |= (uint64_t) (unsigned char) data[len - 1] << 56;
	}
	return word;
}

/* 1 to 8 digits; false, and *number undefined, when some of the bytes are none. */
static inline bool
digits_value(const char *data, size_t len, uint32_t *number)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030) << ((DIGITS_MAX - len) * 8);
	const uint64_t evens = UINT64_C(0x000000ff000000ff);
	uint64_t word = digits_gather(data, len) ^ zeros;

	/* above 9: the top bit is set, or adding 0x76 sets it */
	if (((word | (word + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) != 0)
		return false;
	word = word * 10 + (word >> 8);
	word = (word & evens) * (100 + (UINT64_C(1000000) << 32)) +
		   (word >> 16 & evens) * (1 + (UINT64_C(10000) << 32));
	*number = (uint32_t) (word >> 32);
	return true;
}

#endif

/* Eight characters as a word, the first one lowest; '0' stands for any digit. */
#define DIGITS_PICTURE(a, b, c, d, e, f, g, h)                                            \
	((uint64_t) (a) | (uint64_t) (b) << 8 | (uint64_t) (c) << 16 | (uint64_t) (d) << 24 | \
	 (uint64_t) (e) << 32 | (uint64_t) (f) << 40 | (uint64_t) (g) << 48 | (uint64_t) (h) << 56)

/*
 * Do the eight bytes at data look like the picture?  Then *pairs has, in the byte where
 * a pair of digits begins, the number it stands for: see digits_pair().
 */
static inline bool
digits_match(const char *data, uint64_t picture, uint64_t *pairs)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	/* added to a byte it sets the top bit of all above 9, or of all but 0 in a separator's place */
	const uint64_t other = picture ^ ones * '0';
	const uint64_t limit = ones * 0x76 + (((other + ones * 0x7f) >> 7) & ones) * 9;
	uint64_t word;

	memcpy(&word, data, sizeof(word));
#ifdef WORDS_BIGENDIAN
	word = __builtin_bswap64(word);
#endif
	word ^= picture;
	*pairs = word * 10 + (word >> 8);
	return ((word | (word + limit)) & ones * 0x80) == 0;
}

/* The pair of digits that begins at byte i. */
static inline int
digits_pair(uint64_t pairs, int i)
{
	return (int) (pairs >> (8 * i) & 0xff);
}

#endif
