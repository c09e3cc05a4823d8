/*
 * fields.h: the fields of one record, and the memory behind them.
 *
 * A CsvFields holds the slices of the record at hand and the scratch memory
 * with the contents of fields that had escapes.  Slices are overwritten by the
 * next record; scratch memory stays until csv_fields_release().
 */
#ifndef INGEST_FORMAT_CSV_FIELDS_H
#define INGEST_FORMAT_CSV_FIELDS_H

#include "format/allocator.h"
#include "format/csv/reader.h"

typedef struct CsvScratchBlock CsvScratchBlock;

typedef struct CsvFields
{
	const FmtAllocator *allocator;
	CsvField *items;
	uint32_t count;
	uint32_t capacity;
	CsvScratchBlock *scratch; /* newest first */
} CsvFields;

extern void csv_fields_init(CsvFields *fields, const FmtAllocator *allocator);
extern void csv_fields_destroy(CsvFields *fields);

/* Forgets the scratch memory of all records so far, keeping one block for the next. */
extern void csv_fields_release(CsvFields *fields);

/* Makes room for capacity fields and keeps those there are.  FMT_OK or FMT_NO_MEMORY. */
extern FmtStatus csv_fields_reserve(CsvFields *fields, uint32_t capacity);

/*
 * Fills fields with those of a CSV_RECORD_DATA record (as csv_record_next()
 * delimits it), of any dialect.  FMT_OK or FMT_NO_MEMORY.
 */
extern FmtStatus csv_fields_split(CsvFields *fields, const CsvDialect *dialect, const char *record,
								  size_t len);

/*
 * Makes field, which is what stands between its quotes, free of escapes: copies
 * it to scratch memory if it has any.  FMT_OK or FMT_NO_MEMORY.
 */
extern FmtStatus csv_field_unescape(CsvFields *fields, const CsvDialect *dialect, CsvField *field);

#endif
