/*
 * utf16.c: streaming UTF-16 to UTF-8 (RFC 2781, RFC 3629).
 *
 * in:  UTF-16 code units of one byte order, in pieces of any size
 * out: UTF-8; unpaired surrogates as their 3-byte form
 *
 * Between two calls the decoder holds at most one byte of a cut unit, one
 * whole unit, one high surrogate that waits for its partner, and four bytes of
 * UTF-8 that found no room.
 */
#include "format/utf16.h"

#include <stdio.h>
#include <string.h>

#define UTF8_MAX_LEN 4

#define IS_HIGH_SURROGATE(unit) ((unit) >= 0xd800 && (unit) <= 0xdbff)
#define IS_LOW_SURROGATE(unit)  ((unit) >= 0xdc00 && (unit) <= 0xdfff)

struct Utf16Decoder
{
	FmtAllocator allocator;
	bool big_endian;
	bool has_byte; /* the first byte of a cut unit */
	unsigned char byte;
	bool has_unit;
	uint32_t unit; /* at hand, not yet decoded */
	uint32_t high; /* a high surrogate that waits for its partner; 0: none */
	unsigned char held[UTF8_MAX_LEN];
	int held_len;
	int held_pos;
	uint64_t consumed; /* bytes of input */
};

Utf16Decoder *
utf16_open(bool big_endian, const FmtAllocator *allocator)
{
	Utf16Decoder *decoder = allocator->alloc(allocator->context, sizeof(*decoder));

	if (decoder == NULL)
		return NULL;
	memset(decoder, 0, sizeof(*decoder));
	decoder->allocator = *allocator;
	decoder->big_endian = big_endian;
	return decoder;
}

void
utf16_close(Utf16Decoder *decoder)
{
	FmtAllocator allocator = decoder->allocator;

	allocator.free(allocator.context, decoder);
}

/* Writes the UTF-8 form of a code point, surrogates included; returns its length. */
static int
encode_utf8(uint32_t code, unsigned char *dst)
{
	if (code < 0x80)
	{
		dst[0] = (unsigned char) code;
		return 1;
	}
	if (code < 0x800)
	{
		dst[0] = (unsigned char) (0xc0 | (code >> 6));
		dst[1] = (unsigned char) (0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000)
	{
		dst[0] = (unsigned char) (0xe0 | (code >> 12));
		dst[1] = (unsigned char) (0x80 | ((code >> 6) & 0x3f));
		dst[2] = (unsigned char) (0x80 | (code & 0x3f));
		return 3;
	}
	dst[0] = (unsigned char) (0xf0 | (code >> 18));
	dst[1] = (unsigned char) (0x80 | ((code >> 12) & 0x3f));
	dst[2] = (unsigned char) (0x80 | ((code >> 6) & 0x3f));
	dst[3] = (unsigned char) (0x80 | (code & 0x3f));
	return 4;
}

/* Gives a code point to the output, or holds what finds no room there. */
static void
put_code(Utf16Decoder *decoder, uint32_t code, CodecOutput *out)
{
	if (out->size - out->pos >= UTF8_MAX_LEN)
	{
		out->pos += (size_t) encode_utf8(code, out->data + out->pos);
		return;
	}
	decoder->held_len = encode_utf8(code, decoder->held);
	decoder->held_pos = 0;
}

/* true when nothing is held any more */
static bool
flush_held(Utf16Decoder *decoder, CodecOutput *out)
{
	while (decoder->held_pos < decoder->held_len && out->pos < out->size)
		out->data[out->pos++] = decoder->held[decoder->held_pos++];
	return decoder->held_pos == decoder->held_len;
}

/* Takes the next code unit to hand; false: only a part of one, or nothing, is left. */
static bool
next_unit(Utf16Decoder *decoder, CodecInput *in)
{
	uint32_t first;
	uint32_t second;

	if (in->pos == in->size)
		return false;
	if (!decoder->has_byte)
	{
		decoder->byte = in->data[in->pos++];
		decoder->has_byte = true;
		if (in->pos == in->size)
			return false;
	}
	first = decoder->byte;
	second = in->data[in->pos++];
	decoder->has_byte = false;
	decoder->unit = decoder->big_endian ? first << 8 | second : second << 8 | first;
	decoder->has_unit = true;
	return true;
}

/* Decodes the unit at hand; it stays at hand when only the surrogate before it could be given out. */
static void
decode_unit(Utf16Decoder *decoder, CodecOutput *out)
{
	uint32_t unit = decoder->unit;
	uint32_t high = decoder->high;

	decoder->high = 0;
	if (high != 0 && !IS_LOW_SURROGATE(unit))
	{
		put_code(decoder, high, out);
		return;
	}
	decoder->has_unit = false;
	if (high != 0)
		put_code(decoder, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), out);
	else if (IS_HIGH_SURROGATE(unit))
		decoder->high = unit;
	else
		put_code(decoder, unit, out);
}

/* The common case: whole units of ASCII, with nothing waiting before them. */
static void
copy_ascii(const Utf16Decoder *decoder, CodecInput *in, CodecOutput *out)
{
	size_t low = decoder->big_endian ? 1 : 0;

	while (in->size - in->pos >= 2 && out->pos < out->size)
	{
		const unsigned char *unit = in->data + in->pos;

		if (unit[1 - low] != 0 || unit[low] >= 0x80)
			break;
		out->data[out->pos++] = unit[low];
		in->pos += 2;
	}
}

/* All input is used up and no more follows: what may still wait? */
static FmtStatus
finish(Utf16Decoder *decoder, CodecOutput *out, FmtError *error)
{
	if (decoder->has_byte)
	{
		if (error != NULL)
		{
			memset(error, 0, sizeof(*error));
			error->status = FMT_TRUNCATED;
			error->offset = decoder->consumed;
			snprintf(error->message, sizeof(error->message), "%s",
					 "the text ends inside a UTF-16 code unit");
		}
		return FMT_TRUNCATED;
	}
	if (decoder->high != 0)
	{
		put_code(decoder, decoder->high, out);
		decoder->high = 0;
	}
	return flush_held(decoder, out) ? FMT_END : FMT_OK;
}

FmtStatus
utf16_decode(Utf16Decoder *decoder, CodecInput *in, CodecOutput *out, bool eof, FmtError *error)
{
	size_t start = in->pos;

	while (flush_held(decoder, out))
	{
		if (!decoder->has_unit)
		{
			if (decoder->high == 0 && !decoder->has_byte)
				copy_ascii(decoder, in, out);
			if (!next_unit(decoder, in))
				break;
		}
		decode_unit(decoder, out);
	}
	decoder->consumed += in->pos - start;

	if (!flush_held(decoder, out) || in->pos < in->size || decoder->has_unit || !eof)
		return FMT_OK;
	return finish(decoder, out, error);
}
