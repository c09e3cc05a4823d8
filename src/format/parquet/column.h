/*
 * column.h: one leaf of a row group, row by row.
 *
 * A column is filled to some number of rows, shows them as a PqVector and advances
 * behind them; what it has decoded beyond stays for the next time.
 */
#ifndef INGEST_FORMAT_PARQUET_COLUMN_H
#define INGEST_FORMAT_PARQUET_COLUMN_H

#include "format/parquet/leaf_page.h"
#include "format/parquet/rows.h"

typedef struct PqColumn PqColumn; /* opaque */

/* What all columns of a reader share; kept by pointer. */
typedef struct PqColumnSetup
{
	PqFile file; /* as it was opened, but with the budget's allocator */
	PqWriter writer;
	uint32_t row_group;
	PqBudget *budget;
	PqPageScratch *scratch;
	PqReadOptions options;
} PqColumnSetup;

/* Reads nothing yet. */
extern FmtStatus pq_column_open(const PqColumnSetup *setup, int32_t leaf,
								const PqColumnChunk *chunk, PqColumn **column, PqError *error);
extern void pq_column_close(PqColumn *column);

/*
 * Makes *rows complete rows ready to be shown, or fewer, at least one, that have bytes_limit bytes: *rows becomes their
 * number.  If anything has to be decoded for that, then rows of ahead_bytes bytes.  FMT_CORRUPT: the chunk has no more
 * rows.
 */
extern FmtStatus pq_column_fill(PqColumn *column, uint32_t *rows, uint64_t bytes_limit,
								uint64_t ahead_bytes, PqError *error);
/* The next `rows` rows, which were filled.  Valid until anything is done with any column. */
extern void pq_column_show(PqColumn *column, uint32_t rows, PqVector *vector);
/* Goes behind the rows that were shown. */
extern void pq_column_advance(PqColumn *column);
extern FmtStatus pq_column_skip(PqColumn *column, uint64_t rows, PqError *error);
/* All rows are out: is there more in the chunk?  That is FMT_CORRUPT. */
extern FmtStatus pq_column_finish(PqColumn *column, PqError *error);

/* Bytes a row takes, by those that were decoded so far. */
extern uint64_t pq_column_row_bytes(const PqColumn *column);

/*
 * Gives back the page and the dictionary, which will be loaded again.  also_streamed: even a page that is decompressed while it
 * is read.  Rows that are decoded stay valid, but vectors do not.  false: there was nothing to be gained.
 */
extern bool pq_column_give_back(PqColumn *column, bool also_streamed);

#endif
