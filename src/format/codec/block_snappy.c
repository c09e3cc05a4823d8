/*
 * block_snappy.c: snappy's raw format by libsnappy.
 *
 * A block says its decompressed size in front, so that is compared before anything is decoded.
 */
#include <snappy-c.h>

#include "format/codec/block_method.h"

bool
block_snappy_plausible(const unsigned char *in, size_t in_len, uint64_t out_len)
{
	size_t claimed;

	return snappy_uncompressed_length((const char *) in, in_len, &claimed) == SNAPPY_OK &&
		   claimed == out_len;
}

FmtStatus
block_snappy_decode(const CodecBlockSpan *span, const char **reason)
{
	const char *in = (const char *) span->in;
	size_t len;

	*reason = "invalid snappy data";
	if (snappy_uncompressed_length(in, span->in_len, &len) != SNAPPY_OK)
		return FMT_CORRUPT;
	if (len != span->out_len)
	{
		*reason = len > span->out_len ? BLOCK_TOO_LONG : BLOCK_TOO_SHORT;
		return FMT_CORRUPT;
	}
	if (snappy_uncompress(in, span->in_len, (char *) span->out, &len) != SNAPPY_OK)
		return FMT_CORRUPT;
	return FMT_OK;
}
