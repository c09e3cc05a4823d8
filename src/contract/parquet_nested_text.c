/*
 * parquet_nested_text.c: nested fields as the text that an input function takes, and whole rows as
 * JSON.
 *
 * In: the levels and values of leaves.  Out: text in the server encoding, in a StringInfo or
 * palloc'd.  Text that cannot be (not UTF-8, a character the server encoding has not, longer than a
 * value can be) is a failure of the row.
 */
#include "postgres.h"

#include "contract/parquet_builder.h"

#include "contract/guard.h"
#include "format/parquet/json_writer.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/json.h"
#include "utils/memutils.h"

/*
 * A row in quarantine is jsonb, which has no more than 256 MB, and takes up to six times as much as
 * short numbers take as text.
 */
#define MAX_ROW_JSON (32 * 1024 * 1024)

/* A StringInfo that takes no more than limit bytes. */
typedef struct TextSink
{
	StringInfo text;
	size_t limit;
} TextSink;

/* What guard_call() hands to the conversion of encodings. */
typedef struct Recoding
{
	char *text;
	int len;
	char *result;
} Recoding;

static bool
append_text(void *context, const char *data, size_t len)
{
	TextSink *sink = context;

	CHECK_FOR_INTERRUPTS();
	if (len >= sink->limit - (size_t) sink->text->len)
		return false;
	appendBinaryStringInfo(sink->text, data, (int) len);
	return true;
}

static void
recode(void *arg)
{
	Recoding *recoding = arg;

	recoding->result = pg_any_to_server(recoding->text, recoding->len, PG_UTF8);
}

/*
 * The text from offset start on, which is UTF-8, into the server encoding; NULL, or why that is
 * impossible.
 */
static ErrorData *
to_server_encoding(StringInfo text, int start)
{
	Recoding recoding = {text->data + start, text->len - start, NULL};
	ErrorData *error;

	if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
		return NULL;
	if (!guard_call(recode, &recoding, &error))
		return error;
	if (recoding.result != recoding.text)
	{
		text->len = start;
		appendStringInfoString(text, recoding.result);
		pfree(recoding.result);
	}
	return NULL;
}

static bool
finish_text(BuildRow *row, int start)
{
	ErrorData *error = to_server_encoding(row->text, start);

	if (error == NULL)
		return true;
	return parquet_build_fail(row, "encoding", error->sqlerrcode, error->message);
}

static bool
append_json(BuildRow *row, const PqField *field)
{
	static const PqJsonStyle style = {
		.keep_nanoseconds = true, .variant_is_json = true, .nul_is_invalid = true};
	TextSink target = {row->text, MaxAllocSize};
	PqSink sink = {append_text, &target};

	return parquet_build_status(
		row, pq_json_value(row->file->schema, &row->assembly, field, &style, &sink, &row->error));
}

bool
parquet_text_json(BuildRow *row, const PqField *field)
{
	int start = row->text->len;

	return append_json(row, field) && finish_text(row, start);
}

/* A quoted string of hstore's syntax. */
static bool
append_quoted(BuildRow *row, const char *data, size_t len)
{
	size_t i;

	if (!pq_utf8_is_valid(data, len, true))
		return parquet_build_fail(row, "encoding", ERRCODE_CHARACTER_NOT_IN_REPERTOIRE,
								  "text is not valid UTF-8, or contains U+0000");
	if ((size_t) row->text->len + 2 * len + 16 >= MaxAllocSize)
		return parquet_build_fail(row, "type", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
								  "text of a value is too long");
	appendStringInfoChar(row->text, '"');
	for (i = 0; i < len; i++)
	{
		if (data[i] == '"' || data[i] == '\\')
			appendStringInfoChar(row->text, '\\');
		appendStringInfoChar(row->text, data[i]);
	}
	appendStringInfoChar(row->text, '"');
	return true;
}

/* A key or value: text as it is, strings of JSON without their quotes, all else as JSON. */
static bool
append_hstore_item(BuildRow *row, const PqField *field, bool is_key)
{
	StringInfo outer = row->text;
	StringInfoData json;
	PqShape shape;
	bool ok;

	if (!parquet_build_status(row, pq_assembly_shape(&row->assembly, field, &shape, &row->error)))
		return false;
	if (shape == PQ_SHAPE_NULL)
	{
		if (is_key)
			return parquet_build_fail(row, "type", ERRCODE_NULL_VALUE_NOT_ALLOWED,
									  "a map has a null key");
		pq_assembly_pass(&row->assembly, field);
		appendStringInfoString(outer, "NULL");
		return true;
	}
	if (field->kind == PQ_FIELD_SCALAR && pq_node_is_text(&row->file->schema->nodes[field->node]))
	{
		PqElement element;
		PqBytes bytes;
		uint32_t value;

		if (!parquet_build_status(row,
								  pq_assembly_take(&row->assembly, field, &value, &row->error)))
			return false;
		element = pq_vector_value(pq_assembly_vector(&row->assembly, field), value);
		bytes = pq_element_bytes(&element);
		return append_quoted(row, bytes.data, bytes.len);
	}

	initStringInfo(&json);
	row->text = &json;
	ok = append_json(row, field);
	row->text = outer;
	if (ok && field->kind == PQ_FIELD_SCALAR && json.len >= 2 && json.data[0] == '"')
	{
		int start = json.data[1] == '\\' ? 2 : 1; /* binary: "\\x00" is \x00 */

		ok = append_quoted(row, json.data + start, (size_t) (json.len - 1 - start));
	}
	else if (ok)
		ok = append_quoted(row, json.data, (size_t) json.len);
	pfree(json.data);
	return ok;
}

bool
parquet_text_hstore(BuildRow *row, const PqField *map)
{
	int start = row->text->len;
	bool more = true;
	PqShape shape;

	if (!parquet_build_status(row, pq_assembly_shape(&row->assembly, map, &shape, &row->error)))
		return false;
	if (shape != PQ_SHAPE_PRESENT)
	{
		pq_assembly_pass(&row->assembly, map);
		return true;
	}
	while (more)
	{
		if (!append_hstore_item(row, map->children[0], true))
			return false;
		appendStringInfoString(row->text, "=>");
		if (map->nchildren < 2)
			appendStringInfoString(row->text, "NULL");
		else if (!append_hstore_item(row, map->children[1], false))
			return false;
		if (!parquet_build_status(row, pq_assembly_more(&row->assembly, map, &more, &row->error)))
			return false;
		if (more)
			appendStringInfoChar(row->text, ',');
	}
	return finish_text(row, start);
}

/*
 * Appends a field of a row to the text, in whatever way is possible: nothing may keep a bad row
 * out of quarantine.
 */
static void
append_field(StringInfo text, const PqFile *file, const PqField *field, const PqVector *vectors,
			 const PqPosition *start)
{
	PqJsonStyle style = {.maps_as_pairs = true,
						 .keep_nanoseconds = true,
						 .variant_is_json = true,
						 .mark_invalid_text = true,
						 .nul_is_invalid = true};
	TextSink target = {text, MAX_ROW_JSON};
	PqSink sink = {append_text, &target};
	PqPosition *at = palloc(mul_size(Max(field->nleaves, 1), sizeof(PqPosition)));
	PqAssembly assembly = {field, vectors, at};
	int len = text->len;
	PqError error;
	FmtStatus status;

	memcpy(at, start, field->nleaves * sizeof(PqPosition));
	status = pq_json_field(file->schema, &assembly, &style, &sink, &error);
	if (status == FMT_UNSUPPORTED)
	{
		style.variant_is_json = false;
		text->len = len;
		memcpy(at, start, field->nleaves * sizeof(PqPosition));
		status = pq_json_field(file->schema, &assembly, &style, &sink, &error);
	}
	if (status != FMT_OK)
	{
		text->len = len;
		appendStringInfoString(text, "{\"$error\":");
		escape_json(text, error.base.message);
		appendStringInfoChar(text, '}');
	}
	pfree(at);
}

static void
append_row(StringInfo text, const PqFile *file, const PqField *const *fields, int nfields,
		   const PqBatch *batch, uint32_t row)
{
	const PqVector *vectors = batch->vectors;
	int i;

	for (i = 0; i < nfields; i++)
	{
		const PqField *field = fields[i];
		PqPosition *at = palloc0(mul_size(Max(field->nleaves, 1), sizeof(PqPosition)));
		PqJsonStyle style = {.mark_invalid_text = true, .nul_is_invalid = true};
		TextSink target = {text, MaxAllocSize};
		PqSink sink = {append_text, &target};
		PqJsonWriter writer;

		appendStringInfoChar(text, i == 0 ? '{' : ',');
		pq_json_begin(&writer, &sink, &style, NULL);
		pq_json_name(&writer, field->name.data, field->name.len);
		(void) pq_json_finish(&writer);
		pq_skip_rows(field, vectors, at, row);
		append_field(text, file, field, vectors, at);
		pfree(at);
		vectors += field->nleaves;
	}
	appendStringInfoString(text, nfields == 0 ? "{}" : "}");
}

/*
 * Text in which the server encoding lacks a character: what is not ASCII, all of it in strings, as
 * \\uXXXX.
 */
static void
escape_characters(StringInfo text)
{
	StringInfoData escaped;
	int i;

	initStringInfo(&escaped);
	for (i = 0; i < text->len; i++)
	{
		const unsigned char *at = (const unsigned char *) text->data + i;

		if (!IS_HIGHBIT_SET(*at))
			appendStringInfoCharMacro(&escaped, (char) *at);
		else
		{
			appendStringInfo(&escaped, "\\\\u%04x", (unsigned) utf8_to_unicode(at));
			i += pg_utf_mblen(at) - 1;
		}
	}
	pfree(text->data);
	*text = escaped;
}

char *
parquet_row_as_json(const PqFile *file, const PqField *const *fields, int nfields,
					const PqBatch *batch, uint32_t row, size_t *len)
{
	StringInfoData text;

	initStringInfo(&text);
	append_row(&text, file, fields, nfields, batch, row);
	if (to_server_encoding(&text, 0) != NULL)
		escape_characters(&text);
	*len = (size_t) text.len;
	return text.data;
}

void
parquet_value_as_json(const PqFile *file, const PqField *field, const PqVector *vectors,
					  uint32_t row, ParquetJson *value)
{
	static const PqJsonStyle style = {
		.keep_nanoseconds = true, .variant_is_json = true, .nul_is_invalid = true};
	PqPosition *at = palloc0(mul_size(Max(field->nleaves, 1), sizeof(PqPosition)));
	PqAssembly assembly = {field, vectors, at};
	StringInfoData text;
	TextSink target = {&text, MAX_ROW_JSON};
	PqSink sink = {append_text, &target};
	ErrorData *conversion;
	PqError error;

	memset(value, 0, sizeof(*value));
	initStringInfo(&text);
	pq_error_init(&error);
	pq_skip_rows(field, vectors, at, row);
	if (pq_json_field(file->schema, &assembly, &style, &sink, &error) != FMT_OK)
	{
		value->error = pstrdup(error.base.message);
		value->sqlstate = ERRCODE_DATA_EXCEPTION;
	}
	else if ((conversion = to_server_encoding(&text, 0)) != NULL)
	{
		value->error = conversion->message;
		value->sqlstate = conversion->sqlerrcode;
	}
	else if (strcmp(text.data, "null") != 0)
	{
		value->json = text.data;
		value->len = text.len;
	}
	pfree(at);
}
