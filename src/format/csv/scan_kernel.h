/*
 * scan_kernel.h: the body that all scan engines share.
 *
 * Included once by each scan_*.c, which defines before:
 *   SCAN_TARGET			 function attribute that selects the instruction set
 *   ScanBlock, ScanNeedle	 64 bytes in registers; one byte, ready to be compared
 *   scan_load(p)			 the block at p, unaligned
 *   scan_needle(c)
 *   scan_equal(b, n)		 mask of the bytes of the block that equal the needle
 *   scan_not_ascii(b)		 mask of the bytes that are 0 or above 127
 *   scan_prefix_xor(m)		 bit i of the result = xor of bits 0..i of m
 *   scan_popcount(m)
 *   scan_lowest_bit(m)		 its number; any number below 65 when m is 0
 *
 * Quotes are followed by parity (the prefix xor of the quote mask gives the bytes inside
 * quotes, as in simdjson) but parity alone would let one stray quote turn the
 * rest of the file inside out.  So each quote is checked: an opening one must
 * follow a delimiter, a newline or a quote, a closing one must be followed by a
 * delimiter, a newline, a quote, or '\r' and newline.
 */
#include "format/csv/scan.h"

#include <string.h>

/*
 * Bytes ahead.  The branches that depend on the data are hard to predict, and each that
 * is missed keeps the CPU from loading ahead by itself.
 */
#define SCAN_PREFETCH 1024

typedef struct ScanNeedles
{
	ScanNeedle newline;
	ScanNeedle delimiter;
	ScanNeedle quote;
	ScanNeedle cr;
	ScanNeedle comment;
} ScanNeedles;

/* What one block leaves to the next.  All zero at the start of a record. */
typedef struct ScanCarry
{
	uint64_t inside;      /* all ones when the block ended inside quotes */
	uint64_t after_close; /* 1: its last byte was a closing quote */
	uint64_t after_cr;    /* 1: its last byte was '\r' behind a closing quote */
} ScanCarry;

/* The masks of one block. */
typedef struct ScanMasks
{
	uint64_t newline; /* all of them; scan_resolve() leaves those outside quotes */
	uint64_t delimiter;
	uint64_t quote;
	uint64_t inner; /* newlines inside quotes, and second quotes of doubled ones */
	uint64_t inner_newline;
	uint64_t irregular; /* the first bit is where the scan must stop */
} ScanMasks;

static inline SCAN_TARGET ScanNeedles
scan_needles(const CsvScanSet *set)
{
	ScanNeedles needles;

	needles.newline = scan_needle(set->newline);
	needles.delimiter = scan_needle(set->delimiter);
	needles.quote = scan_needle(set->quote);
	needles.cr = scan_needle('\r');
	needles.comment = scan_needle(set->comment);
	return needles;
}

/*
 * Resolves quotes and comments in a block that has or continues any: newline and
 * delimiter shrink to what is outside quotes; inner and irregular are filled.
 * p is where the block was loaded from, previous is the byte before it, a newline at
 * the start of the scan.
 */
static inline __attribute__((always_inline)) SCAN_TARGET void
scan_resolve(const CsvScanSet *set, const ScanNeedles *needles, const char *p, char previous,
			 ScanCarry *carry, ScanMasks *masks)
{
	const ScanBlock block = scan_load(p);
	const uint64_t separator = masks->newline | masks->delimiter | masks->quote;
	const uint64_t inside = scan_prefix_xor(masks->quote) ^ carry->inside;
	const uint64_t opening = masks->quote & inside;
	const uint64_t closing = masks->quote & ~inside;
	const uint64_t after_close = (closing << 1) | carry->after_close;
	const uint64_t close_cr = after_close & scan_equal(block, needles->cr) & set->cr_mask;
	const uint64_t after_cr = (close_cr << 1) | carry->after_cr;
	const uint64_t outside_newline = masks->newline & ~inside;
	/* Without branches, as nobody can predict these. */
	const uint64_t after_newline = previous == set->newline;
	const uint64_t after_separator = (separator << 1) | after_newline |
									 (uint64_t) (previous == set->delimiter) |
									 (uint64_t) (previous == set->quote);

	masks->irregular = (opening & ~after_separator) | (after_close & ~(separator | close_cr)) |
					   (after_cr & ~masks->newline);
	if (set->quotes_by_record)
		masks->irregular |= masks->quote;
	if (set->comments)
		masks->irregular |= ((outside_newline << 1) | (after_newline & ~carry->inside)) &
							scan_equal(block, needles->comment);

	masks->inner_newline = masks->newline & inside;
	masks->inner = masks->inner_newline | (opening & after_close);
	masks->newline = outside_newline;
	masks->delimiter &= ~inside;
	carry->inside = (uint64_t) 0 - (inside >> 63);
	carry->after_close = closing >> 63;
	carry->after_cr = close_cr >> 63;
}

/* Where to load the block at p from: the last, partial one is copied to padded[]. */
static inline SCAN_TARGET const char *
scan_whole_block(const char *p, size_t left, char padded[CSV_SCAN_BLOCK], uint64_t *valid)
{
	*valid = ~UINT64_C(0);
	if (left >= CSV_SCAN_BLOCK)
		return p;
	*valid = (UINT64_C(1) << left) - 1;
	memset(padded, 0, CSV_SCAN_BLOCK);
	memcpy(padded, p, left);
	return padded;
}

/* Bits below the lowest set bit of stop. */
static inline uint64_t
scan_below(uint64_t stop)
{
	return (stop & (0 - stop)) - 1;
}

/* CsvScanEngine.count */
static SCAN_TARGET size_t
scan_count(const CsvScanSet *set, const char *buf, size_t len, uint64_t *records)
{
	const ScanNeedles needles = scan_needles(set);
	ScanCarry carry = {0, 0, 0};
	char padded[CSV_SCAN_BLOCK];
	uint64_t n = 0;
	uint64_t last_newlines = 0; /* of the last block that has any, at last_pos */
	size_t last_pos = 0;
	size_t pos;

	for (pos = 0; pos < len; pos += CSV_SCAN_BLOCK)
	{
		ScanMasks masks = {0, 0, 0, 0, 0, 0};
		uint64_t valid;
		const char *const p = scan_whole_block(buf + pos, len - pos, padded, &valid);
		const ScanBlock block = scan_load(p);

		__builtin_prefetch(buf + pos + SCAN_PREFETCH);
		masks.newline = scan_equal(block, needles.newline) & valid;
		masks.quote = scan_equal(block, needles.quote) & set->quote_mask & valid;
		if ((masks.quote | carry.inside | carry.after_close | carry.after_cr) != 0 || set->comments)
		{
			masks.delimiter = scan_equal(block, needles.delimiter) & valid;
			scan_resolve(set, &needles, p, pos > 0 ? buf[pos - 1] : set->newline, &carry, &masks);
			masks.irregular = (masks.irregular | masks.inner_newline) & valid;
		}
		if (masks.irregular != 0)
			masks.newline &= scan_below(masks.irregular);
		n += scan_popcount(masks.newline);
		last_pos = masks.newline != 0 ? pos : last_pos;
		last_newlines = masks.newline != 0 ? masks.newline : last_newlines;
		if (masks.irregular != 0)
			break;
	}
	*records = n;
	return n == 0 ? 0 : last_pos + CSV_SCAN_BLOCK - (size_t) __builtin_clzll(last_newlines);
}

/* Appends base + the number of each set bit of mask to list; writes up to 64 entries. */
static inline SCAN_TARGET uint32_t *
scan_append_bits(uint32_t *list, uint32_t base, uint64_t mask)
{
	uint32_t *const end = list + scan_popcount(mask);

	while (list < end)
	{
		int i;

		for (i = 0; i < 8; i++)
		{
			list[i] = base + (uint32_t) scan_lowest_bit(mask);
			mask &= mask - 1;
		}
		list += 8;
	}
	return end;
}

/* CsvScanEngine.index */
static SCAN_TARGET void
scan_index(const CsvScanSet *set, const char *buf, size_t len, CsvScanIndex *index)
{
	const ScanNeedles needles = scan_needles(set);
	ScanCarry carry = {0, 0, 0};
	char padded[CSV_SCAN_BLOCK];
	uint32_t *ends = index->ends;
	uint32_t *marks = index->marks;
	uint64_t not_ascii = 0;
	size_t pos;

	index->stopped = false;
	for (pos = 0; pos < len && !index->stopped; pos += CSV_SCAN_BLOCK)
	{
		ScanMasks masks = {0, 0, 0, 0, 0, 0};
		uint64_t valid;
		const char *const p = scan_whole_block(buf + pos, len - pos, padded, &valid);
		const ScanBlock block = scan_load(p);

		__builtin_prefetch(buf + pos + SCAN_PREFETCH);
		not_ascii |= scan_not_ascii(block) & valid;
		masks.newline = scan_equal(block, needles.newline) & valid;
		masks.delimiter = scan_equal(block, needles.delimiter) & valid;
		masks.quote = scan_equal(block, needles.quote) & set->quote_mask & valid;
		if ((masks.quote | carry.inside | carry.after_close | carry.after_cr) != 0 || set->comments)
		{
			scan_resolve(set, &needles, p, pos > 0 ? buf[pos - 1] : set->newline, &carry, &masks);
			masks.irregular &= valid;
			if (masks.irregular != 0)
			{
				const uint64_t below = scan_below(masks.irregular);

				masks.newline &= below;
				masks.delimiter &= below;
				index->stopped = true;
			}
			while (masks.inner != 0)
			{
				*marks++ = (uint32_t) (pos + (size_t) __builtin_ctzll(masks.inner));
				masks.inner &= masks.inner - 1;
			}
		}
		ends = scan_append_bits(ends, (uint32_t) pos, masks.newline | masks.delimiter);
	}
	index->ascii = not_ascii == 0;
	while (ends > index->ends && buf[ends[-1]] != set->newline)
		ends--;
	index->nends = (uint32_t) (ends - index->ends);
	index->nmarks = (uint32_t) (marks - index->marks);
}
