/*
 * new_columns.h: columns that a load will add to its target.
 */
#ifndef INGEST_STAGE_NEW_COLUMNS_H
#define INGEST_STAGE_NEW_COLUMNS_H

#include "stage/stage.h"

/*
 * Sets new_columns and new_types of a load whose columns are found in files (of SourceFile *).
 * Error when there are some and the caller cannot add columns to the target.
 */
extern void new_columns_find(const StageRequest *request, List *files, ManifestLoad *load);

#endif
