/*
 * value_type.h: the type that texts are values of.
 */
#ifndef INGEST_PUBLISH_VALUE_TYPE_H
#define INGEST_PUBLISH_VALUE_TYPE_H

#include "contract/convert.h"
#include "nodes/pg_list.h"

/*
 * The narrowest type that holds all values of a text column of some tables (of Oid) as they are
 * written: boolean, bigint, numeric, date, timestamptz, timestamp, uuid, jsonb, or text.  NULL: all are NULL.
 * What format says of dates or numbers in another notation: such values stay text.
 */
extern const char *value_type_find(List *tables, const char *column, const ConvertFormat *format);

/* The same of texts (of char *). */
extern const char *value_type_of_texts(List *texts, const ConvertFormat *format);

#endif
