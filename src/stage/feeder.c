/*
 * feeder.c: files -> windows -> chunks -> executor.
 *
 * Windows are the executor's memory. A large file fills one window after the
 * other; small files share one, each with its own chunk, so that they share a
 * transaction.  Chunks of a window are described in window_context, files in
 * a context that lives until the window is submitted.
 */
#include "postgres.h"

#include "stage/feeder.h"

#include "miscadmin.h"
#include "stage/chunker.h"
#include "stage/mapping.h"
#include "utils/memutils.h"

/* Rest of a window that is too small to start another file in. */
#define WINDOW_REST_MIN ((size_t) 4 * 1024)

/*
 * Longest first chunk of a load.  A file that is not what it should be is
 * noticed in it (option initial_bad_rows), before a whole chunk_size of its
 * rows is in quarantine.  The header may already have brought more into memory.
 */
#define FIRST_CHUNK_SIZE ((size_t) 64 * 1024)

/* Serialised size of a chunk beside its path and field numbers; see chunk.c. */
#define CHUNK_FIXED_SPACE ((size_t) 512)

typedef struct Feeder
{
	const FeederSetup *setup;
	uint64 bytes_before; /* raw bytes of finished files */
	/* the window being filled */
	Window window;
	bool has_window;
	size_t used;
	List *chunks; /* of Chunk *, in the window */
	size_t chunks_space;
	MemoryContext window_context; /* of chunks; reset at submit */
} Feeder;

static void
submit_window(Feeder *feeder)
{
	if (!feeder->has_window)
		return;
	if (feeder->chunks != NIL)
		feeder->setup->executor->routine->submit(feeder->setup->executor, &feeder->window,
												 feeder->chunks);
	else
		feeder->setup->executor->routine->release(feeder->setup->executor, &feeder->window);
	feeder->has_window = false;
	feeder->chunks = NIL;
	MemoryContextReset(feeder->window_context);
}

static void
new_window(Feeder *feeder, bool large)
{
	feeder->setup->executor->routine->acquire(feeder->setup->executor, large, &feeder->window);
	feeder->has_window = true;
	feeder->used = 0;
	feeder->chunks_space = 0;
}

/* Bytes that a chunk of this file takes when serialised. */
static size_t
chunk_space(const Feeder *feeder, const PlannedFile *file)
{
	return CHUNK_FIXED_SPACE + strlen(file->source->path) +
		   list_length(feeder->setup->plan->command.load->columns) * sizeof(int16);
}

/*
 * Gives the chunker the rest of the current window if the whole file may fit
 * there, else a window of its own, so that where chunks end does not depend on
 * the files before.
 */
static void
open_window(Feeder *feeder, Chunker *chunker, const PlannedFile *file)
{
	bool shared = feeder->has_window && feeder->window.size - feeder->used >= WINDOW_REST_MIN &&
				  feeder->chunks_space + chunk_space(feeder, file) <
					  feeder->setup->executor->routine->chunk_space(feeder->setup->executor);

	if (shared)
	{
		chunker_use(chunker, feeder->window.data + feeder->used,
					feeder->window.size - feeder->used);
		if (chunker_fill(chunker))
			return;
	}
	submit_window(feeder);
	new_window(feeder, false);
	chunker_use(chunker, feeder->window.data, feeder->window.size);
}

/* Behind the head of the load's first file: makes its first chunk a short one. */
static void
shorten_first_chunk(Feeder *feeder, Chunker *chunker, const PlannedFile *file)
{
	if (file->manifest->file_no == 0)
		chunker_use(chunker, feeder->window.data,
					Min(feeder->window.size, Max(chunker_pending(chunker), FIRST_CHUNK_SIZE)));
}

/* Keeps a chunk for the submit of its window. */
static void
add_chunk(Feeder *feeder, const Chunk *chunk, const PlannedFile *file)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(feeder->window_context);
	Chunk *copy = palloc(sizeof(Chunk));

	*copy = *chunk;
	feeder->chunks = lappend(feeder->chunks, copy);
	feeder->chunks_space += chunk_space(feeder, file);
	feeder->used = chunk->data + chunk->len - feeder->window.data;
	MemoryContextSwitchTo(oldcontext);
}

/* Reads the head and says what the file's fields mean. */
static ChunkFile *
describe_file(Feeder *feeder, Chunker *chunker, const PlannedFile *file)
{
	ChunkFile *described = palloc0(sizeof(ChunkFile));
	FileHead head;

	chunker_read_head(chunker, &head);
	described->file_no = file->manifest->file_no;
	described->path = file->source->path;
	described->encoding = chunker_encoding(chunker);
	mapping_resolve(feeder->setup->request->target, feeder->setup->request->options, &head,
					feeder->setup->plan->command.load->columns, described);
	return described;
}

/*
 * A record that did not end in a window needs a large one, and so may what was
 * read behind it.
 */
static bool
needs_large_window(const Feeder *feeder, const Chunker *chunker, ChunkerResult result)
{
	return result == CHUNKER_FULL ||
		   chunker_pending(chunker) > executor_window_size(feeder->setup->request->options, false);
}

/* Cuts one file; false when it is not the file that was begun. */
static bool
cut_file(Feeder *feeder, Chunker *chunker, const PlannedFile *file)
{
	Chunk chunk;

	for (;;)
	{
		ChunkerResult result = chunker_next(chunker, &chunk);

		feeder->setup->progress->bytes_done = feeder->bytes_before + chunker_raw_position(chunker);
		progress_update(feeder->setup->progress);
		switch (result)
		{
			case CHUNKER_CHANGED:
				return false;
			case CHUNKER_DONE:
				return true;
			case CHUNKER_CHUNK:
				add_chunk(feeder, &chunk, file);
				if (chunk.last)
					return true;
				break;
			case CHUNKER_SKIPPED:
				if (chunk.last)
					return true;
				break;
			case CHUNKER_FULL:
				if (chunker_pending(chunker) >=
					executor_window_size(feeder->setup->request->options, true))
					elog(ERROR, "a record does not end in the largest window");
				break;
		}
		submit_window(feeder);
		new_window(feeder, needs_large_window(feeder, chunker, result));
		chunker_use(chunker, feeder->window.data, feeder->window.size);
	}
}

/* Were all chunks of the file committed by an earlier call? */
static bool
is_complete(const PlannedFile *file, List *committed)
{
	return file->manifest->chunks >= 0 && list_length(committed) == file->manifest->chunks;
}

static bool
is_unchanged(const PlannedFile *file)
{
	SourceIdentity identity;

	source_identify(file->source, &identity);
	return memcmp(identity.hash, file->manifest->content_hash, MANIFEST_HASH_LEN) == 0;
}

/* Stages one file; false when it is not the file that was begun. */
static bool
stage_file(Feeder *feeder, const PlannedFile *file)
{
	const ManifestLoad *load = feeder->setup->plan->command.load;
	List *committed = NIL;
	Chunker *chunker;
	ChunkFile *described;
	bool same = true;

	if (!file->is_new && !feeder->setup->plan->command.restart)
		committed = manifest_chunks(load->load_id, file->manifest->file_no);
	if (is_complete(file, committed))
		same = is_unchanged(file);
	else
	{
		chunker = chunker_open(file->source, feeder->setup->request->options);
		open_window(feeder, chunker, file);
		described = describe_file(feeder, chunker, file);
		shorten_first_chunk(feeder, chunker, file);
		chunker_begin(chunker, described, committed);
		same = cut_file(feeder, chunker, file);
		chunker_close(chunker);
	}
	feeder->bytes_before += file->source->size;
	feeder->setup->progress->bytes_done = feeder->bytes_before;
	return same;
}

/* All files; false when one of them is not the file that was begun. */
static bool
feed_files(Feeder *feeder)
{
	MemoryContext file_context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest file", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = CurrentMemoryContext;
	bool same = true;
	ListCell *lc;

	foreach (lc, feeder->setup->plan->files)
	{
		CHECK_FOR_INTERRUPTS();
		/* chunks of the window point to their files: keep those until it is submitted */
		if (feeder->chunks == NIL)
			MemoryContextReset(file_context);
		MemoryContextSwitchTo(file_context);
		same = stage_file(feeder, lfirst(lc));
		MemoryContextSwitchTo(oldcontext);
		if (!same)
			break;
	}
	submit_window(feeder);
	feeder->setup->executor->routine->drain(feeder->setup->executor);
	MemoryContextDelete(file_context);
	return same;
}

bool
feeder_run(const FeederSetup *setup)
{
	Feeder feeder = {.setup = setup};
	bool same;

	feeder.window_context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest window", ALLOCSET_DEFAULT_SIZES);
	same = feed_files(&feeder);
	MemoryContextDelete(feeder.window_context);
	return same;
}
