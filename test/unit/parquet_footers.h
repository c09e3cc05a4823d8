/*
 * parquet_footers.h: Parquet files made in memory, for tests of what is in a footer.
 *
 * Data that nobody looks at, a footer from thrift_writer.c, its length, "PAR1".  Every file has
 * the columns a INT32, b BYTE_ARRAY, g.c DOUBLE, all optional.
 */
#ifndef INGEST_TEST_PARQUET_FOOTERS_H
#define INGEST_TEST_PARQUET_FOOTERS_H

#include "format/parquet/file.h"
#include "test/unit/thrift_writer.h"

#define FOOTER_OFFSET  ((size_t) 1000) /* the data before it; its first 4 bytes are "PAR1" */
#define FOOTER_COLUMNS 3

/* A chunk as it is to be written. */
typedef struct ChunkSpec
{
	const char *path[2];
	int type;
	int64_t num_values;
	int64_t size;
	int64_t data_offset;
	int64_t dictionary_offset; /* -1: absent */
	bool encrypted;
	bool external;
	bool no_metadata;
	const char *min_value, *max_value; /* of stat_len bytes; NULL: absent */
	const char *min, *max;
	size_t stat_len;
	int64_t null_count; /* -1: absent */
} ChunkSpec;

typedef struct FileSpec
{
	const char *created_by;
	int nrow_groups;
	int nchunks; /* of each row group */
	int64_t num_rows;
	int orders; /* column orders: none, or this one for all */
	ChunkSpec chunks[FOOTER_COLUMNS];
} FileSpec;

/* The bytes of the footer, and the pieces of memory that files have not given back. */
extern ThriftWriter footer_writer;
extern size_t footer_allocated;

/* Two row groups of 10 rows; a test changes what it wants to. */
extern FileSpec footer_usual(void);

/* A SchemaElement; type -1: a group. */
extern void footer_write_element(const char *name, int type, int children);
/* The footer into footer_writer. */
extern void footer_write(const FileSpec *spec);
/* A file whose footer is in footer_writer, with magic at its end and len as the footer's length. */
extern FmtStatus footer_open_bytes(const char *magic, size_t len, size_t max_footer, PqFile **file,
								   PqError *error);
/* The opened file; the test ends when that fails. */
extern PqFile *footer_open(const FileSpec *spec);

#endif
