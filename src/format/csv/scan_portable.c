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
 * Zero bytes are found without carries between bytes, so the result is exact
 * (Warren, Hacker's Delight, 6-1); the multiplication gathers the eight bits.
 */
static inline uint64_t
scan_equal(ScanBlock block, ScanNeedle needle)
{
	uint64_t mask = 0;
	int i;

	for (i = 0; i < CSV_SCAN_BLOCK / 8; i++)
	{
		const uint64_t x = block.words[i] ^ needle;
		const uint64_t zero = ~(((x & LOW_SEVEN) + LOW_SEVEN) | x | LOW_SEVEN);

		mask |= (((zero >> 7) * UINT64_C(0x0102040810204080)) >> 56) << (8 * i);
	}
	return mask;
}

#include "format/csv/scan_bits.h"
#include "format/csv/scan_kernel.h"

const CsvScanEngine csv_scan_portable = {"portable", scan_count, scan_index};
