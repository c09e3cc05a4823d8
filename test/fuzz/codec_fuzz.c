/*
 * codec_fuzz.c: any bytes as gzip, zstd or UTF-16.
 *
 * The first byte chooses the decoder, the second and third how input and
 * output are cut into pieces.  Whatever the pieces, the outcome must be that
 * of decoding in one go: the same status and, at the end, the same bytes; and
 * no more input may be taken than there is, no decoder may stand still.
 */
#include <stdlib.h>
#include <string.h>

#include "format/codec/codec.h"
#include "format/utf16.h"

/* What expands beyond is not compared: it would only make fuzzing slow. */
#define OUTPUT_MAX (256 * 1024)

typedef enum FuzzDecoder
{
	FUZZ_GZIP,
	FUZZ_ZSTD,
	FUZZ_UTF16LE,
	FUZZ_UTF16BE
} FuzzDecoder;

typedef struct Outcome
{
	FmtStatus status; /* FMT_OK: gave up at OUTPUT_MAX */
	size_t size;
	unsigned char data[OUTPUT_MAX];
} Outcome;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
decode(FuzzDecoder kind, const uint8_t *data, size_t size, size_t in_piece, size_t out_piece,
	   Outcome *outcome)
{
	FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	bool compressed = kind == FUZZ_GZIP || kind == FUZZ_ZSTD;
	CodecStream *codec =
		compressed ? codec_open(kind == FUZZ_GZIP ? CODEC_GZIP : CODEC_ZSTD, &allocator) : NULL;
	Utf16Decoder *utf16 = compressed ? NULL : utf16_open(kind == FUZZ_UTF16BE, &allocator);
	CodecInput in = {data, 0, 0};

	outcome->status = FMT_OK;
	outcome->size = 0;
	while (outcome->status == FMT_OK && outcome->size < OUTPUT_MAX)
	{
		size_t room = OUTPUT_MAX - outcome->size;
		CodecOutput out = {outcome->data + outcome->size, room < out_piece ? room : out_piece, 0};
		size_t start;
		FmtError error;
		bool eof;

		if (in.pos == in.size)
			in.size += size - in.size < in_piece ? size - in.size : in_piece;
		start = in.pos;
		eof = in.size == size;
		outcome->status = compressed ? codec_decode(codec, &in, &out, eof, &error)
									 : utf16_decode(utf16, &in, &out, eof, &error);
		require(in.pos >= start && in.pos <= in.size && out.pos <= out.size);
		require(outcome->status != FMT_OK || in.pos > start || out.pos > 0);
		if (FMT_IS_ERROR(outcome->status))
			require(error.status == outcome->status && error.offset <= size);
		outcome->size += out.pos;
	}
	if (compressed)
		codec_close(codec);
	else
		utf16_close(utf16);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Outcome whole;
	static Outcome pieces;
	FuzzDecoder kind;

	if (size < 3)
		return 0;
	kind = (FuzzDecoder) (data[0] % 4);
	decode(kind, data + 3, size - 3, size, OUTPUT_MAX, &whole);
	decode(kind, data + 3, size - 3, 1 + data[1] % 64, 1 + data[2] % 64, &pieces);

	if (whole.status == FMT_OK || pieces.status == FMT_OK)
		return 0; /* too much output */
	require(whole.status == pieces.status);
	if (whole.status == FMT_END)
		require(whole.size == pieces.size && memcmp(whole.data, pieces.data, whole.size) == 0);
	return 0;
}
