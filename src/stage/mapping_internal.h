/*
 * mapping_internal.h: what mapping.c, the files of its name and constants.c share.
 */
#ifndef INGEST_STAGE_MAPPING_INTERNAL_H
#define INGEST_STAGE_MAPPING_INTERNAL_H

#include "options/options.h"
#include "source/source.h"
#include "stage/chunk.h"
#include "utils/rel.h"

/*
 * Where the columns of a target get their values in one file; by attno - 1.  Behind them are those
 * that the target lacks: that of option "hard_delete", and new ones.
 */
typedef struct Mapping
{
	Relation target;
	const IngestOptions *options;
	const SourceFile *file;
	int natts;              /* of the target */
	int ncolumns;           /* natts, and those that the target lacks */
	List *lacking;          /* of char *: the names of these */
	int *fields;            /* field number, one of CHUNK_…, or FIELD_NONE */
	const char **constants; /* as in ChunkFile */
	List *extras;           /* of int: fields that no column takes, but that matter */
	List *extra_names;      /* of char * */
} Mapping;

/* Names in the head of a file that are at fault, of char *. */
typedef struct NameFaults
{
	List *unknown;   /* to the target */
	List *repeated;  /* columns that would get more than one field */
	List *generated; /* columns that take no values */
} NameFaults;

#define FIELD_NONE (-2)

/* mapping_names.c */

/* May a file give this column its value? */
extern bool mapping_is_loadable(Form_pg_attribute att);
/* The columns of the target that a file may provide, for hints. */
extern char *mapping_loadable_names(Relation target);
/*
 * Attribute index of the target column; of the column that "hard_delete" names and the target
 * lacks, the number of attributes; -1: neither.
 */
extern int mapping_find_column(Relation target, const IngestOptions *options, const char *name,
							   bool ignore_case);
/* The same for a name in the file, by match_by and column_map. */
extern int mapping_match_name(Relation target, const IngestOptions *options, const char *name);
extern bool mapping_has_name(List *names, const char *name);
/* "a", "b", "c" */
extern char *mapping_join_names(List *names);

/* mapping_new.c */

/* Adds a column that the target lacks; returns its number. */
extern int mapping_add_column(Mapping *mapping, char *name);
/* The number of a column of the mapping; -1: there is none of that name. */
extern int mapping_column(const Mapping *mapping, const char *name);

/* Option new_columns on a field that no column of the target takes. */
extern void mapping_take_new(Mapping *mapping, int field, char *name, NameFaults *faults);
/* Option capture_column: it receives what no other column takes. */
extern void mapping_map_capture(Mapping *mapping);

/* mapping_missing.c */

/*
 * Does the table fill the column by itself, whatever files have: as an identity, or by a default
 * that is not always the same (a sequence, the time)?
 */
extern bool mapping_is_filled_by_table(Relation target, int column);

/* Error when the file lacks columns that it must have, before any row is read. */
extern void mapping_check_missing(const Mapping *mapping);

/* constants.c */

/* The column that option "filename" names receives the path. */
extern void constants_map_filename(Mapping *mapping);
/* Columns that the file has not receive the values in the names of its directories. */
extern void constants_map_partitions(Mapping *mapping);

/*
 * What INSERT would put into a column that it does not mention, as text; NULL is null.
 * Error when every row would get another value: other files of the load provide the
 * column, so that the table cannot fill it in.
 */
extern const char *constants_default(const Mapping *mapping, int column);

#endif
