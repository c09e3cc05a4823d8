/*
 * scan_bits.h: mask arithmetic for engines whose CPU has no instruction for it.
 */
#ifndef INGEST_FORMAT_CSV_SCAN_BITS_H
#define INGEST_FORMAT_CSV_SCAN_BITS_H

#include <stdint.h>

static inline uint64_t
scan_prefix_xor(uint64_t mask)
{
	mask ^= mask << 1;
	mask ^= mask << 2;
	mask ^= mask << 4;
	mask ^= mask << 8;
	mask ^= mask << 16;
	mask ^= mask << 32;
	return mask;
}

/* In registers (Warren, Hacker's Delight, 5-1): without -mpopcnt the builtin is a call. */
static inline uint64_t
scan_popcount(uint64_t mask)
{
	mask -= (mask >> 1) & UINT64_C(0x5555555555555555);
	mask = (mask & UINT64_C(0x3333333333333333)) + ((mask >> 2) & UINT64_C(0x3333333333333333));
	mask = (mask + (mask >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (mask * UINT64_C(0x0101010101010101)) >> 56;
}

static inline uint64_t
scan_lowest_bit(uint64_t mask)
{
	return (uint64_t) __builtin_ctzll(mask | UINT64_C(1) << 63);
}

#endif
