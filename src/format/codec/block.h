/*
 * block.h: decompression of pages: one block whose decompressed size is known.
 *
 * The codecs of Parquet on their libraries.  Output is exactly out_len bytes or
 * an error.  A CodecBlock keeps libzstd's context between blocks; that memory is
 * libzstd's, so codec_block_close() must be called.
 */
#ifndef INGEST_FORMAT_CODEC_BLOCK_H
#define INGEST_FORMAT_CODEC_BLOCK_H

#include "format/allocator.h"
#include "format/codec/codec.h"

typedef enum CodecBlockKind
{
	CODEC_BLOCK_NONE,
	CODEC_BLOCK_SNAPPY,
	CODEC_BLOCK_GZIP, /* one or more members; zlib's header as well */
	CODEC_BLOCK_BROTLI,
	CODEC_BLOCK_LZ4,  /* deprecated: Hadoop frames, LZ4 frames or a raw block */
	CODEC_BLOCK_ZSTD, /* one or more frames */
	CODEC_BLOCK_LZ4_RAW
} CodecBlockKind;

typedef struct CodecBlock CodecBlock;

extern CodecBlock *codec_block_open(const FmtAllocator *allocator);
extern void codec_block_close(CodecBlock *block);

/* in_len bytes at in are to become exactly out_len bytes at out. */
typedef struct CodecBlockSpan
{
	const unsigned char *in;
	size_t in_len;
	unsigned char *out;
	size_t out_len;
} CodecBlockSpan;

/*
 * FMT_OK: out_len bytes are in out.  FMT_CORRUPT: not a block of this kind, or its size is another;
 * FMT_CHECKSUM: the codec's own; FMT_UNSUPPORTED: a zstd dictionary; FMT_NO_MEMORY.  *reason is a static
 * text.
 */
extern FmtStatus codec_block_decode(CodecBlock *block, CodecBlockKind kind,
									const CodecBlockSpan *span, const char **reason);

/*
 * Can in, of in_len bytes, become out_len bytes?  What the block's own header or the codec's best ratio
 * says, before out is allocated.
 */
extern bool codec_block_plausible(CodecBlockKind kind, const void *in, size_t in_len,
								  uint64_t out_len);

/* Can blocks of this kind be decoded in pieces, by codec_block_stream()? */
extern bool codec_block_can_stream(CodecBlockKind kind);

/*
 * The same in pieces: gzip, zstd and brotli.  A stream in the sense of codec.h, to be fed with codec_decode() and
 * closed with codec_close(); NULL when memory is refused.
 */
extern CodecStream *codec_block_stream(CodecBlockKind kind, const FmtAllocator *allocator);

#endif
