/*
 * scan_sse2.c: the scan engine of every x86-64, 16 bytes at a time.
 */
#include "format/csv/scan.h"

#if defined(__SSE2__)

#include <emmintrin.h>

#define SCAN_TARGET

typedef struct ScanBlock
{
	__m128i a;
	__m128i b;
	__m128i c;
	__m128i d;
} ScanBlock;

typedef __m128i ScanNeedle;

static inline ScanBlock
scan_load(const char *p)
{
	ScanBlock block;

	block.a = _mm_loadu_si128((const __m128i *) p);
	block.b = _mm_loadu_si128((const __m128i *) (p + 16));
	block.c = _mm_loadu_si128((const __m128i *) (p + 32));
	block.d = _mm_loadu_si128((const __m128i *) (p + 48));
	return block;
}

static inline ScanNeedle
scan_needle(char c)
{
	return _mm_set1_epi8(c);
}

static inline uint64_t
scan_equal_part(__m128i part, __m128i needle)
{
	return (uint32_t) _mm_movemask_epi8(_mm_cmpeq_epi8(part, needle));
}

static inline uint64_t
scan_equal(ScanBlock block, ScanNeedle needle)
{
	return scan_equal_part(block.a, needle) | scan_equal_part(block.b, needle) << 16 |
		   scan_equal_part(block.c, needle) << 32 | scan_equal_part(block.d, needle) << 48;
}

static inline uint64_t
scan_not_ascii_part(__m128i part)
{
	return (uint32_t) _mm_movemask_epi8(_mm_cmplt_epi8(part, _mm_set1_epi8(1)));
}

static inline uint64_t
scan_not_ascii(ScanBlock block)
{
	return scan_not_ascii_part(block.a) | scan_not_ascii_part(block.b) << 16 |
		   scan_not_ascii_part(block.c) << 32 | scan_not_ascii_part(block.d) << 48;
}

#include "format/csv/scan_bits.h"
#include "format/csv/scan_kernel.h"

const CsvScanEngine csv_scan_sse2 = {"sse2", scan_count, scan_index};

#endif
