/*
 * block_zstd.c: zstd frames that are in memory, by libzstd.
 *
 * Frame by frame, so that each one's magic number is checked (libzstd would go on with the formats
 * before 1.0) and sizes that frames say are compared before anything is decoded.
 */
#include <zstd_errors.h>

#include "format/codec/block_method.h"
#include "format/codec/method.h"

/* The most that a byte can become: a run of 128 KiB takes a block of 4 bytes (RFC 8878, 3.1.1.2). */
#define ZSTD_BEST_RATIO (128 * 1024 / 4)

/* The length of the frame at in, in compressed bytes; 0: there is none. */
static size_t
frame_length(const unsigned char *in, size_t in_len)
{
	size_t len;

	if (codec_detect(in, in_len) != CODEC_ZSTD)
		return 0;
	len = ZSTD_findFrameCompressedSize(in, in_len);
	return ZSTD_isError(len) || len > in_len ? 0 : len;
}

bool
block_zstd_plausible(const unsigned char *in, size_t in_len, uint64_t out_len)
{
	bool all_known = true;
	uint64_t known = 0; /* decompressed bytes that frames say */
	size_t at = 0;

	while (at < in_len)
	{
		size_t len = frame_length(in + at, in_len - at);
		unsigned long long content = ZSTD_getFrameContentSize(in + at, in_len - at);

		if (len == 0 || content == ZSTD_CONTENTSIZE_ERROR)
			return false;
		if (content == ZSTD_CONTENTSIZE_UNKNOWN)
			all_known = false;
		else if (content > out_len - known)
			return false;
		else
			known += content;
		at += len;
	}
	return all_known ? known == out_len : out_len / ZSTD_BEST_RATIO <= in_len;
}

FmtStatus
block_zstd_decode(ZSTD_DCtx *dctx, const CodecBlockSpan *span, const char **reason)
{
	size_t at = 0;
	size_t done = 0;

	while (at < span->in_len)
	{
		size_t len = frame_length(span->in + at, span->in_len - at);
		size_t made;

		if (len == 0)
		{
			*reason = "invalid zstd data";
			return FMT_CORRUPT;
		}
		made =
			ZSTD_decompressDCtx(dctx, span->out + done, span->out_len - done, span->in + at, len);
		if (ZSTD_isError(made))
		{
			*reason = BLOCK_TOO_LONG;
			return ZSTD_getErrorCode(made) == ZSTD_error_dstSize_tooSmall
					   ? FMT_CORRUPT
					   : codec_zstd_error(made, reason);
		}
		at += len;
		done += made;
	}
	if (done != span->out_len)
	{
		*reason = BLOCK_TOO_SHORT;
		return FMT_CORRUPT;
	}
	return FMT_OK;
}
