/*
 * xxh3.h: XXH3 with the widest vectors of this CPU, where libxxhash has that
 * choice; else it takes those of the build.  The hash is the same.
 */
#ifndef INGEST_SOURCE_XXH3_H
#define INGEST_SOURCE_XXH3_H

#include <xxhash.h>

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif
#endif

#endif
