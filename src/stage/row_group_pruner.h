/*
 * row_group_pruner.h: row groups in which option "filter" is true for no row.
 */
#ifndef INGEST_STAGE_ROW_GROUP_PRUNER_H
#define INGEST_STAGE_ROW_GROUP_PRUNER_H

#include "contract/contract.h"
#include "contract/parquet.h"
#include "stage/chunk.h"

typedef struct RowGroupPruner RowGroupPruner; /* opaque; lives in the context current at creation */

/* NULL when no row group can be left out, because there is no filter or not one of that kind. */
extern RowGroupPruner *row_group_pruner_create(const Contract *contract);

/*
 * Do the statistics of the chunk's row group prove that reading it would stage no row, and put none into quarantine?
 * columns: how they are converted, by number in the contract; NULL for those that are
 * constants of the file.  batch is empty, and is so afterwards.  To be called with the caller's rights.
 */
extern bool row_group_pruner_prunes(const RowGroupPruner *pruner, const PqFile *file,
									const Chunk *chunk, ParquetColumn *const *columns,
									RowBatch *batch);

#endif
