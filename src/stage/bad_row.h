/*
 * bad_row.h: what is known about a bad row: line number, text, messages.
 */
#ifndef INGEST_STAGE_BAD_ROW_H
#define INGEST_STAGE_BAD_ROW_H

#include "compat.h"
#include "contract/batch.h"
#include "format/csv/reader.h"
#include "stage/chunk.h"
#include "stage/quarantine_writer.h"

/* Line numbers of positions in a chunk, asked in ascending order: counted only when asked. */
typedef struct LineCounter
{
	char newline;
	const char *pos;
	uint64 line; /* of pos, from 1 in the file */
} LineCounter;

extern void line_counter_init(LineCounter *counter, const Chunk *chunk);
extern uint64 line_counter_at(LineCounter *counter, const char *pos);

/* Encoding of a chunk's bytes. */
typedef struct RowEncoding
{
	int source;
	int database;
	Oid conversion; /* InvalidOid: same bytes */
} RowEncoding;

/* source: the file's encoding. Error when it cannot be converted into the database's. */
extern void row_encoding_init(RowEncoding *encoding, int source);

/* ASCII is valid in every encoding that a database can have. */
static inline bool
row_encoding_is_trivial(const RowEncoding *encoding, const CsvRow *row)
{
	return row->ascii && !OidIsValid(encoding->conversion);
}

/*
 * Verifies the record's bytes and converts its fields into the database's
 * encoding where they differ; *fields is replaced then.  NULL, or the message
 * that says which bytes are invalid.
 */
extern const char *row_encoding_decode(const RowEncoding *encoding, MemoryContext context,
									   const CsvRow *row, const CsvField **fields);

/* Makes *raw text of the database's encoding; false, and unchanged, if it cannot be. */
extern bool row_encoding_as_text(const RowEncoding *encoding, MemoryContext context,
								 const char **raw, size_t *raw_len);

/* psprintf() into context. */
extern const char *bad_row_message(MemoryContext context, const char *format, ...)
	pg_attribute_printf(2, 3);

/* What is irregular, and how many fields a lenient reading of the line gives. */
extern const char *bad_row_quotes_message(MemoryContext context, const CsvDialect *dialect,
										  const CsvRow *row);

/* What the server's log says instead of the detail of bad_row_raise(). */
#define BAD_ROW_LOG_DETAIL "Values are shown to the caller only."

/* What to do about a bad row that stops a load. */
#define BAD_ROW_LOAD_HINT "Set option \"on_error\" to \"quarantine\" to load the other rows."

/*
 * Raises the first violation of a row, naming file, record, line and column.  The
 * values in its message are for the caller: the detail has them, the one for
 * the log has not.  The error's constraint name is the rule.
 */
pg_noreturn extern void bad_row_raise(const QuarantineRow *row, const char *path, const char *hint);

#endif
