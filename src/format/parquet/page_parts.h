/*
 * page_parts.h: what page.c, page_walk.c and page_stream.c share.
 */
#ifndef INGEST_FORMAT_PARQUET_PAGE_PARTS_H
#define INGEST_FORMAT_PARQUET_PAGE_PARTS_H

#include "format/codec/block.h"
#include "format/parquet/page.h"

/* How the bytes of a page lie in the file, and what they become. */
typedef struct PqPageParts
{
	CodecBlockKind kind; /* of the packed part */
	uint64_t offset;     /* in the file: levels_len bytes as they are, then packed_len bytes */
	uint64_t levels_len;
	uint64_t packed_len;
	uint64_t len; /* of the body: levels and what the packed part becomes */
} PqPageParts;

/* All len bytes at offset, with at most read_size (0: 1) bytes asked for at a time. page.c */
extern FmtStatus pq_page_read(const PqFile *file, uint64_t offset, void *buffer, size_t len,
							  uint32_t read_size, PqError *error);

/* A streamed body asks for and decompresses at most this much at a time, unless a decoder needs more. */
#define PQ_STREAM_WINDOW ((size_t) 64 * 1024)

/* How a streamed body reads. */
typedef struct PqStreamSetup
{
	const PqFile *file;
	uint32_t read_size; /* windows are not larger either, unless a decoder needs it */
	size_t max_window;  /* what a decoder may need: more is FMT_LIMIT */
} PqStreamSetup;

/*
 * A body that is decompressed while it is read.  memory is what it takes with as many sections as the
 * levels and values of a page have, without the codec's contexts.  NULL: no memory. page_stream.c
 */
extern PqBody *pq_stream_body_create(const PqStreamSetup *setup, const PqPageParts *parts,
									 size_t *memory);
/* Ends its sections as well. */
extern void pq_stream_body_free(PqBody *body);

#endif
