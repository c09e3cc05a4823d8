/*
 * page.h: the pages of a column chunk, one after the other.
 *
 * file -> header -> body (checked, decompressed or to be decompressed while it is read).
 * A PqPage owns its body.  Pages can be loaded again at any time from their
 * position, which is how memory is given back and taken again.
 */
#ifndef INGEST_FORMAT_PARQUET_PAGE_H
#define INGEST_FORMAT_PARQUET_PAGE_H

#include "format/parquet/file.h"
#include "format/parquet/page_header.h"
#include "format/parquet/section.h"

/* Where a page is and what its header says. */
typedef struct PqPageInfo
{
	uint64_t offset;      /* of the header */
	uint64_t body_offset; /* of the compressed body */
	PqPageHeader header;
} PqPageInfo;

/* Headers beyond this are refused. */
#define PQ_MAX_PAGE_HEADER (64 * 1024 * 1024)

typedef struct PqPageWalk PqPageWalk; /* opaque: reads headers of one chunk, with read-ahead */

extern FmtStatus pq_page_walk_open(const PqFile *file, const PqColumnChunk *chunk,
								   uint32_t read_size, PqPageWalk **walk, PqError *error);
/*
 * The next header; index pages and pages of unknown type are passed over.  FMT_END behind the page that
 * completes the chunk's number of values.  Checked: the page is inside the chunk, its values are within
 * those that the chunk has left.  Not against the chunk's total_uncompressed_size, as there
 * are writers that store the compressed size there.  Pages without values are returned like others.
 */
extern FmtStatus pq_page_walk_next(PqPageWalk *walk, PqPageInfo *info, PqError *error);
extern void pq_page_walk_close(PqPageWalk *walk);

/* How page bodies of one chunk are loaded. */
typedef struct PqPageSetup
{
	const PqFile *file;
	int32_t codec;
	bool v2_ignores_is_compressed; /* ARROW-10353: parquet-cpp before 2.0 wrote false for true */
	bool verify_crc;
	uint32_t read_size;
	size_t max_in_memory; /* bodies larger than this are streamed, if the codec can */
} PqPageSetup;

typedef struct PqPage
{
	PqBody *body;  /* levels and values; of V2 pages the uncompressed levels come first */
	size_t memory; /* bytes it takes; when streamed: with sections for levels and values */
	uint64_t
		levels_len;   /* V2: bytes of the levels; V1: 0, they are in the body, with their lengths */
	bool is_streamed; /* its sections are not stable, and take memory of their own */
} PqPage;

/*
 * Scratch memory for compressed bytes and decompression contexts, shared by all columns of a reader.
 */
typedef struct PqPageScratch PqPageScratch;
extern PqPageScratch *pq_page_scratch_create(const FmtAllocator *allocator);
extern void pq_page_scratch_free(PqPageScratch *scratch);

/*
 * Loads the body.  Before anything is allocated for it, its claimed size was checked against what the codec can
 * make of the compressed bytes (snappy's preamble, zstd's frames, the best ratio of the others).  After an
 * error page->body is NULL, which pq_page_release() tolerates.
 */
extern FmtStatus pq_page_load(const PqPageSetup *setup, PqPageScratch *scratch,
							  const PqPageInfo *info, PqPage *page, PqError *error);
extern void pq_page_release(const PqPageSetup *setup, PqPage *page);

#endif
