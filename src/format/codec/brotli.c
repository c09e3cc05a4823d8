/*
 * brotli.c: the brotli format (RFC 7932) by libbrotlidec.
 *
 * One stream without magic number or checksum.  All memory, the library's included, comes
 * from the allocator: a window of at most 16 MiB.
 */
#include <brotli/decode.h>

#include "format/codec/method.h"

typedef struct BrotliState
{
	const FmtAllocator *allocator;
	BrotliDecoderState *decoder;
	bool at_end;
} BrotliState;

static void *
brotli_alloc(void *opaque, size_t size)
{
	const FmtAllocator *allocator = opaque;

	return allocator->alloc(allocator->context, size);
}

static void
brotli_free(void *opaque, void *address)
{
	const FmtAllocator *allocator = opaque;

	if (address != NULL)
		allocator->free(allocator->context, address);
}

static void *
brotli_open(const FmtAllocator *allocator)
{
	BrotliState *brotli = allocator->alloc(allocator->context, sizeof(*brotli));

	if (brotli == NULL)
		return NULL;
	brotli->allocator = allocator;
	brotli->at_end = false;
	/* the library takes a plain pointer; the callbacks make it const again */
	brotli->decoder =
		BrotliDecoderCreateInstance(brotli_alloc, brotli_free, (void *) (uintptr_t) allocator);
	if (brotli->decoder == NULL)
	{
		allocator->free(allocator->context, brotli);
		return NULL;
	}
	return brotli;
}

static void
brotli_close(void *state)
{
	BrotliState *brotli = state;

	BrotliDecoderDestroyInstance(brotli->decoder);
	brotli->allocator->free(brotli->allocator->context, brotli);
}

static FmtStatus
brotli_error(const BrotliState *brotli, const char **reason)
{
	switch (BrotliDecoderGetErrorCode(brotli->decoder))
	{
		case BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES:
		case BROTLI_DECODER_ERROR_ALLOC_TREE_GROUPS:
		case BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MAP:
		case BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_1:
		case BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_2:
		case BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES:
			*reason = "out of memory";
			return FMT_NO_MEMORY;
		default:
			*reason = "invalid brotli data";
			return FMT_CORRUPT;
	}
}

static FmtStatus
brotli_decode(void *state, CodecInput *in, CodecOutput *out, bool eof, const char **reason)
{
	BrotliState *brotli = state;

	if (!brotli->at_end)
	{
		size_t in_left = in->size - in->pos;
		size_t out_left = out->size - out->pos;
		const uint8_t *next_in = in->data + in->pos;
		uint8_t *next_out = out->data + out->pos;
		BrotliDecoderResult result = BrotliDecoderDecompressStream(
			brotli->decoder, &in_left, &next_in, &out_left, &next_out, NULL);

		in->pos = in->size - in_left;
		out->pos = out->size - out_left;
		if (result == BROTLI_DECODER_RESULT_ERROR)
			return brotli_error(brotli, reason);
		if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT && eof)
		{
			*reason = "the file ends inside brotli data";
			return FMT_TRUNCATED;
		}
		brotli->at_end = result == BROTLI_DECODER_RESULT_SUCCESS;
	}
	if (!brotli->at_end)
		return FMT_OK;
	if (in->pos < in->size)
	{
		*reason = "unexpected bytes behind the end of the brotli data";
		return FMT_CORRUPT;
	}
	return eof ? FMT_END : FMT_OK;
}

const CodecMethod codec_brotli = {brotli_open, brotli_decode, brotli_close};
