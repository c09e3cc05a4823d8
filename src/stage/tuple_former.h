/*
 * tuple_former.h: the data part of short heap tuples, fast.
 */
#ifndef INGEST_STAGE_TUPLE_FORMER_H
#define INGEST_STAGE_TUPLE_FORMER_H

#include "access/tupdesc.h"

typedef struct TupleFormer TupleFormer; /* opaque; lives in the context current at creation */

extern TupleFormer *tuple_former_create(TupleDesc desc);

typedef struct FormedTuple
{
	const char *data; /* MAXALIGNed, good until the next call */
	Size size;
	uint16 infomask; /* t_infomask's bits for the attributes */
} FormedTuple;

/*
 * Lays out the values behind one another as heap_fill_tuple() does.  A row that
 * is longer than limit, or holds a value that is compressed or stored out of
 * line, is left to core's functions: false.
 */
extern bool tuple_former_fill(TupleFormer *former, const Datum *values, const bool *isnull,
							  Size limit, FormedTuple *tuple);

/* Size of a row without nulls; 0 if it depends on the values. */
extern Size tuple_former_fixed_size(const TupleFormer *former);

/* tuple_former_fill() for a row of that size, to where the caller has zeros for it, MAXALIGNed. */
extern void tuple_former_fill_fixed(const TupleFormer *former, const Datum *values, char *data);

#endif
