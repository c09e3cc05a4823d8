/*
 * zstd.c: the zstd format (RFC 8878) by libzstd.
 *
 * A file is one or more frames, skippable ones among them; libzstd compares
 * the content checksum of each frame that has one.  Input is handed over in
 * the steps that libzstd asks for: one block at a time, decoded in place, so
 * that an error is noticed close to its byte.  The magic numbers are checked
 * here, since libzstd would go on with the formats before 1.0, whose decoders
 * know no window limit.
 *
 * The state comes from the allocator, libzstd's own memory from malloc (the
 * stable interface takes no allocator): one window of at most
 * 1 << ZSTD_WINDOW_LOG_LIMIT bytes.
 */
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "format/codec/method.h"

/* 128 MiB: what zstd(1) and libzstd decode unless asked for more; --ultra -22 and --long use it. */
#define ZSTD_WINDOW_LOG_LIMIT 27

#define MAGIC_LEN 4

static const unsigned char frame_magic[MAGIC_LEN] = {0x28, 0xb5, 0x2f, 0xfd};
static const unsigned char skippable_magic[MAGIC_LEN] = {0x50, 0x2a, 0x4d,
														 0x18}; /* or 0x51 .. 0x5f */

typedef struct ZstdState
{
	const FmtAllocator *allocator;
	ZSTD_DCtx *dctx;
	size_t first_step; /* bytes to begin a frame with */
	size_t step;       /* bytes that libzstd wants next, never beyond the frame */
	int magic_len;     /* bytes of this frame's magic number that were right */
	bool skippable;
	bool in_frame;
	bool any_frame;       /* at least one frame is complete */
	bool may_hold_output; /* the last call filled the output */
} ZstdState;

static void
zstd_close(void *state)
{
	ZstdState *zstd = state;

	ZSTD_freeDCtx(zstd->dctx); /* may be NULL */
	zstd->allocator->free(zstd->allocator->context, zstd);
}

static void *
zstd_open(const FmtAllocator *allocator)
{
	ZstdState *zstd = allocator->alloc(allocator->context, sizeof(*zstd));

	if (zstd == NULL)
		return NULL;
	memset(zstd, 0, sizeof(*zstd));
	zstd->allocator = allocator;
	zstd->dctx = ZSTD_createDCtx();
	if (zstd->dctx != NULL)
		zstd->first_step = ZSTD_initDStream(zstd->dctx);
	if (zstd->dctx == NULL || ZSTD_isError(zstd->first_step) ||
		ZSTD_isError(
			ZSTD_DCtx_setParameter(zstd->dctx, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_LIMIT)))
	{
		zstd_close(zstd);
		return NULL;
	}
	zstd->step = zstd->first_step;
	return zstd;
}

FmtStatus
codec_zstd_error(size_t code, const char **reason)
{
	switch (ZSTD_getErrorCode(code))
	{
		case ZSTD_error_checksum_wrong:
			*reason = "wrong content checksum in a zstd frame";
			return FMT_CHECKSUM;
		case ZSTD_error_frameParameter_windowTooLarge:
			*reason = "zstd window larger than 128 MiB";
			return FMT_LIMIT;
		case ZSTD_error_dictionary_wrong:
			*reason = "zstd frame needs a dictionary";
			return FMT_UNSUPPORTED;
		case ZSTD_error_version_unsupported:
		case ZSTD_error_frameParameter_unsupported:
			*reason = "unsupported zstd frame";
			return FMT_UNSUPPORTED;
		case ZSTD_error_memory_allocation:
			*reason = "out of memory";
			return FMT_NO_MEMORY;
		default:
			*reason = "invalid zstd data";
			return FMT_CORRUPT;
	}
}

/* Checks the next byte of a frame's magic number. */
static bool
check_magic(ZstdState *zstd, unsigned char byte)
{
	if (zstd->magic_len == 0)
	{
		zstd->skippable = (byte & 0xf0) == skippable_magic[0];
		return zstd->skippable || byte == frame_magic[0];
	}
	return byte == (zstd->skippable ? skippable_magic : frame_magic)[zstd->magic_len];
}

/* One call of libzstd, with at most the bytes it asked for; a magic number goes byte by byte. */
static FmtStatus
decode_step(ZstdState *zstd, CodecInput *in, CodecOutput *out, const char **reason)
{
	size_t left = in->size - in->pos;
	ZSTD_inBuffer src = {in->data + in->pos, left < zstd->step ? left : zstd->step, 0};
	ZSTD_outBuffer dst = {out->data, out->size, out->pos};
	size_t wanted;

	if (zstd->magic_len < MAGIC_LEN && src.size > 0)
	{
		if (!check_magic(zstd, in->data[in->pos]))
		{
			*reason =
				zstd->any_frame ? "unexpected bytes behind the last zstd frame" : "not zstd data";
			return FMT_CORRUPT;
		}
		zstd->magic_len++;
		src.size = 1;
	}
	wanted = ZSTD_decompressStream(zstd->dctx, &dst, &src);
	in->pos += src.pos;
	out->pos = dst.pos;
	if (ZSTD_isError(wanted))
		return codec_zstd_error(wanted, reason);

	zstd->may_hold_output = out->pos == out->size;
	zstd->in_frame = wanted != 0;
	if (zstd->in_frame)
		zstd->step = wanted;
	else
	{
		zstd->magic_len = 0;
		zstd->step = zstd->first_step;
		zstd->any_frame = true;
	}
	return FMT_OK;
}

static FmtStatus
zstd_decode(void *state, CodecInput *in, CodecOutput *out, bool eof, const char **reason)
{
	ZstdState *zstd = state;
	FmtStatus status = FMT_OK;

	while (status == FMT_OK)
	{
		bool input_used = in->pos == in->size;

		if (input_used && !zstd->in_frame && zstd->any_frame)
			return eof ? FMT_END : FMT_OK;
		if (out->pos == out->size)
			return FMT_OK;
		if (input_used && !zstd->may_hold_output)
		{
			if (!eof)
				return FMT_OK;
			*reason = "the file ends inside a zstd frame";
			return FMT_TRUNCATED;
		}
		status = decode_step(zstd, in, out, reason);
	}
	return status;
}

const CodecMethod codec_zstd = {zstd_open, zstd_decode, zstd_close};
