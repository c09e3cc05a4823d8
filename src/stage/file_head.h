/*
 * file_head.h: what stands before the first data record of a CSV file.
 */
#ifndef INGEST_STAGE_FILE_HEAD_H
#define INGEST_STAGE_FILE_HEAD_H

#include "format/csv/dialect.h"
#include "options/options.h"

typedef struct FileHead
{
	CsvDialect dialect;    /* newline and, after a "sep=" line, delimiter are the file's own */
	List *names;           /* of char *: header names in the database encoding; NIL: no header */
	bool empty_last_field; /* the header ended with a delimiter; not among names */
	bool missing;          /* a header was expected and the file has no record at all */
	size_t bytes;          /* up to the first data record */
	uint64 lines;          /* physical lines in them */
} FileHead;

/* The dialect that the options describe, before a file is seen. */
extern void file_head_dialect(const IngestOptions *options, CsvDialect *dialect);

/*
 * Reads the head from the first bytes of a file: skipped lines, a "sep=" line,
 * blank and comment lines before the header, the header.  false: the head may
 * go on behind buf, give more.  encoding is the file's, for the names.
 */
extern bool file_head_read(const IngestOptions *options, const char *buf, size_t len, bool eof,
						   int encoding, FileHead *head);

#endif
