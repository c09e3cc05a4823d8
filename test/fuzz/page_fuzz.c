/*
 * page_fuzz.c: any bytes as a column chunk: its page headers and the bodies of its pages.
 *
 * The first four bytes choose codec, options, size of reads and number of values.  Walking with
 * small and with large reads must find the same pages.  A page that loads in memory must have the
 * same bytes when it is streamed; one that does not must not be readable as a stream to its end.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/page.h"

#define HEAD       4
#define FIRST_PAGE 4

/* Larger pages would only make fuzzing slow. */
#define PAGE_MAX  (256 * 1024)
#define PAGES_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Bytes
{
	const uint8_t *data; /* from FIRST_PAGE on */
	size_t size;
} Bytes;

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static FmtStatus
read_at(void *context, uint64_t offset, void *buffer, size_t len, PqError *error)
{
	const Bytes *bytes = context;

	require(offset >= FIRST_PAGE && offset - FIRST_PAGE <= bytes->size);
	require(len <= bytes->size - (offset - FIRST_PAGE));
	memcpy(buffer, bytes->data + (offset - FIRST_PAGE), len);
	return FMT_OK;
}

/* Reads the body to its end, into out. */
static FmtStatus
read_body(PqBody *body, unsigned char *out, PqError *error)
{
	PqSection section;
	size_t done = 0;
	FmtStatus status = body->open(body, 0, body->len, &section, error);

	while (status == FMT_OK && done < body->len)
	{
		status = pq_section_need(&section, 1, error);
		if (status == FMT_OK)
		{
			size_t len = (size_t) (section.end - section.pos);

			memcpy(out + done, section.pos, len);
			section.pos = section.end;
			done += len;
		}
	}
	return status;
}

static FmtStatus
load(PqPageSetup *setup, const PqPageInfo *info, size_t max_in_memory, unsigned char *out)
{
	PqPageScratch *scratch = pq_page_scratch_create(&setup->file->allocator);
	PqPage page;
	PqError error;
	FmtStatus status;

	pq_error_init(&error);
	setup->max_in_memory = max_in_memory;
	status = pq_page_load(setup, scratch, info, &page, &error);
	if (status == FMT_OK)
	{
		require(page.body->len == (uint64_t) info->header.uncompressed_size);
		require(page.levels_len <= page.body->len);
		status = read_body(page.body, out, &error);
	}
	require(status == FMT_OK || (FMT_IS_ERROR(status) && error.base.message[0] != '\0'));
	pq_page_release(setup, &page);
	pq_page_scratch_free(scratch);
	return status;
}

static void
compare_loads(PqPageSetup *setup, const PqPageInfo *info)
{
	size_t len = (size_t) info->header.uncompressed_size;
	unsigned char *whole;
	unsigned char *pieces;
	FmtStatus status, streamed;

	if (len > PAGE_MAX)
		return;
	whole = malloc(len + 1);
	pieces = malloc(len + 1);
	status = load(setup, info, SIZE_MAX, whole);
	streamed = load(setup, info, 0, pieces);
	if (streamed != FMT_LIMIT)
		require((status == FMT_OK) == (streamed == FMT_OK));
	if (streamed == FMT_OK)
		require(memcmp(whole, pieces, len) == 0);
	free(whole);
	free(pieces);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Bytes bytes = {data + HEAD, size - HEAD};
	PqFile file;
	PqColumnChunk chunk;
	PqPageSetup setup;
	PqPageWalk *walks[2];
	PqPageInfo infos[2];
	PqError error;
	FmtStatus status = FMT_OK;

	if (size <= HEAD)
		return 0;
	memset(&file, 0, sizeof(file));
	file.input = (PqInput){read_at, &bytes, FIRST_PAGE + bytes.size};
	file.allocator = (FmtAllocator){plain_alloc, plain_free, NULL};
	file.footer_offset = FIRST_PAGE + bytes.size;
	file.created_by.data = "";
	memset(&chunk, 0, sizeof(chunk));
	chunk.leaf = -1;
	chunk.has_metadata = true;
	chunk.num_values = 16 * (int64_t) data[3];
	chunk.data_page_offset = FIRST_PAGE;
	chunk.dictionary_page_offset = -1;
	chunk.total_compressed_size = (int64_t) bytes.size;
	setup = (PqPageSetup){&file, data[0] % 9, data[1] & 1, data[1] & 2, 1 + data[2] % 64, 0};

	require(pq_page_walk_open(&file, &chunk, setup.read_size, &walks[0], &error) == FMT_OK);
	require(pq_page_walk_open(&file, &chunk, PAGE_MAX, &walks[1], &error) == FMT_OK);
	for (int npages = 0; npages < PAGES_MAX && status == FMT_OK; npages++)
	{
		memset(infos, 0, sizeof(infos));
		status = pq_page_walk_next(walks[0], &infos[0], &error);
		require(pq_page_walk_next(walks[1], &infos[1], &error) == status);
		if (status != FMT_OK)
			break;
		require(infos[0].offset == infos[1].offset && infos[0].body_offset == infos[1].body_offset);
		compare_loads(&setup, &infos[0]);
	}
	pq_page_walk_close(walks[0]);
	pq_page_walk_close(walks[1]);
	return 0;
}
