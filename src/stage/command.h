/*
 * command.h: manifest work that must be committed whatever becomes of the caller.
 *
 * The leader describes it, an Executor runs it: a worker in a transaction of
 * its own, or the caller's process in the caller's transaction.
 */
#ifndef INGEST_STAGE_COMMAND_H
#define INGEST_STAGE_COMMAND_H

#include "lib/stringinfo.h"
#include "manifest/check_results.h"
#include "manifest/differences.h"
#include "manifest/manifest.h"

/* The beginning of a load: made at once, before any chunk. */
typedef struct PlanCommand
{
	bool is_new;     /* insert the load; else resume it */
	bool restart;    /* forget what was staged: lanes lost or file changed */
	List *abandoned; /* of int64 *: unfinished loads that this one replaces */
	ManifestLoad *load;
	List *files; /* of ManifestFile *: to insert */
} PlanCommand;

extern void command_write_plan(const PlanCommand *plan, StringInfo buf);

/* More files of a load whose plan is made; for lists too long for one message. */
extern void command_write_files(int64 load_id, Oid target, List *files, StringInfo buf);

/* How a file of a load differs from the target; may be written behind others into the same command. */
extern void command_write_difference(int64 load_id, const ManifestDifference *difference,
									 StringInfo buf);

/* The end of staging: 'staged', 'rejected' or 'failed'; lanes go with the last two. */
extern void command_write_status(int64 load_id, const char *status, const char *message,
								 StringInfo buf);

/*
 * Results of checks (of ManifestCheck *), for which the load is rejected; its lanes are kept, for a
 * person may overrule the checks.
 */
extern void command_write_checks(int64 load_id, const char *message, List *results, StringInfo buf);

/* Runs any of them in the current transaction. */
extern void command_run(StringInfo buf);

#endif
