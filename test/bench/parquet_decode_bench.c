/*
 * parquet_decode_bench.c: how fast the values of Parquet pages are decoded, per encoding and type.
 *
 * Decodes a page in memory, of the given number of thousand values (1024 unless told), in
 * batches of 2,048 values, and prints M values/s and GB/s of the page and of the decoded values:
 * the best of the runs that fit into a quarter of a second.
 *
 *   cc -O2 -Isrc -Itest/unit test/bench/parquet_decode_bench.c test/unit/parquet_encode.c \
 *      $(find src/format -name '*.c') -lcsv -lzstd -lz -lxxhash -lsnappy -llz4 -lbrotlidec
 */
#include "format/parquet/decoder.h"
#include "format/parquet/levels.h"
#include "parquet_encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH    2048
#define SECONDS  0.25
#define STRING   12 /* mean length */
#define DECODER  0
#define LEVELS   1
#define MAX_SIZE (64 * BATCH)

typedef struct Page
{
	char name[60];
	int what;
	int32_t encoding;
	int32_t type;
	int32_t type_length;
	uint32_t dictionary_size;
	uint8_t max_level;
	bool copy_bytes;
	EncBuffer bytes;
} Page;

static uint32_t nvalues;
static uint64_t *numbers;
static EncString *strings;
static uint64_t seed = 42;

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void *
bench_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
bench_free(void *context, void *pointer)
{
	free(pointer);
}

typedef struct Arena
{
	char *bytes;
	size_t used;
	size_t size;
} Arena;

static void *
arena_alloc(void *context, size_t size)
{
	Arena *arena = context;

	if (arena->size - arena->used < size)
		return NULL;
	arena->used += size;
	return arena->bytes + arena->used - size;
}

static void
fail(const Page *page, const PqError *error)
{
	printf("%s: %s\n", page->name, error->base.message);
	exit(1);
}

/* Returns the bytes that came out. */
static uint64_t
decode_values(const Page *page, PqMemoryBody *body, PqValues *values, Arena *arena)
{
	const FmtAllocator allocator = {bench_alloc, bench_free, NULL};
	PqDecoderSource source;
	PqDecoder *decoder;
	PqError error;
	uint64_t out = 0;
	uint32_t left = nvalues;

	memset(&source, 0, sizeof(source));
	source.type = page->type;
	source.type_length = page->type_length;
	source.body = &body->body;
	source.num_values = nvalues;
	source.dictionary_size = page->dictionary_size;
	source.has_dictionary = true;
	source.allocator = &allocator;
	if (pq_decoder_open(page->encoding, &source, &decoder, &error) != FMT_OK)
		fail(page, &error);
	while (left > 0)
	{
		uint32_t done;

		arena->used = 0;
		values->n = 0;
		values->bytes = 0;
		if (decoder->decode(decoder, left < BATCH ? left : BATCH, values, &done, &error) != FMT_OK)
			fail(page, &error);
		left -= done;
		out += values->bytes + (uint64_t) done * values->width;
	}
	decoder->close(decoder);
	return out;
}

static uint64_t
decode_levels(const Page *page, PqMemoryBody *body, uint8_t *out)
{
	PqSection section;
	PqLevels levels;
	PqError error;
	uint32_t left = nvalues;

	if (body->body.open(&body->body, 0, body->body.len, &section, &error) != FMT_OK ||
		pq_levels_init(&levels, page->encoding, page->max_level, &section, &error) != FMT_OK)
		fail(page, &error);
	while (left > 0)
	{
		const uint32_t n = left < BATCH ? left : BATCH;
		uint32_t nmax;

		if (pq_levels_decode(&levels, out, n, &nmax, &error) != FMT_OK)
			fail(page, &error);
		left -= n;
	}
	return nvalues;
}

static void
measure(Page *page)
{
	static uint64_t out[MAX_SIZE / 8];
	static char memory[MAX_SIZE];
	Arena arena = {memory, 0, sizeof(memory)};
	PqMemoryBody body;
	PqValues values;
	double best = 1e9;
	uint64_t decoded = 0;
	double begin = seconds();

	memset(&values, 0, sizeof(values));
	if (page->what == DECODER && page->dictionary_size > 0)
	{
		values.kind = PQ_VALUES_INDEX;
		values.width = 4;
	}
	else if (page->what == DECODER)
		pq_values_kind(page->type, page->type_length, &values.kind, &values.width);
	values.capacity = BATCH;
	values.data = out;
	values.bytes_limit = UINT64_MAX;
	values.alloc = arena_alloc;
	values.alloc_context = &arena;
	values.copy_bytes = page->copy_bytes;
	pq_memory_body_init(&body, page->bytes.data, page->bytes.len);
	while (seconds() - begin < SECONDS)
	{
		double start = seconds();

		decoded = page->what == DECODER ? decode_values(page, &body, &values, &arena)
										: decode_levels(page, &body, (uint8_t *) out);
		start = seconds() - start;
		if (start < best)
			best = start;
	}
	printf("%-48s %8.0f M values/s %7.2f GB/s in %7.2f GB/s out\n", page->name,
		   nvalues / best / 1e6, (double) page->bytes.len / best / 1e9,
		   (double) decoded / best / 1e9);
	enc_free(&page->bytes);
}

static Page
begin_page(const char *name, int32_t encoding, int32_t type)
{
	Page page;

	memset(&page, 0, sizeof(page));
	snprintf(page.name, sizeof(page.name), "%s", name);
	page.encoding = encoding;
	page.type = type;
	return page;
}

static void
fill_numbers(uint32_t width)
{
	uint32_t i;

	for (i = 0; i < nvalues; i++)
		numbers[i] = width == 0 ? 0 : (enc_random(&seed) ^ enc_random(&seed) << 32) >> (64 - width);
}

static void
measure_plain(void)
{
	static const struct
	{
		const char *name;
		int32_t type;
		int32_t length;
		uint32_t width;
	} kinds[] = {{"PLAIN INT32", PQ_INT32, 0, 4},
				 {"PLAIN DOUBLE", PQ_DOUBLE, 0, 8},
				 {"PLAIN INT96", PQ_INT96, 0, 12},
				 {"PLAIN FIXED_LEN_BYTE_ARRAY(16)", PQ_FIXED_LEN_BYTE_ARRAY, 16, 16}};
	Page page = begin_page("PLAIN BOOLEAN", PQ_PLAIN, PQ_BOOLEAN);
	size_t k;

	fill_numbers(1);
	enc_packed(&page.bytes, numbers, nvalues, 1);
	measure(&page);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
	{
		size_t left = (size_t) nvalues * kinds[k].width;

		page = begin_page(kinds[k].name, PQ_PLAIN, kinds[k].type);
		page.type_length = kinds[k].length;
		for (; left > 8; left -= 8)
			enc_number(&page.bytes, enc_random(&seed), 8);
		enc_number(&page.bytes, 0, (uint32_t) left);
		measure(&page);
	}
}

static void
measure_runs(void)
{
	static const uint32_t widths[] = {1, 3, 4, 7, 10, 13, 17, 20};
	Page page;
	size_t w;
	uint32_t i;

	for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
	{
		page = begin_page("", PQ_RLE_DICTIONARY, PQ_BYTE_ARRAY);
		snprintf(page.name, sizeof(page.name), "dictionary indices, packed, %u bits", widths[w]);
		page.dictionary_size = (1U << widths[w]) - 1;
		fill_numbers(widths[w]);
		for (i = 0; i < nvalues; i++)
			numbers[i] -= numbers[i] == page.dictionary_size;
		enc_byte(&page.bytes, (unsigned char) widths[w]);
		enc_hybrid(&page.bytes, numbers, nvalues, widths[w], ENC_RUNS_PACKED);
		measure(&page);
	}
	page = begin_page("dictionary indices, runs of 50", PQ_RLE_DICTIONARY, PQ_BYTE_ARRAY);
	page.dictionary_size = 1000;
	for (i = 0; i < nvalues; i++)
		numbers[i] = i / 50 % 1000;
	enc_byte(&page.bytes, 10);
	enc_hybrid(&page.bytes, numbers, nvalues, 10, ENC_RUNS_MIXED);
	measure(&page);
	fill_numbers(1);
	page = begin_page("definition levels 0 and 1, random", PQ_RLE, 0);
	page.what = LEVELS;
	page.max_level = 1;
	enc_hybrid(&page.bytes, numbers, nvalues, 1, ENC_RUNS_MIXED);
	measure(&page);
	fill_numbers(2);
	page = begin_page("definition levels 0 to 3, random", PQ_RLE, 0);
	page.what = LEVELS;
	page.max_level = 3;
	enc_hybrid(&page.bytes, numbers, nvalues, 2, ENC_RUNS_MIXED);
	measure(&page);
	for (i = 0; i < nvalues; i++)
		numbers[i] = 1;
	page = begin_page("definition levels, no nulls", PQ_RLE, 0);
	page.what = LEVELS;
	page.max_level = 1;
	enc_hybrid(&page.bytes, numbers, nvalues, 1, ENC_RUNS_MIXED);
	measure(&page);
}

static void
measure_delta(void)
{
	static const uint32_t widths[] = {0, 1, 8, 20, 31, 58};
	const EncDelta delta = {128, 4, false, 0, false, false};
	size_t w;

	for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
	{
		int is_64;

		for (is_64 = widths[w] > 31; is_64 < 2; is_64++)
		{
			Page page = begin_page("", PQ_DELTA_BINARY_PACKED, is_64 ? PQ_INT64 : PQ_INT32);

			snprintf(page.name, sizeof(page.name), "DELTA_BINARY_PACKED %s, values of %u bits",
					 is_64 ? "INT64" : "INT32", widths[w]);
			fill_numbers(widths[w]);
			enc_delta(&page.bytes, numbers, nvalues, &delta);
			measure(&page);
		}
	}
}

static void
measure_strings(void)
{
	static const struct
	{
		const char *name;
		int32_t encoding;
		bool copy;
	} kinds[] = {{"PLAIN BYTE_ARRAY, slices", PQ_PLAIN, false},
				 {"PLAIN BYTE_ARRAY, copies", PQ_PLAIN, true},
				 {"DELTA_LENGTH_BYTE_ARRAY, slices", PQ_DELTA_LENGTH_BYTE_ARRAY, false},
				 {"DELTA_LENGTH_BYTE_ARRAY, copies", PQ_DELTA_LENGTH_BYTE_ARRAY, true},
				 {"DELTA_BYTE_ARRAY", PQ_DELTA_BYTE_ARRAY, false}};
	const EncDelta delta = {128, 4, false, 0, false, false};
	size_t k;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
	{
		Page page = begin_page(kinds[k].name, kinds[k].encoding, PQ_BYTE_ARRAY);

		page.copy_bytes = kinds[k].copy;
		if (kinds[k].encoding == PQ_PLAIN)
			enc_plain_strings(&page.bytes, strings, nvalues);
		else if (kinds[k].encoding == PQ_DELTA_LENGTH_BYTE_ARRAY)
			enc_delta_length(&page.bytes, strings, nvalues, &delta);
		else
			enc_delta_bytes(&page.bytes, strings, nvalues, STRING, &delta);
		measure(&page);
	}
}

static void
measure_split(void)
{
	static const uint32_t widths[] = {2, 4, 8, 16};
	size_t w;

	fill_numbers(64);
	for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
	{
		Page page = begin_page("", PQ_BYTE_STREAM_SPLIT, PQ_FIXED_LEN_BYTE_ARRAY);

		if (widths[w] == 4)
			page.type = PQ_FLOAT;
		if (widths[w] == 8)
			page.type = PQ_DOUBLE;
		page.type_length = (int32_t) widths[w];
		snprintf(page.name, sizeof(page.name), "BYTE_STREAM_SPLIT of %u bytes", widths[w]);
		enc_split(&page.bytes, numbers, nvalues, widths[w]);
		measure(&page);
	}
}

int
main(int argc, char **argv)
{
	char *text;
	uint32_t i;

	nvalues = (uint32_t) (argc > 1 ? atoi(argv[1]) : 1024) * 1024;
	numbers = calloc((size_t) nvalues * 2, sizeof(*numbers));
	strings = calloc(nvalues, sizeof(*strings));
	text = malloc((size_t) nvalues * STRING * 2);
	if (nvalues == 0 || numbers == NULL || strings == NULL || text == NULL)
		return 2;
	for (i = 0; i < nvalues; i++)
	{
		strings[i].data = text;
		strings[i].len = (uint32_t) sprintf(text, "item %lu", enc_random(&seed) >> 20 & 0xffffff);
		text += strings[i].len;
	}
	measure_plain();
	measure_runs();
	measure_delta();
	measure_strings();
	measure_split();
	return 0;
}
