/*
 * codec_samples.c: compressed files made in memory, and how to decode them in pieces.
 */
#include "codec_samples.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static void *
counting_alloc(void *context, size_t size)
{
	CountingAllocator *counting = context;

	if (counting->until_failure == 0)
		return NULL;
	if (counting->until_failure > 0)
		counting->until_failure--;
	counting->alive++;
	return malloc(size);
}

static void
counting_free(void *context, void *pointer)
{
	CountingAllocator *counting = context;

	counting->alive--;
	free(pointer);
}

void
counting_init(CountingAllocator *counting, int until_failure)
{
	counting->allocator.alloc = counting_alloc;
	counting->allocator.free = counting_free;
	counting->allocator.context = counting;
	counting->alive = 0;
	counting->until_failure = until_failure;
}

static void
end_unit(Sample *sample, const void *text, size_t len)
{
	memcpy(sample->text + sample->text_size, text, len);
	sample->text_size += len;
	sample->ends[sample->nends] = sample->size;
	sample->text_ends[sample->nends] = sample->text_size;
	sample->nends++;
}

static void
add_gzip_member(Sample *sample, const char *text, gz_header *header)
{
	z_stream zlib = {0};
	int code;

	code = deflateInit2(&zlib, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	assert(code == Z_OK);
	if (header != NULL)
		deflateSetHeader(&zlib, header);
	zlib.next_in = (Bytef *) (uintptr_t) text;
	zlib.avail_in = (uInt) strlen(text);
	zlib.next_out = sample->data + sample->size;
	zlib.avail_out = (uInt) (SAMPLE_MAX - sample->size);
	code = deflate(&zlib, Z_FINISH);
	assert(code == Z_STREAM_END);
	sample->size += zlib.total_out;
	deflateEnd(&zlib);
	end_unit(sample, text, strlen(text));
}

/* A few hundred bytes that compress well but not to nothing. */
static const char *
long_text(void)
{
	static char text[700];
	size_t len = 0;

	for (int i = 0; len < sizeof(text) - 20; i++)
		len += (size_t) sprintf(text + len, "%d,row %d\n", i, i * i % 97);
	return text;
}

void
sample_gzip(Sample *sample)
{
	gz_header header = {0};

	memset(sample, 0, sizeof(*sample));
	sample->kind = CODEC_GZIP;
	header.name = (Bytef *) (uintptr_t) "a.csv";
	header.comment = (Bytef *) (uintptr_t) "c";
	header.extra = (Bytef *) (uintptr_t) "xtra";
	header.extra_len = 4;
	header.hcrc = 1;
	add_gzip_member(sample, "a,b\n1,2\n", &header);
	add_gzip_member(sample, "", NULL);
	add_gzip_member(sample, long_text(), NULL);
}

/* With the content size in the header if whole, else as a stream without it. */
static void
add_zstd_frame(Sample *sample, const char *text, bool checksum, bool whole)
{
	ZSTD_CCtx *cctx = ZSTD_createCCtx();
	ZSTD_outBuffer out = {sample->data, SAMPLE_MAX, sample->size};
	ZSTD_inBuffer in = {text, strlen(text), 0};
	size_t left;

	ZSTD_CCtx_setParameter(cctx, ZSTD_c_checksumFlag, checksum);
	if (!whole)
	{
		left = ZSTD_compressStream2(cctx, &out, &in, ZSTD_e_flush);
		assert(left == 0);
	}
	left = ZSTD_compressStream2(cctx, &out, &in, ZSTD_e_end);
	assert(left == 0);
	sample->size = out.pos;
	ZSTD_freeCCtx(cctx);
	end_unit(sample, text, strlen(text));
}

static void
add_skippable_frame(Sample *sample)
{
	static const unsigned char frame[] = {0x5a, 0x2a, 0x4d, 0x18, 5,   0,  0,
										  0,    's',  'k',  'i',  'p', '!'};

	memcpy(sample->data + sample->size, frame, sizeof(frame));
	sample->size += sizeof(frame);
	end_unit(sample, "", 0);
}

void
sample_zstd(Sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	sample->kind = CODEC_ZSTD;
	add_zstd_frame(sample, "a,b\n1,2\n", true, true);
	add_skippable_frame(sample);
	add_zstd_frame(sample, "", true, true);
	add_zstd_frame(sample, long_text(), true, false);
}

static void
keep_output(Decoded *result, const unsigned char *piece, size_t len)
{
	if (result->size < SAMPLE_MAX)
	{
		size_t room = SAMPLE_MAX - result->size;

		memcpy(result->text + result->size, piece, len < room ? len : room);
	}
	result->size += len;
}

/* Replaces the used-up piece by the next one, in memory of its own: no pointer into the old may stay. */
static size_t
next_piece(CodecInput *in, const unsigned char *data, size_t len)
{
	unsigned char *copy = malloc(len + 1);

	memcpy(copy, data, len);
	free((void *) (uintptr_t) in->data);
	in->data = copy;
	in->size = len;
	in->pos = 0;
	return len;
}

void
sample_decode(CodecKind kind, const unsigned char *data, size_t size, Pieces pieces,
			  Decoded *result)
{
	CountingAllocator counting;
	CodecStream *stream;
	CodecInput in = {NULL, 0, 0};
	unsigned char buf[SAMPLE_MAX];
	size_t in_piece = pieces.in > 0 ? pieces.in : size;
	size_t out_piece = pieces.out > 0 ? pieces.out : sizeof(buf);
	size_t given = 0;
	bool eof = false;

	memset(result, 0, sizeof(*result));
	counting_init(&counting, -1);
	stream = codec_open(kind, &counting.allocator);
	assert(stream != NULL);
	while (result->status == FMT_OK)
	{
		CodecOutput out = {buf, out_piece, 0};

		if (in.pos == in.size && !eof)
		{
			size_t left = size - given;

			eof = left == 0 || (!pieces.late_eof && left <= in_piece);
			given += next_piece(&in, data + given, left < in_piece ? left : in_piece);
		}
		result->status = codec_decode(stream, &in, &out, eof, &result->error);
		keep_output(result, buf, out.pos);
	}
	codec_close(stream);
	free((void *) (uintptr_t) in.data);
	assert(counting.alive == 0);
}
