/*
 * row_builder.h: records of a chunk as rows of a batch.
 */
#ifndef INGEST_STAGE_ROW_BUILDER_H
#define INGEST_STAGE_ROW_BUILDER_H

#include "contract/contract.h"
#include "format/csv/reader.h"
#include "options/options.h"
#include "stage/bad_row.h"
#include "stage/chunk.h"

typedef struct RowBuilder RowBuilder; /* opaque; lives in the context current at creation */

/* batch: where rows go, with room for one more whenever a record is added. */
extern RowBuilder *row_builder_create(const Contract *contract, const IngestOptions *options,
									  RowBatch *batch);

/* The records that follow are of this chunk; both arguments are kept. */
extern void row_builder_begin(RowBuilder *builder, const Chunk *chunk, const RowEncoding *encoding);

/*
 * Adds a record, by its number in the chunk, as a row, good or bad; what is in it
 * need not be good to be converted.  false: it is blank or a comment, and no row.
 */
extern bool row_builder_add(RowBuilder *builder, const CsvRow *csv, uint64 record);

#endif
