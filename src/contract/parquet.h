/*
 * parquet.h: columns of a Parquet file to Datums of target columns.
 *
 * One ParquetColumn per target column and file: it knows what the file has and what the
 * target wants, and picks the conversion once.  Values that do not fit are violations of their row, like
 * those of text; what cannot be converted at all (a struct into a date column) is an
 * error when the ParquetColumn is made, before the first row.
 */
#ifndef INGEST_CONTRACT_PARQUET_H
#define INGEST_CONTRACT_PARQUET_H

#include "contract/batch.h"
#include "contract/filter_proof.h"
#include "contract/spec.h"
#include "format/parquet/rows.h"

typedef struct ParquetColumn ParquetColumn; /* opaque; in the context current at creation */

/* How values of the file are to be read; from the options and the file's key-value metadata. */
typedef struct ParquetFormat
{
	const char *path;  /* for messages */
	bool allow_lossy;  /* nanoseconds and decimal digits may be cut */
	bool set_null;     /* a value that does not fit is NULL, not a violation */
	bool int96_is_utc; /* an INT96 timestamp is an instant */
	/* DATE and TIMESTAMP, INT96 before 1582-10-15 are of the hybrid calendar (Spark 2, legacy modes) */
	bool julian_dates;
	bool julian_int96;
	size_t dictionary_memory; /* bytes a column may keep of converted dictionary entries; 0: none */
} ParquetFormat;

/*
 * field: a top-level column of file.  converter: of the target column, from contract_converter(),
 * decides text.  format is kept, not copied.  Errors: 42804 when the types cannot meet, naming both and the file.
 */
extern ParquetColumn *parquet_column_create(const PqFile *file, const PqField *field,
											const ContractColumn *target, Converter *converter,
											const ParquetFormat *format);

/*
 * Rows 0 .. batch->nrows - 1 of attribute attno (from 0) of batch.  vectors: one per leaf of the field, in order.
 * Fills values, and nulls where there are some: all of them are false before.  What only an input function can decide becomes a cell of the batch, what does not
 * fit a violation of its row.  Datums live in the batch, or in the column's dictionary cache, which may go with
 * the next call; texts of cells and violations may be slices of the vectors.  Needs what convert_cells() needs.
 * Cached dictionaries are told apart by their generation, which must be unique in the file.
 */
extern void parquet_column_convert(ParquetColumn *column, const PqVector *vectors, RowBatch *batch,
								   int attno);

/*
 * parquet_range.c: what the statistics of a chunk of the column's leaf say of its values.  false: nothing, or a
 * value may be a violation.  batch: an empty one, in which bounds live.  The same rights as above.
 */
extern bool parquet_column_range(ParquetColumn *column, const PqFile *file,
								 const PqColumnChunk *chunk, RowBatch *batch, ColumnRange *range);

/* The PostgreSQL type, as in CREATE TABLE, that holds every value of the field ("numeric(12,2)"). Palloc'd. */
extern char *parquet_field_type(const PqFile *file, const PqField *field);

/* What in the file's metadata changes the meaning of its values: fills the calendar flags of format. */
extern void parquet_format_detect(const PqFile *file, ParquetFormat *format);

/*
 * parquet_nested.c: whole rows and nested fields as JSON text, and lists and structs as arrays and composites.
 */

/* A field of one row. */
typedef struct ParquetJson
{
	const char *json; /* palloc'd; NULL: it is null, or cannot be JSON */
	size_t len;
	const char *error; /* why it cannot be; NULL: it can */
	int sqlstate;
} ParquetJson;

/* The value of a field in row `row`, exactly, as JSON in the server encoding.  vectors: of the field's leaves. */
extern void parquet_value_as_json(const PqFile *file, const PqField *field, const PqVector *vectors,
								  uint32_t row, ParquetJson *value);

/* Row `row` of a batch as one JSON object, keys are the file's column names. Palloc'd, len in *len. */
extern char *parquet_row_as_json(const PqFile *file, const PqField *const *fields, int nfields,
								 const PqBatch *batch, uint32_t row, size_t *len);

#endif
