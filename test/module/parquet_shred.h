/*
 * parquet_shred.h: rows written as jsonb, cut into the levels and values of a Parquet field.
 *
 * The field is written like a type: "list(struct(a int32!, b map(text, date)))", with ! for
 * required.  Scalars: int32, int64, double, text, hextext (text given in hex), json, binary (hex),
 * date (days), decimal (int64, scale 2). variant(metadata binary!, value binary, …) is a struct
 * with that meaning.  Maps are arrays of {"key", "value"}. Everything is palloc'd.
 */
#ifndef INGEST_TEST_PARQUET_SHRED_H
#define INGEST_TEST_PARQUET_SHRED_H

#include "format/parquet/rows.h"
#include "utils/jsonb.h"

/* A file with that field as its only column, named "c". */
extern PqFile *shred_file(const char *field);

/* The rows of an array; as vectors, one per leaf. */
extern PqVector *shred_rows(const PqFile *file, Jsonb *rows, int *nrows);

#endif
