/*
 * page_samples.h: column chunks made page by page, and a file around them.
 */
#ifndef INGEST_TEST_PAGE_SAMPLES_H
#define INGEST_TEST_PAGE_SAMPLES_H

#include "block_samples.h"
#include "codec_samples.h"
#include "format/parquet/page.h"

/* What a page is to be.  Zero and NULL mean: nothing special. */
typedef struct PageSpec
{
	int32_t type;
	int32_t num_values;
	const BlockFraming *framing; /* NULL: not compressed */
	const unsigned char *body;
	size_t len;
	size_t levels_len; /* V2: of the body, half of it levels of repetition */
	bool with_crc;
	bool wrong_crc;
	bool says_uncompressed; /* V2: is_compressed is false */
	bool pack_nothing;      /* the empty values section is packed, too */
	int32_t wrong_len;      /* added to the uncompressed size */
	int32_t wrong_packed;   /* added to the compressed size */
	size_t statistics;      /* bytes of statistics in the header */
} PageSpec;

/* A file of one column chunk, from byte 4 on. */
typedef struct PageFile
{
	unsigned char *data;
	size_t size;
	PqFile file; /* .allocator is counting's */
	PqColumnChunk chunk;
	CountingAllocator counting;
	size_t largest_read;
	uint64_t fails_at; /* reading this byte fails with FMT_IO; 0: none */
} PageFile;

extern void page_file_init(PageFile *pages);
extern void page_file_free(PageFile *pages);

/* Appends a page, and its values to the chunk's. */
extern void page_file_add(PageFile *pages, const PageSpec *spec);
/* The chunk is what was added. */
extern void page_file_finish(PageFile *pages);

/* The number that the format has for the codec. */
extern int32_t page_codec(const BlockFraming *framing);

#endif
