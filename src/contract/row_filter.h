/*
 * row_filter.h: option "filter", compiled for one process.
 */
#ifndef INGEST_CONTRACT_ROW_FILTER_H
#define INGEST_CONTRACT_ROW_FILTER_H

#include "access/tupdesc.h"
#include "contract/batch.h"
#include "contract/spec.h"

typedef struct RowFilter RowFilter; /* opaque; lives in the context current at creation */

/* desc: the lane's.  NULL when there is no filter. */
extern RowFilter *row_filter_create(const ContractSpec *spec, TupleDesc desc);

/*
 * Marks the rows of a converted batch for which the filter is not true.  Rows in which a
 * column that it reads could not be converted stay; those on which it raises an error get a violation.
 */
extern void row_filter_apply(RowFilter *filter, RowBatch *batch);

#endif
