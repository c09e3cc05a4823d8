/*
 * tuple_former.h: the data part of short heap tuples, fast.
 */
#ifndef INGEST_STAGE_TUPLE_FORMER_H
#define INGEST_STAGE_TUPLE_FORMER_H

#include "access/tupdesc.h"

typedef struct TupleFormer TupleFormer; /* opaque; lives in the context current at creation */

extern TupleFormer *tuple_former_create(TupleDesc desc);

/*
 * Lays out the values behind one another as heap_fill_tuple() does and returns
 * the number of bytes, at most limit; *data is MAXALIGNed and good until the
 * next call.  Sets t_infomask's bits for the attributes.  A row that is longer,
 * or holds a value that is compressed or stored out of line, is left to core's
 * functions: false.
 */
extern bool tuple_former_fill(TupleFormer *former, const Datum *values, const bool *isnull,
							  Size limit, const char **data, Size *size, uint16 *infomask);

#endif
