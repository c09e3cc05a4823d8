/*
 * mapping.h: which field of a file becomes which column of the target.
 */
#ifndef INGEST_STAGE_MAPPING_H
#define INGEST_STAGE_MAPPING_H

#include "options/options.h"
#include "stage/chunk.h"
#include "stage/file_head.h"
#include "utils/rel.h"

/*
 * columns (of char *) and those of the target that a file with this head provides,
 * in the target's order. Raises an error, before any row is read, that lists the
 * columns at fault: unknown or repeated names in the header, a name that is
 * mapped twice, columns that must have a value and get none.
 */
extern List *mapping_columns(Relation target, const IngestOptions *options, const FileHead *head,
							 const SourceFile *file, List *columns);

/* Error when an option has a rule for a column that is not among those of the load. */
extern void mapping_check_rules(Relation target, const IngestOptions *options, List *columns);

/*
 * Fills fields, constants, dialect and empty_last_field of file for the given columns,
 * the same for every file of a load; a column that the file lacks gets its default.
 * Error when the file provides other columns than these.
 */
extern void mapping_resolve(Relation target, const IngestOptions *options, const FileHead *head,
							List *columns, ChunkFile *file);

#endif
