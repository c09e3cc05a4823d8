/*
 * batch.h: the rows that pass through conversion and checks together.
 *
 * A RowBatch is filled by stage/chunk_reader.c, converted and checked by
 * contract/, and emptied into lane and quarantine.  Everything in it lives in
 * its memory context, which is reset with the batch.
 */
#ifndef INGEST_CONTRACT_BATCH_H
#define INGEST_CONTRACT_BATCH_H

#include "contract/convert.h"

/*
 * Rows of a batch.  Large enough that one subtransaction per batch (0.2 us)
 * disappears, small enough that values and nulls stay in the L2 cache.
 */
#define BATCH_ROWS 512

/* One reason why a row is bad. Strings live in the batch. */
typedef struct Violation
{
	struct Violation *next;
	const char *column; /* NULL when not about one column */
	const char *rule;   /* see docs/reference.md, "Rules" */
	int sqlstate;
	const char *message;
	const char *value; /* NULL when there is none; not NUL-terminated */
	size_t value_len;
	bool is_judgement; /* the column has its value, which a check refuses */
} Violation;

typedef struct BatchRow
{
	const char *raw; /* the record's bytes in the chunk, line end excluded; NULL for Parquet */
	size_t raw_len;
	uint64 record;         /* number of the record in its chunk, from 0 */
	Violation *violations; /* NULL: the row is good so far */
	bool raw_is_broken;    /* the record has no fields to convert or check */
	bool is_filtered;      /* option "filter" leaves it out, whatever its violations */
	bool is_deletion;      /* only its key counts */
	bool is_trailer;       /* no row at all */
} BatchRow;

typedef struct RowBatch
{
	MemoryContext context;
	ConvertArena arena;
	int natts; /* stride of values and nulls: the lane's attributes */
	int nrows; /* <= BATCH_ROWS */
	BatchRow *rows;
	Datum *values; /* row r, attribute a: [r * natts + a] */
	bool *nulls;
	ConvertCell *cells; /* values that converter_try() did not decide */
	int ncells;
	int maxcells;
} RowBatch;

extern RowBatch *batch_create(int natts);
extern void batch_reset(RowBatch *batch);

/* Takes a new row, of which there must be room; its values are the caller's to fill. */
static inline int
batch_add_row(RowBatch *batch, const char *raw, size_t raw_len, uint64 record)
{
	batch->rows[batch->nrows] = (BatchRow){.raw = raw, .raw_len = raw_len, .record = record};
	return batch->nrows++;
}

/* Does the row have values that NOT NULL and keys are about? */
static inline bool
batch_row_is_checked(const BatchRow *row)
{
	return !row->raw_is_broken && !row->is_filtered;
}

/* … and that CHECKs are about? */
static inline bool
batch_row_is_checked_whole(const BatchRow *row)
{
	return batch_row_is_checked(row) && !row->is_deletion;
}

/* Appends a violation to row; the strings are kept, not copied. */
extern Violation *batch_add_violation(RowBatch *batch, int row, const char *rule, int sqlstate,
									  const char *message);

/* A value of a row that contract_convert() is to decide; the text is kept, not copied. */
extern void batch_add_cell(RowBatch *batch, int row, int column, Converter *converter,
						   const char *text, size_t len);

/* The text of a value, which is not NULL, into a row: at once, or as a cell.  It is kept, not copied. */
extern void batch_put_text(RowBatch *batch, int row, int column, Converter *converter,
						   const char *text);

#endif
