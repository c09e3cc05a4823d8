/*
 * block_fuzz.c: any bytes as a compressed block of any codec.
 *
 * The first byte chooses the codec, the second how the stream is cut into pieces, the next three
 * are the size that the block should have.  What decodes must have been plausible, and decoding
 * it in pieces must give the same bytes; what does not decode must not decode in pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "format/codec/block.h"

#define HEAD 5

/* Larger blocks would only make fuzzing slow. */
#define BLOCK_MAX (256 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static const FmtAllocator allocator = {plain_alloc, plain_free, NULL};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

/* Decodes in pieces; FMT_END: exactly len bytes came out. */
static FmtStatus
decode_stream(CodecBlockKind kind, const uint8_t *in_data, size_t in_len, size_t piece,
			  unsigned char *out_data, size_t len)
{
	CodecStream *stream = codec_block_stream(kind, &allocator);
	CodecInput in = {in_data, 0, 0};
	size_t done = 0;
	FmtStatus status = FMT_OK;

	require(stream != NULL);
	while (status == FMT_OK && done <= len)
	{
		size_t room = len + 1 - done;
		CodecOutput out = {out_data + done, room < piece ? room : piece, 0};
		FmtError error;

		if (in.pos == in.size)
			in.size += in_len - in.size < piece ? in_len - in.size : piece;
		status = codec_decode(stream, &in, &out, in.size == in_len, &error);
		done += out.pos;
	}
	codec_close(stream);
	return status == FMT_END && done != len ? FMT_CORRUPT : status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CodecBlock *block;
	CodecBlockKind kind;
	CodecBlockSpan span;
	unsigned char *whole;
	unsigned char *pieces;
	const char *reason = NULL;
	size_t len, in_len;
	FmtStatus status, stream_status;

	if (size < HEAD)
		return 0;
	kind = (CodecBlockKind) (data[0] % (CODEC_BLOCK_LZ4_RAW + 1));
	len = ((size_t) data[2] << 16 | (size_t) data[3] << 8 | data[4]) % BLOCK_MAX + 1;
	in_len = size - HEAD;
	whole = malloc(len);
	pieces = malloc(len + 1);
	block = codec_block_open(&allocator);
	span = (CodecBlockSpan){data + HEAD, in_len, whole, len};
	status = codec_block_decode(block, kind, &span, &reason);
	require(status == FMT_OK || (FMT_IS_ERROR(status) && reason != NULL));
	if (codec_block_plausible(kind, data + HEAD, in_len, len) == false)
		require(status != FMT_OK);
	if (codec_block_can_stream(kind))
	{
		stream_status = decode_stream(kind, data + HEAD, in_len, 1 + data[1] % 64, pieces, len);
		/* only a stream needs the window, so only it has a limit there */
		if (stream_status != FMT_LIMIT)
			require((status == FMT_OK) == (stream_status == FMT_END));
		if (stream_status == FMT_END)
			require(memcmp(whole, pieces, len) == 0);
	}
	codec_block_close(block);
	free(whole);
	free(pieces);
	return 0;
}
