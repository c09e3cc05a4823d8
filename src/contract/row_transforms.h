/*
 * row_transforms.h: columns that a contract computes from what the file has, compiled for one process.
 */
#ifndef INGEST_CONTRACT_ROW_TRANSFORMS_H
#define INGEST_CONTRACT_ROW_TRANSFORMS_H

#include "contract/batch.h"
#include "contract/contract.h"

typedef struct RowTransforms RowTransforms; /* opaque; lives in the context current at creation */

/* NULL when there is none. */
extern RowTransforms *row_transforms_create(const Contract *contract);

/*
 * Computes the columns of the rows of a batch whose inputs are there.  What gives text is
 * converted as if the file had it: at once, or by cells that are still to be decided.  Rows on which
 * an expression raises an error get a violation.
 */
extern void row_transforms_apply(RowTransforms *transforms, RowBatch *batch);

#endif
