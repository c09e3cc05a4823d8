/*
 * block_samples.h: blocks compressed by the libraries, in every framing that Parquet files have.
 */
#ifndef INGEST_TEST_BLOCK_SAMPLES_H
#define INGEST_TEST_BLOCK_SAMPLES_H

#include "format/codec/block.h"

typedef struct BlockFraming
{
	const char *name;
	CodecBlockKind kind;
	/* Writes to out, which has room for block_bound(len), and returns how much. */
	size_t (*pack)(const unsigned char *data, size_t len, unsigned char *out);
} BlockFraming;

#define BLOCK_FRAMINGS 17
extern const BlockFraming block_framings[BLOCK_FRAMINGS];

/* The first framing of that name. */
extern const BlockFraming *block_framing(const char *name);

/* More than any framing needs for len bytes. */
extern size_t block_bound(size_t len);

/* malloc: data of len bytes in this framing. */
extern unsigned char *block_pack(const BlockFraming *framing, const unsigned char *data, size_t len,
								 size_t *packed_len);

/* Bytes that compress a little: runs, repetitions and noise, the same for the same seed. */
extern void block_text(unsigned char *out, size_t len, uint32_t seed);

#endif
