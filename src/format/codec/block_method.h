/*
 * block_method.h: what one codec provides to block.c; private to this folder.
 */
#ifndef INGEST_FORMAT_CODEC_BLOCK_METHOD_H
#define INGEST_FORMAT_CODEC_BLOCK_METHOD_H

#include <zstd.h>

#include "format/codec/block.h"

#define BLOCK_TOO_LONG  "there are more bytes than the page header says"
#define BLOCK_TOO_SHORT "there are fewer bytes than the page header says"
#define BLOCK_CUT_OFF   "the compressed data ends too early"

/* All have the contract of codec_block_decode(). */
extern FmtStatus block_snappy_decode(const CodecBlockSpan *span, const char **reason);
extern FmtStatus block_lz4_raw_decode(const CodecBlockSpan *span, const char **reason);
extern FmtStatus block_lz4_decode(const CodecBlockSpan *span, const char **reason);
extern FmtStatus block_zstd_decode(ZSTD_DCtx *dctx, const CodecBlockSpan *span,
								   const char **reason);

/* What the block itself says about its decompressed size. */
extern bool block_snappy_plausible(const unsigned char *in, size_t in_len, uint64_t out_len);
extern bool block_zstd_plausible(const unsigned char *in, size_t in_len, uint64_t out_len);

#endif
