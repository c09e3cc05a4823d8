/*
 * arena.c: bytes of a batch, given out piece by piece and taken back all at once.
 *
 * Blocks double in size up to a maximum; a piece that is larger gets a block of its own.
 */
#include <string.h>

#include "format/parquet/arena.h"

#define MIN_BLOCK ((size_t) 1024)
#define MAX_BLOCK ((size_t) 256 * 1024)

struct PqArenaBlock
{
	PqArenaBlock *next;
	size_t size; /* behind the head */
	size_t used;
};

void
pq_arena_init(PqArena *arena, const FmtAllocator *allocator)
{
	arena->allocator = allocator;
	arena->blocks = NULL;
	arena->used = 0;
}

static PqArenaBlock *
add_block(PqArena *arena, size_t need)
{
	const FmtAllocator *allocator = arena->allocator;
	size_t size = arena->blocks == NULL ? MIN_BLOCK : 2 * arena->blocks->size;
	PqArenaBlock *block;

	if (size > MAX_BLOCK)
		size = MAX_BLOCK;
	if (size < need)
		size = need;
	if (size > (size_t) -1 - sizeof(*block))
		return NULL;
	block = allocator->alloc(allocator->context, sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->next = arena->blocks;
	block->size = size;
	block->used = 0;
	arena->blocks = block;
	return block;
}

void *
pq_arena_alloc(void *context, size_t size)
{
	PqArena *arena = context;
	PqArenaBlock *block = arena->blocks;
	unsigned char *piece;

	if (block == NULL || block->size - block->used < size)
		block = add_block(arena, size);
	if (block == NULL)
		return NULL;
	piece = (unsigned char *) (block + 1) + block->used;
	block->used += size;
	arena->used += size;
	return piece;
}

/* Frees all blocks but one of at most keep bytes. */
static void
free_blocks(PqArena *arena, size_t keep)
{
	PqArenaBlock *kept = NULL;

	while (arena->blocks != NULL)
	{
		PqArenaBlock *block = arena->blocks;

		arena->blocks = block->next;
		if (kept == NULL && block->size <= keep)
			kept = block;
		else
			arena->allocator->free(arena->allocator->context, block);
	}
	if (kept != NULL)
	{
		kept->next = NULL;
		kept->used = 0;
	}
	arena->blocks = kept;
	arena->used = 0;
}

void
pq_arena_reset(PqArena *arena)
{
	free_blocks(arena, MAX_BLOCK);
}

void
pq_arena_free(PqArena *arena)
{
	free_blocks(arena, 0);
}

void
pq_arena_join(PqArena *arena, PqArena *from)
{
	PqArenaBlock **link = &arena->blocks;

	while (*link != NULL)
		link = &(*link)->next;
	*link = from->blocks;
	arena->used += from->used;
	from->blocks = NULL;
}
