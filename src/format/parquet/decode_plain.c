/*
 * decode_plain.c: PLAIN values of all types, also those of dictionary pages.
 *
 * in:  the page's values: bits, little-endian numbers, runs of type_length bytes, or
 *      byte strings behind 4 bytes of length
 * out: values of the type's kind; byte strings as slices where the page stays, else as copies
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/hybrid.h"
#include "format/parquet/little_endian.h"

/* Strings are found one after the other: where the next one is, is known when this one's length is. */
#define PREFETCH_BYTES 2048
#define CACHE_LINE     64

#define LENGTH_BYTES 4

typedef struct PlainDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	PqSection section;
	uint32_t width; /* bytes of a value of fixed size */
	uint32_t bit;   /* BOOLEAN: bits of the byte at pos already read */
} PlainDecoder;

static void
close_plain(PqDecoder *base)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;

	decoder->body->close(decoder->body, &decoder->section);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

static FmtStatus
decode_booleans(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;
	PqSection *const section = &decoder->section;
	uint8_t *out = (uint8_t *) values->data + values->n;

	for (*done = 0; *done < n;)
	{
		const FmtStatus status = pq_decoder_need(section, 1, error);
		uint64_t there;
		uint32_t piece = n - *done;

		if (status != FMT_OK)
			return status;
		there = (uint64_t) (section->end - section->pos) * 8 - decoder->bit;
		if (there < piece)
			piece = (uint32_t) there;
		pq_unpack8(section->pos, decoder->bit, 1, piece, out);
		section->pos += ((uint64_t) decoder->bit + piece) / 8;
		decoder->bit = (decoder->bit + piece) % 8;
		values->n += piece;
		*done += piece;
		out += piece;
	}
	return FMT_OK;
}

static FmtStatus
skip_booleans(PqDecoder *base, uint64_t n, PqError *error)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;
	const uint64_t left = pq_section_left(&decoder->section);
	FmtStatus status;

	if (n > left * 8 - decoder->bit)
		return pq_values_short(error);
	status = pq_decoder_skip(&decoder->section, (decoder->bit + n) / 8, error);
	decoder->bit = (uint32_t) ((decoder->bit + n) % 8);
	return status;
}

/* Turns numbers as they are in the file into the machine's; nothing to do on most. */
static void
to_host(PqValueKind kind, void *data, uint32_t n)
{
	uint32_t i;

	if (PQ_HOST_IS_LITTLE_ENDIAN)
		return;
	for (i = 0; i < n; i++)
	{
		if (kind == PQ_VALUES_INT32)
			((uint32_t *) data)[i] = pq_load32((uint32_t *) data + i);
		else if (kind == PQ_VALUES_INT64)
			((uint64_t *) data)[i] = pq_load64((uint64_t *) data + i);
	}
}

static FmtStatus
decode_fixed(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;
	char *const out = (char *) values->data + (uint64_t) values->n * decoder->width;
	const FmtStatus status =
		pq_decoder_copy(&decoder->section, out, (uint64_t) n * decoder->width, error);

	*done = 0;
	if (status != FMT_OK)
		return status;
	to_host(values->kind, out, n);
	values->n += n;
	*done = n;
	return FMT_OK;
}

static FmtStatus
skip_fixed(PqDecoder *base, uint64_t n, PqError *error)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;

	if (n > pq_section_left(&decoder->section) / decoder->width)
		return pq_values_short(error);
	return pq_section_skip(&decoder->section, n * decoder->width, error);
}

/* Asks for the bytes behind pos that were not asked for yet; returns how far it came. */
static inline const unsigned char *
fetch_ahead(const unsigned char *ahead, const unsigned char *pos, const unsigned char *end)
{
	const unsigned char *const until = end - pos > PREFETCH_BYTES ? pos + PREFETCH_BYTES : end;

	if (ahead < pos)
		ahead = pos;
	for (; ahead < until; ahead += CACHE_LINE)
		__builtin_prefetch(ahead);
	return ahead;
}

/*
 * Appends values as long as they are wholly in the window, at most n and, behind the first, within
 * bytes_limit. Returns how many; a length that is too long ends them as well.
 */
static uint32_t
slice_window(PqSection *section, uint32_t n, PqValues *values)
{
	PqBytes *const out = (PqBytes *) values->data + values->n;
	const unsigned char *pos = section->pos;
	const unsigned char *ahead = pos;
	const uint64_t room =
		values->bytes_limit > values->bytes ? values->bytes_limit - values->bytes : 0;
	uint64_t total = 0;
	uint32_t i;

	for (i = 0; i < n && (i == 0 || total < room); i++)
	{
		uint32_t len;

		if (section->end - pos < LENGTH_BYTES)
			break;
		len = pq_load32(pos);
		ahead = fetch_ahead(ahead, pos, section->end);
		if (len > (size_t) (section->end - pos) - LENGTH_BYTES || len > PQ_BYTES_MAX)
			break;
		out[i].data = (const char *) pos + LENGTH_BYTES;
		out[i].len = len;
		total += len;
		pos += LENGTH_BYTES + (size_t) len;
	}
	section->pos = pos;
	values->bytes += total;
	values->n += i;
	return i;
}

/*
 * Makes copies of the last n values, which are slices of the bytes between from and to: one for all
 * of them.
 */
static FmtStatus
copy_slices(PqValues *values, uint32_t n, const unsigned char *from, const unsigned char *to,
			PqError *error)
{
	PqBytes *const out = (PqBytes *) values->data + values->n - n;
	char *copy;
	const FmtStatus status = pq_values_alloc(values, (uint64_t) (to - from), &copy, error);
	uint32_t i;

	if (status != FMT_OK)
		return status;
	memcpy(copy, from, (size_t) (to - from));
	for (i = 0; i < n; i++)
		out[i].data = copy + (out[i].data - (const char *) from);
	return FMT_OK;
}

/* One value that may reach beyond the window. */
static FmtStatus
decode_long_bytes(PlainDecoder *decoder, PqValues *values, PqError *error)
{
	PqSection *const section = &decoder->section;
	FmtStatus status = pq_decoder_need(section, LENGTH_BYTES, error);
	uint32_t len;

	if (status != FMT_OK)
		return status;
	len = pq_load32(section->pos);
	if (len > pq_section_left(section) - LENGTH_BYTES)
		return pq_error(error, FMT_CORRUPT, 0, "value of %u bytes where the page has %llu left",
						len, (unsigned long long) (pq_section_left(section) - LENGTH_BYTES));
	if (len > PQ_BYTES_MAX)
		return pq_value_too_long(len, error);
	section->pos += LENGTH_BYTES;
	return pq_values_append(values, section, &len, 1, len, error);
}

static FmtStatus
decode_bytes(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	PlainDecoder *const decoder = (PlainDecoder *) base;

	*done = 0;
	while (*done < n && (*done == 0 || values->bytes < values->bytes_limit))
	{
		const unsigned char *const from = decoder->section.pos;
		uint32_t piece = slice_window(&decoder->section, n - *done, values);
		FmtStatus status = FMT_OK;

		if (piece == 0)
		{
			status = decode_long_bytes(decoder, values, error);
			piece = 1;
		}
		else if (!pq_values_may_slice(values, &decoder->section))
			status = copy_slices(values, piece, from, decoder->section.pos, error);
		if (status != FMT_OK)
			return status;
		*done += piece;
	}
	return FMT_OK;
}

static FmtStatus
skip_bytes(PqDecoder *base, uint64_t n, PqError *error)
{
	PqSection *const section = &((PlainDecoder *) base)->section;

	for (; n > 0; n--)
	{
		FmtStatus status = pq_decoder_need(section, LENGTH_BYTES, error);

		if (status == FMT_OK)
			status =
				pq_decoder_skip(section, LENGTH_BYTES + (uint64_t) pq_load32(section->pos), error);
		if (status != FMT_OK)
			return status;
	}
	return FMT_OK;
}

static void
set_functions(PlainDecoder *decoder, PqValueKind kind)
{
	decoder->base.close = close_plain;
	if (kind == PQ_VALUES_BOOL)
	{
		decoder->base.decode = decode_booleans;
		decoder->base.skip = skip_booleans;
	}
	else if (kind == PQ_VALUES_BYTES)
	{
		decoder->base.decode = decode_bytes;
		decoder->base.skip = skip_bytes;
	}
	else
	{
		decoder->base.decode = decode_fixed;
		decoder->base.skip = skip_fixed;
	}
}

FmtStatus
pq_open_plain(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	PlainDecoder *const decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	PqValueKind kind;
	FmtStatus status;

	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->allocator = source->allocator;
	decoder->body = source->body;
	status = pq_values_kind(source->type, source->type_length, &kind, &decoder->width);
	if (status == FMT_OK)
	{
		set_functions(decoder, kind);
		status = source->body->open(source->body, source->offset,
									source->body->len - source->offset, &decoder->section, error);
	}
	else
		pq_error(error, status, 0, "values of type %d and length %d cannot be read", source->type,
				 source->type_length);
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		source->allocator->free(source->allocator->context, decoder);
	return status;
}
