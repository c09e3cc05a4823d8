/*
 * utf16.h: streaming UTF-16 to UTF-8.
 *
 * The buffers are those of codec.h.  A code unit or surrogate pair may be cut
 * anywhere between two calls, and the output may be as small as one byte.
 */
#ifndef INGEST_FORMAT_UTF16_H
#define INGEST_FORMAT_UTF16_H

#include "format/codec/codec.h"

typedef struct Utf16Decoder Utf16Decoder;

/* NULL when memory is refused. */
extern Utf16Decoder *utf16_open(bool big_endian, const FmtAllocator *allocator);

/*
 * Decodes until the output is full or the input used up.  FMT_OK: call again
 * with more input or output; FMT_END: everything is decoded; FMT_TRUNCATED:
 * the input ends after an odd byte.  A surrogate without its partner becomes
 * its 3-byte form, which no UTF-8 check accepts.  eof says that no input
 * follows.  A byte order mark is data here.
 */
extern FmtStatus utf16_decode(Utf16Decoder *decoder, CodecInput *in, CodecOutput *out, bool eof,
							  FmtError *error);
extern void utf16_close(Utf16Decoder *decoder);

#endif
