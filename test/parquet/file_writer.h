/*
 * file_writer.h: writes whole Parquet files, for tests.
 *
 * A tree of nodes says what the columns are; values come leaf by leaf, each slot with its levels.
 * Written from the format's documentation, with parquet_encode.h and thrift_writer.h, and not from
 * the reader.  Whatever goes wrong ends the program with a message.
 */
#ifndef INGEST_TEST_FILE_WRITER_H
#define INGEST_TEST_FILE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/parquet/types.h"

/* An element of the schema.  The tree belongs to whoever made it. */
typedef struct FileNode FileNode;
struct FileNode
{
	const char *name;
	int32_t repetition; /* PqRepetition */
	bool is_leaf;
	int32_t type; /* PqType, of a leaf */
	int32_t type_length;
	PqLogical logical;
	int32_t logical_id;     /* -1: none is written */
	int32_t converted_type; /* -1: none is written */
	bool has_field_id;
	int32_t field_id;
	FileNode *first_child;
	FileNode *next;
	/* set by file_writer_open(): */
	FileNode *parent;
	int32_t leaf; /* number of the leaf; of a group: of the first one below */
	int32_t nleaves;
	uint8_t max_def;
	uint8_t max_rep;
};

typedef enum FileDictionary
{
	FILE_DICTIONARY_NO,
	FILE_DICTIONARY_YES,
	FILE_DICTIONARY_AUTO, /* if values repeat, and the dictionary is no larger than a page */
} FileDictionary;

typedef struct FileOptions
{
	int32_t codec;
	int32_t encoding; /* of values outside of a dictionary; where it does not fit the type: PLAIN */
	FileDictionary dictionary;
	int32_t page_version; /* 1 or 2 */
	uint32_t page_rows;
	uint32_t page_bytes; /* of values in PLAIN; a page ends with the row that reaches it */
	uint32_t row_group_rows;
	bool crc;
	bool statistics;
	bool old_statistics;    /* min and max of before 2017, which declare no order */
	int64_t wrong_crc_page; /* number of the page in the file, dictionaries counted; -1: none */
	const char *created_by;
} FileOptions;

typedef struct FileWriter FileWriter; /* opaque */

extern void file_options_init(FileOptions *options);
extern FileWriter *file_writer_open(const char *path, FileNode *root, const FileOptions *options);
/* Another encoding, or dictionary, for one leaf. */
extern void file_writer_set_encoding(FileWriter *writer, int32_t leaf, int32_t encoding);
extern void file_writer_set_dictionary(FileWriter *writer, int32_t leaf, FileDictionary dictionary);
extern void file_writer_add_key_value(FileWriter *writer, const char *key, const char *value);

/*
 * One slot of a leaf.  If def is the leaf's max_def: its value, as in PLAIN encoding without length
 * (a boolean is a byte).
 */
extern void file_writer_slot(FileWriter *writer, int32_t leaf, unsigned def, unsigned rep,
							 const void *value, size_t len);
/* All leaves have the slots of one more row. */
extern void file_writer_end_row(FileWriter *writer);
/* The file without its last cut bytes. */
extern void file_writer_close(FileWriter *writer, uint64_t cut);

/* Prints a message and ends the program. */
extern void file_writer_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif
