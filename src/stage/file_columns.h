/*
 * file_columns.h: which columns the files of a load have, and what their fields are.
 */
#ifndef INGEST_STAGE_FILE_COLUMNS_H
#define INGEST_STAGE_FILE_COLUMNS_H

#include "stage/chunk.h"
#include "stage/file_head.h"
#include "stage/stage.h"

/* By option format, or what the file says; looks into the file. */
extern ChunkFormat file_columns_format(const IngestOptions *options, const SourceFile *file);

/* What the head of a file says about its columns; memory below the current context. */
extern void file_columns_head(const IngestOptions *options, const SourceFile *file, FileHead *head);

/*
 * The columns (of char *) that any of files (of SourceFile *) provides.  Files without any
 * record count only if there are no others.  Error when a file does not fit the target.
 * When enough columns are found the files behind are not looked into.
 */
extern List *file_columns_find(const StageRequest *request, List *files, int enough);

/* Says what the fields of a file with this head are, for columns as file_columns_find() gives them. */
extern ChunkFile *file_columns_describe(const StageRequest *request, List *columns,
										const SourceFile *file, ChunkFormat format,
										const FileHead *head);

#endif
