/*
 * page_walk.c: from page header to page header through a column chunk.
 *
 * in:  the chunk's range of the file, read a few kilobytes at a time
 * out: PqPageInfo of dictionary and data pages, checked against the chunk
 *
 * The chunk ends when its pages have as many values as its metadata says, because
 * byte counts are less reliable.  A header has no upper size (statistics
 * are part of it), so it is parsed from a window that grows while the parser asks for
 * more, up to the end of the chunk or PQ_MAX_PAGE_HEADER.
 */
#include <string.h>

#include "format/parquet/page_parts.h"

/* Read at a time where a header is expected: most have less than 100 bytes. */
#define HEADER_STEP 4096

/* A window that a long header made larger than this is given back. */
#define WINDOW_KEPT (64 * 1024)

/* Index pages and pages of unknown type in a row; writers have at most one in a chunk. */
#define MAX_PASSED_OVER 10000

struct PqPageWalk
{
	const PqFile *file;
	uint64_t pos; /* of the next header, in the file */
	uint64_t end; /* of the chunk */
	uint64_t values_left;
	uint32_t read_size;
	int64_t npages; /* headers seen */
	unsigned char *window;
	size_t capacity;
	uint64_t window_offset; /* of window[0], in the file */
	size_t window_len;
};

/* The walk's errors carry the number of the page. */
#define WALK_ERROR(walk, error, status, ...) \
	at_page(walk, error, pq_error(error, status, (walk)->pos, __VA_ARGS__))

static FmtStatus
at_page(const PqPageWalk *walk, PqError *error, FmtStatus status)
{
	if (error != NULL)
		error->page = walk->npages;
	return status;
}

FmtStatus
pq_page_walk_open(const PqFile *file, const PqColumnChunk *chunk, uint32_t read_size,
				  PqPageWalk **walk, PqError *error)
{
	uint64_t start, end;
	FmtStatus status = pq_chunk_range(file, chunk, &start, &end, error);

	if (status != FMT_OK)
		return status;
	*walk = file->allocator.alloc(file->allocator.context, sizeof(**walk));
	if (*walk == NULL)
		return pq_error(error, FMT_NO_MEMORY, start, "out of memory");
	memset(*walk, 0, sizeof(**walk));
	(*walk)->file = file;
	(*walk)->pos = start;
	(*walk)->end = end;
	(*walk)->values_left = (uint64_t) chunk->num_values;
	(*walk)->read_size = read_size > 0 ? read_size : 1;
	return FMT_OK;
}

static void
free_window(PqPageWalk *walk)
{
	if (walk->window != NULL)
		walk->file->allocator.free(walk->file->allocator.context, walk->window);
	walk->window = NULL;
	walk->capacity = 0;
	walk->window_len = 0;
}

void
pq_page_walk_close(PqPageWalk *walk)
{
	free_window(walk);
	walk->file->allocator.free(walk->file->allocator.context, walk);
}

/* The bytes of the window from the walk's position on. */
static const unsigned char *
window_bytes(const PqPageWalk *walk, size_t *len)
{
	uint64_t skip = walk->pos - walk->window_offset;

	*len = 0;
	if (walk->window == NULL || walk->pos < walk->window_offset || skip >= walk->window_len)
		return NULL;
	*len = walk->window_len - (size_t) skip;
	return walk->window + skip;
}

/* Makes the window begin at the walk's position and have len bytes. */
static FmtStatus
fill_window(PqPageWalk *walk, size_t len, PqError *error)
{
	const FmtAllocator *allocator = &walk->file->allocator;
	size_t have;
	const unsigned char *bytes = window_bytes(walk, &have);
	unsigned char *window = walk->window;
	FmtStatus status;

	if (len > walk->capacity)
	{
		window = allocator->alloc(allocator->context, len);
		if (window == NULL)
			return WALK_ERROR(walk, error, FMT_NO_MEMORY, "out of memory");
	}
	if (have > 0)
		memmove(window, bytes, have);
	if (window != walk->window)
	{
		free_window(walk);
		walk->window = window;
		walk->capacity = len;
	}
	walk->window_offset = walk->pos;
	walk->window_len = have;
	status = pq_page_read(walk->file, walk->pos + have, window + have, len - have, walk->read_size,
						  error);
	if (status != FMT_OK)
		return at_page(walk, error, status);
	walk->window_len = len;
	return FMT_OK;
}

/* Parses the header at the walk's position. */
static FmtStatus
read_header(PqPageWalk *walk, PqPageHeader *header, size_t *used, PqError *error)
{
	uint64_t left = walk->end - walk->pos;

	for (;;)
	{
		size_t have;
		const unsigned char *bytes = window_bytes(walk, &have);
		uint64_t step = walk->read_size < HEADER_STEP ? walk->read_size : HEADER_STEP;
		uint64_t want = have + (have > step ? have : step);
		FmtStatus status = FMT_NEED_INPUT;

		if (have > left)
			have = (size_t) left;
		if (have > 0)
			status = pq_page_header_parse(bytes, have, header, used, error);
		if (status == FMT_OK)
			return FMT_OK;
		if (status != FMT_NEED_INPUT)
		{
			if (error != NULL)
				error->base.offset += walk->pos;
			return at_page(walk, error, status);
		}
		if (have == left)
			return WALK_ERROR(walk, error, FMT_CORRUPT,
							  "page header is cut off by the end of its column chunk");
		if (have >= PQ_MAX_PAGE_HEADER)
			return WALK_ERROR(walk, error, FMT_LIMIT, "page header of more than %d bytes",
							  PQ_MAX_PAGE_HEADER);
		status = fill_window(walk, (size_t) (want < left ? want : left), error);
		if (status != FMT_OK)
			return status;
	}
}

static bool
has_values(const PqPageHeader *header)
{
	return header->type == PQ_DATA_PAGE || header->type == PQ_DATA_PAGE_V2;
}

/* Checks what the header says against the chunk; info's offsets are set. */
static FmtStatus
check_page(const PqPageWalk *walk, const PqPageInfo *info, PqError *error)
{
	const PqPageHeader *header = &info->header;

	if (info->body_offset > walk->end ||
		(uint64_t) header->compressed_size > walk->end - info->body_offset)
		return WALK_ERROR(walk, error, FMT_CORRUPT,
						  "page of %d bytes reaches beyond the end of its column chunk",
						  header->compressed_size);
	if (has_values(header) && (uint64_t) header->num_values > walk->values_left)
		return WALK_ERROR(walk, error, FMT_CORRUPT,
						  "page of %d values where its column chunk has only %llu left",
						  header->num_values, (unsigned long long) walk->values_left);
	return FMT_OK;
}

FmtStatus
pq_page_walk_next(PqPageWalk *walk, PqPageInfo *info, PqError *error)
{
	int passed_over;

	if (walk->values_left == 0)
		return FMT_END;
	for (passed_over = 0; passed_over < MAX_PASSED_OVER; passed_over++)
	{
		bool is_known;
		size_t used;
		FmtStatus status;

		if (walk->pos >= walk->end)
			return WALK_ERROR(walk, error, FMT_CORRUPT,
							  "pages of the column chunk end %llu values too early",
							  (unsigned long long) walk->values_left);
		status = read_header(walk, &info->header, &used, error);
		if (status != FMT_OK)
			return status;
		info->offset = walk->pos;
		info->body_offset = walk->pos + used;
		is_known = has_values(&info->header) || info->header.type == PQ_DICTIONARY_PAGE;
		status = check_page(walk, info, error);
		if (status != FMT_OK)
			return status;

		walk->pos = info->body_offset + (uint64_t) info->header.compressed_size;
		walk->npages++;
		if (walk->capacity > WINDOW_KEPT)
			free_window(walk);
		if (has_values(&info->header))
			walk->values_left -= (uint64_t) info->header.num_values;
		if (is_known)
			return FMT_OK;
	}
	return WALK_ERROR(walk, error, FMT_LIMIT, "more than %d pages in a row that hold no values",
					  MAX_PASSED_OVER);
}
