/*
 * drift_log.h: how the files of a load differ from its target, until the manifest can take it.
 */
#ifndef INGEST_STAGE_DRIFT_LOG_H
#define INGEST_STAGE_DRIFT_LOG_H

#include "lib/stringinfo.h"
#include "source/source.h"
#include "stage/file_head.h"
#include "stage/stage.h"

typedef struct DriftLog DriftLog; /* opaque */

/* In CurrentMemoryContext. */
extern DriftLog *drift_log_create(int64 load_id);

/* Notes the differences of a file of this number. */
extern void drift_log_file(DriftLog *log, const StageRequest *request, int file_no,
						   const SourceFile *file, const FileHead *head);

/* The commands (of StringInfo) that enter all of it into the manifest, of bounded size. */
extern List *drift_log_commands(const DriftLog *log);

#endif
