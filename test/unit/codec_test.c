/*
 * codec_test.c: gzip and zstd files, whole, in pieces, cut, damaged and padded.
 */
#include <stdlib.h>
#include <string.h>

#include "codec_samples.h"
#include "unit.h"

static const Pieces unbroken = {0, 0, true};

static bool
has_text(const Decoded *result, const Sample *sample, size_t size)
{
	return result->size == size && memcmp(result->text, sample->text, size) == 0;
}

static void
test_detect(void)
{
	CHECK(codec_detect((const unsigned char *) "\x1f\x8b\x08\x00", 4) == CODEC_GZIP);
	CHECK(codec_detect((const unsigned char *) "\x1f\x8b", 2) == CODEC_GZIP);
	CHECK(codec_detect((const unsigned char *) "\x1f", 1) == CODEC_NONE);
	CHECK(codec_detect((const unsigned char *) "\x28\xb5\x2f\xfd", 4) == CODEC_ZSTD);
	CHECK(codec_detect((const unsigned char *) "\x28\xb5\x2f", 3) == CODEC_NONE);
	CHECK(codec_detect((const unsigned char *) "\x50\x2a\x4d\x18", 4) == CODEC_ZSTD);
	CHECK(codec_detect((const unsigned char *) "\x5f\x2a\x4d\x18", 4) == CODEC_ZSTD);
	CHECK(codec_detect((const unsigned char *) "\x60\x2a\x4d\x18", 4) == CODEC_NONE);
	CHECK(codec_detect((const unsigned char *) "id,name\n", 8) == CODEC_NONE);
	CHECK(codec_detect((const unsigned char *) "", 0) == CODEC_NONE);
}

static const char *
foreign(const char *head, size_t len)
{
	const char *name = codec_detect_foreign((const unsigned char *) head, len);

	return name != NULL ? name : "none";
}

static void
test_detect_foreign(void)
{
	CHECK(strcmp(foreign("BZh91AY&SY", 10), "bzip2") == 0);
	CHECK(strcmp(foreign("BZh91AY&S", 9), "none") == 0);
	CHECK(strcmp(foreign("id,\n1AY&SY", 10), "none") == 0);
	CHECK(strcmp(foreign("\x04\x22\x4d\x18", 4), "lz4") == 0);
	CHECK(strcmp(foreign("\xff\x06\x00\x00sNaPpY", 10), "snappy") == 0);
	CHECK(strcmp(foreign("\xfd"
						 "7zXZ\0",
						 6),
				 "xz") == 0);
	CHECK(strcmp(foreign("PK\x03\x04", 4), "zip") == 0);
	CHECK(strcmp(foreign("PK,name\n", 8), "none") == 0);
	CHECK(strcmp(foreign("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10), "none") == 0);
	CHECK(strcmp(foreign("", 0), "none") == 0);
}

static void
test_pieces(const Sample *sample)
{
	for (size_t in = 0; in <= 17; in++)
	{
		for (size_t out = 0; out <= 17; out++)
		{
			for (int late = 0; late <= 1; late++)
			{
				Pieces pieces = {in, out, late != 0};
				Decoded result;

				sample_decode(sample->kind, sample->data, sample->size, pieces, &result);
				CHECK(result.status == FMT_END && has_text(&result, sample, sample->text_size));
			}
		}
	}
}

/* The number of members or frames that are complete in size bytes, if that is a boundary; else -1. */
static int
units_in(const Sample *sample, size_t size)
{
	for (int i = 0; i < sample->nends; i++)
	{
		if (sample->ends[i] == size)
			return i + 1;
	}
	return -1;
}

static void
test_cuts(const Sample *sample)
{
	static const Pieces ways[] = {
		{0, 0, true}, {0, 0, false}, {1, 1, true}, {3, 2, false}, {0, 1, false}};

	for (size_t size = 0; size < sample->size; size++)
	{
		int units = units_in(sample, size);
		size_t delivered = 0;

		for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++)
		{
			Decoded result;

			sample_decode(sample->kind, sample->data, size, ways[way], &result);
			if (units > 0)
				CHECK(result.status == FMT_END &&
					  has_text(&result, sample, sample->text_ends[units - 1]));
			else
				CHECK(result.status == FMT_TRUNCATED && result.error.offset == size &&
					  memcmp(result.text, sample->text, result.size) == 0);
			/* what can be decoded before the cut does not depend on the pieces */
			if (way == 0)
				delivered = result.size;
			CHECK(result.size == delivered);
		}
	}
}

/* A flipped bit is an error or, in fields that carry no data, without effect. */
static void
test_flipped_bits(const Sample *sample)
{
	static const Pieces small = {3, 5, true};
	Sample damaged = *sample;
	int noticed = 0;

	for (size_t bit = 0; bit < sample->size * 8; bit++)
	{
		Decoded result;
		Decoded in_pieces;

		damaged.data[bit / 8] ^= (unsigned char) (1 << bit % 8);
		sample_decode(sample->kind, damaged.data, damaged.size, unbroken, &result);
		sample_decode(sample->kind, damaged.data, damaged.size, small, &in_pieces);
		damaged.data[bit / 8] ^= (unsigned char) (1 << bit % 8);

		if (result.status == FMT_END)
			CHECK(has_text(&result, sample, sample->text_size));
		else
		{
			CHECK(FMT_IS_ERROR(result.status) && result.error.message[0] != '\0');
			CHECK(result.error.offset <= sample->size);
			noticed++;
		}
		CHECK((in_pieces.status == FMT_END) == (result.status == FMT_END));
	}
	CHECK(noticed > (int) sample->size * 6);
}

/* Decodes the sample with bytes behind its end. */
static FmtStatus
decode_with_tail(const Sample *sample, const char *tail, size_t len, uint64_t *offset)
{
	Sample longer = *sample;
	Decoded result;

	memcpy(longer.data + longer.size, tail, len);
	longer.size += len;
	sample_decode(longer.kind, longer.data, longer.size, unbroken, &result);
	*offset = result.error.offset;
	if (result.status == FMT_END)
		CHECK(has_text(&result, sample, sample->text_size));
	return result.status;
}

static void
test_tails(const Sample *gzip, const Sample *zstd)
{
	static const char zeros[600] = {0};
	uint64_t offset;

	CHECK(decode_with_tail(gzip, zeros, 1, &offset) == FMT_END);
	CHECK(decode_with_tail(gzip, zeros, sizeof(zeros), &offset) == FMT_END);
	CHECK(decode_with_tail(gzip, "\0\0\0x", 4, &offset) == FMT_CORRUPT);
	CHECK(offset == gzip->size + 3);
	CHECK(decode_with_tail(gzip, "\0\x1f\x8b\x08", 4, &offset) == FMT_CORRUPT);
	CHECK(decode_with_tail(gzip, "garbage", 7, &offset) == FMT_CORRUPT);
	CHECK(offset == gzip->size);
	CHECK(decode_with_tail(gzip, "\x1f", 1, &offset) == FMT_TRUNCATED);
	CHECK(decode_with_tail(gzip, "\x1f\x1f\x1f", 3, &offset) == FMT_CORRUPT);

	CHECK(decode_with_tail(zstd, "garbage", 7, &offset) == FMT_CORRUPT);
	CHECK(offset == zstd->size);
	CHECK(decode_with_tail(zstd, zeros, 8, &offset) == FMT_CORRUPT);
	CHECK(decode_with_tail(zstd, zeros, 1, &offset) == FMT_CORRUPT);
	CHECK(offset == zstd->size);
	CHECK(decode_with_tail(zstd, "\x28", 1, &offset) == FMT_TRUNCATED);
}

/* Damages one byte and returns what comes of it. */
static FmtStatus
decode_damaged(const Sample *sample, size_t at, uint64_t *offset)
{
	Sample damaged = *sample;
	Decoded result;

	damaged.data[at] ^= 0xff;
	sample_decode(damaged.kind, damaged.data, damaged.size, unbroken, &result);
	*offset = result.error.offset;
	return result.status;
}

static void
test_checksums(const Sample *gzip, const Sample *zstd)
{
	uint64_t offset;

	/* gzip: CRC-32 and length in the last 8 bytes of every member */
	for (int i = 0; i < gzip->nends; i++)
	{
		CHECK(decode_damaged(gzip, gzip->ends[i] - 8, &offset) == FMT_CHECKSUM);
		CHECK(offset == gzip->ends[i] - 4);
		CHECK(decode_damaged(gzip, gzip->ends[i] - 1, &offset) == FMT_CHECKSUM);
		CHECK(offset == gzip->ends[i]);
	}
	/* zstd: the last 4 bytes of every frame but the skippable one */
	for (int i = 0; i < zstd->nends; i++)
	{
		if (i == 1)
			continue;
		CHECK(decode_damaged(zstd, zstd->ends[i] - 1, &offset) == FMT_CHECKSUM);
		CHECK(offset <= zstd->ends[i] && offset > zstd->ends[i] - 8);
	}
}

/* END and errors are final, whatever is asked later. */
static void
test_final_status(const Sample *sample)
{
	CountingAllocator counting;
	unsigned char buf[SAMPLE_MAX];
	CodecInput in = {sample->data, sample->size, 0};
	CodecOutput out = {buf, sizeof(buf), 0};
	CodecStream *stream;
	FmtError error;

	counting_init(&counting, -1);
	stream = codec_open(sample->kind, &counting.allocator);
	CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_END);
	CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_END);
	codec_close(stream);

	in.pos = 0;
	in.size = sample->size - 1;
	out.pos = 0;
	stream = codec_open(sample->kind, &counting.allocator);
	CHECK(codec_decode(stream, &in, &out, true, &error) == FMT_TRUNCATED);
	in.size++;
	memset(&error, 0, sizeof(error));
	CHECK(codec_decode(stream, &in, &out, true, &error) == FMT_TRUNCATED);
	CHECK(error.status == FMT_TRUNCATED && error.offset == sample->size - 1);
	CHECK(in.pos == sample->size - 1);
	codec_close(stream);
	CHECK(counting.alive == 0);
}

/* Without room for output nothing is lost and nothing but the end is told. */
static void
test_no_room(const Sample *sample)
{
	CountingAllocator counting;
	unsigned char buf[SAMPLE_MAX];
	CodecInput in = {sample->data, sample->size, 0};
	CodecOutput out = {buf, 0, 0};
	CodecStream *stream;

	counting_init(&counting, -1);
	stream = codec_open(sample->kind, &counting.allocator);
	CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_OK);
	while (out.size < sample->text_size)
	{
		out.size++;
		CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_OK ||
			  out.size == sample->text_size);
		CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_OK ||
			  out.size == sample->text_size);
		CHECK(out.pos == out.size);
	}
	out.size++;
	CHECK(codec_decode(stream, &in, &out, true, NULL) == FMT_END);
	CHECK(out.pos == sample->text_size && memcmp(buf, sample->text, out.pos) == 0);
	codec_close(stream);
}

/* Memory may be refused at any call: an error, and nothing leaks. */
static void
test_no_memory(const Sample *sample)
{
	bool worked = false;

	for (int calls = 0; !worked && calls < 20; calls++)
	{
		CountingAllocator counting;
		unsigned char buf[7] = {0};
		CodecInput in = {sample->data, sample->size, 0};
		CodecStream *stream;
		FmtStatus status = FMT_OK;

		counting_init(&counting, calls);
		stream = codec_open(sample->kind, &counting.allocator);
		if (stream != NULL)
		{
			while (status == FMT_OK)
			{
				CodecOutput out = {buf, sizeof(buf), 0};

				status = codec_decode(stream, &in, &out, true, NULL);
			}
			CHECK(status == FMT_END || status == FMT_NO_MEMORY);
			worked = status == FMT_END;
			codec_close(stream);
		}
		CHECK(counting.alive == 0);
	}
	CHECK(worked);
}

/* A frame header and a raw block "x" with a window of 1 << log bytes (RFC 8878, 3.1.1). */
static FmtStatus
decode_window(int log)
{
	unsigned char frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0x00, 0, 0x09, 0, 0, 'x'};
	Decoded result;

	frame[5] = (unsigned char) ((log - 10) << 3);
	sample_decode(CODEC_ZSTD, frame, sizeof(frame), unbroken, &result);
	return result.status;
}

static void
test_zstd_limits(void)
{
	static const unsigned char skippable[] = {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 's'};
	static const unsigned char dictionary[] = {0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 1, 9, 0, 0, 'x'};
	Decoded result;

	CHECK(decode_window(10) == FMT_END);
	CHECK(decode_window(27) == FMT_END);
	CHECK(decode_window(28) == FMT_LIMIT);
	sample_decode(CODEC_ZSTD, skippable, sizeof(skippable), unbroken, &result);
	CHECK(result.status == FMT_END && result.size == 0);
	sample_decode(CODEC_ZSTD, dictionary, sizeof(dictionary), unbroken, &result);
	CHECK(result.status == FMT_UNSUPPORTED);
}

static void
test_other_format(void)
{
	static const unsigned char text[] = "id,name\n1,a\n";
	static const unsigned char zstd_07[] = {0x27, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0xff, 0xff};
	Decoded result;

	sample_decode(CODEC_GZIP, text, sizeof(text), unbroken, &result);
	CHECK(result.status == FMT_CORRUPT);
	sample_decode(CODEC_ZSTD, text, sizeof(text), unbroken, &result);
	CHECK(result.status == FMT_CORRUPT && result.error.offset == 0);
	/* libzstd may know the formats before 1.0; they are not ours */
	sample_decode(CODEC_ZSTD, zstd_07, sizeof(zstd_07), unbroken, &result);
	CHECK(result.status == FMT_CORRUPT && result.error.offset == 0);
}

int
main(void)
{
	Sample samples[2];

	sample_gzip(&samples[0]);
	sample_zstd(&samples[1]);
	test_detect();
	test_detect_foreign();
	for (int i = 0; i < 2; i++)
	{
		test_pieces(&samples[i]);
		test_cuts(&samples[i]);
		test_flipped_bits(&samples[i]);
		test_final_status(&samples[i]);
		test_no_room(&samples[i]);
		test_no_memory(&samples[i]);
	}
	test_tails(&samples[0], &samples[1]);
	test_checksums(&samples[0], &samples[1]);
	test_zstd_limits();
	test_other_format();
	return unit_finish();
}
