/*
 * value_text.h: values of a footer as text that people read.
 *
 * Texts are palloc'd, in the server encoding.  What cannot be text (not UTF-8, or a character that
 * the server encoding has not) or is no value of its type is shown as bytes: \x and hexadecimal
 * digits.
 */
#ifndef INGEST_INSPECT_VALUE_TEXT_H
#define INGEST_INSPECT_VALUE_TEXT_H

#include "format/parquet/statistics.h"

/* Text of the file: names, and values of text columns. */
extern char *value_text(PqBytes utf8);

/* A value of the leaf as statistics have it: PLAIN encoded, without a length. */
extern char *value_text_plain(const PqNode *node, PqBytes plain);

/* A bound of the leaf; order is not PQ_ORDER_NONE. */
extern char *value_text_bound(const PqNode *node, PqOrder order, const PqBound *bound);

#endif
