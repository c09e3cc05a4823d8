/*
 * reader.h: records and fields of a buffer that holds whole records.
 *
 * in:  one chunk (whole records, as cut by the splitter) and its dialect
 * out: one CsvRow per call; fields are slices of the chunk or, where escapes
 *      had to be removed, of the reader's scratch memory
 *
 * The reader never writes to the chunk, so the raw bytes of a row stay
 * available.  Fields stay valid until csv_reader_release() or the end.
 */
#ifndef INGEST_FORMAT_CSV_READER_H
#define INGEST_FORMAT_CSV_READER_H

#include "format/allocator.h"
#include "format/csv/records.h"

typedef struct CsvField
{
	const char *data; /* not NUL-terminated */
	uint32_t len;
	bool quoted; /* was written in quotes: never NULL by default */
} CsvField;

typedef struct CsvRow
{
	CsvRecordKind kind;
	const char *raw; /* the record's bytes, line end excluded */
	size_t raw_len;
	bool ascii;             /* raw holds bytes from 1 to 127 only; false: not known */
	uint32_t nfields;       /* 0 unless kind is CSV_RECORD_DATA */
	const CsvField *fields; /* valid until the next csv_reader_next() */
} CsvRow;

typedef struct CsvReader CsvReader;

/* One reader serves many chunks.  NULL when memory is refused. */
extern CsvReader *csv_reader_create(const FmtAllocator *allocator);
extern void csv_reader_begin(CsvReader *reader, const CsvDialect *dialect, const char *buf,
							 size_t len);

/*
 * The next record: FMT_OK, FMT_END, or FMT_NO_MEMORY.  Gives exactly the
 * records that csv_record_next() gives with eof = true.  Any number of fields is
 * possible; comparing nfields with the expected number is the caller's job.
 * After FMT_NO_MEMORY the chunk must be begun anew.
 */
extern FmtStatus csv_reader_next(CsvReader *reader, CsvRow *row);

/* Forgets the scratch memory behind all fields handed out so far. */
extern void csv_reader_release(CsvReader *reader);
extern void csv_reader_destroy(CsvReader *reader);

/*
 * Splits one record with libcsv, which accepts what the grammar calls
 * irregular (a literal quote in a plain field, text behind a closing quote).
 * For the header, for samples and for the repair proposed in quarantine;
 * never for rows that are loaded.  Calls field() once per field; FMT_CORRUPT
 * when libcsv gives up, because a quote is not closed, FMT_UNSUPPORTED for
 * dialects beyond it (no quote, delimiter of several bytes, escape other than the
 * quote).  field() must return: libcsv's malloc()ed buffer is freed behind it.
 */
typedef void (*CsvFieldCallback)(const char *data, size_t len, void *arg);
extern FmtStatus csv_split_lenient(const CsvDialect *dialect, const char *record, size_t len,
								   CsvFieldCallback field, void *arg);

/* Names of the scan engines this CPU can run ("portable", "sse2", "avx2"), NULL at the end. */
extern const char *const *csv_scan_engines(void);

/* Forces one engine for tests; NULL goes back to the best.  false: not available here. */
extern bool csv_scan_use_engine(const char *name);

#endif
