/*
 * parquet_writer.h: writes small Parquet files into memory, for tests.
 *
 * Written from the format's documentation, not from the reader.  A file is made top down: schema, row
 * groups, column chunks, pages; everything can be written wrong as well, by raw pages or by
 * numbers that are given instead of counted.  Running out of memory ends the program.
 */
#ifndef INGEST_TEST_PARQUET_WRITER_H
#define INGEST_TEST_PARQUET_WRITER_H

#include "test/unit/parquet_encode.h"

/* Numbers of parquet.thrift. */
enum
{
	PW_BOOLEAN = 0,
	PW_INT32 = 1,
	PW_INT64 = 2,
	PW_BYTE_ARRAY = 6,
	PW_FIXED = 7,
	PW_REQUIRED = 0,
	PW_OPTIONAL = 1,
	PW_REPEATED = 2,
	PW_UNCOMPRESSED = 0,
	PW_SNAPPY = 1,
	PW_GZIP = 2,
	PW_BROTLI = 4,
	PW_ZSTD = 6,
	PW_LZ4_RAW = 7,
	PW_PLAIN = 0,
	PW_DELTA_BINARY_PACKED = 5,
	PW_DELTA_LENGTH_BYTE_ARRAY = 6,
	PW_DELTA_BYTE_ARRAY = 7,
	PW_RLE_DICTIONARY = 8,
	PW_V1 = 0,
	PW_DICTIONARY = 2,
	PW_V2 = 3
};

/* What a column has: levels of n slots, and a value for each slot whose def is max_def. */
typedef struct PwSlots
{
	int type;
	uint32_t type_length;
	uint8_t max_def;
	uint8_t max_rep;
	size_t n;
	const uint8_t *def;
	const uint8_t *rep;
	const EncString *values; /* numbers as in PLAIN; a BOOLEAN is a byte */
} PwSlots;

/* A page as it is to be written. */
typedef struct PwPage
{
	int type; /* PW_V1, PW_V2, PW_DICTIONARY */
	int encoding;
	int64_t num_values;
	int64_t num_rows;     /* V2 */
	const EncBuffer *rep; /* levels, without length; NULL: none */
	const EncBuffer *def;
	const EncBuffer *values;
	int64_t claimed_size; /* the uncompressed size that the header claims; 0: the true one */
} PwPage;

typedef struct PwFile PwFile; /* opaque */

extern PwFile *pw_create(void);
extern void pw_free(PwFile *file);

/* Elements of the schema below the root, depth first.  converted: ConvertedType, -1: none. */
extern void pw_group(PwFile *file, const char *name, int repetition, int num_children,
					 int converted);
extern void pw_leaf(PwFile *file, const char *name, int repetition, int type, uint32_t type_length);
/* How many of the elements are top-level columns. */
extern void pw_top_level(PwFile *file, int num_children);

extern void pw_row_group(PwFile *file, int64_t num_rows);
/* The next column's chunk.  num_values: -1, to be counted from its pages. */
extern void pw_chunk(PwFile *file, int codec, int64_t num_values);
extern void pw_page(PwFile *file, const PwPage *page);
/* The slots from .. to - 1 as a page; values of dictionary pages are told by pw_dictionary(). */
extern void pw_data_page(PwFile *file, const PwSlots *slots, size_t from, size_t to, int version,
						 int encoding);
/* A dictionary page with the distinct values of the slots. */
extern void pw_dictionary(PwFile *file, const PwSlots *slots);

/* Footer; the file stays the writer's. */
extern const unsigned char *pw_finish(PwFile *file, const char *created_by, size_t *len);

#endif
