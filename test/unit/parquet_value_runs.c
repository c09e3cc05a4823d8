/*
 * parquet_value_runs.c: runs a decoder over a page in all ways, and compares what comes out.
 */
#include "parquet_value_runs.h"

static void *
counted_alloc(void *context, size_t size)
{
	ValueMemory *memory = context;

	if (memory->allowed == 0)
		return NULL;
	if (memory->allowed > 0)
		memory->allowed--;
	if (size > memory->largest)
		memory->largest = size;
	memory->alive++;
	return malloc(size);
}

static void
counted_free(void *context, void *pointer)
{
	((ValueMemory *) context)->alive--;
	free(pointer);
}

typedef struct ValueBlock ValueBlock;
struct ValueBlock
{
	ValueBlock *next;
	void *bytes;
};

static void *
arena_alloc(void *context, size_t size)
{
	ValueMemory *memory = context;

	ValueBlock *block;

	if (memory->allowed == 0)
		return NULL;
	if (memory->allowed > 0)
		memory->allowed--;
	if (size > memory->largest)
		memory->largest = size;
	block = malloc(sizeof(*block));
	if (block == NULL || (block->bytes = malloc(size)) == NULL)
		abort();
	block->next = memory->arena;
	memory->arena = block;
	return block->bytes;
}

void
value_memory_init(ValueMemory *memory)
{
	memset(memory, 0, sizeof(*memory));
	memory->allocator.alloc = counted_alloc;
	memory->allocator.free = counted_free;
	memory->allocator.context = memory;
	memory->allowed = -1;
}

void
value_memory_reset(ValueMemory *memory)
{
	while (memory->arena != NULL)
	{
		ValueBlock *block = memory->arena;

		memory->arena = block->next;
		free(block->bytes);
		free(block);
	}
}

void
value_target_init(PqValues *values, const ValueSample *sample, uint32_t capacity,
				  ValueMemory *memory)
{
	memset(values, 0, sizeof(*values));
	if (sample->encoding == PQ_RLE_DICTIONARY || sample->encoding == PQ_PLAIN_DICTIONARY)
	{
		values->kind = PQ_VALUES_INDEX;
		values->width = sizeof(uint32_t);
	}
	else if (pq_values_kind(sample->type, sample->type_length, &values->kind, &values->width) !=
			 FMT_OK)
		abort();
	values->capacity = capacity;
	values->data = malloc((size_t) capacity * values->width + 1);
	values->bytes_limit = UINT64_MAX;
	values->alloc = arena_alloc;
	values->alloc_context = memory;
}

/* Are these the sample's values from first on? */
static bool
same_values(const ValueSample *sample, const PqValues *values, uint32_t first)
{
	const PqBytes *bytes = values->data;
	uint64_t sum = 0;

	if (sample->numbers != NULL)
		return memcmp(values->data, (const char *) sample->numbers + (size_t) first * values->width,
					  (size_t) values->n * values->width) == 0;
	for (uint32_t i = 0; i < values->n; i++)
	{
		const EncString *expected = &sample->strings[first + i];

		if (bytes[i].len != expected->len ||
			(expected->len > 0 && memcmp(bytes[i].data, expected->data, expected->len) != 0))
			return false;
		sum += bytes[i].len;
	}
	return sum == values->bytes;
}

/* A decoder on its way through a sample. */
typedef struct Run
{
	const ValueSample *sample;
	PqDecoder *decoder;
	PqValues values;
	uint32_t at; /* values that came out, or were skipped */
	FmtStatus status;
} Run;

/* Decodes or skips n values. */
static const char *
run_call(Run *run, uint32_t n, bool skip)
{
	PqValues *values = &run->values;
	PqError error;
	uint32_t done = 0;

	values->n = 0;
	values->bytes = 0;
	memset(&error, 0, sizeof(error));
	if (skip)
	{
		run->status = run->decoder->skip(run->decoder, n, &error);
		done = run->status == FMT_OK ? n : 0;
	}
	else
		run->status = run->decoder->decode(run->decoder, n, values, &done, &error);
	if (run->status != FMT_OK)
		return error.base.status == run->status && error.base.message[0] != '\0'
				   ? NULL
				   : "error is not filled";
	if (done > n || (!skip && done != values->n))
		return "wrong count";
	if (done < n && (done == 0 || values->bytes < values->bytes_limit))
		return "stopped too early";
	if (run->at + done > run->sample->n)
		return run->sample->has_padding ? NULL : "values behind the last";
	if (!skip && !same_values(run->sample, values, run->at))
		return "wrong values";
	run->at += done;
	return NULL;
}

static const char *
run_decoder(Run *run, const ValueWay *way, ValueMemory *memory)
{
	const ValueSample *sample = run->sample;
	uint32_t call = way->call != 0 ? way->call : sample->n;
	uint64_t seed = way->skip_seed;
	const char *wrong = NULL;

	value_target_init(&run->values, sample, call + 1, memory);
	run->values.bytes_limit = way->bytes_limit;
	run->values.copy_bytes = way->copy_bytes;
	while (wrong == NULL && run->status == FMT_OK && run->at < sample->n)
	{
		uint32_t n = sample->n - run->at < call ? sample->n - run->at : call;

		wrong = run_call(run, n, seed != 0 && enc_random(&seed) % 2 == 0);
		value_memory_reset(memory);
	}
	if (wrong == NULL && run->status == FMT_OK && !sample->has_padding)
	{
		wrong = run_call(run, 1, seed % 2 == 1);
		if (wrong == NULL && run->status != FMT_TRUNCATED)
			wrong = "no end";
		run->status = FMT_OK;
	}
	value_memory_reset(memory);
	free(run->values.data);
	return wrong;
}

const char *
value_sample_run(const ValueSample *sample, const ValueWay *way, FmtStatus *status,
				 uint32_t *decoded)
{
	ValueMemory memory;
	PqMemoryBody whole;
	PieceBody pieces;
	PqDecoderSource source;
	Run run;
	const char *wrong = NULL;
	PqError error;

	value_memory_init(&memory);
	memset(&source, 0, sizeof(source));
	pq_memory_body_init(&whole, sample->page.data, sample->page.len);
	piece_body_init(&pieces, sample->page.data, sample->page.len, way->window);
	pieces.is_stable = way->is_stable;
	source.type = sample->type;
	source.type_length = sample->type_length;
	source.body = way->window == 0 ? &whole.body : &pieces.body;
	source.offset = sample->offset;
	source.num_values = sample->num_values != 0 ? sample->num_values : sample->n;
	source.dictionary_size = sample->dictionary_size;
	source.has_dictionary = sample->dictionary_size > 0;
	source.allocator = &memory.allocator;
	memset(&run, 0, sizeof(run));
	run.sample = sample;
	memset(&error, 0, sizeof(error));
	*status = pq_decoder_open(sample->encoding, &source, &run.decoder, &error);
	*decoded = 0;
	if (*status == FMT_OK)
	{
		wrong = run_decoder(&run, way, &memory);
		run.decoder->close(run.decoder);
		*status = run.status;
		*decoded = run.at;
	}
	else if (error.base.status != *status || error.base.message[0] == '\0')
		wrong = "error is not filled";
	if (wrong == NULL && (memory.alive != 0 || pieces.nopen != 0))
		wrong = "memory or sections are left";
	return wrong;
}
