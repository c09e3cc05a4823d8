/*
 * page.c: from the bytes of a page in the file to its body.
 *
 * in:  PqPageInfo of page_walk.c
 * out: PqPage: a body in memory, one allocation that pq_page_release() gives back;
 *      or one that page_stream.c decompresses while it is read
 *
 * V1 and dictionary pages are packed as a whole; V2 pages begin with their levels, which are
 * never packed.  Nothing of a page's claimed size is allocated before it is plausible.
 */
#include <string.h>
#include <zlib.h>

#include "format/parquet/page_parts.h"

/* In front of the bytes of a body in memory; keeps them aligned as the allocator does. */
#define BODY_HEAD ((sizeof(PqMemoryBody) + 15) / 16 * 16)

struct PqPageScratch
{
	FmtAllocator allocator;
	CodecBlock *block;     /* NULL until needed */
	unsigned char *buffer; /* compressed bytes of the page being loaded */
	size_t size;
};

/* What load functions work with. */
typedef struct PageLoad
{
	const PqPageSetup *setup;
	PqPageScratch *scratch;
	const PqPageInfo *info;
	PqPageParts parts;
} PageLoad;

PqPageScratch *
pq_page_scratch_create(const FmtAllocator *allocator)
{
	PqPageScratch *scratch = allocator->alloc(allocator->context, sizeof(*scratch));

	if (scratch == NULL)
		return NULL;
	memset(scratch, 0, sizeof(*scratch));
	scratch->allocator = *allocator;
	return scratch;
}

void
pq_page_scratch_free(PqPageScratch *scratch)
{
	FmtAllocator allocator = scratch->allocator;

	if (scratch->block != NULL)
		codec_block_close(scratch->block);
	if (scratch->buffer != NULL)
		allocator.free(allocator.context, scratch->buffer);
	allocator.free(allocator.context, scratch);
}

/* At least size bytes, valid until the next call; NULL: no memory. */
static unsigned char *
scratch_buffer(PqPageScratch *scratch, size_t size)
{
	if (size > scratch->size || scratch->buffer == NULL)
	{
		if (scratch->buffer != NULL)
			scratch->allocator.free(scratch->allocator.context, scratch->buffer);
		scratch->size = 0;
		scratch->buffer = scratch->allocator.alloc(scratch->allocator.context, size + 1);
		if (scratch->buffer != NULL)
			scratch->size = size;
	}
	return scratch->buffer;
}

FmtStatus
pq_page_read(const PqFile *file, uint64_t offset, void *buffer, size_t len, uint32_t read_size,
			 PqError *error)
{
	size_t step = read_size > 0 ? read_size : 1;
	size_t done = 0;

	while (done < len)
	{
		size_t piece = len - done < step ? len - done : step;
		FmtStatus status = file->input.read_at(file->input.context, offset + done,
											   (unsigned char *) buffer + done, piece, error);

		if (status != FMT_OK)
			return status;
		done += piece;
	}
	return FMT_OK;
}

static FmtStatus
find_codec(int32_t codec, CodecBlockKind *kind, uint64_t offset, PqError *error)
{
	const char *name = pq_codec_name(codec);

	switch (codec)
	{
		case PQ_UNCOMPRESSED:
			*kind = CODEC_BLOCK_NONE;
			return FMT_OK;
		case PQ_SNAPPY:
			*kind = CODEC_BLOCK_SNAPPY;
			return FMT_OK;
		case PQ_GZIP:
			*kind = CODEC_BLOCK_GZIP;
			return FMT_OK;
		case PQ_BROTLI:
			*kind = CODEC_BLOCK_BROTLI;
			return FMT_OK;
		case PQ_LZ4:
			*kind = CODEC_BLOCK_LZ4;
			return FMT_OK;
		case PQ_ZSTD:
			*kind = CODEC_BLOCK_ZSTD;
			return FMT_OK;
		case PQ_LZ4_RAW:
			*kind = CODEC_BLOCK_LZ4_RAW;
			return FMT_OK;
	}
	if (name != NULL)
		return pq_error(error, FMT_UNSUPPORTED, offset, "compression codec %s is not supported",
						name);
	return pq_error(error, FMT_UNSUPPORTED, offset, "unknown compression codec %d", codec);
}

/* Sets load->parts. */
static FmtStatus
find_parts(PageLoad *load, PqError *error)
{
	const PqPageHeader *header = &load->info->header;
	PqPageParts *parts = &load->parts;
	FmtStatus status = find_codec(load->setup->codec, &parts->kind, load->info->body_offset, error);
	uint64_t values_len;

	if (status != FMT_OK)
		return status;
	parts->offset = load->info->body_offset;
	parts->levels_len = 0;
	if (header->type == PQ_DATA_PAGE_V2)
	{
		parts->levels_len = (uint64_t) header->rep_len + (uint64_t) header->def_len;
		if (!header->is_compressed && !load->setup->v2_ignores_is_compressed)
			parts->kind = CODEC_BLOCK_NONE;
	}
	parts->len = (uint64_t) header->uncompressed_size;
	if (parts->levels_len > parts->len || parts->levels_len > (uint64_t) header->compressed_size)
		return pq_error(error, FMT_CORRUPT, parts->offset, "levels are longer than their page");
	parts->packed_len = (uint64_t) header->compressed_size - parts->levels_len;

	/* writers pack no values as nothing at all, or as an empty frame */
	values_len = parts->len - parts->levels_len;
	if (values_len == 0)
	{
		parts->kind = CODEC_BLOCK_NONE;
		parts->packed_len = 0;
	}
	if (parts->kind == CODEC_BLOCK_NONE && parts->packed_len != values_len)
		return pq_error(error, FMT_CORRUPT, parts->offset,
						"uncompressed page has %llu bytes where its header says %llu",
						(unsigned long long) parts->packed_len, (unsigned long long) values_len);
	return FMT_OK;
}

static FmtStatus
no_memory(const PageLoad *load, PqError *error)
{
	return pq_error(error, FMT_NO_MEMORY, load->parts.offset, "out of memory");
}

static FmtStatus
check_crc(const PageLoad *load, uLong crc, PqError *error)
{
	if ((uint32_t) crc == load->info->header.crc)
		return FMT_OK;
	return pq_error(error, FMT_CHECKSUM, load->parts.offset,
					"wrong checksum: the page has %08lx, its header says %08lx",
					(unsigned long) crc, (unsigned long) load->info->header.crc);
}

static bool
wants_crc(const PageLoad *load)
{
	return load->setup->verify_crc && load->info->header.has_crc;
}

/* Reads the page's bytes as they are in the file, all of them, and compares their checksum. */
static FmtStatus
read_checked(const PageLoad *load, unsigned char *buffer, PqError *error)
{
	size_t len = (size_t) load->info->header.compressed_size;
	FmtStatus status = pq_page_read(load->setup->file, load->parts.offset, buffer, len,
									load->setup->read_size, error);

	if (status != FMT_OK || !wants_crc(load))
		return status;
	return check_crc(load, crc32_z(0, buffer, len), error);
}

/* A block for a body of len bytes with PQ_SLACK zeros behind it; NULL: no memory. */
static PqMemoryBody *
memory_body_create(const FmtAllocator *allocator, size_t len)
{
	unsigned char *block = allocator->alloc(allocator->context, BODY_HEAD + len + PQ_SLACK);

	if (block == NULL)
		return NULL;
	memset(block + BODY_HEAD + len, 0, PQ_SLACK);
	pq_memory_body_init((PqMemoryBody *) block, block + BODY_HEAD, len);
	return (PqMemoryBody *) block;
}

/* Fills out, the body's bytes, from the page's bytes. */
static FmtStatus
unpack(const PageLoad *load, const unsigned char *packed, unsigned char *out, PqError *error)
{
	const PqPageParts *parts = &load->parts;
	PqPageScratch *scratch = load->scratch;
	size_t levels_len = (size_t) parts->levels_len;
	CodecBlockSpan span = {packed + levels_len, (size_t) parts->packed_len, out + levels_len,
						   (size_t) parts->len - levels_len};
	const char *reason;
	FmtStatus status;

	memcpy(out, packed, levels_len);
	if (parts->kind == CODEC_BLOCK_NONE)
	{
		memcpy(span.out, span.in, span.in_len);
		return FMT_OK;
	}
	if (scratch->block == NULL)
		scratch->block = codec_block_open(&scratch->allocator);
	if (scratch->block == NULL)
		return no_memory(load, error);
	status = codec_block_decode(scratch->block, parts->kind, &span, &reason);
	if (status != FMT_OK)
		return pq_error(error, status, parts->offset, "could not decompress %s page: %s",
						pq_codec_name(load->setup->codec), reason);
	return FMT_OK;
}

/* Reads the compressed page, and makes a body of it once its size is plausible. */
static FmtStatus
load_packed(const PageLoad *load, PqMemoryBody **body, PqError *error)
{
	const PqPageParts *parts = &load->parts;
	const FmtAllocator *allocator = &load->setup->file->allocator;
	unsigned char *packed =
		scratch_buffer(load->scratch, (size_t) load->info->header.compressed_size);
	FmtStatus status;

	if (packed == NULL)
		return no_memory(load, error);
	status = read_checked(load, packed, error);
	if (status != FMT_OK)
		return status;
	if (parts->kind != CODEC_BLOCK_NONE &&
		!codec_block_plausible(parts->kind, packed + parts->levels_len, (size_t) parts->packed_len,
							   parts->len - parts->levels_len))
		return pq_error(error, FMT_CORRUPT, parts->offset,
						"%llu bytes of %s cannot be a page of %llu bytes, as its header says",
						(unsigned long long) parts->packed_len, pq_codec_name(load->setup->codec),
						(unsigned long long) (parts->len - parts->levels_len));
	*body = memory_body_create(allocator, (size_t) parts->len);
	if (*body == NULL)
		return no_memory(load, error);
	status = unpack(load, packed, (unsigned char *) *body + BODY_HEAD, error);
	if (status != FMT_OK)
		allocator->free(allocator->context, *body);
	return status;
}

/* The page's bytes are the body's bytes. */
static FmtStatus
load_plain(const PageLoad *load, PqMemoryBody **body, PqError *error)
{
	const FmtAllocator *allocator = &load->setup->file->allocator;
	FmtStatus status;

	*body = memory_body_create(allocator, (size_t) load->parts.len);
	if (*body == NULL)
		return no_memory(load, error);
	status = read_checked(load, (unsigned char *) *body + BODY_HEAD, error);
	if (status != FMT_OK)
		allocator->free(allocator->context, *body);
	return status;
}

/* The checksum of a page that is too large for memory, in a pass of its own. */
static FmtStatus
check_crc_in_pieces(const PageLoad *load, PqError *error)
{
	uint64_t offset = load->parts.offset;
	uint64_t end = offset + (uint64_t) load->info->header.compressed_size;
	unsigned char *buffer = scratch_buffer(load->scratch, PQ_STREAM_WINDOW);
	uLong crc = 0;

	if (buffer == NULL)
		return no_memory(load, error);
	while (offset < end)
	{
		size_t piece = end - offset < PQ_STREAM_WINDOW ? (size_t) (end - offset) : PQ_STREAM_WINDOW;
		FmtStatus status =
			pq_page_read(load->setup->file, offset, buffer, piece, load->setup->read_size, error);

		if (status != FMT_OK)
			return status;
		crc = crc32_z(crc, buffer, piece);
		offset += piece;
	}
	return check_crc(load, crc, error);
}

static FmtStatus
load_streamed(const PageLoad *load, PqPage *page, PqError *error)
{
	const PqPageSetup *setup = load->setup;
	PqStreamSetup stream = {setup->file, setup->read_size, setup->max_in_memory};
	const PqPageParts *parts = &load->parts;
	FmtStatus status;

	if (parts->kind != CODEC_BLOCK_NONE && !codec_block_can_stream(parts->kind))
		return pq_error(error, FMT_LIMIT, parts->offset,
						"the page alone needs %llu bytes of memory, and %s cannot be decompressed "
						"in pieces; raise memory_budget",
						(unsigned long long) (parts->len + parts->packed_len),
						pq_codec_name(setup->codec));
	if (wants_crc(load))
	{
		status = check_crc_in_pieces(load, error);
		if (status != FMT_OK)
			return status;
	}
	page->body = pq_stream_body_create(&stream, parts, &page->memory);
	if (page->body == NULL)
		return no_memory(load, error);
	page->is_streamed = true;
	return FMT_OK;
}

FmtStatus
pq_page_load(const PqPageSetup *setup, PqPageScratch *scratch, const PqPageInfo *info, PqPage *page,
			 PqError *error)
{
	PageLoad load = {setup, scratch, info, {CODEC_BLOCK_NONE, 0, 0, 0, 0}};
	PqMemoryBody *body = NULL;
	FmtStatus status = find_parts(&load, error);

	memset(page, 0, sizeof(*page));
	if (status != FMT_OK)
		return status;
	page->levels_len = load.parts.levels_len;
	if (load.parts.len > setup->max_in_memory ||
		(uint64_t) info->header.compressed_size > setup->max_in_memory)
		return load_streamed(&load, page, error);

	if (load.parts.kind == CODEC_BLOCK_NONE &&
		load.parts.len == (uint64_t) info->header.compressed_size)
		status = load_plain(&load, &body, error);
	else
		status = load_packed(&load, &body, error);
	if (status != FMT_OK)
		return status;
	page->body = &body->body;
	page->memory = BODY_HEAD + (size_t) load.parts.len + PQ_SLACK;
	return FMT_OK;
}

void
pq_page_release(const PqPageSetup *setup, PqPage *page)
{
	const FmtAllocator *allocator = &setup->file->allocator;

	if (page->body != NULL && page->is_streamed)
		pq_stream_body_free(page->body);
	else if (page->body != NULL)
		allocator->free(allocator->context, page->body);
	page->body = NULL;
	page->memory = 0;
}
