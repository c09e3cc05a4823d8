/*
 * parquet_nested.h: lists, structs, maps and variants of a Parquet file to Datums.
 *
 * What parquet_column_create() and parquet_column_convert() use for fields that are not scalar. A
 * list becomes an array, a list of lists an array of as many dimensions if it is rectangular, a
 * struct a composite, a map hstore, and anything json, jsonb or text, as JSON text.
 */
#ifndef INGEST_CONTRACT_PARQUET_NESTED_H
#define INGEST_CONTRACT_PARQUET_NESTED_H

#include "contract/parquet.h"

typedef struct ParquetNested ParquetNested; /* opaque; in the context current at creation */

/* Errors as of parquet_column_create(). */
extern ParquetNested *parquet_nested_create(const PqFile *file, const PqField *field,
											const ContractColumn *target, Converter *converter,
											const ParquetFormat *format);

/* As parquet_column_convert(). */
extern void parquet_nested_convert(ParquetNested *nested, const PqVector *vectors, RowBatch *batch,
								   int attno);

#endif
