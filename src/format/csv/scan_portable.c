/*
 * scan_portable.c: the scan engine for any CPU, 8 bytes at a time in integers.
 */
#include <stdint.h>
#include <string.h>

#include "format/csv/scan.h"

#define SCAN_TARGET

#define LOW_BITS  UINT64_C(0x0101010101010101)
#define LOW_SEVEN UINT64_C(0x7f7f7f7f7f7f7f7f)

typedef struct ScanBlock
{
	uint64_t words[CSV_SCAN_BLOCK / 8];
} ScanBlock;

typedef uint64_t ScanNeedle; /* the byte, eight times */

static inline ScanBlock
scan_load(const char *p)
{
	ScanBlock block;

	memcpy(&block, p, sizeof(block));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	{
		int i;

		for (i = 0; i < CSV_SCAN_BLOCK / 8; i++)
			block.words[i] = __builtin_bswap64(block.words[i]);
	}
#endif
	return block;
}

static inline ScanNeedle
scan_needle(char c)
{
	return LOW_BITS * (unsigned char) c;
}

/*
 * The top bit of every byte that is zero; found without carries between bytes, so the
 * result is exact (Warren, Hacker's Delight, 6-1).
 */
static inline uint64_t
zero_bytes(uint64_t word)
{
	return ~(((word & LOW_SEVEN) + LOW_SEVEN) | word | LOW_SEVEN);
}

/* The top bits of the eight bytes, gathered by a multiplication. */
static inline uint64_t
top_bits(uint64_t word)
{
	return ((word >> 7 & LOW_BITS) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline uint64_t
scan_equal(ScanBlock block, ScanNeedle needle)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < CSV_SCAN_BLOCK / 8; i++)
		mask |= top_bits(zero_bytes(block.words[i] ^ needle)) << (8 * i);
	return mask;
}

static inline uint64_t
scan_not_ascii(ScanBlock block)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < CSV_SCAN_BLOCK / 8; i++)
		mask |= top_bits(block.words[i] | zero_bytes(block.words[i])) << (8 * i);
	return mask;
}

#include "format/csv/scan_bits.h"
#include "format/csv/scan_kernel.h"

const CsvScanEngine csv_scan_portable = {"portable", scan_count, scan_index};
