/*
 * convert_arena.c: the bump allocator behind by-reference values.
 *
 * In: sizes.  Out: memory that lives until the owner resets arena->context.
 * The inline fast path is in convert_internal.h; this is what happens when the
 * current chunk is full.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"

#include "contract/convert_internal.h"

/* Large enough that chunks do not show in profiles, far below malloc's mmap threshold. */
#define ARENA_CHUNK_SIZE ((size_t) 32 * 1024)

/* A value above this gets memory of its own, so that no chunk is left half empty. */
#define ARENA_MAX_SHARED (ARENA_CHUNK_SIZE / 8)

void
convert_arena_init(ConvertArena *arena, MemoryContext context)
{
	arena->context = context;
	arena->pos = NULL;
	arena->end = NULL;
}

void
convert_arena_reset(ConvertArena *arena)
{
	arena->pos = NULL;
	arena->end = NULL;
}

/* size is MAXALIGNed and does not fit the current chunk. */
void *
convert_arena_extend(ConvertArena *arena, size_t size)
{
	char *chunk;

	if (size > ARENA_MAX_SHARED)
		return MemoryContextAlloc(arena->context, size);

	chunk = MemoryContextAlloc(arena->context, ARENA_CHUNK_SIZE);
	arena->pos = chunk + size;
	arena->end = chunk + ARENA_CHUNK_SIZE;
	return chunk;
}
