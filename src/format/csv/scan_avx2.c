/*
 * scan_avx2.c: the scan engine for CPUs with AVX2, BMI, POPCNT and PCLMUL.
 *
 * Compiled into every x86-64 build by function attributes; scan.c checks the
 * CPU before it hands this engine out.
 */
#include "format/csv/scan.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define SCAN_TARGET __attribute__((target("avx2,bmi,popcnt,pclmul")))

typedef struct ScanBlock
{
	__m256i low;
	__m256i high;
} ScanBlock;

typedef __m256i ScanNeedle;

static inline SCAN_TARGET ScanBlock
scan_load(const char *p)
{
	ScanBlock block;

	block.low = _mm256_loadu_si256((const __m256i *) p);
	block.high = _mm256_loadu_si256((const __m256i *) (p + 32));
	return block;
}

static inline SCAN_TARGET ScanNeedle
scan_needle(char c)
{
	return _mm256_set1_epi8(c);
}

static inline SCAN_TARGET uint64_t
scan_equal(ScanBlock block, ScanNeedle needle)
{
	const uint32_t low = (uint32_t) _mm256_movemask_epi8(_mm256_cmpeq_epi8(block.low, needle));
	const uint32_t high = (uint32_t) _mm256_movemask_epi8(_mm256_cmpeq_epi8(block.high, needle));

	return (uint64_t) low | (uint64_t) high << 32;
}

static inline SCAN_TARGET uint64_t
scan_not_ascii(ScanBlock block)
{
	const __m256i one = _mm256_set1_epi8(1);
	const uint32_t low = (uint32_t) _mm256_movemask_epi8(_mm256_cmpgt_epi8(one, block.low));
	const uint32_t high = (uint32_t) _mm256_movemask_epi8(_mm256_cmpgt_epi8(one, block.high));

	return (uint64_t) low | (uint64_t) high << 32;
}

/* Carry-less multiplication by all ones. */
static inline SCAN_TARGET uint64_t
scan_prefix_xor(uint64_t mask)
{
	return (uint64_t) _mm_cvtsi128_si64(
		_mm_clmulepi64_si128(_mm_set_epi64x(0, (long long) mask), _mm_set1_epi8((char) 0xff), 0));
}

static inline SCAN_TARGET uint64_t
scan_popcount(uint64_t mask)
{
	return (uint64_t) _mm_popcnt_u64(mask);
}

static inline SCAN_TARGET uint64_t
scan_lowest_bit(uint64_t mask)
{
	return _tzcnt_u64(mask);
}

#include "format/csv/scan_kernel.h"

const CsvScanEngine csv_scan_avx2 = {"avx2", scan_count, scan_index};

#endif
