/*
 * bad_row.c: line numbers, encoding and messages of bad rows.
 *
 * in:  records of a chunk
 * out: strings in the batch's memory context
 */
#include "postgres.h"

#include "stage/bad_row.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

void
line_counter_init(LineCounter *counter, const Chunk *chunk)
{
	counter->newline = chunk->file->dialect.newline;
	counter->pos = chunk->data;
	counter->line = chunk->first_line;
}

uint64
line_counter_at(LineCounter *counter, const char *pos)
{
	while (counter->pos < pos)
	{
		const char *end = memchr(counter->pos, counter->newline, pos - counter->pos);

		if (end == NULL)
			break;
		counter->line++;
		counter->pos = end + 1;
	}
	return counter->line;
}

void
row_encoding_init(RowEncoding *encoding, int source)
{
	encoding->source = source;
	encoding->database = GetDatabaseEncoding();
	encoding->conversion = InvalidOid;
	if (encoding->source != encoding->database && encoding->source != PG_SQL_ASCII &&
		encoding->database != PG_SQL_ASCII)
	{
		encoding->conversion = FindDefaultConversionProc(encoding->source, encoding->database);
		if (!OidIsValid(encoding->conversion))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
							errmsg("there is no conversion from encoding \"%s\" to \"%s\"",
								   pg_encoding_to_char(encoding->source),
								   pg_encoding_to_char(encoding->database))));
		return;
	}
	encoding->source = encoding->database;
}

/* Appends the bytes of the character at data as " 0xHH 0xHH". */
static void
append_character(StringInfo text, int encoding, const char *data, size_t len)
{
	int n = Min((size_t) pg_encoding_mblen(encoding, data), Min(len, 8));
	int i;

	for (i = 0; i < Max(n, 1); i++)
		appendStringInfo(text, " 0x%02x", (unsigned char) data[i]);
}

/* The message of core's report_invalid_encoding() for the bytes at data. */
static const char *
invalid_bytes(MemoryContext context, int encoding, const char *data, size_t len)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 "invalid byte sequence for encoding \"%s\":", pg_encoding_to_char(encoding));
	append_character(&text, encoding, data, len);
	MemoryContextSwitchTo(oldcontext);
	return text.data;
}

/* The message of core's report_untranslatable_char() for the character at data. */
static const char *
untranslatable(MemoryContext context, const RowEncoding *encoding, const char *data, size_t len)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "character with byte sequence");
	append_character(&text, encoding->source, data, len);
	appendStringInfo(&text, " in encoding \"%s\" has no equivalent in encoding \"%s\"",
					 pg_encoding_to_char(encoding->source),
					 pg_encoding_to_char(encoding->database));
	MemoryContextSwitchTo(oldcontext);
	return text.data;
}

/*
 * Converts bytes that are valid in the source encoding; NULL when a character
 * has no equivalent, which then begins at *out_len.
 */
static char *
convert_bytes(const RowEncoding *encoding, MemoryContext context, const char *data, size_t len,
			  size_t *out_len)
{
	size_t size = add_size(mul_size(len, MAX_CONVERSION_GROWTH), 1);
	char *out = MemoryContextAllocHuge(context, size);
	size_t used = pg_do_encoding_conversion_buf(encoding->conversion, encoding->source,
												encoding->database, (unsigned char *) data, len,
												(unsigned char *) out, size, true);

	*out_len = used == len ? strlen(out) : used;
	return used == len ? out : NULL;
}

const char *
row_encoding_decode(const RowEncoding *encoding, MemoryContext context, const CsvRow *row,
					const CsvField **fields)
{
	size_t valid = pg_encoding_verifymbstr(encoding->source, row->raw, row->raw_len);
	CsvField *converted;
	uint32 i;

	if (valid != row->raw_len)
		return invalid_bytes(context, encoding->source, row->raw + valid, row->raw_len - valid);
	if (!OidIsValid(encoding->conversion))
		return NULL;
	converted = MemoryContextAlloc(context, mul_size(row->nfields, sizeof(CsvField)));
	for (i = 0; i < row->nfields; i++)
	{
		const CsvField *field = &row->fields[i];
		size_t len;

		converted[i].data = convert_bytes(encoding, context, field->data, field->len, &len);
		if (converted[i].data == NULL)
			return untranslatable(context, encoding, field->data + len, field->len - len);
		converted[i].len = len;
		converted[i].quoted = field->quoted;
	}
	*fields = converted;
	return NULL;
}

bool
row_encoding_as_text(const RowEncoding *encoding, MemoryContext context, const char **raw,
					 size_t *raw_len)
{
	char *text;

	if ((size_t) pg_encoding_verifymbstr(encoding->source, *raw, *raw_len) != *raw_len)
		return false;
	if (!OidIsValid(encoding->conversion))
		return true;
	text = convert_bytes(encoding, context, *raw, *raw_len, raw_len);
	if (text == NULL)
		return false;
	*raw = text;
	return true;
}

const char *
bad_row_message(MemoryContext context, const char *format, ...)
{
	char buf[256];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return MemoryContextStrdup(context, buf);
}

/* CsvFieldCallback: counts. */
static void
count_field(const char *data, size_t len, void *arg)
{
	(*(uint32 *) arg)++;
}

const char *
bad_row_quotes_message(MemoryContext context, const CsvDialect *dialect, const CsvRow *row)
{
	uint32 nfields = 0;

	if (csv_split_lenient(dialect, row->raw, row->raw_len, count_field, &nfields) == FMT_OK)
		return bad_row_message(context,
							   "quotes are irregular or do not end; read leniently the line has "
							   "%u fields, expected %u",
							   nfields, dialect->ncolumns);
	return bad_row_message(context, "quotes are irregular or do not end");
}

void
bad_row_raise(const QuarantineRow *row, const char *path, const char *hint)
{
	const Violation *violation = row->violations;
	StringInfoData where;

	initStringInfo(&where);
	appendStringInfo(&where, "file \"%s\", record " INT64_FORMAT, path, row->record_no);
	if (row->row_group >= 0)
		appendStringInfo(&where, ", row group %d", row->row_group);
	else
		appendStringInfo(&where, ", line " INT64_FORMAT, row->line_no);
	if (violation->column != NULL)
		appendStringInfo(&where, ", column %s", violation->column);
	ereport(ERROR,
			(errcode(violation->sqlstate),
			 errmsg("record " INT64_FORMAT " of file \"%s\" violates rule \"%s\"", row->record_no,
					path, violation->rule),
			 errdetail("The error is: %s.", violation->message), errdetail_log(BAD_ROW_LOG_DETAIL),
			 errhint("%s", hint), errcontext("%s", where.data),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, violation->rule)));
}
