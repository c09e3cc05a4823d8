/*
 * codec_block_test.c: pages of every codec and framing: whole, cut, damaged, of another size, in pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "block_samples.h"
#include "codec_samples.h"
#include "unit.h"

#define TEXT_MAX 300000

static unsigned char text[TEXT_MAX];
static const size_t lengths[] = {1, 2, 3, 100, 1000, 70000, TEXT_MAX};

#define NLENGTHS (sizeof(lengths) / sizeof(lengths[0]))

/* Decodes into memory of exactly that size, so that the sanitizer sees the byte behind it. */
static FmtStatus
decode_to(const FmtAllocator *allocator, CodecBlockKind kind, const unsigned char *packed,
		  size_t packed_len, size_t len, bool *same)
{
	CodecBlock *block = codec_block_open(allocator);
	unsigned char *out = malloc(len);
	CodecBlockSpan span = {packed, packed_len, out, len};
	const char *reason = NULL;
	FmtStatus status = FMT_NO_MEMORY;

	*same = false;
	if (block != NULL)
	{
		status = codec_block_decode(block, kind, &span, &reason);
		codec_block_close(block);
		if (FMT_IS_ERROR(status))
			CHECK(reason != NULL);
	}
	if (status == FMT_OK)
		*same = memcmp(out, text, len) == 0;
	free(out);
	return status;
}

static FmtStatus
decode(CodecBlockKind kind, const unsigned char *packed, size_t packed_len, size_t len, bool *same)
{
	CountingAllocator counting;
	FmtStatus status;

	counting_init(&counting, -1);
	status = decode_to(&counting.allocator, kind, packed, packed_len, len, same);
	CHECK(counting.alive == 0);
	return status;
}

static void
test_whole(const BlockFraming *framing, size_t len)
{
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, len, &packed_len);
	bool same;

	CHECK_NOTE(codec_block_plausible(framing->kind, packed, packed_len, len), framing->name);
	CHECK_NOTE(decode(framing->kind, packed, packed_len, len, &same) == FMT_OK, framing->name);
	CHECK_NOTE(same, framing->name);
	free(packed);
}

/* One byte more or less than there is. */
static void
test_other_size(const BlockFraming *framing, size_t len)
{
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, len, &packed_len);
	bool same;

	CHECK_NOTE(decode(framing->kind, packed, packed_len, len + 1, &same) == FMT_CORRUPT,
			   framing->name);
	CHECK_NOTE(decode(framing->kind, packed, packed_len, len - 1, &same) == FMT_CORRUPT,
			   framing->name);
	free(packed);
}

/* Cut anywhere it is an error, whatever is in front; never more than it is read. */
static void
test_cut(const BlockFraming *framing)
{
	size_t len = 1000;
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, len, &packed_len);

	for (size_t cut = 0; cut < packed_len; cut++)
	{
		unsigned char *part = malloc(cut + 1);
		bool same;

		memcpy(part, packed, cut);
		part = realloc(part, cut > 0 ? cut : 1);
		CHECK_NOTE(FMT_IS_ERROR(decode(framing->kind, part, cut, len, &same)), framing->name);
		free(part);
	}
	free(packed);
}

/* A flipped bit is an error or other bytes; where there is a checksum, always an error. */
static void
test_flipped(const BlockFraming *framing)
{
	size_t len = 1000;
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, len, &packed_len);

	for (size_t bit = 0; bit < packed_len * 8; bit += 3)
	{
		bool same;
		FmtStatus status;

		packed[bit / 8] ^= (unsigned char) (1 << bit % 8);
		codec_block_plausible(framing->kind, packed, packed_len, len);
		status = decode(framing->kind, packed, packed_len, len, &same);
		if (framing->kind == CODEC_BLOCK_GZIP)
			CHECK_NOTE(FMT_IS_ERROR(status) || same, framing->name);
		packed[bit / 8] ^= (unsigned char) (1 << bit % 8);
	}
	free(packed);
}

static void
test_trailing(const BlockFraming *framing)
{
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, 1000, &packed_len);
	bool same;

	packed[packed_len] = 0x77;
	CHECK_NOTE(decode(framing->kind, packed, packed_len + 1, 1000, &same) == FMT_CORRUPT,
			   framing->name);
	free(packed);
}

/* Every allocation may fail; nothing is left behind. */
static void
test_no_memory(const BlockFraming *framing)
{
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, 70000, &packed_len);
	FmtStatus status = FMT_NO_MEMORY;

	for (int calls = 0; status == FMT_NO_MEMORY && calls < 100; calls++)
	{
		CountingAllocator counting;
		bool same;

		counting_init(&counting, calls);
		status = decode_to(&counting.allocator, framing->kind, packed, packed_len, 70000, &same);
		CHECK_NOTE(counting.alive == 0, framing->name);
		CHECK_NOTE(status == FMT_NO_MEMORY || same, framing->name);
	}
	free(packed);
}

static void
test_stream(const BlockFraming *framing, size_t piece)
{
	FmtAllocator allocator;
	CountingAllocator counting;
	size_t packed_len;
	unsigned char *packed = block_pack(framing, text, 70000, &packed_len);
	unsigned char *out_data = malloc(70001);
	CodecInput in = {packed, 0, 0};
	size_t done = 0;
	FmtStatus status = FMT_OK;
	CodecStream *stream;

	counting_init(&counting, -1);
	allocator = counting.allocator;
	stream = codec_block_stream(framing->kind, &allocator);
	CHECK(codec_block_can_stream(framing->kind) == (stream != NULL));
	while (stream != NULL && status == FMT_OK)
	{
		CodecOutput out = {out_data + done, 70001 - done < piece ? 70001 - done : piece, 0};
		FmtError error;

		if (in.pos == in.size)
			in.size += packed_len - in.size < piece ? packed_len - in.size : piece;
		status = codec_decode(stream, &in, &out, in.size == packed_len, &error);
		done += out.pos;
	}
	if (stream != NULL)
	{
		CHECK_NOTE(status == FMT_END && done == 70000, framing->name);
		CHECK_NOTE(memcmp(out_data, text, 70000) == 0, framing->name);
		codec_close(stream);
	}
	CHECK(counting.alive == 0);
	free(out_data);
	free(packed);
}

/* What no block of that length can become. */
static void
test_plausible(void)
{
	static const unsigned char zeros[16];
	size_t len;
	unsigned char *packed;

	CHECK(!codec_block_plausible(CODEC_BLOCK_NONE, zeros, 16, 17));
	CHECK(!codec_block_plausible(CODEC_BLOCK_GZIP, zeros, 16, 1 << 20));
	CHECK(!codec_block_plausible(CODEC_BLOCK_LZ4, zeros, 16, 1 << 20));
	CHECK(!codec_block_plausible(CODEC_BLOCK_LZ4_RAW, zeros, 16, 1 << 20));
	CHECK(!codec_block_plausible(CODEC_BLOCK_BROTLI, zeros, 0, 1));
	CHECK(!codec_block_plausible(CODEC_BLOCK_SNAPPY, zeros, 0, 1));
	CHECK(!codec_block_plausible(CODEC_BLOCK_ZSTD, zeros, 16, 1));

	packed = block_pack(block_framing("snappy"), text, 1000, &len);
	CHECK(!codec_block_plausible(CODEC_BLOCK_SNAPPY, packed, len, 1001));
	free(packed);
	packed = block_pack(block_framing("zstd sized frames"), text, 1000, &len);
	CHECK(!codec_block_plausible(CODEC_BLOCK_ZSTD, packed, len, 1001));
	CHECK(!codec_block_plausible(CODEC_BLOCK_ZSTD, packed, len, 999));
	free(packed);
	packed = block_pack(block_framing("zstd frames"), text, 1000, &len);
	CHECK(codec_block_plausible(CODEC_BLOCK_ZSTD, packed, len, 1001)); /* not known */
	CHECK(!codec_block_plausible(CODEC_BLOCK_ZSTD, packed, len, 400)); /* the first has 500 */
	CHECK(!codec_block_plausible(CODEC_BLOCK_ZSTD, packed, len, (uint64_t) 1 << 31));
	free(packed);
}

/* The best ratios are what the codecs reach, so large runs must pass. */
static void
test_best_ratio(void)
{
	static const char *const names[] = {"gzip", "lz4 raw", "lz4 frame", "zstd", "zstd stream"};
	size_t len = 16 * 1024 * 1024;
	unsigned char *zeros = calloc(1, len);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		const BlockFraming *framing = block_framing(names[i]);
		size_t packed_len;
		unsigned char *packed = block_pack(framing, zeros, len, &packed_len);

		CHECK_NOTE(codec_block_plausible(framing->kind, packed, packed_len, len), names[i]);
		free(packed);
	}
	free(zeros);
}

/* Formats before zstd 1.0 are not gone on with. */
static void
test_legacy_zstd(void)
{
	static const unsigned char legacy[] = {0x27, 0xb5, 0x2f, 0xfd, 0x00, 0x00,
										   0x41, 0x00, 0x00, 'a',  0xc0, 0x00};
	bool same;

	CHECK(decode(CODEC_BLOCK_ZSTD, legacy, sizeof(legacy), 1, &same) == FMT_CORRUPT);
}

int
main(void)
{
	static const size_t pieces[] = {1, 7, 1000, 100000};

	block_text(text, sizeof(text), 1);
	for (int i = 0; i < BLOCK_FRAMINGS; i++)
	{
		const BlockFraming *framing = &block_framings[i];

		for (size_t j = 0; j < NLENGTHS; j++)
		{
			/* framings of two parts need two bytes, and LZ4 has no empty blocks */
			if (lengths[j] >= 3)
				test_whole(framing, lengths[j]);
			if (lengths[j] >= 100)
				test_other_size(framing, lengths[j]);
		}
		test_cut(framing);
		test_flipped(framing);
		test_trailing(framing);
		test_no_memory(framing);
		for (size_t j = 0; j < sizeof(pieces) / sizeof(pieces[0]); j++)
			test_stream(framing, pieces[j]);
	}
	test_plausible();
	test_best_ratio();
	test_legacy_zstd();
	return unit_finish();
}
