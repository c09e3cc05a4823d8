/*
 * simple_check.h: CHECK (column operator constant), without the executor.
 */
#ifndef INGEST_CONTRACT_SIMPLE_CHECK_H
#define INGEST_CONTRACT_SIMPLE_CHECK_H

#include "nodes/primnodes.h"

typedef struct SimpleCheck SimpleCheck;

/* expr: as planned; its Vars are attributes of the lane.  NULL: it is of another form. In CurrentMemoryContext. */
extern SimpleCheck *simple_check_create(const Expr *expr);

/* Does the row pass, as ExecCheck() has it: NULL passes.  May raise what the operator raises. */
extern bool simple_check_passes(SimpleCheck *check, const Datum *values, const bool *nulls);

#endif
