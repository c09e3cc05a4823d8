/*
 * replay_json.c: rows that quarantine keeps as JSON -> rows of a batch.
 *
 * in:  JSON objects: of the columns of a Parquet file, or of the columns of the target
 * out: values and cells; what cannot be read, with the reason; all in the batch
 *
 * A member is the text that its column's type reads.  Arrays and objects become arrays
 * and composites as jsonb_populate_record() makes them.
 */
#include "postgres.h"

#include "stage/replay_json.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "contract/contract.h"
#include "contract/guard.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "stage/caller_rights.h"
#include "stage/extra_fields.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

struct ReplayJson
{
	const RowChecker *checker;
	const Contract *contract;
	RowBatch *batch;
	Oid lane;
};

ReplayJson *
replay_json_create(const RowChecker *checker, Oid lane)
{
	ReplayJson *json = palloc0(sizeof(ReplayJson));

	json->checker = checker;
	json->contract = row_checker_contract(checker);
	json->batch = row_checker_batch(checker);
	json->lane = lane;
	return json;
}

/* What guard_call() runs. */
typedef struct Parsing
{
	const QueueRow *row;
	Jsonb *jsonb;
} Parsing;

static void
parse_row(void *arg)
{
	Parsing *parsing = arg;

	parsing->jsonb =
		DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(parsing->row->raw)));
}

/* An array or object for a column that is not json. */
typedef struct Nested
{
	Oid lane;
	const char *column;
	Jsonb *value;
	MemoryContext context;
	char *text;
} Nested;

/* What guard_call() runs: the text that the column's type reads. */
static void
populate(void *arg)
{
	Nested *nested = arg;
	Oid types[2] = {TEXTOID, JSONBOID};
	Datum values[2] = {CStringGetTextDatum(nested->column), JsonbPGetDatum(nested->value)};
	char *sql = psprintf("SELECT (pg_catalog.jsonb_populate_record(NULL::%s, "
						 "pg_catalog.jsonb_build_object($1, $2))).%s",
						 quote_qualified_identifier("ingest", get_rel_name(nested->lane)),
						 quote_identifier(nested->column));
	MemoryContext oldcontext;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args(sql, 2, types, values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", sql);
	oldcontext = MemoryContextSwitchTo(nested->context);
	nested->text = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	MemoryContextSwitchTo(oldcontext);
	SPI_finish();
}

/* NULL: the type refuses it, which error says. */
static char *
nested_text(const ReplayJson *json, const ContractColumn *column, const JsonbValue *value,
			ErrorData **error)
{
	Nested nested = {.lane = json->lane,
					 .column = column->name,
					 .value = JsonbValueToJsonb(unconstify(JsonbValue *, value)),
					 .context = CurrentMemoryContext};
	CallerRights saved;

	caller_rights_take(row_checker_user(json->checker), &saved);
	(void) guard_call(populate, &nested, error);
	caller_rights_leave(&saved);
	return nested.text;
}

static char *
scalar_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(
				DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return JsonbToCString(NULL, value->val.binary.data, value->val.binary.len);
	}
}

static bool
is_json(Oid type)
{
	Oid base = getBaseType(type);

	return base == JSONOID || base == JSONBOID;
}

/* A value, which is not null, into the row. */
static void
put_value(ReplayJson *json, int row, int number, QueueForm form, const JsonbValue *value)
{
	const ContractColumn *column = &contract_spec(json->contract)->columns[number];
	/* strings of a file are written as the contract says, all else as PostgreSQL writes it */
	Converter *converter = form == QUEUE_FILE_ROW && value->type == jbvString
							   ? contract_converter(json->contract, number)
							   : contract_constant_converter(json->contract, number);
	ErrorData *error;
	Violation *violation;
	char *text;

	if (is_json(column->type) && (form == QUEUE_TABLE_ROW || value->type != jbvString))
	{
		Jsonb *jsonb = JsonbValueToJsonb(unconstify(JsonbValue *, value));

		text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	}
	else if (value->type == jbvBinary && (type_is_rowtype(getBaseType(column->type)) ||
										  OidIsValid(get_element_type(getBaseType(column->type)))))
		text = nested_text(json, column, value, &error);
	else
		text = scalar_text(value);
	if (text != NULL)
	{
		batch_put_text(json->batch, row, number, converter, text);
		return;
	}
	json->batch->nulls[(size_t) row * json->batch->natts + number] = true;
	violation = batch_add_violation(json->batch, row, "type", error->sqlerrcode, error->message);
	violation->column = column->name;
}

/* The member that a field of the file is; NULL: null, or there is none. */
static JsonbValue *
find_member(const ChunkFile *file, Jsonb *jsonb, int field)
{
	JsonbValue *value;
	const char *name;

	if (field < 0 || field >= list_length(file->names))
		return NULL;
	name = list_nth(file->names, field);
	value = getKeyJsonValueFromContainer(&jsonb->root, name, strlen(name), NULL);
	return value == NULL || value->type == jbvNull ? NULL : value;
}

static void
put_column(ReplayJson *json, const ChunkFile *file, QueueForm form, Jsonb *jsonb, int number)
{
	int row = json->batch->nrows - 1;
	JsonbValue *value = find_member(file, jsonb, file->fields[number]);

	json->batch->nulls[(size_t) row * json->batch->natts + number] = true;
	if (file->fields[number] == CHUNK_CONSTANT && file->constants[number] != NULL)
		batch_put_text(json->batch, row, number,
					   contract_constant_converter(json->contract, number),
					   file->constants[number]);
	else if (value != NULL)
	{
		json->batch->nulls[(size_t) row * json->batch->natts + number] = false;
		put_value(json, row, number, form, value);
	}
}

/* The texts that transforms read. */
static void
put_inputs(ReplayJson *json, const ChunkFile *file, Jsonb *jsonb)
{
	int row = json->batch->nrows - 1;
	int first = contract_first_input(json->contract);
	int i;

	for (i = 0; i < file->ninputs; i++)
	{
		JsonbValue *value = find_member(file, jsonb, file->inputs[i]);

		json->batch->nulls[(size_t) row * json->batch->natts + first + i] = value == NULL;
		if (value != NULL)
			batch_put_text(json->batch, row, first + i, contract_input_converter(json->contract),
						   scalar_text(value));
	}
}

/* What no column takes: option new_columns says what becomes of it. */
static void
put_extras(ReplayJson *json, const ChunkFile *file, Jsonb *jsonb)
{
	ExtraFields extras;
	int i;

	if (file->nextras == 0)
		return;
	extra_fields_begin(&extras, json->batch, file, json->batch->nrows - 1);
	for (i = 0; i < file->nextras; i++)
	{
		JsonbValue *value = find_member(file, jsonb, file->extras[i]);
		Jsonb *member;
		char *text;

		if (value == NULL)
			continue;
		if (value->type == jbvString)
		{
			extra_fields_add_text(&extras, i, value->val.string.val, value->val.string.len);
			continue;
		}
		member = JsonbValueToJsonb(value);
		text = JsonbToCString(NULL, &member->root, VARSIZE(member));
		extra_fields_add_json(&extras, i, text, strlen(text));
	}
	extra_fields_end(&extras, file->capture < 0
								  ? NULL
								  : contract_constant_converter(json->contract, file->capture));
}

void
replay_json_add(ReplayJson *json, const ChunkFile *file, QueueForm form, const QueueRow *row)
{
	RowBatch *batch = json->batch;
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	int at = batch_add_row(batch, NULL, 0, row->record_no);
	Parsing parsing = {.row = row};
	ErrorData *error;
	int i;

	if (guard_call(parse_row, &parsing, &error))
	{
		for (i = 0; i < file->ncolumns; i++)
			put_column(json, file, form, parsing.jsonb, i);
		put_inputs(json, file, parsing.jsonb);
		put_extras(json, file, parsing.jsonb);
	}
	else
	{
		memset(&batch->nulls[(size_t) at * batch->natts], true, batch->natts);
		batch->rows[at].raw_is_broken = true;
		(void) batch_add_violation(batch, at, "encoding", error->sqlerrcode, error->message);
	}
	MemoryContextSwitchTo(oldcontext);
}
