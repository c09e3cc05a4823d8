/*
 * quarantine_writer.h: bad rows into ingest.quarantine_rows.
 */
#ifndef INGEST_STAGE_QUARANTINE_WRITER_H
#define INGEST_STAGE_QUARANTINE_WRITER_H

#include "contract/batch.h"
#include "utils/jsonb.h"

typedef struct QuarantineWriter QuarantineWriter; /* opaque */

typedef struct QuarantineRow
{
	int file_no;
	int64 record_no;
	/* text; unless row_group says that it is a row of Parquet */
	int64 line_no;
	int64 byte_offset;
	int64 byte_length;
	int row_group;   /* -1: none */
	const char *raw; /* the line's bytes, or the row as JSON */
	size_t raw_len;
	bool raw_is_text; /* valid in the database encoding */
	const Violation *violations;
	bool is_trailer; /* no bad row: nobody need look at it */
} QuarantineRow;

/* How many bytes of a value or message are kept: whole characters, as the whole line is beside them. */
extern size_t quarantine_kept_len(const char *string, size_t len);

/* [{"rule": …, "value": …, "column": …, "message": …, "sqlstate": …}, …] */
extern Jsonb *quarantine_errors(const Violation *violations);

/* Allocates in CurrentMemoryContext; one writer serves one transaction. */
extern QuarantineWriter *quarantine_writer_begin(int64 load_id);
extern void quarantine_writer_add(QuarantineWriter *writer, const QuarantineRow *row);
extern void quarantine_writer_end(QuarantineWriter *writer);

#endif
