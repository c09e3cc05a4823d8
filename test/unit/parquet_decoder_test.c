/*
 * parquet_decoder_test.c: every encoding of values, in pieces of any size, decoded and skipped.
 *
 * Data is random; the seed is printed, and may be given as the argument.
 */
#include "parquet_value_runs.h"
#include "unit.h"

#include <time.h>

#define MAX_VALUES 1200

static uint64_t seed;

static const size_t windows[] = {0, 1, 2, 3, 7, 1000};
static const uint32_t calls[] = {0, 1, 2, 3, 7, 1000};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One way; says what was wrong. */
static void
check_way(const ValueSample *sample, const ValueWay *way)
{
	FmtStatus status;
	uint32_t decoded;
	const char *wrong = value_sample_run(sample, way, &status, &decoded);
	char note[200];

	snprintf(note, sizeof(note),
			 "%s: %s, status %d, %u of %u values; window %zu%s, calls of %u, limit %lu, skip %lu",
			 sample->name, wrong != NULL ? wrong : "", (int) status, decoded, sample->n,
			 way->window, way->is_stable ? " stable" : "", way->call,
			 (unsigned long) way->bytes_limit, (unsigned long) way->skip_seed);
	CHECK_NOTE(wrong == NULL && status == FMT_OK && decoded == sample->n, note);
}

/* Many ways, of which the random numbers choose some; takes the page. */
static void
check_sample(ValueSample *sample)
{
	for (size_t w = 0; w < COUNT(windows); w++)
	{
		for (size_t c = 0; c < COUNT(calls); c++)
		{
			ValueWay way = {windows[w], false, calls[c], UINT64_MAX, false, 0};

			if (w > 0 && c > 0 && enc_random(&seed) % 3 != 0)
				continue;
			check_way(sample, &way);
			way.skip_seed = enc_random(&seed) | 1;
			check_way(sample, &way);
			if (sample->strings == NULL)
				continue;
			way.bytes_limit = enc_random(&seed) % 100;
			check_way(sample, &way);
			way.copy_bytes = true;
			check_way(sample, &way);
			way.copy_bytes = false;
			way.is_stable = true;
			check_way(sample, &way);
			way.skip_seed = 0;
			way.bytes_limit = UINT64_MAX;
			check_way(sample, &way);
		}
	}
	enc_free(&sample->page);
}

/* A sample whose values begin behind a few other bytes, as they do behind levels. */
static ValueSample
begin_sample(const char *name, int32_t encoding, int32_t type, uint32_t n)
{
	ValueSample sample;

	memset(&sample, 0, sizeof(sample));
	sample.name = name;
	sample.encoding = encoding;
	sample.type = type;
	sample.n = n;
	sample.offset = enc_random(&seed) % 4;
	enc_bytes(&sample.page, "\xff\xff\xff", sample.offset);
	return sample;
}

/* Counts that end in, at and behind groups, miniblocks and blocks. */
static const uint32_t counts[] = {0, 1, 2, 7, 8, 9, 33, 128, 129, 130, 257, 1037};

/* Numbers with runs of equal ones, of up to width bits. */
static void
random_numbers(uint64_t *values, uint32_t n, uint32_t width)
{
	for (uint32_t i = 0; i < n; i++)
	{
		values[i] = width == 0 ? 0 : (enc_random(&seed) ^ enc_random(&seed) << 32) >> (64 - width);
		for (uint64_t run = enc_random(&seed) % 4 == 0 ? enc_random(&seed) % 40 : 0;
			 run > 0 && i + 1 < n; run--, i++)
			values[i + 1] = values[i];
	}
}

static void
test_plain_numbers(uint32_t n)
{
	static uint64_t bits[MAX_VALUES];
	static unsigned char bytes[MAX_VALUES * 16];
	static const int32_t types[] = {PQ_INT32, PQ_INT64, PQ_INT96, PQ_FLOAT, PQ_DOUBLE};
	static const uint32_t widths[] = {4, 8, 12, 4, 8};
	ValueSample sample;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char) enc_random(&seed);
	for (size_t t = 0; t < COUNT(types); t++)
	{
		sample = begin_sample("plain", PQ_PLAIN, types[t], n);
		sample.numbers = bytes;
		enc_bytes(&sample.page, bytes, (size_t) n * widths[t]);
		enc_bytes(&sample.page, "x", t % 2);
		check_sample(&sample);
	}
	for (int32_t length = 1; length <= 16; length += 5)
	{
		sample = begin_sample("plain fixed", PQ_PLAIN, PQ_FIXED_LEN_BYTE_ARRAY, n);
		sample.type_length = length;
		sample.numbers = bytes;
		enc_bytes(&sample.page, bytes, (size_t) n * length);
		check_sample(&sample);
	}
	random_numbers(bits, n, 1);
	for (uint32_t i = 0; i < n; i++)
		bytes[i] = (unsigned char) bits[i];
	sample = begin_sample("plain boolean", PQ_PLAIN, PQ_BOOLEAN, n);
	sample.numbers = bytes;
	sample.has_padding = true;
	enc_packed(&sample.page, bits, n, 1);
	check_sample(&sample);
}

static void
test_booleans(uint32_t n)
{
	static uint64_t bits[MAX_VALUES];
	static unsigned char bytes[MAX_VALUES];

	random_numbers(bits, n, 1);
	for (uint32_t i = 0; i < n; i++)
		bytes[i] = (unsigned char) bits[i];
	for (int runs = ENC_RUNS_RLE; runs <= ENC_RUNS_WITH_EMPTY; runs++)
	{
		ValueSample sample = begin_sample("boolean rle", PQ_RLE, PQ_BOOLEAN, n);
		EncBuffer body = {NULL, 0, 0};

		sample.numbers = bytes;
		sample.has_padding = true;
		enc_hybrid(&body, bits, n, 1, (EncRuns) runs);
		enc_number(&sample.page, body.len, 4);
		enc_bytes(&sample.page, body.data, body.len);
		enc_bytes(&sample.page, "\x03\x03\x03", n % 4); /* not runs, but extra bytes */
		enc_free(&body);
		check_sample(&sample);
	}
}

static void
test_dictionary(uint32_t n, uint32_t width)
{
	static uint64_t values[MAX_VALUES];
	static uint32_t indices[MAX_VALUES];
	uint32_t max = 0;

	random_numbers(values, n, width);
	for (uint32_t i = 0; i < n; i++)
	{
		if (width == 32)
			values[i] >>= 1; /* there are no dictionaries of more entries */
		indices[i] = (uint32_t) values[i];
		if (indices[i] > max)
			max = indices[i];
	}
	for (int runs = ENC_RUNS_RLE; runs <= ENC_RUNS_WITH_EMPTY; runs++)
	{
		ValueSample sample = begin_sample("dictionary", PQ_RLE_DICTIONARY, PQ_BYTE_ARRAY, n);

		sample.numbers = indices;
		sample.has_padding = true;
		sample.dictionary_size = max == INT32_MAX ? INT32_MAX : max + 1;
		if (max == INT32_MAX)
			continue;
		enc_byte(&sample.page, (unsigned char) width);
		enc_hybrid(&sample.page, values, n, width, (EncRuns) runs);
		check_sample(&sample);
	}
}

static const EncDelta deltas[] = {
	{128, 4, false, 0, false, false},   {128, 1, true, 0, false, false},
	{256, 4, true, 3, false, false},    {1024, 32, true, 64, true, false},
	{384, 3, false, 1, false, false},   {8, 1, false, 0, true, false},
	{2048, 256, true, 7, false, false}, {128, 4, true, 0, true, true},
};

static void
test_delta(uint32_t n, uint32_t width)
{
	static uint64_t values[MAX_VALUES];
	static uint32_t narrow[MAX_VALUES];

	random_numbers(values, n, width);
	for (uint32_t i = 0; i < n; i++)
	{
		if (width == 10)
			values[i] = i * UINT64_C(7) - 100;
		narrow[i] = (uint32_t) values[i];
	}
	for (size_t d = 0; d < COUNT(deltas); d++)
	{
		ValueSample sample = begin_sample("delta", PQ_DELTA_BINARY_PACKED, PQ_INT64, n);
		uint64_t extended[MAX_VALUES];

		if (!deltas[d].is_32)
		{
			sample.numbers = values;
			enc_delta(&sample.page, values, n, &deltas[d]);
			check_sample(&sample);
		}
		enc_free(&sample.page);
		sample = begin_sample("delta of 32 bits", PQ_DELTA_BINARY_PACKED, PQ_INT32, n);
		sample.numbers = narrow;
		for (uint32_t i = 0; i < n; i++)
			extended[i] = deltas[d].is_32 ? (uint64_t) (int32_t) narrow[i] : narrow[i];
		enc_delta(&sample.page, extended, n, &deltas[d]);
		check_sample(&sample);
	}
}

/* Strings of up to max bytes that often begin like the one before. */
static void
random_strings(EncString *strings, uint32_t n, uint32_t max, char *text)
{
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t len = (uint32_t) (enc_random(&seed) % (max + 1));
		uint32_t shared = (uint32_t) (enc_random(&seed) % (max + 1));

		for (uint32_t b = 0; b < len; b++)
			text[b] = i > 0 && b < shared && b < strings[i - 1].len ? strings[i - 1].data[b]
																	: (char) enc_random(&seed);
		strings[i].data = text;
		strings[i].len = len;
		text += len;
	}
}

static void
test_strings(uint32_t n, uint32_t max)
{
	static char text[MAX_VALUES * 160];
	static EncString strings[MAX_VALUES];
	ValueSample sample = begin_sample("plain strings", PQ_PLAIN, PQ_BYTE_ARRAY, n);

	random_strings(strings, n, max, text);
	sample.strings = strings;
	enc_plain_strings(&sample.page, strings, n);
	check_sample(&sample);
	for (size_t d = 0; d<COUNT(deltas); d += max> 100 ? 3 : 1)
	{
		EncDelta delta = deltas[d];

		delta.cut = false; /* padding tells where the next part begins */
		sample = begin_sample("delta length", PQ_DELTA_LENGTH_BYTE_ARRAY, PQ_BYTE_ARRAY, n);
		sample.strings = strings;
		enc_delta_length(&sample.page, strings, n, &delta);
		check_sample(&sample);
		sample = begin_sample("delta bytes", PQ_DELTA_BYTE_ARRAY, PQ_BYTE_ARRAY, n);
		sample.strings = strings;
		enc_delta_bytes(&sample.page, strings, n, d % 3 == 2 ? 1 : max, &delta);
		check_sample(&sample);
	}
}

static void
test_fixed(uint32_t n, uint32_t width)
{
	static unsigned char bytes[MAX_VALUES * 40];
	static EncString strings[MAX_VALUES];
	static const EncDelta delta = {128, 4, true, 0, false, false};
	ValueSample sample;

	for (uint32_t i = 0; i < n * width; i++)
		bytes[i] = i >= width && enc_random(&seed) % 3 != 0 ? bytes[i - width]
															: (unsigned char) enc_random(&seed);
	for (uint32_t i = 0; i < n; i++)
	{
		strings[i].data = (char *) bytes + (size_t) i * width;
		strings[i].len = width;
	}
	sample = begin_sample("delta bytes, fixed", PQ_DELTA_BYTE_ARRAY, PQ_FIXED_LEN_BYTE_ARRAY, n);
	sample.type_length = (int32_t) width;
	sample.numbers = bytes;
	enc_delta_bytes(&sample.page, strings, n, width, &delta);
	check_sample(&sample);
	sample = begin_sample("split, fixed", PQ_BYTE_STREAM_SPLIT, PQ_FIXED_LEN_BYTE_ARRAY, n);
	sample.type_length = (int32_t) width;
	sample.numbers = bytes;
	enc_split(&sample.page, bytes, n, width);
	check_sample(&sample);
	if (width != 4 && width != 8)
		return;
	sample = begin_sample("split", PQ_BYTE_STREAM_SPLIT, width == 4 ? PQ_FLOAT : PQ_INT64, n);
	sample.numbers = bytes;
	enc_split(&sample.page, bytes, n, width);
	check_sample(&sample);
}

int
main(int argc, char **argv)
{
	static const uint32_t widths[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 24, 31, 32};
	static const uint32_t wide[] = {1, 10, 31, 32, 33, 56, 57, 58, 63, 64};

	seed = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t) time(NULL);
	printf("seed %lu\n", (unsigned long) seed);
	for (size_t c = 0; c < COUNT(counts); c++)
	{
		uint32_t n = counts[c];

		test_plain_numbers(n);
		test_booleans(n);
		test_dictionary(n, widths[c % COUNT(widths)]);
		test_dictionary(n, widths[(c + 5) % COUNT(widths)]);
		test_delta(n, wide[c % COUNT(wide)]);
		test_strings(n, n == 33 ? 1400 : c % 3 == 0 ? 150 : 20);
		test_fixed(n, (uint32_t[]){1, 2, 4, 8, 16, 33}[c % 6]);
		test_fixed(n, c % 2 == 0 ? 4 : 8);
	}
	return unit_finish();
}
