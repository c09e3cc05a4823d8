/*
 * allocator.h: how a caller gives memory to src/format.
 */
#ifndef INGEST_FORMAT_ALLOCATOR_H
#define INGEST_FORMAT_ALLOCATOR_H

#include <stddef.h>

/* alloc may return NULL; the callee then reports FMT_NO_MEMORY.  free(NULL) never happens. */
typedef struct FmtAllocator
{
	void *(*alloc)(void *context, size_t size);
	void (*free)(void *context, void *pointer);
	void *context;
} FmtAllocator;

#endif
