/*
 * parquet_levels_test.c: levels, and the runs they are made of, in pieces of any size.
 *
 * Data is random; the seed is printed, and may be given as the argument.
 */
#include "format/parquet/levels.h"
#include "parquet_encode.h"
#include "parquet_pieces.h"
#include "unit.h"

#include <time.h>

#define MAX_LEVELS   1500
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t seed;
static const size_t windows[] = {1, 2, 3, 7, 1000};
static const uint32_t calls[] = {1, 2, 3, 7, 1000, MAX_LEVELS};

/* Levels up to max, with runs. */
static void
random_levels(uint64_t *levels, uint32_t n, uint32_t max)
{
	for (uint32_t i = 0; i < n; i++)
	{
		levels[i] = enc_random(&seed) % (max + 1);
		for (uint64_t run = enc_random(&seed) % 5 == 0 ? enc_random(&seed) % 300 : 0;
			 run > 0 && i + 1 < n; run--, i++)
			levels[i + 1] = levels[i];
	}
}

/* A page of levels. */
typedef struct LevelPage
{
	EncBuffer bytes;
	int32_t encoding;
	uint8_t max;
	const uint64_t *expected;
	uint32_t n;
} LevelPage;

/* Decodes all levels; the status of the first call that fails, else FMT_OK when all are right. */
static FmtStatus
decode_levels(const LevelPage *page, size_t window, uint32_t call)
{
	static uint8_t out[MAX_LEVELS];
	PieceBody body;
	PqSection section;
	PqLevels levels;
	PqError error;
	FmtStatus status;
	uint32_t at = 0;
	bool right = true;

	piece_body_init(&body, page->bytes.data, page->bytes.len, window);
	body.body.open(&body.body, 0, page->bytes.len, &section, &error);
	status = pq_levels_init(&levels, page->encoding, page->max, &section, &error);
	CHECK(status == FMT_OK);
	while (status == FMT_OK && at < page->n)
	{
		uint32_t piece = page->n - at < call ? page->n - at : call;
		uint32_t nmax;
		uint32_t expected_max = 0;

		status = pq_levels_decode(&levels, out, piece, &nmax, &error);
		for (uint32_t i = 0; i < piece && status == FMT_OK; i++)
		{
			right = right && out[i] == page->expected[at + i];
			expected_max += page->expected[at + i] == page->max;
		}
		right = right && (status != FMT_OK || nmax == expected_max);
		at += piece;
	}
	body.body.close(&body.body, &levels.hybrid.section);
	CHECK(right);
	return status;
}

static void
test_levels(uint32_t n, uint8_t max)
{
	uint64_t levels[MAX_LEVELS];
	uint32_t width = pq_bit_width(max);

	random_levels(levels, n, max);
	for (int runs = ENC_RUNS_RLE; runs <= ENC_RUNS_WITH_EMPTY + 1; runs++)
	{
		LevelPage page = {{NULL, 0, 0}, PQ_RLE, max, levels, n};

		enc_bytes(&page.bytes, "", 0);
		if (runs > ENC_RUNS_WITH_EMPTY)
			page.encoding = PQ_BIT_PACKED;
		if (page.encoding == PQ_RLE)
			enc_hybrid(&page.bytes, levels, n, width, (EncRuns) runs);
		else
			enc_packed_msb(&page.bytes, levels, n, width);
		for (size_t w = 0; w < COUNT(windows); w++)
			for (size_t c = 0; c < COUNT(calls); c++)
				CHECK(decode_levels(&page, windows[w], calls[c]) == FMT_OK);
		enc_free(&page.bytes);
	}
}

/* n levels of what is in the page. */
static FmtStatus
decode_bytes(const char *bytes, size_t len, int32_t encoding, uint8_t max, uint32_t n)
{
	static const uint64_t zeros[MAX_LEVELS];
	LevelPage page = {{NULL, 0, 0}, encoding, max, zeros, n};
	FmtStatus status;

	enc_bytes(&page.bytes, bytes, len);
	status = decode_levels(&page, 1, n);
	enc_free(&page.bytes);
	return status;
}

static void
test_bad_levels(void)
{
	PqLevels levels;
	PqSection section;
	PqError error;

	memset(&section, 0, sizeof(section));
	CHECK(pq_levels_init(&levels, PQ_PLAIN, 1, &section, &error) == FMT_UNSUPPORTED);
	CHECK(pq_levels_init(&levels, 99, 1, &section, &error) == FMT_UNSUPPORTED);
	CHECK(decode_bytes("", 0, PQ_RLE, 1, 1) == FMT_TRUNCATED);
	CHECK(decode_bytes("", 0, PQ_BIT_PACKED, 1, 1) == FMT_TRUNCATED);
	CHECK(decode_bytes("\x06\x00", 2, PQ_RLE, 1, 3) == FMT_OK);
	CHECK(decode_bytes("\x06\x00", 2, PQ_RLE, 1, 4) == FMT_TRUNCATED);
	CHECK(decode_bytes("\x06", 1, PQ_RLE, 1, 1) == FMT_TRUNCATED);
	CHECK(decode_bytes("\x86", 1, PQ_RLE, 1, 1) == FMT_CORRUPT);
	/* the level is above the maximum, in a run and packed, with bits to spare and without */
	CHECK(decode_bytes("\x06\x03", 2, PQ_RLE, 2, 3) == FMT_CORRUPT);
	CHECK(decode_bytes("\x06\x04", 2, PQ_RLE, 2, 3) == FMT_CORRUPT);
	CHECK(decode_bytes("\x03\x00\xc0", 3, PQ_RLE, 2, 8) == FMT_CORRUPT);
	CHECK(decode_bytes("\x03\x00\xc0", 3, PQ_RLE, 2, 7) == FMT_OK);
	CHECK(decode_bytes("\x03", 1, PQ_BIT_PACKED, 2, 3) == FMT_OK);
	CHECK(decode_bytes("\x03", 1, PQ_BIT_PACKED, 2, 4) == FMT_CORRUPT);
	CHECK(decode_bytes("\x03", 1, PQ_BIT_PACKED, 1, 9) == FMT_TRUNCATED);
	/* a length of more than 32 bits, one that does not end */
	CHECK(decode_bytes("\x80\x80\x80\x80\x10\x00", 6, PQ_RLE, 1, 1) == FMT_CORRUPT);
	CHECK(decode_bytes("\x80\x80\x80\x80\x80\x01\x00", 7, PQ_RLE, 1, 1) == FMT_CORRUPT);
	CHECK(decode_bytes("\xfe\xff\xff\xff\x0f\x00", 6, PQ_RLE, 1, 1000) == FMT_OK);
	/* a cut group: its whole values count */
	CHECK(decode_bytes("\x05\x00", 2, PQ_RLE, 3, 4) == FMT_OK);
	CHECK(decode_bytes("\x05\x00", 2, PQ_RLE, 3, 5) == FMT_TRUNCATED);
	CHECK(decode_bytes("\x03\x00", 2, PQ_RLE, 7, 2) == FMT_OK);
	CHECK(decode_bytes("\x03\x00", 2, PQ_RLE, 7, 3) == FMT_TRUNCATED);
}

/* Empty runs are passed over, but not for ever. */
static void
test_empty_runs(void)
{
	static const uint64_t zeros[2];
	LevelPage page = {{NULL, 0, 0}, PQ_RLE, 1, zeros, 1};

	for (int i = 0; i < 1000; i++)
		enc_bytes(&page.bytes, "\x01\x00\x00", 3);
	enc_bytes(&page.bytes, "\x02\x00", 2);
	CHECK(decode_levels(&page, 7, 1) == FMT_OK);
	for (int i = 0; i < 100000; i++)
		enc_byte(&page.bytes, 1);
	page.n = 2;
	CHECK(decode_levels(&page, 1000, 1) == FMT_CORRUPT);
	enc_free(&page.bytes);
}

/* Runs can be looked at, and passed over, which is the same as decoding them. */
static void
test_runs(uint32_t width)
{
	uint64_t values[MAX_LEVELS];
	EncBuffer page = {NULL, 0, 0};
	PqError error;
	uint32_t n = MAX_LEVELS;

	random_levels(values, n, (uint32_t) ((UINT64_C(1) << width) - 1) & 0x7fffffff);
	enc_hybrid(&page, values, n, width, ENC_RUNS_RANDOM);
	for (size_t w = 0; w < COUNT(windows); w++)
	{
		PieceBody body;
		PqSection section;
		PqHybrid hybrid;
		uint32_t at = 0;
		bool right = true;

		piece_body_init(&body, page.data, page.len, windows[w]);
		body.body.open(&body.body, 0, page.len, &section, &error);
		pq_hybrid_init(&hybrid, &section, width);
		while (right && at < n)
		{
			uint32_t out[3];
			uint32_t value = 0;
			uint64_t length = 1 + enc_random(&seed) % 3;
			bool is_run = pq_hybrid_peek_run(&hybrid, &value, &length);

			if (length > n - at)
				length = n - at;
			if (is_run || enc_random(&seed) % 2 == 0)
			{
				for (uint32_t i = 0; is_run && i < length; i++)
					right = right && values[at + i] == value;
				right = right && pq_hybrid_skip(&hybrid, length, &error) == FMT_OK;
			}
			else
			{
				right =
					right && pq_hybrid_decode(&hybrid, out, (uint32_t) length, &error) == FMT_OK;
				for (uint32_t i = 0; right && i < length; i++)
					right = values[at + i] == out[i];
			}
			at += (uint32_t) length;
		}
		CHECK(right);
		body.body.close(&body.body, &hybrid.section);
	}
	enc_free(&page);
}

/* Every width, offset and number of values of the kernels. */
static void
test_unpack(uint32_t width)
{
	uint64_t values[64];
	uint64_t wide[64];
	uint32_t narrow[64];
	uint8_t bytes[64];

	for (uint32_t first = 0; first < 20; first++)
	{
		EncBuffer page = {NULL, 0, 0};
		uint32_t n = (uint32_t) (enc_random(&seed) % (64 - first));
		bool right = true;

		for (uint32_t i = 0; i < 64; i++)
			values[i] =
				width == 0 ? 0 : (enc_random(&seed) ^ enc_random(&seed) << 32) >> (64 - width);
		enc_packed(&page, values, 64, width);
		enc_bytes(&page, "", 0);
		pq_unpack64(page.data, first * width, width, n, wide);
		if (width <= 32)
			pq_unpack32(page.data, first * width, width, n, narrow);
		if (width <= 8)
			pq_unpack8(page.data, first * width, width, n, bytes);
		for (uint32_t i = 0; i < n; i++)
			right = right && wide[i] == values[first + i] &&
					(width > 32 || narrow[i] == values[first + i]) &&
					(width > 8 || bytes[i] == values[first + i]);
		CHECK(right);
		enc_free(&page);
	}
}

int
main(int argc, char **argv)
{
	static const uint8_t maxima[] = {1, 2, 3, 4, 7, 8, 100, 127, 128, 200, 255};
	static const uint32_t counts[] = {0, 1, 7, 8, 9, 100, 1023, MAX_LEVELS};

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t) time(NULL);
	printf("seed %lu\n", (unsigned long) seed);
	CHECK(pq_bit_width(0) == 0 && pq_bit_width(1) == 1 && pq_bit_width(2) == 2);
	CHECK(pq_bit_width(3) == 2 && pq_bit_width(255) == 8 && pq_bit_width(UINT32_MAX) == 32);
	for (size_t m = 0; m < COUNT(maxima); m++)
		for (size_t c = 0; c < COUNT(counts); c++)
			test_levels(counts[c], maxima[m]);
	test_bad_levels();
	test_empty_runs();
	for (uint32_t width = 0; width <= 64; width++)
		test_unpack(width);
	for (uint32_t width = 0; width <= 31; width++)
		test_runs(width);
	return unit_finish();
}
