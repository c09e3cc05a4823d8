/*
 * lane_file.h: runs of pages behind the end of a table, many with one write.
 * Private to lane_pages.c.
 */
#ifndef INGEST_STAGE_LANE_FILE_H
#define INGEST_STAGE_LANE_FILE_H

#include "storage/block.h"
#include "utils/rel.h"

typedef struct LaneFile LaneFile;

/* Lives in CurrentMemoryContext, whose reset closes the file too. */
extern LaneFile *lane_file_create(void);

/*
 * Appends pages, which lie behind one another and have their checksums, as blocks from first on:
 * the table must end there, and the caller holds its extension lock.
 */
extern void lane_file_append(LaneFile *file, Relation lane, BlockNumber first, const char *pages,
							 int npages);

extern void lane_file_close(LaneFile *file);

#endif
