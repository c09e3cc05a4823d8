/*
 * raw_file.h: the bytes of one file as they are on disk, hashed on the way;
 * private to src/source.
 */
#ifndef INGEST_SOURCE_RAW_FILE_H
#define INGEST_SOURCE_RAW_FILE_H

#include "source/source.h"

/* Bytes read between two checks for interrupts; large enough for sequential disk speed. */
#define RAW_FILE_PIECE (256 * 1024)

typedef struct RawFile RawFile;

/*
 * Opens a regular file, which must still be what *file says (copied).  All
 * memory belongs to the context and goes with it, as does the descriptor if
 * raw_file_close() has not closed it.
 */
extern RawFile *raw_file_open(const SourceFile *file, MemoryContext context);

/* Reads up to len bytes, at most RAW_FILE_PIECE; 0 only at the end.  Error if the size changed. */
extern size_t raw_file_read(RawFile *raw, char *buf, size_t len);
extern uint64 raw_file_position(const RawFile *raw);

/* The hash of what was read so far. */
extern void raw_file_digest(const RawFile *raw, unsigned char *hash);

/* At the end only: the identity of what was read.  Error if the file has changed meanwhile. */
extern void raw_file_finish(RawFile *raw, SourceIdentity *identity);
extern void raw_file_close(RawFile *raw);

#endif
