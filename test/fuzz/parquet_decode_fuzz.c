/*
 * parquet_decode_fuzz.c: any bytes as the values, or the levels, of a Parquet page.
 *
 * The first byte chooses the encoding and the type, the next three how the page is cut into
 * windows, how many values are asked for at a time, and which calls skip.  Whatever the pieces, the
 * values must be those of decoding one by one from memory, up to the same error.
 */
#include <stdlib.h>
#include <string.h>

#include "format/parquet/decoder.h"
#include "format/parquet/levels.h"
#include "test/unit/parquet_pieces.h"

#define MAX_VALUES  2000
#define TYPE_LENGTH 5
#define DICTIONARY  9
#define TEXT_MAX    (1 << 20) /* bytes that values expand to, and are compared */
#define CALL_MAX    300

typedef struct FuzzKind
{
	int32_t encoding;
	int32_t type; /* -1: levels */
} FuzzKind;

static const FuzzKind kinds[] = {
	{PQ_PLAIN, PQ_BOOLEAN},
	{PQ_PLAIN, PQ_INT32},
	{PQ_PLAIN, PQ_BYTE_ARRAY},
	{PQ_PLAIN, PQ_FIXED_LEN_BYTE_ARRAY},
	{PQ_RLE, PQ_BOOLEAN},
	{PQ_RLE_DICTIONARY, PQ_BYTE_ARRAY},
	{PQ_DELTA_BINARY_PACKED, PQ_INT32},
	{PQ_DELTA_BINARY_PACKED, PQ_INT64},
	{PQ_DELTA_LENGTH_BYTE_ARRAY, PQ_BYTE_ARRAY},
	{PQ_DELTA_BYTE_ARRAY, PQ_BYTE_ARRAY},
	{PQ_DELTA_BYTE_ARRAY, PQ_FIXED_LEN_BYTE_ARRAY},
	{PQ_BYTE_STREAM_SPLIT, PQ_FLOAT},
	{PQ_BYTE_STREAM_SPLIT, PQ_DOUBLE},
	{PQ_BYTE_STREAM_SPLIT, PQ_FIXED_LEN_BYTE_ARRAY},
	{PQ_RLE, -1},
	{PQ_BIT_PACKED, -1},
};

/* What decoding one by one gave: the bytes of each value, and where they end. */
typedef struct Outcome
{
	uint32_t n;
	FmtStatus status; /* FMT_OK: gave up at TEXT_MAX, or at MAX_VALUES */
	size_t ends[MAX_VALUES + 1];
	char text[TEXT_MAX];
} Outcome;

typedef struct Arena
{
	void *blocks[CALL_MAX * 2];
	int nblocks;
} Arena;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void *
plain_alloc(void *context, size_t size)
{
	return malloc(size);
}

static void
plain_free(void *context, void *pointer)
{
	free(pointer);
}

static void *
arena_alloc(void *context, size_t size)
{
	Arena *arena = context;

	require(arena->nblocks < CALL_MAX * 2 && size <= TEXT_MAX * 2);
	return arena->blocks[arena->nblocks++] = malloc(size);
}

static void
arena_reset(Arena *arena)
{
	while (arena->nblocks > 0)
		free(arena->blocks[--arena->nblocks]);
}

/* The bytes of value i. */
static PqBytes
value_bytes(const PqValues *values, uint32_t i)
{
	PqBytes bytes;

	if (values->kind == PQ_VALUES_BYTES)
		return ((const PqBytes *) values->data)[i];
	bytes.data = (const char *) values->data + (size_t) i * values->width;
	bytes.len = values->width;
	return bytes;
}

/* Appends the values; false: there are enough. */
static bool
keep_values(Outcome *outcome, const PqValues *values)
{
	for (uint32_t i = 0; i < values->n; i++)
	{
		PqBytes bytes = value_bytes(values, i);
		size_t at = outcome->ends[outcome->n];

		if (outcome->n == MAX_VALUES || bytes.len > TEXT_MAX - at)
			return false;
		if (bytes.len > 0)
			memcpy(outcome->text + at, bytes.data, bytes.len);
		outcome->ends[++outcome->n] = at + bytes.len;
	}
	return true;
}

static void
compare_values(const Outcome *outcome, const PqValues *values, uint32_t first)
{
	for (uint32_t i = 0; i < values->n; i++)
	{
		PqBytes bytes = value_bytes(values, i);
		size_t at = outcome->ends[first + i];

		require(bytes.len == outcome->ends[first + i + 1] - at);
		require(bytes.len == 0 || memcmp(bytes.data, outcome->text + at, bytes.len) == 0);
	}
}

static void
init_values(PqValues *values, const FuzzKind *kind, Arena *arena, void *data)
{
	memset(values, 0, sizeof(*values));
	if (kind->encoding == PQ_RLE_DICTIONARY)
	{
		values->kind = PQ_VALUES_INDEX;
		values->width = sizeof(uint32_t);
	}
	else
		require(pq_values_kind(kind->type, TYPE_LENGTH, &values->kind, &values->width) == FMT_OK);
	values->capacity = CALL_MAX;
	values->data = data;
	values->bytes_limit = TEXT_MAX;
	values->alloc = arena_alloc;
	values->alloc_context = arena;
}

static FmtStatus
open_decoder(const FuzzKind *kind, PqBody *body, PqDecoder **decoder)
{
	static const FmtAllocator allocator = {plain_alloc, plain_free, NULL};
	PqDecoderSource source;
	PqError error;

	memset(&source, 0, sizeof(source));
	source.type = kind->type;
	source.type_length = TYPE_LENGTH;
	source.body = body;
	source.num_values = MAX_VALUES;
	source.dictionary_size = DICTIONARY;
	source.has_dictionary = true;
	source.allocator = &allocator;
	return pq_decoder_open(kind->encoding, &source, decoder, &error);
}

static void
decode_singly(const FuzzKind *kind, PqBody *body, Outcome *outcome)
{
	uint64_t data[2];
	Arena arena = {{NULL}, 0};
	PqDecoder *decoder;
	PqValues values;
	bool more = true;

	outcome->n = 0;
	outcome->ends[0] = 0;
	outcome->status = open_decoder(kind, body, &decoder);
	if (outcome->status != FMT_OK)
		return;
	init_values(&values, kind, &arena, data);
	while (more && outcome->status == FMT_OK)
	{
		PqError error;
		uint32_t done;

		values.n = 0;
		values.bytes = 0;
		outcome->status = decoder->decode(decoder, 1, &values, &done, &error);
		if (outcome->status == FMT_OK)
			more = keep_values(outcome, &values);
		arena_reset(&arena);
	}
	decoder->close(decoder);
}

static void
decode_in_pieces(const FuzzKind *kind, PqBody *body, const uint8_t *ways, const Outcome *outcome)
{
	static uint64_t data[CALL_MAX * 2];
	Arena arena = {{NULL}, 0};
	const uint32_t call = 1 + ways[1] % CALL_MAX;
	uint32_t skips = ways[2];
	PqDecoder *decoder;
	PqValues values;
	PqError error;
	FmtStatus status = open_decoder(kind, body, &decoder);

	if (status != FMT_OK)
	{
		require(status == outcome->status && outcome->n == 0);
		return;
	}
	init_values(&values, kind, &arena, data);
	values.bytes_limit = ways[2] % 7 == 0 ? ways[1] : TEXT_MAX;
	for (uint32_t at = 0; at + call <= outcome->n || outcome->status != FMT_OK;)
	{
		uint32_t done = call;
		bool skip = skips % 2 != 0;

		skips = skips / 2 | skips % 2 << 7;
		values.n = 0;
		values.bytes = 0;
		status = skip ? decoder->skip(decoder, call, &error)
					  : decoder->decode(decoder, call, &values, &done, &error);
		/* values that are skipped need not be right */
		if (at + done > outcome->n)
			break;
		require(status == FMT_OK || at + call > outcome->n);
		if (status != FMT_OK)
			break;
		require(skip || (done == values.n && done > 0));
		if (!skip)
			compare_values(outcome, &values, at);
		arena_reset(&arena);
		at += done;
	}
	arena_reset(&arena);
	decoder->close(decoder);
}

/* Levels one by one, or in calls, as many calls as there are levels for.*/
static FmtStatus
decode_levels(int32_t encoding, PqBody *body, uint8_t max, uint32_t call, uint8_t *out, uint32_t *n)
{
	PqSection section;
	PqLevels levels;
	PqError error;
	FmtStatus status;

	require(body->open(body, 0, body->len, &section, &error) == FMT_OK);
	require(pq_levels_init(&levels, encoding, max, &section, &error) == FMT_OK);
	*n = 0;
	do
	{
		uint32_t nmax;
		uint32_t counted = 0;

		status = pq_levels_decode(&levels, out + *n, call, &nmax, &error);
		if (status != FMT_OK)
			break;
		for (uint32_t i = 0; i < call; i++)
		{
			require(out[*n + i] <= max);
			counted += out[*n + i] == max;
		}
		require(counted == nmax);
		*n += call;
	} while (*n + call <= MAX_VALUES);
	body->close(body, &levels.hybrid.section);
	return status;
}

static void
fuzz_levels(const FuzzKind *kind, PqBody *whole, PqBody *pieces, const uint8_t *ways)
{
	static uint8_t one_by_one[MAX_VALUES];
	static uint8_t in_calls[MAX_VALUES];
	const uint8_t max = ways[2] == 0 ? 1 : ways[2];
	const uint32_t call = 1 + ways[1];
	uint32_t n;
	uint32_t ncalls;
	FmtStatus status = decode_levels(kind->encoding, whole, max, 1, one_by_one, &n);
	FmtStatus in_pieces = decode_levels(kind->encoding, pieces, max, call, in_calls, &ncalls);

	require(ncalls <= n && memcmp(one_by_one, in_calls, ncalls) == 0);
	require((in_pieces == FMT_OK) == (ncalls + call > MAX_VALUES));
	require(in_pieces == FMT_OK || status == FMT_OK || n < ncalls + call);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Outcome outcome;
	const FuzzKind *kind;
	PieceBody whole;
	PieceBody pieces;
	unsigned char *page;

	if (size < 4)
		return 0;
	kind = &kinds[data[0] % (sizeof(kinds) / sizeof(kinds[0]))];
	page = malloc(size - 4 + PQ_SLACK);
	if (page == NULL)
		return 0;
	memcpy(page, data + 4, size - 4);
	memset(page + size - 4, 0xa5, PQ_SLACK);
	piece_body_init(&whole, page, size - 4, size);
	whole.is_stable = true;
	piece_body_init(&pieces, page, size - 4, 1 + data[1] % 16);
	pieces.is_stable = data[1] >= 128;
	if (kind->type < 0)
		fuzz_levels(kind, &whole.body, &pieces.body, data + 1);
	else
	{
		decode_singly(kind, &whole.body, &outcome);
		decode_in_pieces(kind, &pieces.body, data + 1, &outcome);
	}
	require(whole.nopen == 0 && pieces.nopen == 0);
	free(page);
	return 0;
}
