/*
 * parquet_digest.h: a number for the content of a leaf, whatever its batches.
 *
 * Two readings that gave the same levels and values in the same order have the same digest.
 */
#ifndef INGEST_TEST_PARQUET_DIGEST_H
#define INGEST_TEST_PARQUET_DIGEST_H

#include "format/parquet/rows.h"

/* FNV-1a */
#define DIGEST_START UINT64_C(14695981039346656037)

/* What counts of a value, besides its length: fuzzers make long ones out of nothing. */
#define DIGEST_MAX 256

static inline uint64_t
digest_bytes(uint64_t digest, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	size_t i;

	for (i = 0; i < len; i++)
		digest = (digest ^ bytes[i]) * UINT64_C(1099511628211);
	return digest;
}

/* A slot: its levels, and its value unless it has none (data is NULL). */
static inline uint64_t
digest_slot(uint64_t digest, unsigned rep, unsigned def, const void *data, size_t len)
{
	unsigned char levels[3] = {(unsigned char) rep, (unsigned char) def, data != NULL};

	digest = digest_bytes(digest, levels, sizeof(levels));
	if (data == NULL)
		return digest;
	digest = digest_bytes(digest, &len, sizeof(len));
	return digest_bytes(digest, data, len < DIGEST_MAX ? len : DIGEST_MAX);
}

/* Value number i of the vector. */
static inline const void *
digest_value(const PqVector *vector, uint32_t i, size_t *len)
{
	PqValueKind kind = vector->kind;
	uint32_t width = vector->width;
	const unsigned char *data = vector->data;
	size_t at = i;

	if (kind == PQ_VALUES_INDEX)
	{
		const PqValues *entries = &vector->dictionary->values;

		at = ((const uint32_t *) vector->data)[i];
		kind = entries->kind;
		width = entries->width;
		data = entries->data;
	}
	*len = kind == PQ_VALUES_BYTES ? ((const PqBytes *) data)[at].len : width;
	if (kind != PQ_VALUES_BYTES)
		return data + at * width;
	data = (const unsigned char *) ((const PqBytes *) data)[at].data;
	return *len > 0 ? data : (const unsigned char *) "";
}

static inline uint64_t
digest_vector(uint64_t digest, const PqVector *vector, const PqNode *node)
{
	uint32_t value = 0;
	uint32_t i;

	for (i = 0; i < vector->nslots; i++)
	{
		unsigned def = vector->def != NULL ? vector->def[i] : node->max_def;
		size_t len = 0;
		const void *data = def == node->max_def ? digest_value(vector, value++, &len) : NULL;

		digest = digest_slot(digest, vector->rep != NULL ? vector->rep[i] : 0, def, data, len);
	}
	return digest;
}

#endif
