/*
 * decoder.c: which decoder reads which encoding of which type.
 *
 * in:  an encoding and a column's type, as numbers from the file
 * out: an open decoder, which belongs to the caller until its close()
 */
#include "format/parquet/decoder_parts.h"

typedef FmtStatus (*DecoderOpener)(const PqDecoderSource *, PqDecoder **, PqError *);

#define TYPE(name) (1U << (name))
#define ALL_TYPES  ((1U << (PQ_FIXED_LEN_BYTE_ARRAY + 1)) - 1)

/* The encodings of values, and the types they are defined for. */
static const struct
{
	int32_t encoding;
	uint32_t types;
	DecoderOpener open;
} openers[] = {
	{PQ_PLAIN, ALL_TYPES, pq_open_plain},
	{PQ_PLAIN_DICTIONARY, ALL_TYPES & ~TYPE(PQ_BOOLEAN), pq_open_dictionary_index},
	{PQ_RLE_DICTIONARY, ALL_TYPES & ~TYPE(PQ_BOOLEAN), pq_open_dictionary_index},
	{PQ_RLE, TYPE(PQ_BOOLEAN), pq_open_boolean_rle},
	{PQ_DELTA_BINARY_PACKED, TYPE(PQ_INT32) | TYPE(PQ_INT64), pq_open_delta_binary_packed},
	{PQ_DELTA_LENGTH_BYTE_ARRAY, TYPE(PQ_BYTE_ARRAY), pq_open_delta_length_byte_array},
	{PQ_DELTA_BYTE_ARRAY, TYPE(PQ_BYTE_ARRAY) | TYPE(PQ_FIXED_LEN_BYTE_ARRAY),
	 pq_open_delta_byte_array},
	{PQ_BYTE_STREAM_SPLIT,
	 TYPE(PQ_INT32) | TYPE(PQ_INT64) | TYPE(PQ_FLOAT) | TYPE(PQ_DOUBLE) |
		 TYPE(PQ_FIXED_LEN_BYTE_ARRAY),
	 pq_open_byte_stream_split},
};

FmtStatus
pq_values_kind(int32_t type, int32_t type_length, PqValueKind *kind, uint32_t *width)
{
	switch (type)
	{
		case PQ_BOOLEAN:
			*kind = PQ_VALUES_BOOL;
			*width = sizeof(uint8_t);
			return FMT_OK;
		case PQ_INT32:
		case PQ_FLOAT:
			*kind = PQ_VALUES_INT32;
			*width = sizeof(uint32_t);
			return FMT_OK;
		case PQ_INT64:
		case PQ_DOUBLE:
			*kind = PQ_VALUES_INT64;
			*width = sizeof(uint64_t);
			return FMT_OK;
		case PQ_INT96:
			*kind = PQ_VALUES_FIXED;
			*width = 12;
			return FMT_OK;
		case PQ_BYTE_ARRAY:
			*kind = PQ_VALUES_BYTES;
			*width = sizeof(PqBytes);
			return FMT_OK;
		case PQ_FIXED_LEN_BYTE_ARRAY:
			*kind = PQ_VALUES_FIXED;
			*width = (uint32_t) type_length;
			return type_length > 0 ? FMT_OK : FMT_CORRUPT;
		default:
			return FMT_UNSUPPORTED;
	}
}

FmtStatus
pq_decoder_open(int32_t encoding, const PqDecoderSource *source, PqDecoder **decoder,
				PqError *error)
{
	const char *const encoding_name = pq_encoding_name(encoding);
	const char *const type_name = pq_type_name(source->type);
	PqValueKind kind;
	uint32_t width;
	size_t i;
	FmtStatus status = pq_values_kind(source->type, source->type_length, &kind, &width);

	*decoder = NULL;
	if (status != FMT_OK)
		return pq_error(error, status, 0, "values of type %d and length %d cannot be read",
						source->type, source->type_length);
	if (source->offset > source->body->len)
		return pq_values_short(error);
	for (i = 0; i < sizeof(openers) / sizeof(openers[0]); i++)
	{
		if (openers[i].encoding == encoding && (openers[i].types >> source->type & 1) != 0)
			return openers[i].open(source, decoder, error);
	}
	if (encoding_name == NULL)
		return pq_error(error, FMT_UNSUPPORTED, 0, "unknown encoding %d", encoding);
	return pq_error(error, FMT_UNSUPPORTED, 0, "encoding %d (%s) of %s values cannot be read",
					encoding, encoding_name, type_name != NULL ? type_name : "these");
}
