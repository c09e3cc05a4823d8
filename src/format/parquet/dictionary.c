/*
 * dictionary.c: a dictionary page as an array of entries.
 *
 * in:  the page's header, its body from page.c
 * out: PqDictionary; looked up values
 *
 * Entries of BYTE_ARRAY are slices of the body, which is kept; those of fixed width are copied
 * out of it by the decoder, and the body is released.
 */
#include <string.h>

#include "format/parquet/decoder.h"
#include "format/parquet/dictionary.h"

struct PqLeafDictionary
{
	const PqLeaf *leaf;
	bool is_announced;
	PqPageInfo info;
	bool is_loaded;
	PqPage body; /* body.body is NULL when it was released */
	PqDictionary entries;
};

PqLeafDictionary *
pq_leaf_dictionary_create(const PqLeaf *leaf, uint64_t generation)
{
	const FmtAllocator *allocator = pq_budget_allocator(leaf->budget);
	PqLeafDictionary *dictionary = allocator->alloc(allocator->context, sizeof(*dictionary));

	if (dictionary == NULL)
		return NULL;
	memset(dictionary, 0, sizeof(*dictionary));
	dictionary->leaf = leaf;
	dictionary->entries.generation = generation;
	return dictionary;
}

void
pq_leaf_dictionary_free(PqLeafDictionary *dictionary)
{
	const FmtAllocator *allocator = pq_budget_allocator(dictionary->leaf->budget);

	pq_leaf_dictionary_release(dictionary);
	allocator->free(allocator->context, dictionary);
}

FmtStatus
pq_leaf_dictionary_announce(PqLeafDictionary *dictionary, const PqPageInfo *info, PqError *error)
{
	if (dictionary->is_announced)
		return pq_error(error, FMT_CORRUPT, info->offset,
						"the column chunk has a second dictionary page");
	if (info->header.encoding != PQ_PLAIN && info->header.encoding != PQ_PLAIN_DICTIONARY)
		return pq_error(error, FMT_UNSUPPORTED, info->offset,
						"encoding %d of the dictionary page is not supported",
						(int) info->header.encoding);
	dictionary->is_announced = true;
	dictionary->info = *info;
	return FMT_OK;
}

int64_t
pq_leaf_dictionary_size(const PqLeafDictionary *dictionary)
{
	return dictionary->is_announced ? dictionary->info.header.num_values : -1;
}

uint64_t
pq_leaf_dictionary_offset(const PqLeafDictionary *dictionary)
{
	return dictionary->info.offset;
}

/* Can the page, by its size, have as many entries as it claims? */
static FmtStatus
check_size(const PqLeafDictionary *dictionary, PqValueKind kind, uint32_t width, PqError *error)
{
	uint64_t bytes = (uint64_t) dictionary->info.header.uncompressed_size;
	uint64_t n = (uint64_t) dictionary->info.header.num_values;
	uint32_t entry = kind == PQ_VALUES_BYTES ? (uint32_t) sizeof(uint32_t) : width;

	if (kind == PQ_VALUES_BOOL)
		return pq_error(error, FMT_UNSUPPORTED, 0, "a dictionary of BOOLEAN is not supported");
	if (n > bytes / entry)
		return pq_error(error, FMT_CORRUPT, 0,
						"a dictionary page of %llu bytes cannot have %llu entries",
						(unsigned long long) bytes, (unsigned long long) n);
	return FMT_OK;
}

static FmtStatus
decode_entries(PqLeafDictionary *dictionary, PqError *error)
{
	const PqLeaf *leaf = dictionary->leaf;
	PqValues *values = &dictionary->entries.values;
	PqDecoderSource source = {0};
	PqDecoder *decoder = NULL;
	uint32_t n = (uint32_t) dictionary->info.header.num_values;
	uint32_t done = 0;
	FmtStatus status;

	values->bytes_limit = UINT64_MAX;
	source.type = leaf->node->type;
	source.type_length = leaf->node->type_length;
	source.body = dictionary->body.body;
	source.num_values = n;
	source.allocator = pq_budget_allocator(leaf->budget);
	status = pq_open_plain(&source, &decoder, error);
	if (status != FMT_OK)
		return status;
	if (n > 0)
		status = decoder->decode(decoder, n, values, &done, error);
	decoder->close(decoder);
	if (status == FMT_TRUNCATED || (status == FMT_OK && done < n))
		return pq_error(error, FMT_CORRUPT, 0,
						"the dictionary page has fewer entries than its header says");
	return status;
}

FmtStatus
pq_leaf_dictionary_load(PqLeafDictionary *dictionary, PqError *error)
{
	const PqLeaf *leaf = dictionary->leaf;
	PqPageSetup setup = leaf->setup;
	PqValues *values = &dictionary->entries.values;
	uint32_t n = (uint32_t) dictionary->info.header.num_values;
	FmtStatus status;

	if (dictionary->is_loaded)
		return FMT_OK;
	memset(values, 0, sizeof(*values));
	status =
		pq_values_kind(leaf->node->type, leaf->node->type_length, &values->kind, &values->width);
	if (status == FMT_OK)
		status = check_size(dictionary, values->kind, values->width, error);
	if (status != FMT_OK)
		return status;

	/* entries are looked up in any order, so the page is never streamed: what is too large is refused */
	setup.max_in_memory = SIZE_MAX;
	status = pq_page_load(&setup, leaf->scratch, &dictionary->info, &dictionary->body, error);
	if (status != FMT_OK)
		return status;
	dictionary->is_loaded = true;
	values->capacity = n > 0 ? n : 1;
	values->data = pq_budget_grow(leaf->budget, NULL, 0, values->capacity, values->width);
	if (values->data == NULL)
		status = pq_error(error, FMT_NO_MEMORY, 0, "out of memory");
	else
		status = decode_entries(dictionary, error);
	if (status != FMT_OK)
		pq_leaf_dictionary_release(dictionary);
	else if (values->kind != PQ_VALUES_BYTES)
		pq_page_release(&leaf->setup, &dictionary->body);
	return status;
}

const PqDictionary *
pq_leaf_dictionary_entries(const PqLeafDictionary *dictionary)
{
	return dictionary->is_loaded ? &dictionary->entries : NULL;
}

size_t
pq_leaf_dictionary_memory(const PqLeafDictionary *dictionary)
{
	const PqValues *values = &dictionary->entries.values;

	if (!dictionary->is_loaded)
		return 0;
	return dictionary->body.memory + (size_t) values->capacity * values->width;
}

void
pq_leaf_dictionary_release(PqLeafDictionary *dictionary)
{
	const FmtAllocator *allocator = pq_budget_allocator(dictionary->leaf->budget);
	PqValues *values = &dictionary->entries.values;

	if (!dictionary->is_loaded)
		return;
	pq_page_release(&dictionary->leaf->setup, &dictionary->body);
	if (values->data != NULL)
		allocator->free(allocator->context, values->data);
	values->data = NULL;
	dictionary->is_loaded = false;
}

/* The bytes of slices, with their sum. */
static void
look_up_bytes(const PqBytes *entries, const uint32_t *indices, uint32_t n, PqValues *values)
{
	PqBytes *out = (PqBytes *) values->data + values->n;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
	{
		out[i] = entries[indices[i]];
		bytes += out[i].len;
	}
	values->bytes += bytes;
}

void
pq_leaf_dictionary_look_up(const PqLeafDictionary *dictionary, const uint32_t *indices, uint32_t n,
						   PqValues *values)
{
	const PqValues *entries = &dictionary->entries.values;
	uint32_t width = entries->width;
	unsigned char *out = (unsigned char *) values->data + (size_t) values->n * width;
	uint32_t i;

	switch (entries->kind)
	{
		case PQ_VALUES_BYTES:
			look_up_bytes(entries->data, indices, n, values);
			break;
		case PQ_VALUES_INT32:
			for (i = 0; i < n; i++)
				((uint32_t *) out)[i] = ((const uint32_t *) entries->data)[indices[i]];
			break;
		case PQ_VALUES_INT64:
			for (i = 0; i < n; i++)
				((uint64_t *) out)[i] = ((const uint64_t *) entries->data)[indices[i]];
			break;
		default:
			for (i = 0; i < n; i++)
				memcpy(out + (size_t) i * width,
					   (const unsigned char *) entries->data + (size_t) indices[i] * width, width);
			break;
	}
	values->n += n;
}
