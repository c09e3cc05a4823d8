/*
 * parquet_table.h: a table with a column of every shape, as a Parquet file in memory.
 */
#ifndef INGEST_TEST_PARQUET_TABLE_H
#define INGEST_TEST_PARQUET_TABLE_H

#include "format/parquet/file.h"
#include "test/unit/parquet_writer.h"

#define TABLE_LEAVES 10

/* How the table is written. */
typedef struct TableShape
{
	uint64_t seed;
	uint32_t rows;
	uint32_t page_slots; /* slots of a page */
	int codec;
	int version;         /* PW_V1: rows go over the ends of pages; PW_V2 */
	bool has_tiny_pages; /* some pages without slots, and some with one */
} TableShape;

typedef struct TestTable
{
	PwFile *writer;
	PqInput input; /* the file, in memory */
	const unsigned char *data;
	size_t len;
	PwSlots slots[TABLE_LEAVES]; /* what was written */
} TestTable;

extern TestTable *table_create(const TableShape *shape);
extern void table_free(TestTable *table);

/* The digest that a leaf's rows from `skip` on must have. */
extern uint64_t table_digest(const TestTable *table, int leaf, uint32_t skip);

/* Input over bytes in memory; context is a struct MemoryInput that must live as long. */
typedef struct MemoryInput
{
	const unsigned char *data;
	size_t len;
} MemoryInput;

extern FmtStatus memory_read(void *context, uint64_t offset, void *buffer, size_t len,
							 PqError *error);

#endif
