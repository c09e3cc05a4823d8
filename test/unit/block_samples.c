/*
 * block_samples.c: blocks compressed by the libraries, in every framing that Parquet files have.
 */
#include "block_samples.h"

#include <assert.h>
#include <brotli/encode.h>
#include <lz4.h>
#include <lz4frame.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

size_t
block_bound(size_t len)
{
	return 2 * len + 100000;
}

static size_t
pack_none(const unsigned char *data, size_t len, unsigned char *out)
{
	memcpy(out, data, len);
	return len;
}

static size_t
pack_snappy(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = block_bound(len);
	snappy_status status = snappy_compress((const char *) data, len, (char *) out, &size);

	assert(status == SNAPPY_OK);
	(void) status;
	return size;
}

static size_t
deflate_all(const unsigned char *data, size_t len, unsigned char *out, int window_bits)
{
	z_stream zlib = {0};
	size_t size;
	int code = deflateInit2(&zlib, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);

	assert(code == Z_OK);
	zlib.next_in = (z_const Bytef *) data;
	zlib.avail_in = (uInt) len;
	zlib.next_out = out;
	zlib.avail_out = (uInt) block_bound(len);
	code = deflate(&zlib, Z_FINISH);
	assert(code == Z_STREAM_END);
	(void) code;
	size = zlib.total_out;
	deflateEnd(&zlib);
	return size;
}

static size_t
pack_gzip(const unsigned char *data, size_t len, unsigned char *out)
{
	return deflate_all(data, len, out, 15 + 16);
}

static size_t
pack_gzip_members(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t first = pack_gzip(data, len / 3, out);

	return first + pack_gzip(data + len / 3, len - len / 3, out + first);
}

static size_t
pack_zlib(const unsigned char *data, size_t len, unsigned char *out)
{
	return deflate_all(data, len, out, 15);
}

static size_t
pack_brotli(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = block_bound(len);
	BROTLI_BOOL done =
		BrotliEncoderCompress(4, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, len, data, &size, out);

	assert(done);
	(void) done;
	return size;
}

static size_t
pack_lz4_raw(const unsigned char *data, size_t len, unsigned char *out)
{
	int size =
		LZ4_compress_default((const char *) data, (char *) out, (int) len, (int) block_bound(len));

	assert(size > 0);
	return (size_t) size;
}

static size_t
put_big_endian(unsigned char *out, size_t number)
{
	out[0] = (unsigned char) (number >> 24);
	out[1] = (unsigned char) (number >> 16);
	out[2] = (unsigned char) (number >> 8);
	out[3] = (unsigned char) number;
	return 4;
}

/* A block of Hadoop's framing: its length and it. */
static size_t
put_hadoop_block(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = pack_lz4_raw(data, len, out + 4);

	return put_big_endian(out, size) + size;
}

static size_t
pack_hadoop(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = put_big_endian(out, len);

	return size + put_hadoop_block(data, len, out + size);
}

static size_t
pack_hadoop_chunks(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t first = pack_hadoop(data, len / 2, out);

	return first + pack_hadoop(data + len / 2, len - len / 2, out + first);
}

static size_t
pack_hadoop_blocks(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = put_big_endian(out, len);

	size += put_hadoop_block(data, len / 2, out + size);
	return size + put_hadoop_block(data + len / 2, len - len / 2, out + size);
}

static size_t
pack_lz4_frame(const unsigned char *data, size_t len, unsigned char *out)
{
	LZ4F_preferences_t preferences;
	size_t size;

	memset(&preferences, 0, sizeof(preferences));
	preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
	size = LZ4F_compressFrame(out, block_bound(len), data, len, &preferences);
	assert(!LZ4F_isError(size));
	return size;
}

static size_t
pack_lz4_frames(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t first = pack_lz4_frame(data, len / 2, out);

	return first + pack_lz4_frame(data + len / 2, len - len / 2, out + first);
}

static size_t
pack_zstd(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t size = ZSTD_compress(out, block_bound(len), data, len, 3);

	assert(!ZSTD_isError(size));
	return size;
}

/* A frame with a checksum, and without its content size. */
static size_t
pack_zstd_stream(const unsigned char *data, size_t len, unsigned char *out)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_inBuffer in = {data, len, 0};
	ZSTD_outBuffer packed = {out, block_bound(len), 0};
	size_t left;

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
	do
		left = ZSTD_compressStream2(context, &packed, &in, ZSTD_e_end);
	while (left != 0);
	ZSTD_freeCCtx(context);
	return packed.pos;
}

static size_t
pack_zstd_frames(const unsigned char *data, size_t len, unsigned char *out)
{
	static const unsigned char skippable[] = {0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 'x', 'y'};
	size_t size = pack_zstd(data, len / 2, out);

	memcpy(out + size, skippable, sizeof(skippable));
	size += sizeof(skippable);
	return size + pack_zstd_stream(data + len / 2, len - len / 2, out + size);
}

static size_t
pack_zstd_sized_frames(const unsigned char *data, size_t len, unsigned char *out)
{
	size_t first = pack_zstd(data, len / 2, out);

	return first + pack_zstd(data + len / 2, len - len / 2, out + first);
}

const BlockFraming block_framings[BLOCK_FRAMINGS] = {
	{"none", CODEC_BLOCK_NONE, pack_none},
	{"snappy", CODEC_BLOCK_SNAPPY, pack_snappy},
	{"gzip", CODEC_BLOCK_GZIP, pack_gzip},
	{"gzip members", CODEC_BLOCK_GZIP, pack_gzip_members},
	{"zlib", CODEC_BLOCK_GZIP, pack_zlib},
	{"brotli", CODEC_BLOCK_BROTLI, pack_brotli},
	{"hadoop", CODEC_BLOCK_LZ4, pack_hadoop},
	{"hadoop chunks", CODEC_BLOCK_LZ4, pack_hadoop_chunks},
	{"hadoop blocks", CODEC_BLOCK_LZ4, pack_hadoop_blocks},
	{"lz4 frame", CODEC_BLOCK_LZ4, pack_lz4_frame},
	{"lz4 frames", CODEC_BLOCK_LZ4, pack_lz4_frames},
	{"lz4 block", CODEC_BLOCK_LZ4, pack_lz4_raw},
	{"zstd", CODEC_BLOCK_ZSTD, pack_zstd},
	{"zstd stream", CODEC_BLOCK_ZSTD, pack_zstd_stream},
	{"zstd frames", CODEC_BLOCK_ZSTD, pack_zstd_frames},
	{"zstd sized frames", CODEC_BLOCK_ZSTD, pack_zstd_sized_frames},
	{"lz4 raw", CODEC_BLOCK_LZ4_RAW, pack_lz4_raw},
};

const BlockFraming *
block_framing(const char *name)
{
	const BlockFraming *framing = block_framings;

	while (strcmp(framing->name, name) != 0)
	{
		framing++;
		assert(framing < block_framings + BLOCK_FRAMINGS);
	}
	return framing;
}

unsigned char *
block_pack(const BlockFraming *framing, const unsigned char *data, size_t len, size_t *packed_len)
{
	unsigned char *out = malloc(block_bound(len));

	assert(out != NULL);
	*packed_len = framing->pack(data, len, out);
	return out;
}

void
block_text(unsigned char *out, size_t len, uint32_t seed)
{
	uint32_t state = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++)
	{
		state = state * 1664525u + 1013904223u;
		if (state >> 30 == 0)
			out[i] = (unsigned char) (state >> 16);
		else if (state >> 30 == 1 && i >= 100)
			out[i] = out[i - 100];
		else
			out[i] = i > 0 ? out[i - 1] : 'a';
	}
}
