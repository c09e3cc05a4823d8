/*
 * codec.h: streaming decompression of whole files (gzip, zstd).
 *
 * A CodecStream is fed with consecutive pieces of the compressed file and
 * gives decompressed bytes; it loops over gzip members and zstd frames.
 * Memory comes from the allocator, except libzstd's own: its stable interface
 * takes no allocator.  Whoever throws the allocator's memory away as a whole
 * must therefore still call codec_close().  Nothing here reads files.
 */
#ifndef INGEST_FORMAT_CODEC_H
#define INGEST_FORMAT_CODEC_H

#include "format/allocator.h"
#include "format/status.h"

typedef enum CodecKind
{
	CODEC_NONE = 0,
	CODEC_GZIP = 1,
	CODEC_ZSTD = 2
} CodecKind;

/* {data, size, pos} as zstd does it: 0 <= pos <= size, the callee advances pos. */
typedef struct CodecInput
{
	const unsigned char *data;
	size_t size;
	size_t pos;
} CodecInput;

typedef struct CodecOutput
{
	unsigned char *data;
	size_t size;
	size_t pos;
} CodecOutput;

typedef struct CodecStream CodecStream;

/* Tells the codec by the magic bytes of the file's head; CODEC_NONE when there are none. */
extern CodecKind codec_detect(const unsigned char *head, size_t len);

/*
 * The name of a compression that is none of ours ("bzip2", "xz" ...) but whose magic
 * bytes the head has, at least 10 of them for all to be told; NULL: there is none.
 */
extern const char *codec_detect_foreign(const unsigned char *head, size_t len);

/* NULL when memory is refused. */
extern CodecStream *codec_open(CodecKind kind, const FmtAllocator *allocator);

/*
 * Decodes until the output is full or the input used up.  eof says that no
 * input follows.  FMT_OK: call again with more input or output; FMT_END: the
 * stream is complete and checked (CRC, content checksum); else error, with the
 * offset of the compressed byte where it was noticed.  A stream that ends
 * inside a member or frame is FMT_TRUNCATED, a wrong checksum FMT_CHECKSUM.
 * Zero bytes behind the last gzip member are padding (as gzip(1) has it),
 * anything else behind a member or frame is FMT_CORRUPT.  END and errors are
 * final: they are returned again.
 */
extern FmtStatus codec_decode(CodecStream *stream, CodecInput *in, CodecOutput *out, bool eof,
							  FmtError *error);
extern void codec_close(CodecStream *stream);

#endif
