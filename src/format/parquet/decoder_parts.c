/*
 * decoder_parts.c: what the decoders have in common.
 *
 * in:  sections
 * out: bytes and numbers of them; values that are slices of a stable section, or
 *      copies in memory of the PqValues' owner
 */
#include "format/parquet/decoder_parts.h"

#include <string.h>

/* Bytes of a ULEB128 of 64 bits. */
#define VARINT_MAX 10

FmtStatus
pq_values_short(PqError *error)
{
	return pq_error(error, FMT_TRUNCATED, 0, "page ends before its last value");
}

FmtStatus
pq_value_too_long(uint64_t len, PqError *error)
{
	return pq_error(error, FMT_LIMIT, 0, "value has %llu bytes, more than the maximum of %u",
					(unsigned long long) len, PQ_BYTES_MAX);
}

FmtStatus
pq_no_memory(PqError *error)
{
	return pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
}

FmtStatus
pq_decoder_skip(PqSection *section, uint64_t n, PqError *error)
{
	if (pq_section_left(section) < n)
		return pq_values_short(error);
	return pq_section_skip(section, n, error);
}

FmtStatus
pq_decoder_copy(PqSection *section, void *to, uint64_t n, PqError *error)
{
	unsigned char *at = to;

	if (pq_section_left(section) < n)
		return pq_values_short(error);
	while (n > 0)
	{
		const FmtStatus status = pq_section_need(section, 1, error);
		size_t piece;

		if (status != FMT_OK)
			return status;
		piece = (size_t) (section->end - section->pos);
		if (piece > n)
			piece = (size_t) n;
		memcpy(at, section->pos, piece);
		section->pos += piece;
		at += piece;
		n -= piece;
	}
	return FMT_OK;
}

FmtStatus
pq_decoder_varint(PqSection *section, uint64_t *value, PqError *error)
{
	uint32_t i;

	*value = 0;
	for (i = 0; i < VARINT_MAX; i++)
	{
		const FmtStatus status = pq_decoder_need(section, 1, error);
		unsigned char byte;

		if (status != FMT_OK)
			return status;
		byte = *section->pos++;
		if (i == VARINT_MAX - 1 && byte > 1)
			break;
		*value |= (uint64_t) (byte & 0x7f) << (7 * i);
		if (byte < 0x80)
			return FMT_OK;
	}
	return pq_error(error, FMT_CORRUPT, 0, "invalid variable-length integer");
}

void *
pq_decoder_alloc(const FmtAllocator *allocator, uint64_t size)
{
	void *const memory =
		size <= SIZE_MAX ? allocator->alloc(allocator->context, (size_t) size) : NULL;

	if (memory != NULL)
		memset(memory, 0, (size_t) size);
	return memory;
}

FmtStatus
pq_values_alloc(PqValues *values, uint64_t len, char **memory, PqError *error)
{
	static char nothing[1];

	if (len == 0)
		*memory = nothing;
	else if (len > SIZE_MAX || values->alloc == NULL)
		*memory = NULL;
	else
		*memory = values->alloc(values->alloc_context, (size_t) len);
	return *memory != NULL ? FMT_OK : pq_no_memory(error);
}

uint32_t
pq_values_within_limit(const PqValues *values, const uint32_t *lengths, uint32_t n, uint64_t *total)
{
	const uint64_t room =
		values->bytes_limit > values->bytes ? values->bytes_limit - values->bytes : 0;
	uint32_t i;

	*total = 0;
	for (i = 0; i < n && (i == 0 || *total < room); i++)
		*total += lengths[i];
	return i;
}

/* Slices of bytes that follow each other at data. */
static void
append_slices(PqValues *values, const char *data, const uint32_t *lengths, uint32_t n)
{
	PqBytes *const out = (PqBytes *) values->data + values->n;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		out[i].data = data;
		out[i].len = lengths[i];
		data += lengths[i];
	}
	values->n += n;
}

FmtStatus
pq_values_append(PqValues *values, PqSection *section, const uint32_t *lengths, uint32_t n,
				 uint64_t total, PqError *error)
{
	FmtStatus status = FMT_OK;
	uint32_t i;

	if (pq_section_left(section) < total)
		return pq_values_short(error);
	values->bytes += total;
	if (!pq_values_may_slice(values, section))
	{
		char *copy;

		status = pq_values_alloc(values, total, &copy, error);
		if (status == FMT_OK)
			status = pq_decoder_copy(section, copy, total, error);
		if (status == FMT_OK)
			append_slices(values, copy, lengths, n);
	}
	else if ((uint64_t) (section->end - section->pos) >= total)
	{
		append_slices(values, (const char *) section->pos, lengths, n);
		section->pos += total;
	}
	else
	{
		for (i = 0; i < n && status == FMT_OK; i++)
		{
			status = pq_section_need(section, lengths[i], error);
			if (status == FMT_OK)
			{
				append_slices(values, (const char *) section->pos, &lengths[i], 1);
				section->pos += lengths[i];
			}
		}
	}
	return status;
}
