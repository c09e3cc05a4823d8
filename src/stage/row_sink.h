/*
 * row_sink.h: where the rows of a load go once they are checked: lane and quarantine.
 */
#ifndef INGEST_STAGE_ROW_SINK_H
#define INGEST_STAGE_ROW_SINK_H

#include "stage/row_checker.h"
#include "utils/rel.h"

typedef struct RowSink RowSink; /* opaque; lives in the context current at creation */

/* Takes the rows of checker, whose batch has the attributes of a lane. */
extern RowSink *row_sink_create(RowChecker *checker);

/* Where bad rows go instead of quarantine; the row lives as long as its batch. */
typedef void (*TakeBadRow)(void *arg, const QuarantineRow *row);
extern void row_sink_divert(RowSink *sink, TakeBadRow take, void *arg);

/* Where the rows of the current transaction go. */
extern void row_sink_begin(RowSink *sink, int64 load_id, Relation lane);

/* Writes the rows of a checked batch, which are of chunk, in order. */
extern void row_sink_take(RowSink *sink, const Chunk *chunk);

/* Writes out what is buffered; before the transaction commits. */
extern void row_sink_end(RowSink *sink);

#endif
