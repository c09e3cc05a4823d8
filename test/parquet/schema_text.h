/*
 * schema_text.h: schemas as people write them, for tests.
 *
 *   message orders {
 *     required int64 id (INTEGER(64,true)) = 1;
 *     optional fixed_len_byte_array(16) key (UUID);
 *     optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
 *   }
 *
 * This is what Parquet's tools print: repetition, type, name, annotation, field id.  Names with
 * other characters than letters, digits, "_", "." and "-" stand in double quotes.
 */
#ifndef INGEST_TEST_SCHEMA_TEXT_H
#define INGEST_TEST_SCHEMA_TEXT_H

#include "test/parquet/file_writer.h"

/* Reads a message from *text, which moves behind it.  A mistake ends the program. */
extern FileNode *schema_read(const char **text);

/* Leaves only the older, or only the newer form of annotations. */
extern void schema_keep_annotations(FileNode *node, bool logical, bool converted);

#endif
