/*
 * json_value.h: JSON values as values of a Parquet leaf, for tests.
 *
 * Numbers are taken as the file stores them, also where an annotation says they are dates or
 * decimals; strings are read as the annotation says: "2024-05-01", "10:00:00.5",
 * "2024-05-01 10:00:00.123456" (INT96 too), "12.50", a UUID, "NaN".  {"hex": "00ff"} are the bytes
 * of a value of any type.
 */
#ifndef INGEST_TEST_JSON_VALUE_H
#define INGEST_TEST_JSON_VALUE_H

#include "test/parquet/file_writer.h"
#include "test/parquet/json_reader.h"
#include "test/unit/parquet_encode.h"

/* Appends the value, as in PLAIN encoding without length (a boolean is a byte). */
extern void json_value(const FileNode *leaf, const JsonNode *json, EncBuffer *out);

/* Texts of the kinds above, as numbers.  A mistake ends the program. */
extern int64_t text_to_days(const char **text);
extern int64_t text_to_time(const char **text, PqTimeUnit unit);
extern int64_t text_to_timestamp(const char *text, PqTimeUnit unit);
extern __int128 text_to_decimal(const char *text, int32_t scale);

#endif
