/*
 * constants.h: columns that have one value for all rows of a file.
 */
#ifndef INGEST_STAGE_CONSTANTS_H
#define INGEST_STAGE_CONSTANTS_H

#include "options/options.h"
#include "source/source.h"
#include "utils/rel.h"

/*
 * What the rows of a file are beside its bytes: the values that its directories
 * give to columns of the target, as SourceFile.salt.  Two files of the same bytes in two
 * partitions are two sets of rows.  NULL: none.
 */
extern char *constants_salt(Relation target, const IngestOptions *options, const SourceFile *file);

#endif
