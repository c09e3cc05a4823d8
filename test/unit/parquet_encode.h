/*
 * parquet_encode.h: writes values in every encoding of Parquet, for tests.
 *
 * Written from the format's documentation, bit by bit, and not from the decoders.  Also
 * produces what few writers do: runs of any mixture, odd blocks, rubbish where
 * nobody may look.  A buffer grows as it has to; running out of memory ends the program.
 */
#ifndef INGEST_TEST_PARQUET_ENCODE_H
#define INGEST_TEST_PARQUET_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct EncBuffer
{
	unsigned char *data; /* 16 zeroed bytes follow, as kernels may read them */
	size_t len;
	size_t capacity;
} EncBuffer;

typedef struct EncString
{
	const char *data;
	uint32_t len;
} EncString;

extern void enc_free(EncBuffer *buffer);
extern void enc_bytes(EncBuffer *buffer, const void *data, size_t len);
extern void enc_byte(EncBuffer *buffer, unsigned char byte);
/* The low nbytes bytes of value, little-endian. */
extern void enc_number(EncBuffer *buffer, uint64_t value, uint32_t nbytes);
extern void enc_uleb(EncBuffer *buffer, uint64_t value);
extern void enc_zigzag(EncBuffer *buffer, uint64_t value);

/* Next number of a simple generator; the same for the same seed everywhere. */
extern uint64_t enc_random(uint64_t *seed);

/* Numbers of width bits, the first in the lowest bits of the first byte, or in the highest. */
extern void enc_packed(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width);
extern void enc_packed_msb(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width);

/* How runs of the hybrid are chosen. */
typedef enum EncRuns
{
	ENC_RUNS_RLE,       /* only repeated runs, of length 1 if need be */
	ENC_RUNS_PACKED,    /* one bit-packed run, padded */
	ENC_RUNS_CUT,       /* the same, but the last group ends with its last value */
	ENC_RUNS_MIXED,     /* runs of 8 equal values or more are repeated ones */
	ENC_RUNS_RANDOM,    /* any of both, by the seed */
	ENC_RUNS_WITH_EMPTY /* the same, with runs of length 0 between them and at the end */
} EncRuns;

extern void enc_hybrid(EncBuffer *buffer, const uint64_t *values, size_t n, uint32_t width,
					   EncRuns runs);

/* Blocks of a delta run. */
typedef struct EncDelta
{
	uint32_t block_values;
	uint32_t miniblocks;
	bool rubbish;         /* in widths of miniblocks without values, and in padding */
	uint32_t extra_width; /* added to each miniblock's width, to 64 at most */
	bool cut;             /* no padding at the end */
	bool is_32;           /* deltas modulo 2^32, as most writers compute them for INT32 */
} EncDelta;

extern void enc_delta(EncBuffer *buffer, const uint64_t *values, size_t n, const EncDelta *delta);
extern void enc_delta_length(EncBuffer *buffer, const EncString *values, size_t n,
							 const EncDelta *delta);
/* prefix_max: the longest prefix to be shared, 0 for none. */
extern void enc_delta_bytes(EncBuffer *buffer, const EncString *values, size_t n,
							uint32_t prefix_max, const EncDelta *delta);
extern void enc_plain_strings(EncBuffer *buffer, const EncString *values, size_t n);
/* n values of width bytes. */
extern void enc_split(EncBuffer *buffer, const void *values, size_t n, uint32_t width);

#endif
