/*
 * method.h: what one codec provides to codec.c; private to this folder.
 *
 * decode() has the contract of codec_decode(), but for the error record: it
 * points *reason to a static text, and codec.c adds the offset.
 */
#ifndef INGEST_FORMAT_CODEC_METHOD_H
#define INGEST_FORMAT_CODEC_METHOD_H

#include "format/codec/codec.h"

typedef struct CodecMethod
{
	/* NULL when memory is refused; the allocator outlives the state. */
	void *(*open)(const FmtAllocator *allocator);
	FmtStatus (*decode)(void *state, CodecInput *in, CodecOutput *out, bool eof,
						const char **reason);
	void (*close)(void *state);
} CodecMethod;

extern const CodecMethod codec_gzip;    /* gzip.c */
extern const CodecMethod codec_deflate; /* gzip.c: zlib's header as well */
extern const CodecMethod codec_zstd;    /* zstd.c */
extern const CodecMethod codec_brotli;  /* brotli.c */

/* codec_open() by method; NULL when memory is refused, or method is NULL. */
extern CodecStream *codec_open_method(const CodecMethod *method, const FmtAllocator *allocator);

/* What an error code of libzstd means. zstd.c */
extern FmtStatus codec_zstd_error(size_t code, const char **reason);

#endif
