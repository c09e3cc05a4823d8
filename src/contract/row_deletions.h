/*
 * row_deletions.h: rows that say that a row of the target is to be deleted.
 */
#ifndef INGEST_CONTRACT_ROW_DELETIONS_H
#define INGEST_CONTRACT_ROW_DELETIONS_H

#include "contract/batch.h"
#include "contract/spec.h"

/*
 * Sets is_deletion of the batch's converted rows, by the spec's deletion column, which there is.
 * The rule is that of publish/conditions.c: true, or the text d or delete.
 */
extern void row_deletions_mark(const ContractSpec *spec, RowBatch *batch);

#endif
