/*
 * parquet_dictionary.c: values by their index in a dictionary page.
 *
 * In: indices.  Out: values of a run.  Each entry is converted once, when a row first has
 * it, failures included, and remembered until the dictionary changes.  Memory is
 * capped: a dictionary with too many entries is not remembered at all, and once
 * entries have taken what is allowed, others are remembered to the end of a run only.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "contract/parquet_internal.h"

#define MAX_VALUE_BYTES 1000 /* of a refused entry: more are not shown */

typedef enum EntryState
{
	ENTRY_UNKNOWN,
	ENTRY_REFUSED, /* its Datum is a ParquetDoubt * */
	/* no room to remember them: what the Datum refers to is in the arena of the run at hand */
	ENTRY_REFUSED_IN_RUN,
	ENTRY_IN_RUN,
	ENTRY_GOOD
} EntryState;

struct ParquetCache
{
	size_t memory; /* the most it may take */
	uint64 generation;
	bool is_valid;        /* generation and what follows */
	bool has_run_entries; /* some are ENTRY_IN_RUN */
	uint32 nentries;
	Datum *values;
	uint8 *states; /* EntryState */
	MemoryContext context;
	ConvertArena arena; /* in context */
};

ParquetCache *
parquet_cache_create(size_t memory)
{
	ParquetCache *cache = palloc0(sizeof(ParquetCache));

	cache->memory = memory;
	cache->context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest dictionary", ALLOCSET_DEFAULT_SIZES);
	convert_arena_init(&cache->arena, cache->context);
	return cache;
}

/* Makes the cache that of the dictionary; false if it has too many entries. */
static bool
open_cache(ParquetCache *cache, const PqDictionary *dictionary)
{
	uint32 n = dictionary->values.n;
	size_t size = mul_size(n, sizeof(Datum) + sizeof(uint8));

	if (cache->is_valid && cache->generation == dictionary->generation)
		return true;
	if (size > cache->memory / 2)
		return false;
	MemoryContextReset(cache->context);
	convert_arena_reset(&cache->arena);
	cache->values = MemoryContextAllocHuge(cache->context, Max(n, 1) * sizeof(Datum));
	cache->states = MemoryContextAllocZero(cache->context, Max(n, 1));
	cache->nentries = n;
	cache->generation = dictionary->generation;
	cache->is_valid = true;
	return true;
}

/* Keeps why an entry is refused, all of it: its text may be a slice of a page, the failure the run's. */
static ParquetDoubt *
copy_refusal(const ParquetDoubt *doubt)
{
	ParquetDoubt *copy = palloc(sizeof(ParquetDoubt));
	ConvertFailure *failure = palloc(sizeof(ConvertFailure));
	int len = doubt->len <= MAX_VALUE_BYTES
				  ? (int) doubt->len
				  : pg_mbcliplen(doubt->text, (int) doubt->len, MAX_VALUE_BYTES);
	char *text = palloc(len + 1);

	memcpy(text, doubt->text, len);
	*copy = *doubt;
	copy->text = text;
	copy->len = (uint32) len;
	*failure = *doubt->failure;
	failure->message = pstrdup(doubt->failure->message);
	copy->failure = failure;
	return copy;
}

/* Whether the cache has room for what becomes of an entry; it is about as large as its bytes. */
static bool
has_room(const ParquetScalar *scalar, const char *data)
{
	const ParquetCache *cache = scalar->cache;
	size_t used = MemoryContextMemAllocated(cache->context, false);
	size_t needed = scalar->type == PQ_BYTE_ARRAY ? parquet_bytes_at(scalar, data).len : 0;

	return used < cache->memory && needed < cache->memory - used;
}

/*
 * Converts an entry into the arena, which is the cache's or the run's; in the end its state is known.  What
 * refers to the run is forgotten with forget_run_entries().
 */
static void
convert_entry(ParquetScalar *scalar, uint32 entry, const char *data, ConvertArena *arena)
{
	ParquetCache *cache = scalar->cache;
	MemoryContext oldcontext = MemoryContextSwitchTo(arena->context);
	ParquetRun run = {.data = data,
					  .width = scalar->width,
					  .n = 1,
					  .values = &cache->values[entry],
					  .stride = 1,
					  .arena = arena};
	bool refused;

	scalar->convert(scalar, &run);
	if (run.ndoubts > 0)
		parquet_decide(&run);
	refused = run.ndoubts > 0 && run.doubts[0].failure != NULL;
	if (refused)
		cache->values[entry] = PointerGetDatum(copy_refusal(&run.doubts[0]));
	if (arena == &cache->arena)
		cache->states[entry] = refused ? ENTRY_REFUSED : ENTRY_GOOD;
	else
	{
		cache->states[entry] = refused ? ENTRY_REFUSED_IN_RUN : ENTRY_IN_RUN;
		cache->has_run_entries = true;
	}
	MemoryContextSwitchTo(oldcontext);
}

/* Value i of the run, whose entry has no value yet, or never. */
static void
look_up_slowly(ParquetScalar *scalar, const PqDictionary *dictionary, uint32 entry, ParquetRun *run,
			   uint32 i)
{
	ParquetCache *cache = scalar->cache;

	CHECK_FOR_INTERRUPTS();
	if (cache->states[entry] == ENTRY_UNKNOWN)
	{
		const char *data = (const char *) dictionary->values.data + (size_t) entry * scalar->width;

		convert_entry(scalar, entry, data, has_room(scalar, data) ? &cache->arena : run->arena);
	}
	if (cache->states[entry] < ENTRY_IN_RUN)
	{
		const ParquetDoubt *refusal = (ParquetDoubt *) DatumGetPointer(cache->values[entry]);

		parquet_doubt(run, i, refusal->converter, refusal->text, refusal->len)->failure =
			refusal->failure;
	}
	else
		parquet_put(run, i, cache->values[entry]);
}

static void
forget_run_entries(ParquetCache *cache, const uint32 *indices, uint32 n)
{
	uint32 i;

	for (i = 0; i < n; i++)
	{
		uint8 *state = &cache->states[indices[i]];

		if (*state == ENTRY_IN_RUN || *state == ENTRY_REFUSED_IN_RUN)
			*state = ENTRY_UNKNOWN;
	}
	cache->has_run_entries = false;
}

/* Without a cache: the entries themselves, in a row. */
static void
convert_expanded(ParquetScalar *scalar, const PqDictionary *dictionary, const uint32 *indices,
				 ParquetRun *run)
{
	const char *entries = dictionary->values.data;
	size_t width = scalar->width;
	char *data = MemoryContextAllocHuge(run->arena->context, mul_size(Max(run->n, 1), width));
	uint32 i;

	for (i = 0; i < run->n; i++)
		memcpy(data + i * width, entries + indices[i] * width, width);
	run->data = data;
	run->width = (uint32) width;
	scalar->convert(scalar, run);
	pfree(data);
}

void
parquet_dictionary_run(ParquetScalar *scalar, const PqDictionary *dictionary, const uint32 *indices,
					   ParquetRun *run)
{
	ParquetCache *cache = scalar->cache;
	uint32 i;

	if (dictionary->values.width != scalar->width)
		elog(ERROR, "Parquet dictionary has values of %u bytes, not %u", dictionary->values.width,
			 scalar->width);
	if (cache == NULL || !open_cache(cache, dictionary))
	{
		convert_expanded(scalar, dictionary, indices, run);
		return;
	}
	for (i = 0; i < run->n; i++)
	{
		uint32 entry = indices[i];

		Assert(entry < cache->nentries);
		if (likely(cache->states[entry] >= ENTRY_IN_RUN))
			parquet_put(run, i, cache->values[entry]);
		else
			look_up_slowly(scalar, dictionary, entry, run, i);
	}
	if (cache->has_run_entries)
		forget_run_entries(cache, indices, run->n);
}
