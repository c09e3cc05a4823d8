/*
 * replay.h: what the files of replay() share.
 */
#ifndef INGEST_API_REPLAY_H
#define INGEST_API_REPLAY_H

#include "api/arguments.h"
#include "api/contract_functions.h"
#include "manifest/publications.h"
#include "manifest/quarantine_queue.h"
#include "manifest/replays.h"
#include "stage/restage.h"

/* A load whose rows are replayed, and how they are read. */
typedef struct ReplayedLoad
{
	ManifestLoad *load;
	LoadTerms terms[2];       /* of rows as files have them; as the target has them */
	StageRequest requests[2]; /* by these terms */
	IngestOptions *read_options;
	LoadHorizon *horizon;
	ReplayLater later;
} ReplayedLoad;

/* How rows go into the target. */
typedef struct ReplayStrategy
{
	StrategyArgument chosen;
	List *key;        /* by which a row is late; of char *, NIL: rows have none */
	bool adds_to_key; /* rows of the load with the same key are no reason to leave a row out */
} ReplayStrategy;

typedef struct ReplayCall
{
	Relation target;
	QueueFilter filter;
	List *set;      /* of DocumentRule * */
	Jsonb *options; /* less filters, "set", "strategy" and "unique_key" */
	char *strategy; /* NULL: as the loads */
	List *unique_key;
	List *loads; /* of ReplayedLoad * */
	ReplayStrategy how;
	Replay stage;
	ReplayedLoad **load_of_file; /* by the replay's number of the file */
} ReplayCall;

/*
 * Takes the rows out of the lane, and notes them as superseded, whose key has a newer row in the
 * target, was deleted since, or belongs to another row of the replay that counts.  Returns their
 * number.
 */
extern int64 replay_drop_late(const ReplayCall *call);

#endif
