/*
 * statistics.h: what can be believed of a column chunk's statistics.
 *
 * PqStatistics (file.h) is what the footer says, for display.  PqBounds is what
 * may be used to leave out row groups: bounds whose order is known, of writers that computed them
 * right.  A file can still lie, so results must not depend on it unless the caller was asked to.
 */
#ifndef INGEST_FORMAT_PARQUET_STATISTICS_H
#define INGEST_FORMAT_PARQUET_STATISTICS_H

#include "format/parquet/file.h"

/* How bounds compare, and which member of PqBound holds them. */
typedef enum PqOrder
{
	PQ_ORDER_NONE,     /* there are no bounds */
	PQ_ORDER_SIGNED,   /* i: integers, decimals in integers, dates and times in their unit */
	PQ_ORDER_UNSIGNED, /* u: unsigned integers; booleans as 0 and 1 */
	PQ_ORDER_FLOAT,    /* d: FLOAT, DOUBLE, FLOAT16 */
	PQ_ORDER_BYTES,    /* bytes, as memcmp: strings, binary, UUID */
	PQ_ORDER_DECIMAL,  /* bytes: big-endian two's complement of any length */
	PQ_ORDER_INT96     /* bytes: 12, nanoseconds of the day and Julian day */
} PqOrder;

typedef union PqBound
{
	int64_t i;
	uint64_t u;
	double d;
	PqBytes bytes; /* of the footer */
} PqBound;

/*
 * The values of a chunk that are neither null nor NaN are >= min and <= max, in order.
 */
typedef struct PqBounds
{
	PqOrder order;
	bool has_min, has_max;
	bool min_exact, max_exact; /* the bound is a value of the chunk, not a shortened one */
	PqBound min, max;
	bool has_null_count;
	int64_t null_count; /* slots without a value: of flat columns, rows */
	bool may_have_nan;  /* of PQ_ORDER_FLOAT */
} PqBounds;

/* What is to be believed of chunk, which pq_row_group_read() gave.  Nothing is an error. */
extern void pq_chunk_bounds(const PqFile *file, const PqColumnChunk *chunk, PqBounds *bounds);

/* < 0, 0, > 0; order is not PQ_ORDER_NONE and no double is NaN. */
extern int pq_bound_compare(PqOrder order, const PqBound *a, const PqBound *b);

#endif
