/*
 * block_lz4.c: LZ4 blocks, and what Parquet files hold under the name of the deprecated codec LZ4.
 *
 * Codec 7, LZ4_RAW, is one block.  Codec 5, LZ4, was never specified.  Found in files are
 *  - Hadoop's framing (parquet-mr, parquet-cpp since 4.0): a chunk is its decompressed size,
 *    then blocks that together have this size, each behind its own length; numbers are
 *    32-bit big-endian;
 *  - LZ4's own frame format (parquet-rs before 34);
 *  - a block alone (parquet-cpp before 4.0).
 * Nothing tells them apart for certain, so they are tried in this order; each has to
 * use up the input and fill the output exactly.
 */
#include <limits.h>
#include <lz4.h>
#include <lz4frame.h>
#include <string.h>

#include "format/codec/block_method.h"

#define HADOOP_NUMBER 4

/* Decodes a block into at most room bytes; false when it is not one, *made is how many it became. */
static bool
decode_block(const unsigned char *in, size_t in_len, unsigned char *out, size_t room, size_t *made)
{
	int result;

	if (in_len > INT_MAX)
		return false;
	result = LZ4_decompress_safe((const char *) in, (char *) out, (int) in_len,
								 room < INT_MAX ? (int) room : INT_MAX);
	*made = result > 0 ? (size_t) result : 0;
	return result >= 0;
}

FmtStatus
block_lz4_raw_decode(const CodecBlockSpan *span, const char **reason)
{
	size_t made;

	if (!decode_block(span->in, span->in_len, span->out, span->out_len, &made))
	{
		*reason = "invalid LZ4 data, or " BLOCK_TOO_LONG;
		return FMT_CORRUPT;
	}
	if (made != span->out_len)
	{
		*reason = BLOCK_TOO_SHORT;
		return FMT_CORRUPT;
	}
	return FMT_OK;
}

/* Reads a number of Hadoop's framing at *at. */
static bool
hadoop_number(const CodecBlockSpan *span, size_t *at, size_t *number)
{
	const unsigned char *bytes = span->in + *at;

	if (span->in_len - *at < HADOOP_NUMBER)
		return false;
	*number = (size_t) bytes[0] << 24 | (size_t) bytes[1] << 16 | (size_t) bytes[2] << 8 | bytes[3];
	*at += HADOOP_NUMBER;
	return true;
}

static bool
decode_hadoop(const CodecBlockSpan *span)
{
	size_t at = 0;
	size_t done = 0;

	while (at < span->in_len)
	{
		size_t chunk;

		if (!hadoop_number(span, &at, &chunk) || chunk > span->out_len - done)
			return false;
		while (chunk > 0)
		{
			size_t len, made;

			if (!hadoop_number(span, &at, &len) || len > span->in_len - at ||
				!decode_block(span->in + at, len, span->out + done, chunk, &made) || made == 0)
				return false;
			at += len;
			done += made;
			chunk -= made;
		}
	}
	return done == span->out_len;
}

/* Decodes frames with a context of libLZ4. */
static bool
decode_frames(LZ4F_dctx *dctx, const CodecBlockSpan *span)
{
	LZ4F_decompressOptions_t options;
	unsigned char spare;
	size_t at = 0;
	size_t done = 0;
	size_t wanted = 0;

	memset(&options, 0, sizeof(options));
	options.stableDst = 1;
	while (at < span->in_len)
	{
		size_t used = span->in_len - at;
		size_t made = span->out_len - done;
		bool is_full = made == 0;

		/* the end of a frame may follow when the output is full, but no byte more */
		if (is_full)
			made = sizeof(spare);
		wanted = LZ4F_decompress(dctx, is_full ? &spare : span->out + done, &made, span->in + at,
								 &used, is_full ? NULL : &options);
		if (LZ4F_isError(wanted) || (used == 0 && made == 0) || (is_full && made > 0))
			return false;
		at += used;
		done += made;
	}
	return wanted == 0 && done == span->out_len;
}

FmtStatus
block_lz4_decode(const CodecBlockSpan *span, const char **reason)
{
	LZ4F_dctx *dctx;
	bool decoded;

	if (decode_hadoop(span))
		return FMT_OK;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&dctx, LZ4F_VERSION)))
	{
		*reason = "out of memory";
		return FMT_NO_MEMORY;
	}
	decoded = decode_frames(dctx, span);
	LZ4F_freeDecompressionContext(dctx);
	return decoded ? FMT_OK : block_lz4_raw_decode(span, reason);
}
