/*
 * parquet_section_test.c: sections of bodies in memory and streamed, with windows of any size.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/page_parts.h"
#include "page_samples.h"
#include "unit.h"

#define TEXT_LEN 200000
#define LEVELS   700

static unsigned char text[TEXT_LEN];
static const uint32_t windows[] = {1, 2, 3, 7, 1000, 65536};

#define NWINDOWS (sizeof(windows) / sizeof(windows[0]))

/* A page of text, whose levels are not packed, loaded as a streamed body. */
typedef struct Streamed
{
	PageFile pages;
	PqPageSetup setup;
	PqPageScratch *scratch;
	PqPage page;
} Streamed;

static void
streamed_open(Streamed *streamed, const char *framing, size_t len, uint32_t window)
{
	PageSpec spec = {.type = PQ_DATA_PAGE_V2, .num_values = 1, .body = text, .levels_len = LEVELS};
	PqPageWalk *walk;
	PqPageInfo info;
	PqError error;

	spec.len = len;
	spec.framing = block_framing(framing);
	memset(streamed, 0, sizeof(*streamed));
	page_file_init(&streamed->pages);
	page_file_add(&streamed->pages, &spec);
	page_file_finish(&streamed->pages);
	CHECK(pq_page_walk_open(&streamed->pages.file, &streamed->pages.chunk, 1000, &walk, &error) ==
		  FMT_OK);
	CHECK(pq_page_walk_next(walk, &info, &error) == FMT_OK);
	pq_page_walk_close(walk);
	streamed->setup.file = &streamed->pages.file;
	streamed->setup.codec = page_codec(spec.framing);
	streamed->setup.read_size = window;
	streamed->scratch = pq_page_scratch_create(&streamed->pages.file.allocator);
	CHECK(pq_page_load(&streamed->setup, streamed->scratch, &info, &streamed->page, &error) ==
		  FMT_OK);
	CHECK(streamed->page.is_streamed && streamed->page.levels_len == LEVELS);
	CHECK(streamed->page.body->len == len);
}

static void
streamed_close(Streamed *streamed)
{
	pq_page_release(&streamed->setup, &streamed->page);
	pq_page_scratch_free(streamed->scratch);
	page_file_free(&streamed->pages);
}

/* Reads a section that begins at byte start of text in steps, passing over every third one. */
static void
read_steps(PqSection *section, size_t start, size_t len, size_t step)
{
	static const unsigned char zeros[PQ_SLACK];
	size_t at = start;
	PqError error;

	for (int round = 0; at < start + len; round++)
	{
		size_t piece = start + len - at < step ? start + len - at : step;

		CHECK(pq_section_left(section) == start + len - at);
		if (round % 3 == 2)
			CHECK(pq_section_skip(section, piece, &error) == FMT_OK);
		else
		{
			CHECK(pq_section_need(section, piece, &error) == FMT_OK);
			CHECK((size_t) (section->end - section->pos) >= piece);
			CHECK(memcmp(section->pos, text + at, piece) == 0);
			if (section->more != NULL)
				CHECK(memcmp(section->end, zeros, PQ_SLACK) == 0);
			section->pos += piece;
		}
		at += piece;
	}
	CHECK(pq_section_left(section) == 0);
	CHECK(pq_section_need(section, 0, &error) == FMT_OK);
	CHECK(pq_section_need(section, 1, &error) == FMT_TRUNCATED);
	CHECK(pq_section_skip(section, 0, &error) == FMT_OK);
	CHECK(pq_section_skip(section, 1, &error) == FMT_TRUNCATED);
}

/* Sections at the beginning, over the end of the levels, inside and at the end, overlapping. */
static void
test_body(PqBody *body, size_t step)
{
	const size_t len = (size_t) body->len;
	const size_t starts[] = {0, 0, LEVELS - 5, LEVELS, len / 2, len - 1, len};
	const size_t lens[] = {len, LEVELS, 300, len - LEVELS, 100, 1, 0};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
	{
		PqSection section;
		PqError error;

		CHECK(body->open(body, starts[i], lens[i], &section, &error) == FMT_OK);
		read_steps(&section, starts[i], lens[i], step);
		body->close(body, &section);
	}
}

static void
test_not_inside(PqBody *body)
{
	PqSection section;
	PqError error;

	CHECK(body->open(body, body->len, 1, &section, &error) == FMT_CORRUPT);
	CHECK(body->open(body, body->len + 1, 0, &section, &error) == FMT_CORRUPT);
	CHECK(body->open(body, 1, UINT64_MAX, &section, &error) == FMT_CORRUPT);
	CHECK(body->open(body, 0, body->len + 1, &section, &error) == FMT_CORRUPT);
}

static void
test_memory(void)
{
	static const size_t steps[] = {1, 3, 1000, 5000};
	unsigned char *data = calloc(1, 5000 + PQ_SLACK);
	PqMemoryBody memory;

	memcpy(data, text, 5000);
	pq_memory_body_init(&memory, data, 5000);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		test_body(&memory.body, steps[i]);
	test_not_inside(&memory.body);
	free(data);
}

static void
test_streamed(const char *framing)
{
	static const size_t steps[] = {1, 3, 1000, 5000};

	for (size_t i = 0; i < NWINDOWS; i++)
	{
		Streamed streamed;

		streamed_open(&streamed, framing, 5000, windows[i]);
		for (size_t j = 0; j < sizeof(steps) / sizeof(steps[0]); j++)
			test_body(streamed.page.body, steps[j]);
		test_not_inside(streamed.page.body);
		CHECK(streamed.pages.largest_read <= (windows[i] < 1000 ? 1000 : windows[i]));
		streamed_close(&streamed);
	}
}

/* Sections that are read in turns do not disturb each other; the body ends those that are left. */
static void
test_in_turns(const char *framing, uint32_t window)
{
	PqSection sections[8];
	PqError error;
	Streamed streamed;
	PqBody *body;

	streamed_open(&streamed, framing, 5000, window);
	body = streamed.page.body;
	for (size_t i = 0; i < 8; i++)
		CHECK(body->open(body, i * 500, 1000, &sections[i], &error) == FMT_OK);
	for (size_t at = 0; at < 1000; at += 4)
	{
		for (size_t i = 0; i < 8; i++)
		{
			CHECK(pq_section_need(&sections[i], 4, &error) == FMT_OK);
			CHECK(memcmp(sections[i].pos, text + i * 500 + at, 4) == 0);
			sections[i].pos += 4;
		}
	}
	body->close(body, &sections[3]);
	body->close(body, &sections[0]);
	body->close(body, &sections[7]);
	streamed_close(&streamed);
}

/* A window grows to what is needed, up to what may be in memory. */
static void
test_large_need(const char *framing)
{
	PqSection section;
	PqError error;
	Streamed streamed;
	PqBody *body;

	streamed_open(&streamed, framing, TEXT_LEN, 1000);
	body = streamed.page.body;
	CHECK(body->open(body, 0, TEXT_LEN, &section, &error) == FMT_OK);
	CHECK(pq_section_need(&section, PQ_STREAM_WINDOW, &error) == FMT_OK);
	CHECK(memcmp(section.pos, text, PQ_STREAM_WINDOW) == 0);
	CHECK(pq_section_need(&section, PQ_STREAM_WINDOW + 1, &error) == FMT_LIMIT);
	CHECK_NOTE(strstr(error.base.message, "raise memory_budget") != NULL, error.base.message);
	streamed_close(&streamed);
}

static void
test_many_sections(void)
{
	PqSection section;
	PqError error;
	Streamed streamed;
	FmtStatus status = FMT_OK;
	int opened = 0;

	streamed_open(&streamed, "zstd", 5000, 7);
	while (status == FMT_OK && opened < 1000)
	{
		status = streamed.page.body->open(streamed.page.body, 0, 5000, &section, &error);
		if (status == FMT_OK)
			opened++;
	}
	CHECK(status == FMT_LIMIT && opened == 64);
	CHECK_NOTE(strstr(error.base.message, "raise memory_budget") != NULL, error.base.message);
	streamed_close(&streamed);
}

int
main(void)
{
	static const char *const framings[] = {"none",   "gzip",        "gzip members", "zlib",
										   "brotli", "zstd frames", "zstd",         "zstd stream"};

	block_text(text, sizeof(text), 4);
	test_memory();
	for (size_t i = 0; i < sizeof(framings) / sizeof(framings[0]); i++)
	{
		test_streamed(framings[i]);
		for (size_t j = 0; j < NWINDOWS; j++)
			test_in_turns(framings[i], windows[j]);
		test_large_need(framings[i]);
	}
	test_many_sections();
	return unit_finish();
}
