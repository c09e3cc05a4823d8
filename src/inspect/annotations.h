/*
 * annotations.h: what a Parquet schema says about an element, in the format's own words.
 */
#ifndef INGEST_INSPECT_ANNOTATIONS_H
#define INGEST_INSPECT_ANNOTATIONS_H

#include "format/parquet/schema.h"

/*
 * Palloc'd or static; NULL where the file says nothing.  Numbers that have no name are shown as
 * such: "codec 42".
 */
extern const char *annotation_type(int32_t type);
extern const char *annotation_repetition(int32_t repetition);
extern const char *annotation_converted(int32_t converted_type);
extern const char *annotation_logical(const PqNode *node); /* "DECIMAL(9,2)" */
extern const char *annotation_codec(int32_t codec);
extern const char *annotation_encoding(int32_t encoding);

#endif
