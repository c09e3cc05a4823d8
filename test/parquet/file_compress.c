/*
 * file_compress.c: the codecs of Parquet, for tests.
 *
 * in:  a page's bytes
 * out: the same, compressed with the libraries' defaults; unchanged for a codec that does not
 *      exist
 */
#include "test/parquet/file_writer_parts.h"

#include <brotli/encode.h>
#include <lz4.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* Room for len more bytes; enc_bytes() then takes them as they are. */
static char *
scratch(size_t len)
{
	static char *memory;
	static size_t size;

	if (size < len)
	{
		free(memory);
		size = len * 2;
		memory = malloc(size);
		if (memory == NULL)
			file_writer_fail("out of memory");
	}
	return memory;
}

static size_t
gzip(const EncBuffer *data, char *out, size_t room)
{
	z_stream stream;

	memset(&stream, 0, sizeof(stream));
	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
		Z_OK)
		return 0;
	stream.next_in = data->data;
	stream.avail_in = (uInt) data->len;
	stream.next_out = (Bytef *) out;
	stream.avail_out = (uInt) room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		return 0;
	deflateEnd(&stream);
	return stream.total_out;
}

/* Hadoop's frame: both lengths, big-endian, before a raw block. */
static size_t
lz4_hadoop(const EncBuffer *data, char *out, size_t room)
{
	const size_t len = (size_t) LZ4_compress_default((const char *) data->data, out + 8,
													 (int) data->len, (int) room - 8);
	int i;

	for (i = 0; i < 4; i++)
	{
		out[i] = (char) (data->len >> (24 - 8 * i));
		out[4 + i] = (char) (len >> (24 - 8 * i));
	}
	return len + 8;
}

static size_t
compress_into(int32_t codec, const EncBuffer *data, char *out, size_t room)
{
	const char *bytes = (const char *) data->data;
	size_t len = room;

	switch (codec)
	{
		case PQ_SNAPPY:
			return snappy_compress(bytes, data->len, out, &len) == SNAPPY_OK ? len : 0;
		case PQ_GZIP:
			return gzip(data, out, room);
		case PQ_BROTLI:
			return BrotliEncoderCompress(4, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE, data->len,
										 data->data, &len, (uint8_t *) out)
					   ? len
					   : 0;
		case PQ_LZ4:
			return lz4_hadoop(data, out, room);
		case PQ_ZSTD:
			len = ZSTD_compress(out, room, bytes, data->len, 1);
			return ZSTD_isError(len) ? 0 : len;
		case PQ_LZ4_RAW:
			return (size_t) LZ4_compress_default(bytes, out, (int) data->len, (int) room);
		default:
			return 0;
	}
}

void
page_compress(int32_t codec, const EncBuffer *data, EncBuffer *out)
{
	const size_t room = data->len + data->len / 4 + 4096; /* more than any codec's bound */
	char *packed = scratch(room);
	size_t len;

	if (codec == PQ_UNCOMPRESSED || codec > PQ_LZ4_RAW)
	{
		enc_bytes(out, data->data, data->len);
		return;
	}
	len = compress_into(codec, data, packed, room);
	if (len == 0)
		file_writer_fail("could not compress with codec %d", codec);
	enc_bytes(out, packed, len);
}
