/*
 * stage.h: from a source to staged rows.
 */
#ifndef INGEST_STAGE_STAGE_H
#define INGEST_STAGE_STAGE_H

#include "manifest/manifest.h"
#include "options/options.h"
#include "utils/rel.h"

typedef struct StageRequest
{
	Relation target; /* open; the caller's rights on it and on files are checked */
	char *source;
	List *unique_key; /* of char *: their parts must not be NULL; NIL for append */
	const char *strategy;
	const char *options_text;
	IngestOptions *options;
} StageRequest;

typedef enum StageStatus
{
	STAGE_STAGED,
	STAGE_NOTHING_NEW,
	STAGE_BUSY
} StageStatus;

typedef struct StageOutcome
{
	StageStatus status;
	int64 load_id;
	int files_skipped; /* published already */
} StageOutcome;

/*
 * Takes the target's load lock until the end of the transaction, then stages
 * what is new, or goes on with what an earlier identical call began.
 */
extern void stage_run(const StageRequest *request, StageOutcome *outcome);

/*
 * The lock that makes loads into one target serial; false when it is taken and
 * on_busy says not to wait.
 */
extern bool stage_lock_target(Oid target, OptionsOnBusy on_busy);

#endif
