/*
 * write.h: write a load's rows in one command, and count.
 */
#ifndef INGEST_PUBLISH_WRITE_H
#define INGEST_PUBLISH_WRITE_H

#include "publish/culprit.h"
#include "publish/publish.h"
#include "publish/planned_statement.h"

/* What the statement did, measured where the executor did it. */
typedef struct WriteCounts
{
	int64 staged;   /* rows read of the source */
	int64 winners;  /* of these, left after deduplication */
	int64 matches;  /* pairs of a winner and a row of the target, or a winner without one */
	int64 offered;  /* rows handed to the target as new */
	int64 inserted; /* of these, inserted: a trigger may refuse some */
	int64 updated;
	int64 deleted;
} WriteCounts;

/* One way to write rows, and where it stands when it raises an error.  May run more than once. */
typedef struct WriteAttempt
{
	void (*run)(void *arg);
	void (*current_row)(void *arg, StagedPosition *position);
	void *arg;
} WriteAttempt;

/*
 * Runs an INSERT ... SELECT or MERGE whose source is staged_written_rows(), or a
 * DELETE or UPDATE (which sets one count only), as the current user.
 */
extern WriteAttempt write_statement(const PublishRequest *request, const char *sql,
									JoinOrder join_order, WriteCounts *counts);

/*
 * Makes the attempt in a subtransaction and a memory context of its own, and
 * once more if another transaction was in its way.  An error is raised again,
 * with file and record of the staged row that caused it where that can be told.
 */
extern void write_guarded(const PublishRequest *request, const WriteAttempt *attempt);

/* Both at once. */
extern void write_rows(const PublishRequest *request, const char *sql, JoinOrder join_order,
					   WriteCounts *counts);

/* Sets what can be counted at the nodes that read the staged rows. */
extern void write_count_staged(PlanState *source, WriteCounts *counts);

#endif
