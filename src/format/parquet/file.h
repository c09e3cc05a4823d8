/*
 * file.h: a Parquet file's footer: schema, row groups, key-value metadata.
 *
 * The footer stays in memory as it is in the file; strings are slices of it.
 * Row groups are indexed when the file is opened, and their columns parsed
 * only when somebody asks (pq_row_group_read), so that memory is the footer's
 * size plus what is in use, however many columns and row groups there are.
 */
#ifndef INGEST_FORMAT_PARQUET_FILE_H
#define INGEST_FORMAT_PARQUET_FILE_H

#include "format/allocator.h"
#include "format/parquet/schema.h"

/* Where the bytes come from. */
typedef struct PqInput
{
	/* All len bytes at offset, or an error; never reads behind size. */
	FmtStatus (*read_at)(void *context, uint64_t offset, void *buffer, size_t len, PqError *error);
	void *context;
	uint64_t size;
} PqInput;

typedef struct PqKeyValue
{
	PqBytes key;
	PqBytes value;
	bool has_value;
} PqKeyValue;

typedef struct PqStatistics
{
	bool has_min_value, has_max_value; /* fields 5 and 6 */
	bool has_min, has_max;             /* fields 1 and 2, deprecated */
	bool has_null_count, has_distinct_count, has_nan_count;
	bool has_min_exact, has_max_exact; /* is the following known */
	bool min_exact, max_exact;
	PqBytes min_value, max_value;
	PqBytes min, max;
	int64_t null_count, distinct_count, nan_count;
} PqStatistics;

#define PQ_MAX_ENCODINGS 16

/* One column chunk. Numbers that are absent are -1. */
typedef struct PqColumnChunk
{
	int32_t leaf;
	bool has_metadata; /* without it only encrypted and file_path mean something */
	bool encrypted;
	PqBytes file_path; /* len 0: this file */
	int32_t type;
	int32_t codec;
	int32_t encodings[PQ_MAX_ENCODINGS];
	int nencodings;
	int64_t file_offset;
	int64_t num_values;
	int64_t total_uncompressed_size;
	int64_t total_compressed_size;
	int64_t data_page_offset;
	int64_t index_page_offset;
	int64_t dictionary_page_offset;
	int64_t bloom_filter_offset;
	int32_t bloom_filter_length;
	int64_t column_index_offset;
	int32_t column_index_length;
	int64_t offset_index_offset;
	int32_t offset_index_length;
	bool has_statistics;
	PqStatistics statistics;
} PqColumnChunk;

/* What opening a file tells about a row group. */
typedef struct PqRowGroupSummary
{
	int64_t num_rows;
	int64_t total_byte_size;       /* -1: absent */
	int64_t total_compressed_size; /* -1: absent */
	uint32_t ncolumns;
	uint32_t columns_at; /* of the list of columns in the footer */
} PqRowGroupSummary;

typedef struct PqFile
{
	PqInput input;
	FmtAllocator allocator;
	unsigned char *footer;
	uint64_t footer_offset; /* in the file */
	size_t footer_len;
	int32_t version;
	int64_t num_rows;   /* as claimed; not reliable */
	int64_t total_rows; /* the sum over row groups, which counts */
	PqBytes created_by;
	bool is_encrypted; /* some columns are; a file with an encrypted footer is not opened */
	PqSchema *schema;
	uint32_t nrow_groups;
	PqRowGroupSummary *row_groups;
	uint32_t nkey_values;
	PqKeyValue *key_values;
	uint32_t ncolumn_orders;
	int32_t *column_orders; /* by leaf: field id of the union member, 0: unknown */
} PqFile;

/* Footers beyond this are refused unless the caller says otherwise. */
#define PQ_MAX_FOOTER ((size_t) 256 * 1024 * 1024)

/*
 * Reads and checks the footer. The file's data is not looked at.  FMT_UNSUPPORTED: the footer is
 * encrypted; FMT_LIMIT: it is longer than max_footer.
 */
extern FmtStatus pq_file_open(const PqInput *input, const FmtAllocator *allocator,
							  size_t max_footer, PqFile **file, PqError *error);
extern void pq_file_close(PqFile *file);

/*
 * The chunks of n leaves (numbers in ascending order) of one row group, into chunks[].  Checks
 * that the row group has a chunk for every leaf, and for the asked ones that path and type are
 * the schema's.  An encrypted or external chunk is no error here: pq_chunk_range() refuses it.
 */
extern FmtStatus pq_row_group_read(const PqFile *file, uint32_t row_group, const int32_t *leaves,
								   int32_t n, PqColumnChunk *chunks, PqError *error);

/* The sum over all row groups, checked when the file was opened. */
extern int64_t pq_file_rows(const PqFile *file);

/*
 * The bytes of the file that hold a chunk's pages: from the dictionary page if there is one.
 * FMT_CORRUPT when they are not inside the file; FMT_UNSUPPORTED when they are encrypted or in
 * another file.  Every reader of a chunk calls this first.  Writers' mistakes that are tolerated here: chunks of
 * parquet-mr before 1.2.9 end up to 100 bytes late (PARQUET-816), dictionary offsets of 0.
 */
extern FmtStatus pq_chunk_range(const PqFile *file, const PqColumnChunk *chunk, uint64_t *start,
								uint64_t *end, PqError *error);

/* Name and version of the writer, from created_by; version parts that are absent are 0. */
typedef struct PqWriter
{
	PqBytes application; /* "parquet-mr", "parquet-cpp-arrow", … */
	int major, minor, patch;
} PqWriter;

extern void pq_file_writer(const PqFile *file, PqWriter *writer);
/* Is it that application (its name in lower case), older than that version? */
extern bool pq_writer_before(const PqWriter *writer, const char *application, int major, int minor,
							 int patch);

#endif
