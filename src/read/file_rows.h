/*
 * file_rows.h: the rows of files, one after the other, as a column definition list wants them.
 */
#ifndef INGEST_READ_FILE_ROWS_H
#define INGEST_READ_FILE_ROWS_H

#include "access/tupdesc.h"
#include "utils/jsonb.h"

typedef struct FileRows FileRows; /* opaque */

/*
 * Checks the caller's right to files, and that the files have the columns of desc; name is what
 * messages call those.  Memory and open files are below the current context and go with it.
 */
extern FileRows *file_rows_open(const char *source, Jsonb *options, TupleDesc desc,
								const char *name);

/* The next row, with the attributes of desc, good until the next call; false when there is none. */
extern bool file_rows_next(FileRows *rows, Datum **values, bool **nulls);

/* Raw bytes of the files that are read so far, in whole blocks or row groups. */
extern uint64 file_rows_bytes_read(const FileRows *rows);

extern void file_rows_close(FileRows *rows);

#endif
