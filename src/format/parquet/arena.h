/*
 * arena.h: bytes of a batch that are not slices of something that stays.
 */
#ifndef INGEST_FORMAT_PARQUET_ARENA_H
#define INGEST_FORMAT_PARQUET_ARENA_H

#include "format/allocator.h"

typedef struct PqArenaBlock PqArenaBlock;

typedef struct PqArena
{
	const FmtAllocator *allocator;
	PqArenaBlock *blocks; /* the one that is being filled first */
	size_t used;          /* bytes given out */
} PqArena;

extern void pq_arena_init(PqArena *arena, const FmtAllocator *allocator);
/* In the form that PqValues wants: context is the arena.  NULL: no memory. Not aligned. */
extern void *pq_arena_alloc(void *context, size_t size);
/* Everything given out is void; keeps a block for the next time. */
extern void pq_arena_reset(PqArena *arena);
extern void pq_arena_free(PqArena *arena);
/* from's memory becomes arena's. */
extern void pq_arena_join(PqArena *arena, PqArena *from);

#endif
