/*
 * row_layout.h: rows of one table that are, byte for byte, those of another.
 */
#ifndef INGEST_PUBLISH_ROW_LAYOUT_H
#define INGEST_PUBLISH_ROW_LAYOUT_H

#include "access/htup_details.h"
#include "access/tupdesc.h"

/* Are the first attributes of longer, dropped ones not allowed, stored as all those of shorter? */
extern bool row_layout_begins_with(TupleDesc longer, TupleDesc shorter);

/*
 * The first natts attributes of a row, whose data ends after data_len bytes: what
 * heap_form_tuple() would make of their values.  In the current context.
 */
extern HeapTuple row_layout_cut(HeapTupleHeader from, int natts, Size data_len);

/*
 * Are the natts attributes of a row the same bytes as the first of longer, of a
 * table for which row_layout_begins_with() is true?  Then their values are equal;
 * if not, they may be all the same.
 */
extern bool row_layout_same_bytes(HeapTuple longer, HeapTuple row, int natts);

#endif
