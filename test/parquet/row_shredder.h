/*
 * row_shredder.h: JSON objects as rows of a Parquet file, for tests.
 *
 * A member that is missing is null.  Lists (any of the format's ways to write one) and repeated
 * fields are arrays, structs are objects, maps are objects or arrays of {"key", "value"}.
 */
#ifndef INGEST_TEST_ROW_SHREDDER_H
#define INGEST_TEST_ROW_SHREDDER_H

#include "test/parquet/file_writer.h"
#include "test/parquet/json_reader.h"

extern void shred_row(FileWriter *writer, const FileNode *root, const JsonNode *row);

#endif
