/*
 * column_parts.h: what the files of the column reader share.
 */
#ifndef INGEST_FORMAT_PARQUET_COLUMN_PARTS_H
#define INGEST_FORMAT_PARQUET_COLUMN_PARTS_H

#include "format/parquet/column.h"
#include "format/parquet/slots.h"

struct PqColumn
{
	const PqColumnSetup *setup;
	PqLeaf leaf;
	int32_t number; /* of the leaf */
	PqColumnChunk chunk;
	PqPageWalk *walk;
	int64_t page_number;  /* in the chunk, -1: none yet */
	uint64_t values_left; /* of the chunk, behind the current page */
	bool has_slots;       /* the chunk's first slot was seen */
	bool is_inside_row;   /* slots up to the next row belong to one that was skipped */
	uint64_t rows_out;    /* given out or skipped */
	uint32_t rows_begun;  /* in the slots that are to come */
	uint32_t shown;       /* rows */
	uint64_t row_bytes;
	uint8_t *min_def;       /* by repetition level: the least definition level of another element */
	bool null_has_elements; /* a null list comes with elements, which are null like it: see below */
	PqLeafPage *page;
	PqLeafDictionary *dictionary;
	PqSlots slots;
};

/*
 * null_has_elements: DuckDB writes a null ARRAY[n] as n slots with the definition level of the null, the
 * second and later ones at the array's repetition level (duckdb issue 24731).  They are not there.
 */

/*
 * column_decode.c
 */

/* Is no slot left in the chunk that is not decoded? */
extern bool pq_column_is_at_end(const PqColumn *column);
/* Are there slots whose values are not decoded?  They are the current page's. */
extern bool pq_column_is_pending(const PqColumn *column);
/* Slices of the current page become copies. */
extern FmtStatus pq_column_leave_page(PqColumn *column, PqError *error);
/* Goes on to the next data page, whose body is not loaded yet. Nothing is pending. */
extern FmtStatus pq_column_next_page(PqColumn *column, PqError *error);
extern FmtStatus pq_column_load_dictionary(PqColumn *column, PqError *error);
/* Levels of slots for up to `rows` rows more, as far as the page goes. */
extern FmtStatus pq_column_decode_levels(PqColumn *column, uint64_t rows, PqError *error);
/* Values for the slots that miss theirs, while there are no more bytes than limit, but at least one. */
extern FmtStatus pq_column_decode_values(PqColumn *column, uint64_t limit, PqError *error);
/* Levels and values until `rows` rows are complete, or some that have limit bytes, or the chunk ends. */
extern FmtStatus pq_column_decode_rows(PqColumn *column, uint32_t rows, uint64_t limit,
									   PqError *error);
/* Rows that have all their slots and values. */
extern uint32_t pq_column_complete_rows(const PqColumn *column);
/* Bytes of what is decoded and not given out. */
extern uint64_t pq_column_buffered(const PqColumn *column);

#endif
