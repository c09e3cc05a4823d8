/*
 * stage.h: from a source to staged rows.
 */
#ifndef INGEST_STAGE_STAGE_H
#define INGEST_STAGE_STAGE_H

#include "contract/spec.h"
#include "manifest/manifest.h"
#include "options/options.h"
#include "utils/rel.h"

typedef struct StageRequest
{
	Relation target; /* open; the caller's rights on it and on files are checked */
	char *source;
	List *files;      /* of SourceFile *; NIL: all that source stands for */
	List *unique_key; /* of char *; NIL for some strategies */
	const char *strategy;
	bool restates; /* the strategy leaves no row twice when a file comes again, corrected */
	const char *options_text;
	IngestOptions *options;
	const ContractDocument *document; /* what is set for the target; NULL: nothing */
	int contract_version;             /* of document; 0: none */
	struct DriftLog *drift_log; /* keeps how files differ whose columns are looked for; NULL */
} StageRequest;

typedef struct StageOutcome
{
	int64 load_id;     /* 0: there is nothing new */
	int files_skipped; /* published already */
} StageOutcome;

/* What the request asks of rows. */
extern ContractRules stage_contract_rules(const StageRequest *request);

/*
 * Stages what is new, or goes on with what an earlier identical call began.
 * The caller has the target's load lock.
 */
extern void stage_run(const StageRequest *request, StageOutcome *outcome);

/*
 * Notes, in a transaction of a worker, that checks rejected a staged load; its lanes are kept.
 * results: of ManifestCheck *.  False when no worker could do it, or see the load.
 */
extern bool stage_note_rejection(int64 load_id, Relation target, const char *message,
								 List *results);

/*
 * The lock that makes loads into one target serial, held until the end of the
 * transaction; false when it is taken and on_busy says not to wait.  To be
 * taken before any lock on the target, so that a load that waits for another
 * one holds up nobody else.
 */
extern bool stage_lock_target(Oid target, OptionsOnBusy on_busy);

#endif
