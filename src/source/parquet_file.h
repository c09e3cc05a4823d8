/*
 * parquet_file.h: a Parquet file, opened for reading at any place.
 */
#ifndef INGEST_SOURCE_PARQUET_FILE_H
#define INGEST_SOURCE_PARQUET_FILE_H

#include "compat.h"
#include "format/parquet/file.h"
#include "source/source.h"

typedef struct ParquetFile ParquetFile; /* opaque */

/* Do the first bytes, or the name when there are none, say that it is one? */
extern bool source_is_parquet(const SourceFile *file);

/*
 * Opens the file, which must still be what *file says, and reads its footer.  All memory and the
 * descriptor belong to the current memory context and go with it; they outlive transactions.
 */
extern ParquetFile *parquet_file_open(const SourceFile *file);
extern const PqFile *parquet_file_footer(const ParquetFile *parquet);
extern const SourceFile *parquet_file_source(const ParquetFile *parquet);

/* Error when the file has changed since it was opened. */
extern void parquet_file_check_unchanged(const ParquetFile *parquet);

/* For PqReadOptions: lets a cancel through, at once. */
extern FmtStatus parquet_file_interrupt(void *context);

/* Raises what the reader reports: what, and in which row group, column, page and byte. */
pg_noreturn extern void parquet_file_raise(const SourceFile *file, const PqError *error);

#endif
