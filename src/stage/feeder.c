/*
 * feeder.c: files -> windows -> chunks -> executor.
 *
 * Windows are the executor's memory. A large file fills one window after the
 * other; small files share one, each with its own chunk, so that they share a
 * transaction.  Chunks of Parquet files take no room in a window: one submit
 * takes as many as their bytes in the file would fill it.  Chunks of a window
 * are described in window_context, files in a context that lives until the
 * window is submitted.
 */
#include "postgres.h"

#include "stage/feeder.h"

#include "miscadmin.h"
#include "stage/chunker.h"
#include "stage/file_columns.h"
#include "stage/row_group_cutter.h"
#include "utils/memutils.h"

/* Rest of a window that is too small to start another file in. */
#define WINDOW_REST_MIN ((size_t) 4 * 1024)

typedef struct Feeder
{
	const FeederSetup *setup;
	uint64 bytes_before; /* raw bytes of finished files */
	/* the window being filled */
	Window window;
	bool has_window;
	size_t used;  /* bytes of the window; of Parquet: of the files, in its place */
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

/* Does the description of another chunk fit beside those of the window? */
static bool
has_chunk_space(const Feeder *feeder, const ChunkFile *file)
{
	return feeder->chunks_space + chunk_file_space(file) + CHUNK_SPACE <=
		   feeder->setup->executor->routine->chunk_space(feeder->setup->executor);
}

/*
 * Gives the chunker the rest of the current window if the whole file may fit
 * there, else a window of its own, so that where chunks end does not depend on
 * the files before.
 */
static void
open_window(Feeder *feeder, Chunker *chunker)
{
	if (feeder->has_window && feeder->used + WINDOW_REST_MIN <= feeder->window.size)
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
					Min(feeder->window.size, Max(chunker_pending(chunker), CHUNKER_FIRST_SIZE)));
}

/* Keeps a chunk for the submit of its window. */
static void
add_chunk(Feeder *feeder, const Chunk *chunk)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(feeder->window_context);
	Chunk *copy = palloc(sizeof(Chunk));

	*copy = *chunk;
	feeder->chunks = lappend(feeder->chunks, copy);
	feeder->chunks_space += chunk_file_space(chunk->file) + CHUNK_SPACE;
	MemoryContextSwitchTo(oldcontext);
}

bool
feeder_has_text(const IngestOptions *options, const StagePlan *plan)
{
	ListCell *lc;

	foreach (lc, plan->files)
	{
		CHECK_FOR_INTERRUPTS();
		if (file_columns_format(options, ((const PlannedFile *) lfirst(lc))->source) == CHUNK_CSV)
			return true;
	}
	return false;
}

/* Says what the file's fields mean, by its head. */
static ChunkFile *
describe_file(const Feeder *feeder, const PlannedFile *file, ChunkFormat format,
			  const FileHead *head)
{
	ChunkFile *described =
		file_columns_describe(feeder->setup->request, feeder->setup->plan->command.load->columns,
							  file->source, format, head);

	described->file_no = file->manifest->file_no;
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

/* Cuts one text file; false when it is not the file that was begun. */
static bool
cut_text(Feeder *feeder, Chunker *chunker)
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
				add_chunk(feeder, &chunk);
				feeder->used = chunk.data + chunk.len - feeder->window.data;
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

static bool
stage_text(Feeder *feeder, const PlannedFile *file, List *committed)
{
	Chunker *chunker = chunker_open(file->source, feeder->setup->request->options);
	ChunkFile *described;
	FileHead head;
	bool same;

	open_window(feeder, chunker);
	chunker_read_head(chunker, &head);
	described = describe_file(feeder, file, CHUNK_CSV, &head);
	described->encoding = chunker_encoding(chunker);
	if (feeder->chunks != NIL && !has_chunk_space(feeder, described))
	{
		submit_window(feeder);
		new_window(feeder, false);
		chunker_use(chunker, feeder->window.data, feeder->window.size);
	}
	shorten_first_chunk(feeder, chunker, file);
	chunker_begin(chunker, described, committed);
	same = cut_text(feeder, chunker);
	chunker_close(chunker);
	return same;
}

/*
 * Takes up a chunk that has no data in the window.  bytes: of its row group in the file.  Small row
 * groups share a transaction; the second and every further part of a large one has its own.
 */
static void
add_row_group(Feeder *feeder, Chunk *chunk, uint64 bytes)
{
	uint64 limit = feeder->setup->request->options->chunk_size;

	if (chunk->group_rows > 0)
		bytes = limit;
	if (feeder->has_window &&
		(!has_chunk_space(feeder, chunk->file) || feeder->used + bytes > limit))
		submit_window(feeder);
	if (!feeder->has_window)
		new_window(feeder, false);
	chunk->data = feeder->window.data;
	add_chunk(feeder, chunk);
	feeder->used = Min(feeder->used + bytes, limit);
}

static bool
stage_parquet(Feeder *feeder, const PlannedFile *file, List *committed)
{
	ParquetFile *parquet = parquet_file_open(file->source);
	RowGroupCutter *cutter;
	uint64 position = 0;
	FileHead head = {.names = row_group_cutter_names(parquet)};
	ChunkerResult result;
	Chunk chunk;

	cutter = row_group_cutter_open(parquet, describe_file(feeder, file, CHUNK_PARQUET, &head),
								   feeder->setup->request->options, true, committed);
	while ((result = row_group_cutter_next(cutter, &chunk)) == CHUNKER_CHUNK ||
		   result == CHUNKER_SKIPPED)
	{
		feeder->setup->progress->bytes_done =
			feeder->bytes_before + row_group_cutter_position(cutter);
		progress_update(feeder->setup->progress);
		if (result == CHUNKER_CHUNK)
			add_row_group(feeder, &chunk, chunk.raw_end - position);
		position = chunk.raw_end;
	}
	row_group_cutter_close(cutter);
	return result == CHUNKER_DONE;
}

/* Stages one file; false when it is not the file that was begun. */
static bool
stage_file(Feeder *feeder, const PlannedFile *file)
{
	const ManifestLoad *load = feeder->setup->plan->command.load;
	List *committed = NIL;
	bool same;

	if (!file->is_new && !feeder->setup->plan->command.restart)
		committed = manifest_chunks(load->load_id, file->manifest->file_no);
	if (is_complete(file, committed))
		same = is_unchanged(file);
	else if (file_columns_format(feeder->setup->request->options, file->source) == CHUNK_PARQUET)
		same = stage_parquet(feeder, file, committed);
	else
		same = stage_text(feeder, file, committed);
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
