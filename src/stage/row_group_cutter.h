/*
 * row_group_cutter.h: cuts one Parquet file into chunks: row groups, or ranges of their rows.
 *
 * What chunker.h is for text.  Where chunks end depends on the file, the
 * columns that are read and the option row_group_size alone.  Chunks carry no data: whoever
 * loads one reads the file itself.
 */
#ifndef INGEST_STAGE_ROW_GROUP_CUTTER_H
#define INGEST_STAGE_ROW_GROUP_CUTTER_H

#include "options/options.h"
#include "source/parquet_file.h"
#include "stage/chunk.h"
#include "stage/chunker.h"

typedef struct RowGroupCutter RowGroupCutter; /* opaque; lives in the context current at creation */

/*
 * identify: reads the whole file, for the hashes of it and its chunks; they are zero otherwise.
 * committed: ManifestChunk * of an earlier call, by number, NIL for a new file.
 */
extern RowGroupCutter *row_group_cutter_open(const ParquetFile *parquet, const ChunkFile *file,
											 const IngestOptions *options, bool identify,
											 List *committed);

/* CHUNKER_CHUNK, CHUNKER_SKIPPED, CHUNKER_DONE or CHUNKER_CHANGED, as chunker_next(). */
extern ChunkerResult row_group_cutter_next(RowGroupCutter *cutter, Chunk *chunk);

extern void row_group_cutter_close(RowGroupCutter *cutter);

/* Bytes of the file that are cut. */
extern uint64 row_group_cutter_position(const RowGroupCutter *cutter);

/* The names of the file's top-level columns (of char *), in the database's encoding. */
extern List *row_group_cutter_names(const ParquetFile *parquet);

#endif
