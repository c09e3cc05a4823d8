/*
 * utf16_test.c: UTF-16 in pieces of every small size, with and without its surrogates.
 */
#include <stdlib.h>
#include <string.h>

#include "format/utf16.h"
#include "unit.h"

#define TEXT_MAX 4096

typedef struct Transcoded
{
	FmtStatus status;
	FmtError error;
	char text[TEXT_MAX];
	size_t size;
} Transcoded;

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void *
no_alloc(void *context, size_t size)
{
	return NULL;
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

/* Units to bytes; returns their number. */
static size_t
put_units(unsigned char *bytes, const uint16_t *units, size_t nunits, bool big_endian)
{
	for (size_t i = 0; i < nunits; i++)
	{
		bytes[2 * i] = (unsigned char) (big_endian ? units[i] >> 8 : units[i]);
		bytes[2 * i + 1] = (unsigned char) (big_endian ? units[i] : units[i] >> 8);
	}
	return 2 * nunits;
}

static void
transcode(const unsigned char *data, size_t size, bool big_endian, size_t in_piece,
		  size_t out_piece, Transcoded *result)
{
	FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	Utf16Decoder *decoder = utf16_open(big_endian, &allocator);
	CodecInput in = {data, 0, 0};

	memset(result, 0, sizeof(*result));
	while (result->status == FMT_OK)
	{
		CodecOutput out = {(unsigned char *) result->text + result->size, out_piece, 0};
		bool eof;

		if (in.pos == in.size)
			in.size += size - in.size < in_piece ? size - in.size : in_piece;
		eof = in.size == size;
		result->status = utf16_decode(decoder, &in, &out, eof, &result->error);
		result->size += out.pos;
	}
	utf16_close(decoder);
}

/* Both byte orders and all small pieces must give the same UTF-8. */
static void
check_text(const uint16_t *units, size_t nunits, const char *utf8, size_t utf8_size)
{
	for (int big_endian = 0; big_endian <= 1; big_endian++)
	{
		unsigned char bytes[TEXT_MAX];
		size_t size = put_units(bytes, units, nunits, big_endian != 0);

		for (size_t in = 1; in <= 17; in++)
		{
			for (size_t out = 1; out <= 17; out++)
			{
				Transcoded result;

				transcode(bytes, size, big_endian != 0, in, out, &result);
				CHECK(result.status == FMT_END && result.size == utf8_size &&
					  memcmp(result.text, utf8, utf8_size) == 0);
			}
		}
	}
}

#define CHECK_TEXT(utf8, ...)                                                        \
	do                                                                               \
	{                                                                                \
		static const uint16_t units[] = {__VA_ARGS__};                               \
                                                                                     \
		check_text(units, sizeof(units) / sizeof(units[0]), utf8, sizeof(utf8) - 1); \
	} while (0)

static void
test_well_formed(void)
{
	check_text(NULL, 0, "", 0);
	CHECK_TEXT("a,b\r\n1,\"x\"\n", 'a', ',', 'b', '\r', '\n', '1', ',', '"', 'x', '"', '\n');
	/* the edges of the UTF-8 lengths, NUL and the byte order mark as data */
	CHECK_TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", 0x7f, 0x80, 0x7ff, 0x800, 0xffff);
	CHECK_TEXT("a\0b", 'a', 0, 'b');
	CHECK_TEXT("\xef\xbb\xbf"
			   "a",
			   0xfeff, 'a');
	/* the neighbours of the surrogates */
	CHECK_TEXT("\xed\x9f\xbf\xee\x80\x80", 0xd7ff, 0xe000);
	/* U+10000, U+10FFFF, U+1F600 between ASCII */
	CHECK_TEXT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 0xd800, 0xdc00, 0xdbff, 0xdfff);
	CHECK_TEXT("a\xf0\x9f\x98\x80z", 'a', 0xd83d, 0xde00, 'z');
}

/* An unpaired surrogate keeps its neighbours whole and becomes invalid UTF-8. */
static void
test_unpaired_surrogates(void)
{
	CHECK_TEXT("a\xed\xa0\x80z", 'a', 0xd800, 'z');
	CHECK_TEXT("a\xed\xb0\x80z", 'a', 0xdc00, 'z');
	CHECK_TEXT("\xed\xa0\x80", 0xd800);
	CHECK_TEXT("\xed\xa0\xbd\xf0\x9f\x98\x80", 0xd83d, 0xd83d, 0xde00);
	CHECK_TEXT("\xf0\x9f\x98\x80\xed\xb8\x80", 0xd83d, 0xde00, 0xde00);
	CHECK_TEXT("\xed\xa0\x80\xc3\xa9", 0xd800, 0xe9);
}

/* The code point of one UTF-8 sequence, surrogates included. */
static uint32_t
decode_utf8(const char *utf8, size_t len)
{
	static const uint32_t first_mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t code = (unsigned char) utf8[0] & first_mask[len];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char) utf8[i] & 0x3fu);
	return code;
}

/* Every code point near a power of two or a surrogate, and a sample of the rest. */
static void
test_all_code_points(void)
{
	for (uint32_t code = 0; code <= 0x10ffff; code++)
	{
		uint16_t units[2] = {(uint16_t) code, 0};
		unsigned char bytes[4];
		size_t nunits = 1;
		Transcoded result;

		if (code % 0x10000 > 0x900 && code % 0x10000 < 0xd000 && code % 61 != 0)
			continue;
		if (code >= 0x10000)
		{
			units[0] = (uint16_t) (0xd800 + ((code - 0x10000) >> 10));
			units[1] = (uint16_t) (0xdc00 + ((code - 0x10000) & 0x3ff));
			nunits = 2;
		}
		transcode(bytes, put_units(bytes, units, nunits, true), true, 4, 4, &result);
		CHECK(result.status == FMT_END && result.size > 0 && result.size <= 4 &&
			  decode_utf8(result.text, result.size) == code);
	}
}

static void
test_odd_byte(void)
{
	for (size_t piece = 1; piece <= 4; piece++)
	{
		Transcoded result;

		transcode((const unsigned char *) "a\0b\0c", 5, false, piece, 8, &result);
		CHECK(result.status == FMT_TRUNCATED && result.error.status == FMT_TRUNCATED);
		CHECK(result.size == 2 && memcmp(result.text, "ab", 2) == 0);
		CHECK(result.error.offset == 5);
	}
}

static void
test_no_memory(void)
{
	FmtAllocator allocator = {no_alloc, plain_free, NULL};

	CHECK(utf16_open(false, &allocator) == NULL);
}

int
main(void)
{
	test_well_formed();
	test_unpaired_surrogates();
	test_all_code_points();
	test_odd_byte();
	test_no_memory();
	return unit_finish();
}
