/*
 * decoder.h: one encoding of the values of a page.
 *
 * A decoder reads a run of a page body and gives its values in pieces of any
 * size; whatever the pieces, the values are the same.  It keeps what it has
 * to (a delta, the previous string), never the page's values.  One file an encoding.
 */
#ifndef INGEST_FORMAT_PARQUET_DECODER_H
#define INGEST_FORMAT_PARQUET_DECODER_H

#include "format/allocator.h"
#include "format/parquet/section.h"
#include "format/parquet/values.h"

typedef struct PqDecoder PqDecoder;
struct PqDecoder
{
	/*
	 * Appends up to n values to values, which has room for them.  *done < n only when bytes_limit
	 * was reached. FMT_TRUNCATED: the page has fewer values.
	 */
	FmtStatus (*decode)(PqDecoder *decoder, uint32_t n, PqValues *values, uint32_t *done,
						PqError *error);
	FmtStatus (*skip)(PqDecoder *decoder, uint64_t n, PqError *error);
	void (*close)(PqDecoder *decoder);
};

/* What a decoder is opened on. */
typedef struct PqDecoderSource
{
	int32_t type;        /* PqType */
	int32_t type_length; /* of FIXED_LEN_BYTE_ARRAY */
	PqBody *body;
	uint64_t offset;     /* of the values in the body; they go to its end */
	uint64_t num_values; /* the most there can be: slots of the page */
	uint32_t dictionary_size;
	bool has_dictionary;
	const FmtAllocator *allocator;
} PqDecoderSource;

/*
 * FMT_UNSUPPORTED for an encoding that is unknown (its number is in the message) or does not
 * apply to the type.  Decoders of dictionary indices give PQ_VALUES_INDEX, all others
 * what pq_values_kind() says.  Extra bytes behind the last value are not an error.
 * (PARQUET-246, a DELTA_BYTE_ARRAY page that continues the previous page's last value: previous may
 * be set before the first decode by pq_delta_byte_array_set_previous.)
 */
extern FmtStatus pq_decoder_open(int32_t encoding, const PqDecoderSource *source,
								 PqDecoder **decoder, PqError *error);

/* Openers, one per file; called by pq_decoder_open. */
extern FmtStatus pq_open_plain(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_boolean_rle(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_dictionary_index(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_delta_binary_packed(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_delta_length_byte_array(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_delta_byte_array(const PqDecoderSource *, PqDecoder **, PqError *);
extern FmtStatus pq_open_byte_stream_split(const PqDecoderSource *, PqDecoder **, PqError *);

/* The last value of a DELTA_BYTE_ARRAY decoder, and the one to begin with. Copied. */
extern FmtStatus pq_delta_byte_array_set_previous(PqDecoder *decoder, PqBytes previous);
extern PqBytes pq_delta_byte_array_previous(const PqDecoder *decoder);

#endif
