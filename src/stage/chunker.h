/*
 * chunker.h: cuts one file into chunks of whole records.
 *
 * The chunker reads decoded bytes straight into a window that its caller owns
 * (a slot in shared memory), finds the last record that ends inside, and hands
 * that run of records out as a chunk.  Where chunks end depends on the bytes
 * and the sizes of the windows alone.
 */
#ifndef INGEST_STAGE_CHUNKER_H
#define INGEST_STAGE_CHUNKER_H

#include "source/source.h"
#include "stage/chunk.h"
#include "stage/file_head.h"

/*
 * Longest first chunk of a load.  A file that is not what it should be is
 * noticed in it (option initial_bad_rows), before a whole chunk_size of its
 * rows is in quarantine.  The header may already have brought more into memory.
 */
#define CHUNKER_FIRST_SIZE ((size_t) 64 * 1024)

typedef struct Chunker Chunker; /* opaque; lives in the context current at chunker_open() */

typedef enum ChunkerResult
{
	CHUNKER_CHUNK,   /* *chunk is to be loaded */
	CHUNKER_SKIPPED, /* *chunk is committed already, by an earlier call */
	CHUNKER_FULL,    /* no record ends in the window: give a larger one */
	CHUNKER_DONE,    /* the last chunk is out */
	CHUNKER_CHANGED  /* the bytes are not those of the committed chunks */
} ChunkerResult;

extern Chunker *chunker_open(const SourceFile *file, const IngestOptions *options);

/*
 * Gives the window. Bytes that are read but not handed out move into it, so it
 * must not be smaller than they are; the old window must still be there.
 */
extern void chunker_use(Chunker *chunker, char *buf, size_t size);

/* Bytes that are read but not handed out: the next window must hold them. */
extern size_t chunker_pending(const Chunker *chunker);

/* Reads the file's head into the window. Error when it does not fit there. */
extern void chunker_read_head(Chunker *chunker, FileHead *head);

/*
 * Begins to cut behind the head.  committed: ManifestChunk * of an earlier
 * call, by number, NIL for a new file.
 */
extern void chunker_begin(Chunker *chunker, const ChunkFile *file, List *committed);

/*
 * Fills the window up and cuts. After CHUNKER_CHUNK or CHUNKER_SKIPPED of a
 * chunk that is not the last the caller must chunker_use() another window (or,
 * after CHUNKER_SKIPPED, the same one again).
 */
extern ChunkerResult chunker_next(Chunker *chunker, Chunk *chunk);

/* true when the whole rest of the file is in the window. */
extern bool chunker_fill(Chunker *chunker);

extern int chunker_encoding(const Chunker *chunker);
extern uint64 chunker_raw_position(const Chunker *chunker);
extern void chunker_close(Chunker *chunker);

#endif
