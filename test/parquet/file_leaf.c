/*
 * file_leaf.c: the values of one leaf: dictionary and encodings.
 *
 * in:  values one after the other, as in PLAIN encoding without lengths
 * out: dictionaries and pages' bodies
 */
#include "test/parquet/file_writer_parts.h"

#include <stdlib.h>
#include <string.h>

static void *
must(void *memory)
{
	if (memory == NULL)
		file_writer_fail("out of memory");
	return memory;
}

/* Bytes of every value; 0: they differ. */
static uint32_t
value_width(const FileNode *node)
{
	switch (node->type)
	{
		case PQ_BOOLEAN:
			return 1;
		case PQ_INT32:
		case PQ_FLOAT:
			return 4;
		case PQ_INT64:
		case PQ_DOUBLE:
			return 8;
		case PQ_INT96:
			return 12;
		case PQ_FIXED_LEN_BYTE_ARRAY:
			return (uint32_t) node->type_length;
		default:
			return 0;
	}
}

EncString
leaf_value(const LeafBuffer *leaf, size_t i)
{
	const uint32_t width = value_width(leaf->node);
	const uint64_t *ends = (const uint64_t *) leaf->ends.data;
	const uint64_t start = width > 0 ? (uint64_t) i * width : i > 0 ? ends[i - 1] : 0;
	EncString value = {(const char *) leaf->values.data + start, width};

	if (width == 0)
		value.len = (uint32_t) (ends[i] - start);
	return value;
}

/*
 * Dictionaries
 */

static uint64_t
hash_value(EncString value)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ value.len;
	uint64_t word;
	uint32_t i;

	for (i = 0; i + 8 <= value.len; i += 8)
	{
		memcpy(&word, value.data + i, 8);
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 32;
	}
	for (; i < value.len; i++)
		hash = (hash ^ (unsigned char) value.data[i]) * UINT64_C(1099511628211);
	return hash ^ hash >> 29;
}

static bool
same_value(EncString a, EncString b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Does it pay so far, after seen values? */
static bool
dictionary_pays(const LeafBuffer *leaf, const LeafDictionary *dictionary, size_t seen,
				uint32_t max_bytes)
{
	return leaf->dictionary == FILE_DICTIONARY_YES ||
		   (dictionary->bytes <= max_bytes && dictionary->n <= seen / 2 + 1000);
}

/* Number of the entry that is value number i, which may be a new one.  slots: a hash table. */
static uint32_t
dictionary_entry(const LeafBuffer *leaf, LeafDictionary *dictionary, uint64_t i, uint32_t *slots,
				 size_t nslots)
{
	const EncString value = leaf_value(leaf, i);
	size_t slot = hash_value(value) & (nslots - 1);

	for (; slots[slot] != 0; slot = (slot + 1) & (nslots - 1))
	{
		const uint64_t entry = ((uint64_t *) dictionary->entries.data)[slots[slot] - 1];

		if (same_value(leaf_value(leaf, entry), value))
			return slots[slot] - 1;
	}
	enc_bytes(&dictionary->entries, &i, sizeof(i));
	dictionary->bytes += value.len;
	slots[slot] = ++dictionary->n;
	return dictionary->n - 1;
}

bool
leaf_dictionary_make(const LeafBuffer *leaf, uint32_t max_bytes, LeafDictionary *dictionary)
{
	size_t nslots = 1024;
	uint32_t *slots;
	bool pays = leaf->node->type != PQ_BOOLEAN && leaf->nvalues > 0;
	size_t i;

	memset(dictionary, 0, sizeof(*dictionary));
	if (!pays)
		return false;
	while (nslots < leaf->nvalues * 2)
		nslots *= 2;
	slots = must(calloc(nslots, sizeof(*slots)));
	dictionary->indices = must(malloc(leaf->nvalues * sizeof(uint64_t)));
	for (i = 0; i < leaf->nvalues && pays; i++)
	{
		dictionary->indices[i] = dictionary_entry(leaf, dictionary, i, slots, nslots);
		pays = dictionary_pays(leaf, dictionary, i, max_bytes);
	}
	free(slots);
	if (pays && leaf->dictionary == FILE_DICTIONARY_AUTO)
		pays = dictionary->n <= leaf->nvalues / 2;
	if (!pays)
		leaf_dictionary_free(dictionary);
	return pays;
}

void
leaf_dictionary_free(LeafDictionary *dictionary)
{
	enc_free(&dictionary->entries);
	free(dictionary->indices);
}

/*
 * Encodings
 */

int32_t
leaf_encoding(const LeafBuffer *leaf)
{
	const int32_t type = leaf->node->type;
	bool fits = false;

	switch (leaf->encoding)
	{
		case PQ_RLE:
			fits = type == PQ_BOOLEAN;
			break;
		case PQ_DELTA_BINARY_PACKED:
			fits = type == PQ_INT32 || type == PQ_INT64;
			break;
		case PQ_DELTA_LENGTH_BYTE_ARRAY:
			fits = type == PQ_BYTE_ARRAY;
			break;
		case PQ_DELTA_BYTE_ARRAY:
			fits = type == PQ_BYTE_ARRAY || type == PQ_FIXED_LEN_BYTE_ARRAY;
			break;
		case PQ_BYTE_STREAM_SPLIT:
			fits = type != PQ_BOOLEAN && type != PQ_INT96 && type != PQ_BYTE_ARRAY;
			break;
		default:
			break;
	}
	return fits ? leaf->encoding : PQ_PLAIN;
}

uint64_t
value_number(EncString value)
{
	uint64_t number = 0;
	uint32_t i;

	for (i = value.len; i-- > 0;)
		number = number << 8 | (unsigned char) value.data[i];
	return number;
}

static uint64_t *
value_numbers(const LeafBuffer *leaf, size_t first, size_t n)
{
	uint64_t *numbers = must(malloc((n + 1) * sizeof(*numbers)));
	size_t i;

	for (i = 0; i < n; i++)
	{
		numbers[i] = value_number(leaf_value(leaf, first + i));
		if (leaf->node->type == PQ_INT32)
			numbers[i] = (uint64_t) (int64_t) (int32_t) (uint32_t) numbers[i];
	}
	return numbers;
}

static void
encode_numbers(const LeafBuffer *leaf, size_t first, size_t n, int32_t encoding, EncBuffer *out)
{
	const EncDelta delta = {
		.block_values = 128, .miniblocks = 4, .is_32 = leaf->node->type == PQ_INT32};
	uint64_t *numbers = value_numbers(leaf, first, n);
	EncBuffer runs = {0};

	if (encoding == PQ_DELTA_BINARY_PACKED)
		enc_delta(out, numbers, n, &delta);
	else if (encoding == PQ_RLE)
	{
		enc_hybrid(&runs, numbers, n, 1, ENC_RUNS_MIXED);
		enc_number(out, runs.len, 4);
		enc_bytes(out, runs.data, runs.len);
		enc_free(&runs);
	}
	else
		enc_packed(out, numbers, n, 1);
	free(numbers);
}

static void
encode_strings(const LeafBuffer *leaf, size_t first, size_t n, int32_t encoding, EncBuffer *out)
{
	const EncDelta delta = {.block_values = 128, .miniblocks = 4, .is_32 = true};
	EncString *strings = must(malloc((n + 1) * sizeof(*strings)));
	size_t i;

	for (i = 0; i < n; i++)
		strings[i] = leaf_value(leaf, first + i);
	if (encoding == PQ_DELTA_LENGTH_BYTE_ARRAY)
		enc_delta_length(out, strings, n, &delta);
	else if (encoding == PQ_DELTA_BYTE_ARRAY)
		enc_delta_bytes(out, strings, n, UINT32_MAX, &delta);
	else
		enc_plain_strings(out, strings, n);
	free(strings);
}

void
leaf_encode(const LeafBuffer *leaf, size_t first, size_t n, int32_t encoding, EncBuffer *out)
{
	const uint32_t width = value_width(leaf->node);

	if (encoding == PQ_DELTA_BINARY_PACKED || encoding == PQ_RLE || leaf->node->type == PQ_BOOLEAN)
		encode_numbers(leaf, first, n, encoding, out);
	else if (width == 0 || encoding == PQ_DELTA_BYTE_ARRAY)
		encode_strings(leaf, first, n, encoding, out);
	else if (encoding == PQ_BYTE_STREAM_SPLIT)
		enc_split(out, leaf->values.data + first * width, n, width);
	else
		enc_bytes(out, leaf->values.data + first * width, n * width);
}
