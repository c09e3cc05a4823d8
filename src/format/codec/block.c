/*
 * block.c: which codec decodes a block, and what is common to them.
 *
 * in:  a block in memory
 * out: exactly as many bytes as the caller expects, in the caller's memory
 *
 * libzstd's context is kept from block to block, as it costs as much as a small page.
 * gzip and brotli decode a block as the stream that they are.
 */
#include "format/codec/block.h"

#include <string.h>

#include "format/codec/block_method.h"
#include "format/codec/method.h"

/* The most that a byte can become: deflate, by zlib's technical notes; LZ4, a byte of match length. */
#define DEFLATE_BEST_RATIO 1032
#define LZ4_BEST_RATIO     255

struct CodecBlock
{
	FmtAllocator allocator;
	ZSTD_DCtx *zstd; /* NULL until needed */
};

CodecBlock *
codec_block_open(const FmtAllocator *allocator)
{
	CodecBlock *block = allocator->alloc(allocator->context, sizeof(*block));

	if (block == NULL)
		return NULL;
	block->allocator = *allocator;
	block->zstd = NULL;
	return block;
}

void
codec_block_close(CodecBlock *block)
{
	FmtAllocator allocator = block->allocator;

	ZSTD_freeDCtx(block->zstd); /* may be NULL */
	allocator.free(allocator.context, block);
}

static FmtStatus
out_of_memory(const char **reason)
{
	*reason = "out of memory";
	return FMT_NO_MEMORY;
}

static FmtStatus
decode_zstd(CodecBlock *block, const CodecBlockSpan *span, const char **reason)
{
	if (block->zstd == NULL)
		block->zstd = ZSTD_createDCtx();
	if (block->zstd == NULL)
		return out_of_memory(reason);
	return block_zstd_decode(block->zstd, span, reason);
}

/* Decodes with an opened stream; the end of the block must be the end of the stream. */
static FmtStatus
decode_to_end(const CodecMethod *method, void *state, const CodecBlockSpan *span,
			  const char **reason)
{
	unsigned char spare;
	CodecInput in = {span->in, span->in_len, 0};
	CodecOutput out = {span->out, span->out_len, 0};
	CodecOutput beyond = {&spare, sizeof(spare), 0};
	FmtStatus status = method->decode(state, &in, &out, true, reason);

	if (status == FMT_OK)
		status = method->decode(state, &in, &beyond, true, reason);
	if (status == FMT_TRUNCATED)
	{
		*reason = BLOCK_CUT_OFF;
		return FMT_CORRUPT;
	}
	if (FMT_IS_ERROR(status))
		return status;
	if (status == FMT_END && out.pos == out.size && beyond.pos == 0)
		return FMT_OK;
	*reason = out.pos < out.size ? BLOCK_TOO_SHORT : BLOCK_TOO_LONG;
	return FMT_CORRUPT;
}

static FmtStatus
decode_stream(CodecBlock *block, const CodecMethod *method, const CodecBlockSpan *span,
			  const char **reason)
{
	void *state = method->open(&block->allocator);
	FmtStatus status;

	if (state == NULL)
		return out_of_memory(reason);
	status = decode_to_end(method, state, span, reason);
	method->close(state);
	return status;
}

FmtStatus
codec_block_decode(CodecBlock *block, CodecBlockKind kind, const CodecBlockSpan *span,
				   const char **reason)
{
	switch (kind)
	{
		case CODEC_BLOCK_NONE:
			break;
		case CODEC_BLOCK_SNAPPY:
			return block_snappy_decode(span, reason);
		case CODEC_BLOCK_GZIP:
			return decode_stream(block, &codec_deflate, span, reason);
		case CODEC_BLOCK_BROTLI:
			return decode_stream(block, &codec_brotli, span, reason);
		case CODEC_BLOCK_LZ4:
			return block_lz4_decode(span, reason);
		case CODEC_BLOCK_ZSTD:
			return decode_zstd(block, span, reason);
		case CODEC_BLOCK_LZ4_RAW:
			return block_lz4_raw_decode(span, reason);
	}
	if (span->in_len != span->out_len)
	{
		*reason = span->in_len > span->out_len ? BLOCK_TOO_LONG : BLOCK_TOO_SHORT;
		return FMT_CORRUPT;
	}
	memcpy(span->out, span->in, span->in_len);
	return FMT_OK;
}

bool
codec_block_plausible(CodecBlockKind kind, const void *in, size_t in_len, uint64_t out_len)
{
	switch (kind)
	{
		case CODEC_BLOCK_NONE:
			break;
		case CODEC_BLOCK_SNAPPY:
			return block_snappy_plausible(in, in_len, out_len);
		case CODEC_BLOCK_GZIP:
			return out_len / DEFLATE_BEST_RATIO <= in_len;
		case CODEC_BLOCK_BROTLI:
			return in_len > 0; /* there is no useful limit: 16 MiB can come from a few bytes */
		case CODEC_BLOCK_LZ4:
		case CODEC_BLOCK_LZ4_RAW:
			return out_len / LZ4_BEST_RATIO <= in_len;
		case CODEC_BLOCK_ZSTD:
			return block_zstd_plausible(in, in_len, out_len);
	}
	return in_len == out_len;
}

/* The method that decodes blocks of this kind in pieces; NULL: none can. */
static const CodecMethod *
stream_method(CodecBlockKind kind)
{
	switch (kind)
	{
		case CODEC_BLOCK_GZIP:
			return &codec_deflate;
		case CODEC_BLOCK_BROTLI:
			return &codec_brotli;
		case CODEC_BLOCK_ZSTD:
			return &codec_zstd;
		case CODEC_BLOCK_NONE:
		case CODEC_BLOCK_SNAPPY:
		case CODEC_BLOCK_LZ4:
		case CODEC_BLOCK_LZ4_RAW:
			break;
	}
	return NULL;
}

bool
codec_block_can_stream(CodecBlockKind kind)
{
	return stream_method(kind) != NULL;
}

CodecStream *
codec_block_stream(CodecBlockKind kind, const FmtAllocator *allocator)
{
	return codec_open_method(stream_method(kind), allocator);
}
