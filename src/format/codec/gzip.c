/*
 * gzip.c: the gzip file format (RFC 1952) by zlib; for Parquet's pages also RFC 1950.
 *
 * A file is one or more members, each with its own CRC-32 and length, which
 * zlib compares; then perhaps padding of zero bytes, as tapes and some block
 * stores leave it.  Bytes of any other kind behind a member are an error: they
 * may be a damaged member, and gzip(1)'s warning would lose its rows.
 *
 * All memory, zlib's included, comes from the allocator.
 */
#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "format/codec/method.h"

/* The largest window, plus 16: a gzip header and nothing else, or 32: zlib's too (zlib.h, inflateInit2). */
#define GZIP_WINDOW_BITS    (15 + 16)
#define DEFLATE_WINDOW_BITS (15 + 32)

#define GZIP_MAGIC_FIRST 0x1f

typedef enum GzipPhase
{
	GZIP_IN_MEMBER, /* also before the first byte of the file */
	GZIP_BEHIND_MEMBER,
	GZIP_IN_PADDING
} GzipPhase;

typedef struct GzipState
{
	const FmtAllocator *allocator;
	z_stream zlib;
	GzipPhase phase;
} GzipState;

static voidpf
gzip_zalloc(voidpf opaque, uInt items, uInt size)
{
	const FmtAllocator *allocator = opaque;

	if (size != 0 && items > SIZE_MAX / size)
		return Z_NULL;
	return allocator->alloc(allocator->context, (size_t) items * size);
}

static void
gzip_zfree(voidpf opaque, voidpf address)
{
	const FmtAllocator *allocator = opaque;

	allocator->free(allocator->context, address);
}

static void *
open_inflate(const FmtAllocator *allocator, int window_bits)
{
	GzipState *gzip = allocator->alloc(allocator->context, sizeof(*gzip));

	if (gzip == NULL)
		return NULL;
	memset(gzip, 0, sizeof(*gzip));
	gzip->allocator = allocator;
	gzip->phase = GZIP_IN_MEMBER;
	gzip->zlib.zalloc = gzip_zalloc;
	gzip->zlib.zfree = gzip_zfree;
	/* zlib takes a plain pointer; the callbacks make it const again */
	gzip->zlib.opaque = (voidpf) (uintptr_t) allocator;
	if (inflateInit2(&gzip->zlib, window_bits) != Z_OK)
	{
		allocator->free(allocator->context, gzip);
		return NULL;
	}
	return gzip;
}

static void *
gzip_open(const FmtAllocator *allocator)
{
	return open_inflate(allocator, GZIP_WINDOW_BITS);
}

static void *
deflate_open(const FmtAllocator *allocator)
{
	return open_inflate(allocator, DEFLATE_WINDOW_BITS);
}

static void
gzip_close(void *state)
{
	GzipState *gzip = state;

	inflateEnd(&gzip->zlib);
	gzip->allocator->free(gzip->allocator->context, gzip);
}

/* What an error code of inflate() means.  Only zlib's texts tell the kinds of damage apart. */
static FmtStatus
inflate_error(const z_stream *zlib, int code, const char **reason)
{
	if (code == Z_MEM_ERROR)
	{
		*reason = "out of memory";
		return FMT_NO_MEMORY;
	}
	*reason = zlib->msg != NULL ? zlib->msg : "invalid gzip data";
	if (strcmp(*reason, "incorrect header check") == 0)
		*reason = "not gzip data";
	if (strcmp(*reason, "incorrect data check") == 0 ||
		strcmp(*reason, "incorrect length check") == 0)
		return FMT_CHECKSUM;
	return FMT_CORRUPT;
}

/* Inflates until the input or the output is used up or the member ends. */
static FmtStatus
inflate_member(GzipState *gzip, CodecInput *in, CodecOutput *out, const char **reason)
{
	z_stream *zlib = &gzip->zlib;
	size_t in_left = in->size - in->pos;
	size_t out_left = out->size - out->pos;
	uInt in_piece = in_left < UINT_MAX ? (uInt) in_left : UINT_MAX;
	uInt out_piece = out_left < UINT_MAX ? (uInt) out_left : UINT_MAX;
	int code;

	zlib->next_in = (z_const Bytef *) in->data + in->pos;
	zlib->avail_in = in_piece;
	zlib->next_out = out->data + out->pos;
	zlib->avail_out = out_piece;
	code = inflate(zlib, Z_NO_FLUSH);
	in->pos += in_piece - zlib->avail_in;
	out->pos += out_piece - zlib->avail_out;

	if (code == Z_STREAM_END)
	{
		gzip->phase = GZIP_BEHIND_MEMBER;
		return FMT_OK;
	}
	/* Z_BUF_ERROR only says that no progress was possible */
	if (code == Z_OK || code == Z_BUF_ERROR)
		return FMT_OK;
	return inflate_error(zlib, code, reason);
}

/* Looks at the first byte behind a member and enters the next phase. */
static FmtStatus
enter_next_phase(GzipState *gzip, unsigned char first, const char **reason)
{
	if (first == 0)
	{
		gzip->phase = GZIP_IN_PADDING;
		return FMT_OK;
	}
	if (first != GZIP_MAGIC_FIRST)
	{
		*reason = "unexpected bytes behind the end of the gzip data";
		return FMT_CORRUPT;
	}
	if (inflateReset(&gzip->zlib) != Z_OK)
	{
		*reason = "could not start the next gzip member";
		return FMT_CORRUPT;
	}
	gzip->phase = GZIP_IN_MEMBER;
	return FMT_OK;
}

static FmtStatus
skip_padding(CodecInput *in, const char **reason)
{
	while (in->pos < in->size && in->data[in->pos] == 0)
		in->pos++;
	if (in->pos == in->size)
		return FMT_OK;
	*reason = "unexpected bytes behind the padding of the gzip data";
	return FMT_CORRUPT;
}

static FmtStatus
gzip_decode(void *state, CodecInput *in, CodecOutput *out, bool eof, const char **reason)
{
	GzipState *gzip = state;
	FmtStatus status = FMT_OK;

	while (status == FMT_OK)
	{
		switch (gzip->phase)
		{
			case GZIP_IN_MEMBER:
				/* without room zlib may hold bytes back, so nothing can be said about the end */
				if (out->pos == out->size)
					return FMT_OK;
				status = inflate_member(gzip, in, out, reason);
				if (status == FMT_OK && gzip->phase == GZIP_IN_MEMBER && in->pos == in->size &&
					out->pos < out->size)
				{
					if (!eof)
						return FMT_OK;
					*reason = "the file ends inside a gzip member";
					return FMT_TRUNCATED;
				}
				break;
			case GZIP_BEHIND_MEMBER:
				if (in->pos == in->size)
					return eof ? FMT_END : FMT_OK;
				status = enter_next_phase(gzip, in->data[in->pos], reason);
				break;
			case GZIP_IN_PADDING:
				status = skip_padding(in, reason);
				if (status == FMT_OK)
					return eof ? FMT_END : FMT_OK;
				break;
		}
	}
	return status;
}

const CodecMethod codec_gzip = {gzip_open, gzip_decode, gzip_close};
const CodecMethod codec_deflate = {deflate_open, gzip_decode, gzip_close};
