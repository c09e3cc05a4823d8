/*
 * staged_sort.h: the staged rows in the order of their key.
 */
#ifndef INGEST_PUBLISH_STAGED_SORT_H
#define INGEST_PUBLISH_STAGED_SORT_H

#include "publish/publish.h"
#include "publish/row_sort.h"

/* Can row_sort.c choose the version of a row as staged_winners() does? */
extern bool staged_sort_applies(const PublishRequest *request);

/* Sorts rows of staged_rows_as_target(), whose columns are desc, as staged_winners() does. */
extern RowSort *staged_sort_begin(const PublishRequest *request, TupleDesc desc);

#endif
