/*
 * codec_samples.h: compressed files made in memory, and how to decode them in pieces.
 */
#ifndef INGEST_TEST_CODEC_SAMPLES_H
#define INGEST_TEST_CODEC_SAMPLES_H

#include "format/codec/codec.h"

#define SAMPLE_MAX   4096
#define SAMPLE_UNITS 8

/* A compressed file, its text, and where its members or frames end. */
typedef struct Sample
{
	CodecKind kind;
	unsigned char data[SAMPLE_MAX];
	size_t size;
	unsigned char text[SAMPLE_MAX];
	size_t text_size;
	size_t ends[SAMPLE_UNITS];      /* in data */
	size_t text_ends[SAMPLE_UNITS]; /* in text */
	int nends;
} Sample;

/* Members: one with all header fields and a header CRC, an empty one, a compressible one. */
extern void sample_gzip(Sample *sample);

/* Frames: skippable, with checksum, empty, of unknown content size. */
extern void sample_zstd(Sample *sample);

/* How to cut input and output into pieces; 0: not at all. */
typedef struct Pieces
{
	size_t in;
	size_t out;
	bool late_eof; /* eof comes with an empty piece of its own */
} Pieces;

typedef struct Decoded
{
	FmtStatus status;
	FmtError error;
	unsigned char text[SAMPLE_MAX];
	size_t size; /* all of it, even if more than SAMPLE_MAX */
} Decoded;

extern void sample_decode(CodecKind kind, const unsigned char *data, size_t size, Pieces pieces,
						  Decoded *result);

/* An allocator that counts what is alive and fails after a number of calls (-1: never). */
typedef struct CountingAllocator
{
	FmtAllocator allocator;
	int alive;
	int until_failure;
} CountingAllocator;

extern void counting_init(CountingAllocator *counting, int until_failure);

#endif
