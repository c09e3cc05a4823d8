/*
 * extra_fields.h: values of a row for which the target has no column.
 *
 * Option new_columns: they make the row bad, or become a JSON object in one of its columns.
 */
#ifndef INGEST_STAGE_EXTRA_FIELDS_H
#define INGEST_STAGE_EXTRA_FIELDS_H

#include "contract/batch.h"
#include "lib/stringinfo.h"
#include "stage/chunk.h"

/* The row at hand. */
typedef struct ExtraFields
{
	RowBatch *batch;
	const ChunkFile *file;
	int row;
	StringInfoData json; /* what is captured so far; in the batch's context */
} ExtraFields;

extern void extra_fields_begin(ExtraFields *extras, RowBatch *batch, const ChunkFile *file,
							   int row);

/* A value, not NULL, of the i-th extra of the file: text, in the server encoding, or JSON. */
extern void extra_fields_add_text(ExtraFields *extras, int i, const char *text, size_t len);
extern void extra_fields_add_json(ExtraFields *extras, int i, const char *json, size_t len);

/* Puts what is captured into the row; converter: of the column, for constants. */
extern void extra_fields_end(ExtraFields *extras, Converter *converter);

#endif
