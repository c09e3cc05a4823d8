/*
 * load.h: one load, as load() makes it of all files and load_each() of every file.
 */
#ifndef INGEST_API_LOAD_H
#define INGEST_API_LOAD_H

#include "api/arguments.h"
#include "api/contract_functions.h"
#include "fmgr.h"
#include "manifest/manifest.h"
#include "options/options.h"
#include "utils/timestamp.h"

typedef struct LoadCall
{
	/* the arguments */
	Oid target;
	char *source;
	List *unique_key; /* of char *; NIL: the primary key, if one is needed */
	char *strategy;   /* NULL: the key decides */
	List *files;      /* of SourceFile *; NIL: all that source stands for */
	LoadTerms terms;
	/* set by load_begin() */
	StrategyArgument chosen;
} LoadCall;

/* The arguments of a call, which has them in the order above; checks rights. */
extern void load_init(FunctionCallInfo fcinfo, LoadCall *call);

/*
 * Locks the target, also against other loads, until the end of the transaction, and checks
 * key and strategy.  False when it is busy and on_busy says not to wait.
 */
extern bool load_begin(LoadCall *call);

/*
 * Stages and publishes what load_begin() has locked; counts: zeroed.  Returns the load_id,
 * 0 when nothing is new.
 */
extern int64 load_run(const LoadCall *call, ManifestCounts *counts);

/* A row of type load_result.  load_id 0 and message NULL become SQL NULL. */
extern Datum load_result(FunctionCallInfo fcinfo, int64 load_id, const char *status,
						 const ManifestCounts *counts, TimestampTz started_at, const char *message);

#endif
