/*
 * parquet_page_walk_test.c: from page to page through column chunks, good and damaged.
 */
#include <stdlib.h>
#include <string.h>

#include "page_samples.h"
#include "unit.h"

static const uint32_t read_sizes[] = {1, 2, 3, 7, 1000, 65536};
static unsigned char text[5000];

#define READ_SIZES (sizeof(read_sizes) / sizeof(read_sizes[0]))

/* Walks to the end or an error, and counts pages. */
static FmtStatus
walk_all(const PageFile *pages, uint32_t read_size, int *npages, PqError *error)
{
	PqPageWalk *walk;
	PqPageInfo info;
	FmtStatus status = pq_page_walk_open(&pages->file, &pages->chunk, read_size, &walk, error);

	*npages = 0;
	if (status != FMT_OK)
		return status;
	while ((status = pq_page_walk_next(walk, &info, error)) == FMT_OK)
		++*npages;
	if (status == FMT_END)
		CHECK(pq_page_walk_next(walk, &info, error) == FMT_END);
	pq_page_walk_close(walk);
	return status;
}

static void
add_page(PageFile *pages, int32_t type, int32_t num_values, size_t len)
{
	PageSpec spec = {.type = type, .num_values = num_values, .body = text, .len = len};

	page_file_add(pages, &spec);
}

/* Index pages and pages of unknown type are passed over, pages without values are not. */
static void
test_sequence(uint32_t read_size)
{
	static const int32_t types[] = {PQ_DICTIONARY_PAGE, PQ_DATA_PAGE, PQ_DATA_PAGE_V2, PQ_DATA_PAGE,
									PQ_DATA_PAGE_V2};
	static const int32_t values[] = {50, 10, 20, 0, 30};
	static const size_t lens[] = {50, 1, 5000, 0, 777};
	PageFile pages;
	PqPageWalk *walk;
	PqPageInfo info;
	PqError error;

	page_file_init(&pages);
	add_page(&pages, types[0], values[0], lens[0]);
	add_page(&pages, PQ_INDEX_PAGE, 0, 100);
	add_page(&pages, types[1], values[1], lens[1]);
	add_page(&pages, 77, 0, 4000);
	add_page(&pages, -1, 0, 0);
	for (int i = 2; i < 5; i++)
		add_page(&pages, types[i], values[i], lens[i]);
	add_page(&pages, PQ_INDEX_PAGE, 0, 100); /* behind the last value: not looked at */
	page_file_finish(&pages);

	CHECK(pq_page_walk_open(&pages.file, &pages.chunk, read_size, &walk, &error) == FMT_OK);
	for (int i = 0; i < 5; i++)
	{
		CHECK(pq_page_walk_next(walk, &info, &error) == FMT_OK);
		CHECK(info.header.type == types[i] && info.header.num_values == values[i]);
		CHECK((size_t) info.header.compressed_size == lens[i]);
		CHECK(memcmp(pages.data + info.body_offset, text, lens[i]) == 0);
		CHECK(info.offset < info.body_offset);
	}
	CHECK(pq_page_walk_next(walk, &info, &error) == FMT_END);
	CHECK(pages.largest_read <= read_size);
	pq_page_walk_close(walk);
	page_file_free(&pages);
}

/* Statistics can make a header long. */
static void
test_long_header(size_t statistics)
{
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 5, .body = text, .len = 100};
	PageFile pages;
	PqError error;
	int npages;

	page_file_init(&pages);
	add_page(&pages, PQ_DATA_PAGE, 5, 10);
	spec.statistics = statistics;
	page_file_add(&pages, &spec);
	add_page(&pages, PQ_DATA_PAGE, 5, 10);
	page_file_finish(&pages);
	for (size_t i = 0; i < READ_SIZES; i++)
	{
		CHECK(walk_all(&pages, read_sizes[i], &npages, &error) == FMT_END);
		CHECK(npages == 3);
	}
	page_file_free(&pages);
}

/* Two pages of 10 values; the chunk is changed by the caller. */
static void
two_pages(PageFile *pages)
{
	page_file_init(pages);
	add_page(pages, PQ_DATA_PAGE, 10, 100);
	add_page(pages, PQ_DATA_PAGE_V2, 10, 200);
	page_file_finish(pages);
}

static void
expect_error(const PageFile *pages, FmtStatus status, int64_t page, const char *message)
{
	for (size_t i = 0; i < READ_SIZES; i++)
	{
		PqError error;
		int npages;

		CHECK_NOTE(walk_all(pages, read_sizes[i], &npages, &error) == status, message);
		CHECK_NOTE(strstr(error.base.message, message) != NULL, error.base.message);
		CHECK_NOTE(error.page == page && npages == page, message);
		CHECK(error.base.offset >= 4 && error.base.offset <= pages->size);
	}
}

static void
test_damage(void)
{
	PageFile pages;
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 10, .body = text, .len = 100};

	two_pages(&pages);
	pages.chunk.num_values = 30;
	expect_error(&pages, FMT_CORRUPT, 2, "end 10 values too early");
	pages.chunk.num_values = 19;
	expect_error(&pages, FMT_CORRUPT, 1, "page of 10 values where its column chunk has only 9");
	pages.chunk.num_values = 20;
	pages.chunk.total_compressed_size--;
	expect_error(&pages, FMT_CORRUPT, 1, "reaches beyond the end of its column chunk");
	pages.chunk.total_compressed_size -= 202;
	expect_error(&pages, FMT_CORRUPT, 1, "cut off by the end of its column chunk");
	pages.data[4] = 0x1f;
	expect_error(&pages, FMT_CORRUPT, 0, "invalid page header");
	page_file_free(&pages);

	page_file_init(&pages);
	spec.wrong_packed = INT32_MAX - 100;
	page_file_add(&pages, &spec);
	page_file_finish(&pages);
	expect_error(&pages, FMT_CORRUPT, 0, "page of 2147483647 bytes reaches beyond");
	page_file_free(&pages);
}

/* As many values as there are; what follows is not looked at. */
static void
test_no_values(void)
{
	PageFile pages;
	PqError error;
	int npages;

	two_pages(&pages);
	pages.chunk.num_values = 0;
	CHECK(walk_all(&pages, 1000, &npages, &error) == FMT_END && npages == 0);
	pages.chunk.num_values = 10;
	CHECK(walk_all(&pages, 1000, &npages, &error) == FMT_END && npages == 1);
	page_file_free(&pages);
}

/* parquet-mr before 1.2.9 did not count the header of the dictionary page (PARQUET-816). */
static void
test_uncounted_header(void)
{
	static const char *const old = "parquet-mr version 1.2.8";
	PageFile pages;
	PqError error;
	int npages;

	two_pages(&pages);
	pages.chunk.total_compressed_size -= 20;
	CHECK(walk_all(&pages, 1000, &npages, &error) == FMT_CORRUPT);
	pages.file.created_by.data = old;
	pages.file.created_by.len = (uint32_t) strlen(old);
	CHECK(walk_all(&pages, 1000, &npages, &error) == FMT_END && npages == 2);
	page_file_free(&pages);
}

/* Work in one call is bounded. */
static void
test_many_index_pages(void)
{
	PageFile pages;
	PqError error;
	int npages;

	page_file_init(&pages);
	for (int i = 0; i < 300; i++)
		add_page(&pages, PQ_INDEX_PAGE, 0, 0);
	for (int i = 0; i < 6; i++) /* 19,200 */
	{
		size_t len = pages.size - 4;

		pages.data = realloc(pages.data, 4 + 2 * len);
		memcpy(pages.data + 4 + len, pages.data + 4, len);
		pages.size += len;
	}
	add_page(&pages, PQ_DATA_PAGE, 1, 1);
	page_file_finish(&pages);
	CHECK(walk_all(&pages, 1000, &npages, &error) == FMT_LIMIT && npages == 0);
	page_file_free(&pages);
}

static void
test_failures(void)
{
	PageFile pages;
	PqError error;
	int npages;
	FmtStatus status = FMT_NO_MEMORY;

	two_pages(&pages);
	pages.fails_at = 20;
	CHECK(walk_all(&pages, 7, &npages, &error) == FMT_IO);
	pages.fails_at = 0;
	for (int calls = 0; status == FMT_NO_MEMORY && calls < 20; calls++)
	{
		counting_init(&pages.counting, calls);
		status = walk_all(&pages, 3, &npages, &error);
		CHECK(pages.counting.alive == 0);
	}
	CHECK(status == FMT_END);
	page_file_free(&pages);
}

int
main(void)
{
	block_text(text, sizeof(text), 2);
	for (size_t i = 0; i < READ_SIZES; i++)
		test_sequence(read_sizes[i]);
	test_long_header(5000);
	test_long_header(300000);
	test_damage();
	test_no_values();
	test_uncounted_header();
	test_many_index_pages();
	test_failures();
	return unit_finish();
}
