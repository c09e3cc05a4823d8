/*
 * file_writer_parts.h: what the files of the writer share.
 */
#ifndef INGEST_TEST_FILE_WRITER_PARTS_H
#define INGEST_TEST_FILE_WRITER_PARTS_H

#include <stdio.h>

#include "test/parquet/file_writer.h"
#include "test/unit/parquet_encode.h"
#include "test/unit/thrift_writer.h"

/* The slots of one leaf in the current row group. */
typedef struct LeafBuffer
{
	FileNode *node;
	int32_t encoding;
	FileDictionary dictionary;
	EncBuffer def; /* a byte per slot */
	EncBuffer rep;
	EncBuffer values; /* one after the other */
	EncBuffer ends;   /* of BYTE_ARRAY: uint64_t, where each value ends in values */
	size_t nslots;
	size_t nvalues;
} LeafBuffer;

/* What the footer says about a chunk. */
typedef struct WrittenChunk
{
	int64_t start;
	int64_t dictionary_page_offset; /* -1: none */
	int64_t data_page_offset;
	int64_t num_values;
	int64_t uncompressed;
	int64_t compressed;
	int64_t null_count;
	int32_t encodings[4];
	int nencodings;
	bool has_bounds;
	EncString min, max; /* malloc'd */
} WrittenChunk;

/* The values of a leaf, in the order of their first appearance, and an index per value. */
typedef struct LeafDictionary
{
	EncBuffer entries; /* uint64_t: number of a value that is this entry */
	uint64_t *indices;
	uint32_t n;
	uint64_t bytes;
} LeafDictionary;

/* Value number i. */
extern EncString leaf_value(const LeafBuffer *leaf, size_t i);
/* The bytes of a value as a number, the first one the lowest. */
extern uint64_t value_number(EncString value);
/* false, with nothing made, if the dictionary does not pay and need not be. */
extern bool leaf_dictionary_make(const LeafBuffer *leaf, uint32_t max_bytes,
								 LeafDictionary *dictionary);
extern void leaf_dictionary_free(LeafDictionary *dictionary);

/* The encoding of values outside of a dictionary. */
extern int32_t leaf_encoding(const LeafBuffer *leaf);
extern void leaf_encode(const LeafBuffer *leaf, size_t first, size_t n, int32_t encoding,
						EncBuffer *out);
/* Min and max, in the order that the format defines; where it has none, has_bounds is false. */
extern void leaf_bounds(const LeafBuffer *leaf, WrittenChunk *chunk);

/* Appends data, compressed. */
extern void page_compress(int32_t codec, const EncBuffer *data, EncBuffer *out);

typedef struct WrittenRowGroup
{
	int64_t rows;
	WrittenChunk *chunks;
} WrittenRowGroup;

typedef struct WrittenFile
{
	FileNode *root;
	const FileOptions *options;
	int32_t nleaves;
	LeafBuffer *leaves;
	WrittenRowGroup *row_groups;
	size_t nrow_groups;
	const char **key_values; /* keys and values in turn */
	size_t nkey_values;
} WrittenFile;

/* The footer, without the length and magic behind it. */
extern void footer_write(const WrittenFile *file, ThriftWriter *out);

struct FileWriter
{
	FILE *out;
	const char *path;
	FileOptions options;
	WrittenFile file;
	uint64_t rows; /* of the current row group */
	int64_t position;
	int64_t pages;
	EncBuffer levels, body, packed; /* of the page being written */
	ThriftWriter thrift;
};

/* n + 1 zeroed elements. */
extern void *file_writer_allocate(size_t n, size_t size);
extern void file_writer_put(FileWriter *writer, const void *data, size_t len);
/* Writes the leaf's slots as a column chunk, and empties it. */
extern void file_writer_put_chunk(FileWriter *writer, LeafBuffer *leaf, WrittenChunk *chunk);

#endif
