/*
 * replay_reader.h: rows of quarantine as batches of checked rows.
 */
#ifndef INGEST_STAGE_REPLAY_READER_H
#define INGEST_STAGE_REPLAY_READER_H

#include "contract/spec.h"
#include "manifest/quarantine_queue.h"
#include "options/options.h"
#include "stage/row_checker.h"

typedef struct ReplayReader ReplayReader; /* opaque; lives in the context current at creation */

/* Values are converted and checked as user; lane: of desc, whose first attributes are the spec's columns. */
extern ReplayReader *replay_reader_create(const ContractSpec *spec, const IngestOptions *options,
										  Relation lane, Oid user);

/*
 * The rows that follow are of file, and kept in that form.  chunk: of the file, with nothing in
 * it; it and counts are kept.
 */
extern void replay_reader_open(ReplayReader *reader, const Chunk *chunk, QueueForm form,
							   ChunkCounts *counts);

/* Rows (of QueueRow *, BATCH_ROWS at most) as a checked batch of the checker; they are kept. */
extern void replay_reader_fill(ReplayReader *reader, List *rows);

/* Gives out the rows of the batch. */
extern RowChecker *replay_reader_checker(const ReplayReader *reader);

#endif
