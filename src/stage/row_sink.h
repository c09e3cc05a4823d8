/*
 * row_sink.h: where rows go once they are in a batch: contract, lane, quarantine.
 *
 * Loaders of one format each (csv_loader.c, parquet_loader.c) fill the
 * batch; the sink converts what they left undecided, checks, writes good rows into the
 * lane and bad ones where option on_error says, and counts.
 */
#ifndef INGEST_STAGE_ROW_SINK_H
#define INGEST_STAGE_ROW_SINK_H

#include "contract/contract.h"
#include "options/options.h"
#include "stage/chunk_loader.h"
#include "stage/quarantine_writer.h"

typedef struct RowSink RowSink; /* opaque */

/*
 * Says where a bad row is, and its text: everything in *out but file and violations.  Called in
 * the batch's memory context.
 */
typedef void (*DescribeRow)(void *loader, const BatchRow *row, QuarantineRow *out);

extern RowSink *row_sink_create(const ContractSpec *spec, const IngestOptions *options,
								TupleDesc lane_desc, Oid user);

/* Where the rows of the current transaction go. */
extern void row_sink_begin(RowSink *sink, int64 load_id, Relation lane);

/* Whose rows they are from now on. */
extern void row_sink_set_chunk(RowSink *sink, const Chunk *chunk, ChunkCounts *counts,
							   DescribeRow describe, void *loader);

/* The batch to be filled; after row_sink_flush() it is empty again. */
extern RowBatch *row_sink_batch(const RowSink *sink);
extern const Contract *row_sink_contract(const RowSink *sink);
/* Whose rights conversions take. */
extern Oid row_sink_user(const RowSink *sink);

/* Converts, checks and writes the batch's rows, in order. */
extern void row_sink_flush(RowSink *sink);

/* Writes out what is buffered; before the transaction commits. */
extern void row_sink_end(RowSink *sink);

#endif
