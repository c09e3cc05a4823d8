/*
 * decode_delta_bytes.c: DELTA_BYTE_ARRAY values: each a prefix of the previous one and a suffix.
 *
 * in:  the page's values: a delta run of prefix lengths, one of suffix lengths, then
 *      the suffixes; all three are read side by side
 * out: PQ_VALUES_BYTES, slices of the page for values without a prefix where it stays, else built
 *      in memory of the PqValues' owner; PQ_VALUES_FIXED
 *
 * A few bytes can expand to gigabytes, so values are built only when they are asked for.  Between
 * calls the decoder keeps a copy of the last one, nothing else.
 */
#include "format/parquet/decoder_parts.h"
#include "format/parquet/delta.h"
#include "format/parquet/previous_value.h"

#include <string.h>

/* Lengths decoded at a time. */
#define PIECE 128

/*
 * Most prefixes and suffixes are shorter than this: copying so many bytes always costs less than
 * asking how many.  Room for it is kept behind the values that are built and behind the previous
 * one.
 */
#define SHORT_COPY PQ_PREVIOUS_SLACK

typedef enum DeltaBytesPart
{
	PREFIX_LENGTHS,
	SUFFIX_LENGTHS,
	SUFFIXES,
	NPARTS
} DeltaBytesPart;

typedef struct DeltaBytesDecoder
{
	PqDecoder base;
	const FmtAllocator *allocator;
	PqBody *body;
	int nopen; /* parts whose sections are open */
	PqDelta prefix_lengths;
	PqDelta suffix_lengths;
	PqSection suffixes;
	uint32_t prefixes[PIECE]; /* lengths already decoded, of values not yet given */
	uint32_t lengths[PIECE];  /* of the suffixes */
	uint32_t pending_at;
	uint32_t pending_n;
	bool is_fixed;
	uint32_t fixed_len;
	PqPreviousValue previous;
} DeltaBytesDecoder;

/*
 * Makes sure that there are pending lengths, when n values are wanted; *piece: of how many values,
 * at most n.
 */
static FmtStatus
need_lengths(DeltaBytesDecoder *decoder, uint64_t n, uint32_t *piece, PqError *error)
{
	FmtStatus status = FMT_OK;
	uint32_t there = decoder->pending_n - decoder->pending_at;

	if (there == 0)
	{
		there = n < PIECE ? (uint32_t) n : PIECE;
		decoder->pending_at = 0;
		decoder->pending_n = 0;
		status = pq_delta_decode_lengths(&decoder->prefix_lengths, decoder->prefixes, there, error);
		if (status == FMT_OK)
			status =
				pq_delta_decode_lengths(&decoder->suffix_lengths, decoder->lengths, there, error);
		if (status != FMT_OK)
			return status;
		decoder->pending_n = there;
	}
	*piece = there < n ? there : (uint32_t) n;
	return FMT_OK;
}

/* The length of the value with these two parts, which follows one of previous_len bytes. */
static FmtStatus
check_value(const DeltaBytesDecoder *decoder, uint32_t i, uint32_t previous_len, uint32_t *len,
			PqError *error)
{
	const uint32_t prefix = decoder->prefixes[decoder->pending_at + i];

	*len = prefix + decoder->lengths[decoder->pending_at + i];
	if (prefix > previous_len)
		return pq_error(error, FMT_CORRUPT, 0, "value repeats %u bytes of a value of %u bytes",
						prefix, previous_len);
	if (decoder->is_fixed && *len != decoder->fixed_len)
		return pq_error(error, FMT_CORRUPT, 0, "value of %u bytes in a column of length %u", *len,
						decoder->fixed_len);
	if (*len > PQ_BYTES_MAX)
		return pq_value_too_long(*len, error);
	return FMT_OK;
}

/* What a call is about to build. */
typedef struct Plan
{
	uint32_t n;       /* values */
	uint64_t total;   /* their bytes */
	uint64_t to_copy; /* bytes of those that cannot be slices, and SHORT_COPY if there is one */
} Plan;

/* At most n of the pending values, within the limit of values but at least one. */
static FmtStatus
plan_values(const DeltaBytesDecoder *decoder, const PqValues *values, uint32_t n, Plan *plan,
			PqError *error)
{
	const bool may_slice = pq_values_may_slice(values, &decoder->suffixes);
	uint32_t previous_len = decoder->previous.len;
	uint64_t suffixes = 0;

	memset(plan, 0, sizeof(*plan));
	while (plan->n < n &&
		   (plan->n == 0 || decoder->is_fixed || values->bytes + plan->total < values->bytes_limit))
	{
		uint32_t len;
		const FmtStatus status = check_value(decoder, plan->n, previous_len, &len, error);

		if (status != FMT_OK)
			return status;
		if (!may_slice || decoder->prefixes[decoder->pending_at + plan->n] > 0)
			plan->to_copy += len + (plan->to_copy == 0 ? SHORT_COPY : 0);
		plan->total += len;
		suffixes += decoder->lengths[decoder->pending_at + plan->n];
		plan->n++;
		previous_len = len;
	}
	if (suffixes > pq_section_left(&decoder->suffixes))
		return pq_values_short(error);
	return FMT_OK;
}

/* SHORT_COPY bytes, of which only the first are wanted: the others may overlap. */
static inline void
copy_short(char *to, const void *from)
{
	char bytes[SHORT_COPY];

	memcpy(bytes, from, sizeof(bytes));
	memcpy(to, bytes, sizeof(bytes));
}

/* Value i of the pending ones at to, where it has room; has_room: and SHORT_COPY bytes more. */
static inline FmtStatus
build_value(DeltaBytesDecoder *decoder, uint32_t i, const char *last, char *to, bool has_room,
			PqError *error)
{
	PqSection *const section = &decoder->suffixes;
	const uint32_t prefix = decoder->prefixes[decoder->pending_at + i];
	const uint32_t suffix = decoder->lengths[decoder->pending_at + i];

	if (prefix > 0)
	{
		if (has_room && prefix <= SHORT_COPY)
			copy_short(to, last);
		else
			memcpy(to, last, prefix);
	}
	if ((size_t) (section->end - section->pos) < suffix)
		return pq_decoder_copy(section, to + prefix, suffix, error);
	if (has_room && suffix <= SHORT_COPY)
		copy_short(to + prefix, section->pos);
	else if (suffix > 0)
		memcpy(to + prefix, section->pos, suffix);
	section->pos += suffix;
	return FMT_OK;
}

static FmtStatus
build_fixed(DeltaBytesDecoder *decoder, const Plan *plan, PqValues *values, PqBytes *last,
			PqError *error)
{
	char *out = (char *) values->data + (uint64_t) values->n * decoder->fixed_len;
	uint32_t i;

	for (i = 0; i < plan->n; i++)
	{
		const FmtStatus status = build_value(decoder, i, last->data, out, false, error);

		if (status != FMT_OK)
			return status;
		last->data = out;
		last->len = decoder->fixed_len;
		out += decoder->fixed_len;
	}
	return FMT_OK;
}

static FmtStatus
build_bytes(DeltaBytesDecoder *decoder, const Plan *plan, PqValues *values, PqBytes *last,
			PqError *error)
{
	const bool may_slice = pq_values_may_slice(values, &decoder->suffixes);
	PqBytes *const out = (PqBytes *) values->data + values->n;
	char *at;
	FmtStatus status = pq_values_alloc(values, plan->to_copy, &at, error);
	uint32_t i;

	for (i = 0; i < plan->n && status == FMT_OK; i++)
	{
		const uint32_t prefix = decoder->prefixes[decoder->pending_at + i];
		const uint32_t suffix = decoder->lengths[decoder->pending_at + i];

		if (may_slice && prefix == 0)
		{
			status = pq_decoder_need(&decoder->suffixes, suffix, error);
			if (status != FMT_OK)
				break;
			last->data = (const char *) decoder->suffixes.pos;
			decoder->suffixes.pos += suffix;
		}
		else
		{
			status = build_value(decoder, i, last->data, at, true, error);
			last->data = at;
			at += prefix + suffix;
		}
		last->len = prefix + suffix;
		out[i] = *last;
	}
	return status;
}

static FmtStatus
decode_delta_bytes(PqDecoder *base, uint32_t n, PqValues *values, uint32_t *done, PqError *error)
{
	DeltaBytesDecoder *const decoder = (DeltaBytesDecoder *) base;
	FmtStatus status = FMT_OK;

	*done = 0;
	while (*done < n && (*done == 0 || decoder->is_fixed || values->bytes < values->bytes_limit))
	{
		PqBytes last;
		uint32_t piece;
		Plan plan;

		last.data = decoder->previous.data;
		last.len = decoder->previous.len;
		status = need_lengths(decoder, n - *done, &piece, error);
		if (status == FMT_OK)
			status = plan_values(decoder, values, piece, &plan, error);
		if (status == FMT_OK)
			status = decoder->is_fixed ? build_fixed(decoder, &plan, values, &last, error)
									   : build_bytes(decoder, &plan, values, &last, error);
		if (status == FMT_OK)
			status = pq_previous_set(&decoder->previous, last, error);
		if (status != FMT_OK)
			return status;
		decoder->pending_at += plan.n;
		if (!decoder->is_fixed)
			values->bytes += plan.total;
		values->n += plan.n;
		*done += plan.n;
	}
	return FMT_OK;
}

/* Skipped values are built all the same, one on the other: the next value may need them. */
static FmtStatus
skip_delta_bytes(PqDecoder *base, uint64_t n, PqError *error)
{
	DeltaBytesDecoder *const decoder = (DeltaBytesDecoder *) base;

	for (; n > 0; n--)
	{
		uint32_t piece;
		uint32_t prefix;
		uint32_t len = 0;
		FmtStatus status = need_lengths(decoder, n, &piece, error);

		if (status == FMT_OK)
			status = check_value(decoder, 0, decoder->previous.len, &len, error);
		if (status != FMT_OK)
			return status;
		prefix = decoder->prefixes[decoder->pending_at];
		if (len - prefix > pq_section_left(&decoder->suffixes))
			return pq_values_short(error);
		status = pq_previous_reserve(&decoder->previous, len, error);
		if (status == FMT_OK)
			status = pq_decoder_copy(&decoder->suffixes, decoder->previous.data + prefix,
									 len - prefix, error);
		if (status != FMT_OK)
			return status;
		decoder->previous.len = len;
		decoder->pending_at++;
	}
	return FMT_OK;
}

static void
close_delta_bytes(PqDecoder *base)
{
	DeltaBytesDecoder *const decoder = (DeltaBytesDecoder *) base;
	PqBody *const body = decoder->body;

	if (decoder->nopen > PREFIX_LENGTHS)
		body->close(body, &decoder->prefix_lengths.section);
	if (decoder->nopen > SUFFIX_LENGTHS)
		body->close(body, &decoder->suffix_lengths.section);
	if (decoder->nopen > SUFFIXES)
		body->close(body, &decoder->suffixes);
	pq_previous_free(&decoder->previous);
	decoder->allocator->free(decoder->allocator->context, decoder);
}

/* Opens a delta run of len bytes. */
static FmtStatus
open_lengths(DeltaBytesDecoder *decoder, PqDelta *delta, uint64_t offset, uint64_t len,
			 uint64_t limit, PqError *error)
{
	PqSection section;
	const FmtStatus status = decoder->body->open(decoder->body, offset, len, &section, error);

	if (status != FMT_OK)
		return status;
	decoder->nopen++;
	return pq_delta_open(delta, &section, limit, error);
}

static FmtStatus
open_parts(DeltaBytesDecoder *decoder, const PqDecoderSource *source, PqError *error)
{
	PqBody *const body = source->body;
	uint64_t offset = source->offset;
	uint64_t run;
	FmtStatus status = pq_delta_run_bytes(body, offset, source->num_values, &run, error);

	if (status == FMT_OK)
		status =
			open_lengths(decoder, &decoder->prefix_lengths, offset, run, source->num_values, error);
	if (status != FMT_OK)
		return status;
	offset += run;
	status = pq_delta_run_bytes(body, offset, source->num_values, &run, error);
	if (status == FMT_OK)
		status =
			open_lengths(decoder, &decoder->suffix_lengths, offset, run, source->num_values, error);
	if (status != FMT_OK)
		return status;
	if (decoder->prefix_lengths.left != decoder->suffix_lengths.left)
		return pq_error(error, FMT_CORRUPT, 0, "page has %llu prefixes and %llu suffixes",
						(unsigned long long) decoder->prefix_lengths.left,
						(unsigned long long) decoder->suffix_lengths.left);
	offset += run;
	status = body->open(body, offset, body->len - offset, &decoder->suffixes, error);
	if (status == FMT_OK)
		decoder->nopen++;
	return status;
}

FmtStatus
pq_open_delta_byte_array(const PqDecoderSource *source, PqDecoder **result, PqError *error)
{
	DeltaBytesDecoder *const decoder = pq_decoder_alloc(source->allocator, sizeof(*decoder));
	FmtStatus status;

	if (decoder == NULL)
		return pq_no_memory(error);
	decoder->base.decode = decode_delta_bytes;
	decoder->base.skip = skip_delta_bytes;
	decoder->base.close = close_delta_bytes;
	decoder->allocator = source->allocator;
	decoder->previous.allocator = source->allocator;
	decoder->body = source->body;
	decoder->is_fixed = source->type == PQ_FIXED_LEN_BYTE_ARRAY;
	decoder->fixed_len = (uint32_t) source->type_length;
	status = open_parts(decoder, source, error);
	if (status == FMT_OK)
		*result = &decoder->base;
	else
		close_delta_bytes(&decoder->base);
	return status;
}

FmtStatus
pq_delta_byte_array_set_previous(PqDecoder *base, PqBytes previous)
{
	return pq_previous_set(&((DeltaBytesDecoder *) base)->previous, previous, NULL);
}

PqBytes
pq_delta_byte_array_previous(const PqDecoder *base)
{
	const DeltaBytesDecoder *const decoder = (const DeltaBytesDecoder *) base;
	PqBytes previous;

	previous.data = decoder->previous.data;
	previous.len = decoder->previous.len;
	return previous;
}
