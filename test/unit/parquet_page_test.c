/*
 * parquet_page_test.c: page bodies of every codec, in memory and streamed, good and damaged.
 */
#include <stdlib.h>
#include <string.h>

#include "page_samples.h"
#include "unit.h"

#define TEXT_LEN 3000

static unsigned char text[TEXT_LEN];
static const uint32_t read_sizes[] = {1, 2, 3, 7, 1000, 65536};
static const size_t memory_limits[] = {0, 1000000}; /* streamed; in memory */

/* One page in a file of its own. */
typedef struct OnePage
{
	PageFile pages;
	PqPageSetup setup;
	PqPageInfo info;
} OnePage;

static void
one_page(OnePage *one, const PageSpec *spec)
{
	PqPageWalk *walk;
	PqError error;

	page_file_init(&one->pages);
	page_file_add(&one->pages, spec);
	one->pages.chunk.num_values = 1;
	page_file_finish(&one->pages);
	memset(&one->setup, 0, sizeof(one->setup));
	one->setup.file = &one->pages.file;
	one->setup.codec = page_codec(spec->framing);
	one->setup.verify_crc = true;
	one->setup.read_size = 1000;
	one->setup.max_in_memory = 1000000;
	CHECK(pq_page_walk_open(&one->pages.file, &one->pages.chunk, 1000, &walk, &error) == FMT_OK);
	CHECK(pq_page_walk_next(walk, &one->info, &error) == FMT_OK);
	pq_page_walk_close(walk);
	one->pages.largest_read = 0;
}

/* Loads the page and reads its whole body, byte by byte; FMT_OK: it was text. */
static FmtStatus
load(OnePage *one, PqError *error)
{
	PqPageScratch *scratch = pq_page_scratch_create(&one->pages.file.allocator);
	PqPage page;
	PqSection section;
	FmtStatus status;
	uint64_t len;

	if (scratch == NULL)
		return FMT_NO_MEMORY;
	status = pq_page_load(&one->setup, scratch, &one->info, &page, error);
	CHECK((status == FMT_OK) == (page.body != NULL));
	if (status == FMT_OK)
	{
		len = page.body->len;
		status = page.body->open(page.body, 0, len, &section, error);
		for (uint64_t i = 0; i < len && status == FMT_OK; i++)
		{
			status = pq_section_need(&section, 1, error);
			if (status != FMT_OK)
				break;
			CHECK(*section.pos == text[i]);
			section.pos++;
		}
		if (status == FMT_OK)
		{
			static const unsigned char zeros[PQ_SLACK];

			CHECK(pq_section_need(&section, 1, error) == FMT_TRUNCATED);
			CHECK(memcmp(section.pos, zeros, PQ_SLACK) == 0);
			CHECK(section.is_stable == !page.is_streamed);
			CHECK(page.memory >= (page.is_streamed ? 1 : len));
		}
	}
	pq_page_release(&one->setup, &page);
	pq_page_scratch_free(scratch);
	CHECK(one->pages.counting.alive == 0);
	return status;
}

/* The status of loading, which must be the same in memory and streamed, with any read size. */
static FmtStatus
load_all_ways(OnePage *one, const char *message)
{
	bool can_stream = one->setup.codec != PQ_SNAPPY && one->setup.codec != PQ_LZ4 &&
					  one->setup.codec != PQ_LZ4_RAW;
	FmtStatus first = FMT_OK;

	for (size_t i = 0; i < sizeof(memory_limits) / sizeof(memory_limits[0]); i++)
	{
		for (size_t j = 0; j < sizeof(read_sizes) / sizeof(read_sizes[0]); j++)
		{
			PqError error;
			FmtStatus status;

			if (memory_limits[i] == 0 && !can_stream)
				continue;
			one->setup.max_in_memory = memory_limits[i];
			one->setup.read_size = read_sizes[j];
			status = load(one, &error);
			CHECK(one->pages.largest_read <= read_sizes[j]);
			one->pages.largest_read = 0;
			if (first == FMT_OK)
				first = status;
			CHECK(status == first);
			if (status != FMT_OK)
			{
				CHECK_NOTE(strstr(error.base.message, message) != NULL, error.base.message);
				CHECK(error.base.offset >= one->info.body_offset);
				CHECK(error.base.offset <= one->pages.size);
			}
		}
	}
	return first;
}

static FmtStatus
try_page(const PageSpec *spec, const char *message)
{
	OnePage one;
	FmtStatus status;

	one_page(&one, spec);
	status = load_all_ways(&one, message);
	page_file_free(&one.pages);
	return status;
}

static void
test_good(const BlockFraming *framing)
{
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 1, .body = text, .with_crc = true};

	spec.framing = framing;
	spec.len = TEXT_LEN;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	spec.type = PQ_DICTIONARY_PAGE;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	spec.type = PQ_DATA_PAGE_V2;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	spec.levels_len = 333;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
}

/* Pages without values: nothing packed, or nothing at all; levels only. */
static void
test_no_values(const BlockFraming *framing)
{
	PageSpec spec = {.type = PQ_DATA_PAGE_V2, .num_values = 1, .body = text, .with_crc = true};

	spec.framing = framing;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	spec.len = spec.levels_len = 100;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	if (framing->kind == CODEC_BLOCK_ZSTD || framing->kind == CODEC_BLOCK_GZIP)
	{
		spec.pack_nothing = true;
		CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
	}
	spec.type = PQ_DATA_PAGE;
	spec.len = spec.levels_len = 0;
	CHECK_NOTE(try_page(&spec, "") == FMT_OK, framing->name);
}

static void
test_wrong_size(const BlockFraming *framing)
{
	PageSpec spec = {.num_values = 1, .body = text, .len = TEXT_LEN, .levels_len = 50};

	spec.framing = framing;
	spec.type = PQ_DATA_PAGE_V2;
	spec.wrong_len = 1;
	CHECK_NOTE(try_page(&spec, "") == FMT_CORRUPT, framing->name);
	spec.wrong_len = -1;
	CHECK_NOTE(try_page(&spec, "") == FMT_CORRUPT, framing->name);
	spec.wrong_len = 0;
	spec.wrong_packed = -1; /* without the last byte */
	CHECK_NOTE(FMT_IS_ERROR(try_page(&spec, "")), framing->name);
	spec.wrong_packed = 0;
	spec.wrong_crc = true;
	CHECK_NOTE(try_page(&spec, "wrong checksum") == FMT_CHECKSUM, framing->name);
}

/* Flipped bits: an error, or other bytes where no checksum is; never a crash. */
static void
test_flipped(const BlockFraming *framing)
{
	PageSpec spec = {.num_values = 1, .body = text, .len = 200, .levels_len = 50};
	OnePage one;

	spec.framing = framing;
	spec.type = PQ_DATA_PAGE_V2;
	spec.with_crc = true;
	one_page(&one, &spec);
	for (size_t at = one.info.body_offset; at < one.pages.size; at += 5)
	{
		PqError error;

		one.pages.data[at] ^= 0x10;
		CHECK(load(&one, &error) == FMT_CHECKSUM);
		one.pages.data[at] ^= 0x10;
	}
	one.setup.max_in_memory = 10;
	for (size_t at = one.info.body_offset; at < one.pages.size; at += 5)
	{
		PqError error;

		one.pages.data[at] ^= 0x10;
		CHECK(load(&one, &error) ==
			  (codec_block_can_stream(framing->kind) || framing->kind == CODEC_BLOCK_NONE
				   ? FMT_CHECKSUM
				   : FMT_LIMIT));
		one.pages.data[at] ^= 0x10;
	}
	page_file_free(&one.pages);
}

/* V2 pages that say they are not compressed: true, or parquet-cpp's mistake (ARROW-10353). */
static void
test_says_uncompressed(void)
{
	PageSpec spec = {.type = PQ_DATA_PAGE_V2, .num_values = 1, .body = text, .len = TEXT_LEN};
	OnePage one;

	spec.levels_len = 20;
	spec.says_uncompressed = true;
	one_page(&one, &spec);
	one.setup.codec = PQ_GZIP;
	CHECK(load_all_ways(&one, "") == FMT_OK);
	page_file_free(&one.pages);

	spec.framing = block_framing("gzip");
	one_page(&one, &spec);
	CHECK(load_all_ways(&one, "uncompressed page has") == FMT_CORRUPT);
	one.setup.v2_ignores_is_compressed = true;
	CHECK(load_all_ways(&one, "") == FMT_OK);
	page_file_free(&one.pages);
}

static void
test_unsupported(void)
{
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 1, .body = text, .len = TEXT_LEN};
	OnePage one;

	one_page(&one, &spec);
	one.setup.codec = PQ_LZO;
	CHECK(load_all_ways(&one, "codec LZO is not supported") == FMT_UNSUPPORTED);
	one.setup.codec = 99;
	CHECK(load_all_ways(&one, "unknown compression codec 99") == FMT_UNSUPPORTED);
	one.setup.codec = -9;
	CHECK(load_all_ways(&one, "unknown compression codec -9") == FMT_UNSUPPORTED);
	page_file_free(&one.pages);
}

/* Codecs that cannot be streamed say what is needed. */
static void
test_too_large(void)
{
	static const char *const names[] = {"snappy", "hadoop", "lz4 raw"};
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 1, .body = text, .len = TEXT_LEN};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		OnePage one;
		PqError error;

		spec.framing = block_framing(names[i]);
		one_page(&one, &spec);
		one.setup.max_in_memory = TEXT_LEN - 1;
		CHECK(load(&one, &error) == FMT_LIMIT);
		CHECK_NOTE(strstr(error.base.message, "the page alone needs ") != NULL, error.base.message);
		CHECK_NOTE(strstr(error.base.message, "; raise memory_budget") != NULL, error.base.message);
		one.setup.max_in_memory = TEXT_LEN;
		CHECK(load(&one, &error) == FMT_OK);
		page_file_free(&one.pages);
	}
}

/* A page that claims 2 GiB is refused before anything of that size is allocated. */
static void
test_claims(void)
{
	static const char *const names[] = {"snappy", "gzip", "hadoop", "zstd", "zstd stream", "none"};
	PageSpec spec = {.type = PQ_DATA_PAGE, .num_values = 1, .body = text, .len = TEXT_LEN};

	spec.wrong_len = INT32_MAX - TEXT_LEN;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		OnePage one;
		PqError error;

		spec.framing = block_framing(names[i]);
		one_page(&one, &spec);
		one.setup.max_in_memory = SIZE_MAX;
		CHECK(load(&one, &error) == FMT_CORRUPT);
		CHECK_NOTE(strstr(error.base.message, "as its header says") != NULL ||
					   strstr(error.base.message, "where its header says") != NULL,
				   error.base.message);
		page_file_free(&one.pages);
	}
}

static void
test_failures(const BlockFraming *framing)
{
	PageSpec spec = {.num_values = 1, .body = text, .len = TEXT_LEN, .levels_len = 50};

	spec.framing = framing;
	spec.type = PQ_DATA_PAGE_V2;
	for (int streamed = 0; streamed < 2; streamed++)
	{
		FmtStatus status = FMT_NO_MEMORY;
		PqError error;
		OnePage one;

		if (streamed && framing->kind != CODEC_BLOCK_NONE && !codec_block_can_stream(framing->kind))
			continue;
		one_page(&one, &spec);
		one.setup.max_in_memory = streamed ? 0 : 1000000;
		for (int calls = 0; status == FMT_NO_MEMORY && calls < 100; calls++)
		{
			counting_init(&one.pages.counting, calls);
			status = load(&one, &error);
		}
		CHECK_NOTE(status == FMT_OK, framing->name);
		counting_init(&one.pages.counting, -1);
		one.pages.fails_at = one.info.body_offset + 60;
		CHECK_NOTE(load(&one, &error) == FMT_IO, framing->name);
		page_file_free(&one.pages);
	}
}

int
main(void)
{
	block_text(text, sizeof(text), 3);
	for (int i = 0; i < BLOCK_FRAMINGS; i++)
	{
		test_good(&block_framings[i]);
		test_no_values(&block_framings[i]);
		test_wrong_size(&block_framings[i]);
		test_flipped(&block_framings[i]);
		test_failures(&block_framings[i]);
	}
	test_says_uncompressed();
	test_unsupported();
	test_too_large();
	test_claims();
	return unit_finish();
}
