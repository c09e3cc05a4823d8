/*
 * parquet_hostile_test.c: pages that no writer should make.
 *
 * Each is an error, always the same one whatever the pieces, found before memory is taken for what
 * a page only claims; or it is tolerated because real files have it.
 */
#include "parquet_value_runs.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct BadPage
{
	const char *what;
	int32_t encoding;
	int32_t type;
	uint32_t n; /* values asked for */
	FmtStatus status;
	size_t len;
	const char *bytes;
} BadPage;

#define DICT        PQ_RLE_DICTIONARY
#define DELTA       PQ_DELTA_BINARY_PACKED
#define LENGTHS     PQ_DELTA_LENGTH_BYTE_ARRAY
#define BYTES       PQ_DELTA_BYTE_ARRAY
#define SPLIT       PQ_BYTE_STREAM_SPLIT
#define FIXED       PQ_FIXED_LEN_BYTE_ARRAY
#define PAGE(bytes) sizeof(bytes) - 1, bytes

/*
 * Of all: type_length is 3, the dictionary has 3 entries, the page claims 200 values, which are
 * zeros.
 */
static const BadPage pages[] = {
	{"no values", PQ_PLAIN, PQ_INT32, 0, FMT_OK, PAGE("")},
	{"empty page", PQ_PLAIN, PQ_INT32, 1, FMT_TRUNCATED, PAGE("")},
	{"half a number", PQ_PLAIN, PQ_INT64, 1, FMT_TRUNCATED, PAGE("\0\0\0\0\0\0\0")},
	{"extra byte", PQ_PLAIN, PQ_INT32, 1, FMT_OK, PAGE("\0\0\0\0x")},
	{"half a fixed value", PQ_PLAIN, FIXED, 1, FMT_TRUNCATED, PAGE("\0\0")},
	{"bits", PQ_PLAIN, PQ_BOOLEAN, 9, FMT_TRUNCATED, PAGE("\0")},
	{"half a length", PQ_PLAIN, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED, PAGE("\0\0\0")},
	{"long string", PQ_PLAIN, PQ_BYTE_ARRAY, 1, FMT_CORRUPT, PAGE("\x05\0\0\0text")},
	{"4 GB string", PQ_PLAIN, PQ_BYTE_ARRAY, 1, FMT_CORRUPT, PAGE("\xff\xff\xff\xfftext")},
	{"encoding 1", 1, PQ_INT32, 1, FMT_UNSUPPORTED, PAGE("")},
	{"encoding -1", -1, PQ_INT32, 1, FMT_UNSUPPORTED, PAGE("")},
	{"ALP", PQ_ALP, PQ_DOUBLE, 1, FMT_UNSUPPORTED, PAGE("")},
	{"levels only", PQ_BIT_PACKED, PQ_INT32, 1, FMT_UNSUPPORTED, PAGE("")},
	{"delta of strings", DELTA, PQ_BYTE_ARRAY, 1, FMT_UNSUPPORTED, PAGE("")},
	{"split strings", SPLIT, PQ_BYTE_ARRAY, 1, FMT_UNSUPPORTED, PAGE("")},
	{"numbers as RLE", PQ_RLE, PQ_INT32, 1, FMT_UNSUPPORTED, PAGE("")},
	{"boolean dictionary", DICT, PQ_BOOLEAN, 1, FMT_UNSUPPORTED, PAGE("\0\x02")},

	{"boolean: empty page", PQ_RLE, PQ_BOOLEAN, 0, FMT_OK, PAGE("")},
	{"boolean: half a length", PQ_RLE, PQ_BOOLEAN, 1, FMT_TRUNCATED, PAGE("\0\0\0")},
	{"boolean: long runs", PQ_RLE, PQ_BOOLEAN, 1, FMT_CORRUPT, PAGE("\x03\0\0\0\x02\0")},
	{"boolean: value 2", PQ_RLE, PQ_BOOLEAN, 1, FMT_CORRUPT, PAGE("\x02\0\0\0\x02\x02")},
	{"boolean: short runs", PQ_RLE, PQ_BOOLEAN, 2, FMT_TRUNCATED, PAGE("\x02\0\0\0\x02\0\x02\0")},

	{"dictionary: all null", DICT, PQ_INT32, 0, FMT_OK, PAGE("")},
	{"dictionary: no width", DICT, PQ_INT32, 1, FMT_TRUNCATED, PAGE("")},
	{"dictionary: width 0", DICT, PQ_INT32, 200, FMT_OK, PAGE("\0\x90\x03")},
	{"dictionary: width 0, packed", DICT, PQ_INT32, 8, FMT_OK, PAGE("\0\x03")},
	{"dictionary: width 32", DICT, PQ_INT32, 1, FMT_OK, PAGE("\x20\x02\0\0\0\0")},
	{"dictionary: width 33", DICT, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x21\x02\0\0\0\0\0")},
	{"dictionary: width 63", DICT, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x3f\x02\0\0\0\0\0")},
	{"dictionary: index 3", DICT, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x02\x02\x03")},
	{"dictionary: index 2^31", DICT, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x20\x02\0\0\0\x80")},
	{"dictionary: index 2^31 + 3", DICT, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x20\x02\x03\0\0\x80")},
	{"dictionary: index 2^32 - 1", DICT, PQ_INT32, 1, FMT_CORRUPT,
	 PAGE("\x20\x02\xff\xff\xff\xff")},
	{"dictionary: index in the 8th", DICT, PQ_INT32, 8, FMT_CORRUPT, PAGE("\x02\x03\0\xc0")},
	{"dictionary: padding", DICT, PQ_INT32, 7, FMT_OK, PAGE("\x02\x03\0\xc0")},
	{"dictionary: half a run", DICT, PQ_INT32, 1, FMT_TRUNCATED, PAGE("\x10\x02\0")},

	{"delta: empty page", DELTA, PQ_INT32, 0, FMT_OK, PAGE("")},
	{"delta: empty, 1 value", DELTA, PQ_INT32, 1, FMT_TRUNCATED, PAGE("")},
	{"delta: one value", DELTA, PQ_INT32, 1, FMT_OK, PAGE("\x80\x01\x04\x01\0")},
	{"delta: too few", DELTA, PQ_INT32, 2, FMT_TRUNCATED, PAGE("\x80\x01\x04\x01\0")},
	{"delta: no first value", DELTA, PQ_INT32, 0, FMT_OK, PAGE("\x80\x01\x04\0")},
	{"delta: 0 miniblocks", DELTA, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x80\x01\0\x01\0")},
	{"delta: block of 0", DELTA, PQ_INT32, 1, FMT_CORRUPT, PAGE("\0\x01\x01\0")},
	{"delta: 3 miniblocks of 128", DELTA, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x80\x01\x03\x01\0")},
	{"delta: miniblocks of 4", DELTA, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x80\x01\x20\x01\0")},
	{"delta: 2^20 miniblocks", DELTA, PQ_INT32, 1, FMT_LIMIT,
	 PAGE("\x80\x80\x80\x04\x80\x80\x40\x01\0")},
	{"delta: block of 2^63", DELTA, PQ_INT32, 1, FMT_CORRUPT,
	 PAGE("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x04\x01\0")},
	{"delta: block of 2^64", DELTA, PQ_INT32, 1, FMT_CORRUPT,
	 PAGE("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x04\x01\0")},
	{"delta: 2^62 values", DELTA, PQ_INT32, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x80\x80\x80\x80\x80\x80\x80\x80\x40\0")},
	{"delta: 201 values", DELTA, PQ_INT32, 1, FMT_CORRUPT, PAGE("\x80\x01\x04\xc9\x01\0")},
	{"delta: width 65", DELTA, PQ_INT64, 2, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x02\0\0\x41\0\0\0\0\0")},
	{"delta: no widths", DELTA, PQ_INT64, 2, FMT_TRUNCATED, PAGE("\x80\x01\x04\x02\0\0\0\0\0")},
	{"delta: wide rubbish", DELTA, PQ_INT64, 2, FMT_OK, PAGE("\x80\x01\x04\x02\0\0\0\xff\xff\xff")},
	{"delta: width 0", DELTA, PQ_INT64, 129, FMT_OK, PAGE("\x80\x01\x04\x81\x01\0\0\0\0\0\0")},
	{"delta: cut", DELTA, PQ_INT64, 3, FMT_TRUNCATED, PAGE("\x80\x01\x04\x03\0\0\x08\0\0\0\0")},
	{"delta: cut padding", DELTA, PQ_INT64, 3, FMT_OK, PAGE("\x80\x01\x04\x03\0\0\x08\0\0\0\0\0")},

	{"lengths: all null", LENGTHS, PQ_BYTE_ARRAY, 0, FMT_OK, PAGE("")},
	{"lengths: empty", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_OK, PAGE("\x80\x01\x04\x01\0")},
	{"lengths: negative", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_CORRUPT, PAGE("\x80\x01\x04\x01\x01text")},
	{"lengths: too long", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED,
	 PAGE("\x80\x01\x04\x01\x0atext")},
	{"lengths: 1 GiB", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_LIMIT,
	 PAGE("\x80\x01\x04\x01\x80\x80\x80\x80\x08text")},
	{"lengths: 1 GiB - 1", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED,
	 PAGE("\x80\x01\x04\x01\xfe\xff\xff\xff\x07text")},
	{"lengths: no padding", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED,
	 PAGE("\x80\x01\x04\x03\0\0\x08\0\0\0\0\0")},
	{"lengths: width 200", LENGTHS, PQ_BYTE_ARRAY, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x03\0\0\xc8\0\0\0\0\0")},

	{"prefix: all null", BYTES, PQ_BYTE_ARRAY, 0, FMT_OK, PAGE("")},
	{"prefix: of nothing", BYTES, PQ_BYTE_ARRAY, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x01\x02\x80\x01\x04\x01\0")},
	{"prefix: negative", BYTES, PQ_BYTE_ARRAY, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x01\x01\x80\x01\x04\x01\0")},
	{"prefix: no suffixes", BYTES, PQ_BYTE_ARRAY, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x01\0\x80\x01\x04\0\0")},
	{"prefix: short suffix", BYTES, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED,
	 PAGE("\x80\x01\x04\x01\0\x80\x01\x04\x01\x0atext")},
	{"prefix: huge suffix", BYTES, PQ_BYTE_ARRAY, 1, FMT_TRUNCATED,
	 PAGE("\x80\x01\x04\x01\0\x80\x01\x04\x01\xfe\xff\xff\xff\x07text")},
	{"prefix: fixed too short", BYTES, FIXED, 1, FMT_CORRUPT,
	 PAGE("\x80\x01\x04\x01\0\x80\x01\x04\x01\x04\0\0")},

	{"split: nothing", SPLIT, PQ_INT32, 0, FMT_OK, PAGE("")},
	{"split: nothing, 1 value", SPLIT, PQ_INT32, 1, FMT_TRUNCATED, PAGE("")},
	{"split: one", SPLIT, FIXED, 1, FMT_OK, PAGE("\0\0\0")},
	{"split: too few", SPLIT, FIXED, 2, FMT_TRUNCATED, PAGE("\0\0\0")},
	{"split: uneven", SPLIT, FIXED, 1, FMT_CORRUPT, PAGE("\0\0\0\0")},
	{"split: odd", SPLIT, PQ_DOUBLE, 1, FMT_CORRUPT, PAGE("\0\0\0\0")},
};

static void
test_page(const BadPage *bad)
{
	static const uint64_t zeros[600];
	static const EncString empty[200];
	static const size_t windows[] = {0, 1, 2, 3, 7, 1000};
	ValueSample sample;

	memset(&sample, 0, sizeof(sample));
	sample.name = bad->what;
	sample.encoding = bad->encoding;
	sample.type = bad->type;
	sample.type_length = 3;
	sample.dictionary_size = 3;
	sample.num_values = 200;
	sample.n = bad->n;
	sample.numbers = bad->type == PQ_BYTE_ARRAY && bad->encoding != DICT ? NULL : zeros;
	sample.strings = empty;
	sample.has_padding = true;
	enc_bytes(&sample.page, bad->bytes, bad->len);
	for (size_t w = 0; w < COUNT(windows); w++)
	{
		for (uint32_t call = 0; call < 4; call++)
		{
			ValueWay way = {windows[w], false, call, UINT64_MAX, false, 0};
			FmtStatus status;
			uint32_t decoded;
			const char *wrong = value_sample_run(&sample, &way, &status, &decoded);
			char note[200];

			snprintf(note, sizeof(note), "%s: %s, status %d, %u values", bad->what,
					 wrong != NULL ? wrong : "", (int) status, decoded);
			CHECK_NOTE(wrong == NULL && status == bad->status, note);
		}
	}
	enc_free(&sample.page);
}

/* An open decoder on bytes in memory. */
static PqDecoder *
open_page(PqMemoryBody *body, const EncBuffer *page, int32_t encoding, uint64_t num_values,
		  ValueMemory *memory)
{
	PqDecoderSource source;
	PqDecoder *decoder = NULL;
	PqError error;

	memset(&source, 0, sizeof(source));
	pq_memory_body_init(body, page->data, page->len);
	source.type = PQ_BYTE_ARRAY;
	source.body = &body->body;
	source.num_values = num_values;
	source.allocator = &memory->allocator;
	CHECK(pq_decoder_open(encoding, &source, &decoder, &error) == FMT_OK);
	return decoder;
}

/*
 * 1,000 values, each the same 100,000 bytes: 100 MB from 100 kB, but only what was asked for is
 * built.
 */
static void
test_expansion(void)
{
	static char text[100000];
	static EncString strings[1000];
	const EncDelta delta = {128, 4, false, 0, false, false};
	EncBuffer page = {NULL, 0, 0};
	ValueSample sample;
	ValueMemory memory;
	PqMemoryBody body;
	PqDecoder *decoder;
	PqValues values;
	PqError error;
	uint32_t done = 0;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < COUNT(strings); i++)
	{
		strings[i].data = text;
		strings[i].len = sizeof(text);
	}
	enc_delta_bytes(&page, strings, COUNT(strings), sizeof(text), &delta);
	memset(&sample, 0, sizeof(sample));
	sample.type = PQ_BYTE_ARRAY;
	value_memory_init(&memory);
	value_target_init(&values, &sample, COUNT(strings), &memory);
	values.bytes_limit = 1000000;
	decoder = open_page(&body, &page, PQ_DELTA_BYTE_ARRAY, COUNT(strings), &memory);
	CHECK(decoder->decode(decoder, COUNT(strings), &values, &done, &error) == FMT_OK);
	CHECK(done == 10 && values.n == 10 && values.bytes == 1000000);
	CHECK(memory.largest < 1100000);
	CHECK(decoder->skip(decoder, 989, &error) == FMT_OK);
	value_memory_reset(&memory);
	values.n = 0;
	values.bytes = 0;
	CHECK(decoder->decode(decoder, 1, &values, &done, &error) == FMT_OK && done == 1);
	CHECK(((PqBytes *) values.data)[0].len == sizeof(text));
	CHECK(memcmp(((PqBytes *) values.data)[0].data, text, sizeof(text)) == 0);
	CHECK(decoder->skip(decoder, 1, &error) == FMT_TRUNCATED);
	decoder->close(decoder);
	value_memory_reset(&memory);
	CHECK(memory.alive == 0);
	free(values.data);
	enc_free(&page);
}

/* A page that goes on with the last value of the page before (PARQUET-246). */
static void
test_previous(void)
{
	static const PqBytes prefix = {"abc", 3};
	EncBuffer page = {NULL, 0, 0};
	ValueSample sample;
	ValueMemory memory;
	PqMemoryBody body;
	PqDecoder *decoder;
	PqValues values;
	PqError error;
	uint32_t done = 0;

	enc_bytes(&page, "\x80\x01\x04\x01\x06\x80\x01\x04\x01\x02z", 11);
	memset(&sample, 0, sizeof(sample));
	sample.type = PQ_BYTE_ARRAY;
	value_memory_init(&memory);
	value_target_init(&values, &sample, 1, &memory);
	decoder = open_page(&body, &page, PQ_DELTA_BYTE_ARRAY, 1, &memory);
	CHECK(pq_delta_byte_array_previous(decoder).len == 0);
	CHECK(pq_delta_byte_array_set_previous(decoder, prefix) == FMT_OK);
	CHECK(decoder->decode(decoder, 1, &values, &done, &error) == FMT_OK && done == 1);
	CHECK(pq_delta_byte_array_previous(decoder).len == 4);
	CHECK(memcmp(pq_delta_byte_array_previous(decoder).data, "abcz", 4) == 0);
	decoder->close(decoder);
	value_memory_reset(&memory);
	free(values.data);
	enc_free(&page);
}

/* Memory is refused at the first, second, ... time: an error, and nothing leaks. */
static void
test_no_memory(int32_t encoding)
{
	static const EncString strings[] = {{"one", 3}, {"onetwo", 6}, {"", 0}, {"three", 5}};
	const EncDelta delta = {128, 4, false, 0, false, false};
	EncBuffer page = {NULL, 0, 0};
	bool worked = false;

	if (encoding == PQ_PLAIN)
		enc_plain_strings(&page, strings, COUNT(strings));
	else if (encoding == PQ_DELTA_LENGTH_BYTE_ARRAY)
		enc_delta_length(&page, strings, COUNT(strings), &delta);
	else
		enc_delta_bytes(&page, strings, COUNT(strings), 10, &delta);
	for (int allowed = 0; !worked && allowed < 20; allowed++)
	{
		ValueSample sample;
		ValueMemory memory;
		PqMemoryBody body;
		PqDecoderSource source;
		PqDecoder *decoder = NULL;
		PqValues values;
		PqError error;
		uint32_t done;
		FmtStatus status;

		memset(&sample, 0, sizeof(sample));
		sample.type = PQ_BYTE_ARRAY;
		value_memory_init(&memory);
		value_target_init(&values, &sample, COUNT(strings), &memory);
		values.copy_bytes = true;
		memory.allowed = allowed;
		memset(&source, 0, sizeof(source));
		pq_memory_body_init(&body, page.data, page.len);
		source.type = PQ_BYTE_ARRAY;
		source.body = &body.body;
		source.num_values = COUNT(strings);
		source.allocator = &memory.allocator;
		status = pq_decoder_open(encoding, &source, &decoder, &error);
		if (status == FMT_OK)
		{
			status = decoder->decode(decoder, COUNT(strings), &values, &done, &error);
			decoder->close(decoder);
		}
		CHECK(status == FMT_OK || status == FMT_NO_MEMORY);
		worked = status == FMT_OK;
		value_memory_reset(&memory);
		CHECK(memory.alive == 0);
		free(values.data);
	}
	CHECK(worked);
	enc_free(&page);
}

int
main(void)
{
	for (size_t i = 0; i < COUNT(pages); i++)
		test_page(&pages[i]);
	test_expansion();
	test_previous();
	test_no_memory(PQ_PLAIN);
	test_no_memory(PQ_DELTA_LENGTH_BYTE_ARRAY);
	test_no_memory(PQ_DELTA_BYTE_ARRAY);
	return unit_finish();
}
