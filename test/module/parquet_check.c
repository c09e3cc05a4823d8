/*
 * parquet_check.c: compares Datums made of Parquet values with what the type's input function makes of their text.
 *
 * Vectors are made up: with and without nulls, with and without a dictionary, which is kept for some batches.
 * A batch lives in its own memory context.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"
#include "contract/parquet.h"
#include "convert_reference.h"
#include "parquet_values.h"

PG_FUNCTION_INFO_V1(parquet_check);
PG_FUNCTION_INFO_V1(parquet_check_column);
PG_FUNCTION_INFO_V1(parquet_check_value);

#define NATTS 3 /* of the batch, of which one is converted */
#define ATTNO 1

#define MAX_ENTRIES 2000 /* of a dictionary, or values of a batch */

typedef struct ParquetCheck
{
	const ParquetKind *kind;
	TypeInput input;
	int16 typlen;
	bool typbyval;
	bool allow_lossy;
	pg_prng_state prng;

	/* a file with one column */
	PqNode nodes[2];
	PqField field;
	PqSchema schema;
	PqFile file;

	ContractColumn target;
	ParquetFormat format;
	ParquetColumn *column;
	RowBatch *batch;

	/* values of a batch, or a dictionary's entries, which live in context */
	MemoryContext context;
	int nentries;
	ParquetValue entries[MAX_ENTRIES];
	Reference references[MAX_ENTRIES];
	PqDictionary dictionary;

	int64 failures;
	int64 differences;
	char *first;
} ParquetCheck;

static int
pick(ParquetCheck *check, int n)
{
	return (int) pg_prng_uint64_range(&check->prng, 0, n - 1);
}

static void
init_check(ParquetCheck *check, const char *kind, Oid type, int32 typmod)
{
	ConvertFormat format = {.allow_lossy = check->allow_lossy};

	check->kind = parquet_kind(kind);
	if (check->kind == NULL)
		elog(ERROR, "there is no kind \"%s\"", kind);
	type_input_init(&check->input, type, typmod);
	get_typlenbyval(type, &check->typlen, &check->typbyval);

	check->nodes[1].is_leaf = true;
	check->nodes[1].type = check->kind->type;
	check->nodes[1].type_length = check->kind->type_length;
	check->nodes[1].logical = check->kind->logical;
	check->nodes[1].max_def = 1;
	check->field.name.data = "value";
	check->field.name.len = 5;
	check->field.node = 1;
	check->field.nullable = true;
	check->field.def_present = 1;
	check->field.nleaves = 1;
	check->schema.nnodes = 2;
	check->schema.nodes = check->nodes;
	check->file.schema = &check->schema;

	check->target.name = "target";
	check->target.type = type;
	check->target.typmod = typmod;
	check->format.path = "check.parquet";
	check->format.allow_lossy = check->allow_lossy;
	check->format.dictionary_memory = pick(check, 3) * (size_t) 50000;
	check->column = parquet_column_create(&check->file, &check->field, &check->target,
										  converter_create(type, typmod, &format), &check->format);
	check->batch = batch_create(NATTS);
	check->context =
		AllocSetContextCreate(CurrentMemoryContext, "parquet_check", ALLOCSET_DEFAULT_SIZES);
}

/* Rounded down, which the input function would not do: the seventh to ninth digit become 0. */
static void
cut_nanoseconds(ParquetCheck *check, char *text)
{
	char *point = strchr(text, '.');

	if (point != NULL && (check->kind->type == PQ_INT96 || check->kind->logical.unit == PQ_NANOS))
		memcpy(point + 7, "000", 3);
}

/* Makes entries and what they are to be. */
static void
make_entries(ParquetCheck *check)
{
	MemoryContext oldcontext;
	int i;

	MemoryContextReset(check->context);
	oldcontext = MemoryContextSwitchTo(check->context);
	memset(check->entries, 0, sizeof(check->entries));
	memset(check->references, 0, sizeof(check->references));
	for (i = 0; i < check->nentries; i++)
	{
		check->kind->make(&check->prng, check->kind, check->input.type, &check->entries[i]);
		if (check->allow_lossy && check->entries[i].text != NULL)
			cut_nanoseconds(check, check->entries[i].text);
		check->references[i].text = check->entries[i].text != NULL ? check->entries[i].text : "";
	}
	make_references(&check->input, check->references, check->nentries);
	MemoryContextSwitchTo(oldcontext);
}

/* The entries as decoders leave them. */
static void *
entry_data(ParquetCheck *check, PqValueKind *kind, uint32 *width)
{
	char *data;
	int i;

	if (pq_values_kind(check->kind->type, check->kind->type_length, kind, width) != FMT_OK)
		elog(ERROR, "no kind of values");
	data = MemoryContextAlloc(check->context, Max(1, check->nentries * (Size) *width));
	for (i = 0; i < check->nentries; i++)
	{
		ParquetValue *value = &check->entries[i];

		if (*kind != PQ_VALUES_BYTES)
		{
			memcpy(data + (Size) i * *width, value->bytes, *width);
			continue;
		}
		if (value->data.data == NULL)
			value->data.data = value->bytes;
		memcpy(data + (Size) i * *width, &value->data, *width);
	}
	return data;
}

static void
new_dictionary(ParquetCheck *check)
{
	PqValueKind kind;
	uint32 width;

	check->nentries = 1 + pick(check, pick(check, 2) == 0 ? 10 : MAX_ENTRIES);
	make_entries(check);
	check->dictionary.values.data = entry_data(check, &kind, &width);
	check->dictionary.values.kind = kind;
	check->dictionary.values.width = width;
	check->dictionary.values.n = (uint32) check->nentries;
	check->dictionary.generation++;
}

static void
difference(ParquetCheck *check, int entry, const char *what)
{
	if (check->differences++ == 0)
		check->first =
			MemoryContextStrdup(GetMemoryChunkContext(check),
								psprintf("%s: \"%s\"", what, check->references[entry].text));
}

/* Whether the value has to be refused as lossy. */
static Loss
loss_of(ParquetCheck *check, int entry)
{
	if (check->allow_lossy)
		return LOST_NOTHING;
	if (check->entries[entry].lossy)
		return LOST_SOMETHING;
	return reference_loss(&check->input, &check->references[entry]);
}

static void
compare(ParquetCheck *check, int row, int entry)
{
	const Reference *ref = &check->references[entry];
	RowBatch *batch = check->batch;
	const Violation *violation = batch->rows[row].violations;
	bool good = check->entries[entry].text != NULL && ref->good;

	if (violation != NULL)
	{
		bool lossy = strcmp(violation->rule, "lossy") == 0;

		check->failures++;
		if (!batch->nulls[row * NATTS + ATTNO])
			difference(check, entry, "refused, but there is a value");
		if (violation->next != NULL || violation->column != check->target.name ||
			violation->sqlstate == 0)
			difference(check, entry, "not one whole violation");
		if (lossy ? good && loss_of(check, entry) == LOST_NOTHING
				  : good && !check->entries[entry].lossy)
			difference(check, entry, psprintf("refused: %s", violation->message));
	}
	else if (batch->nulls[row * NATTS + ATTNO])
		difference(check, entry, "null");
	else if (!good)
		difference(check, entry, "accepted");
	else if (loss_of(check, entry) == LOST_SOMETHING)
		difference(check, entry, "accepted though lossy");
	else if (!datum_image_eq(ref->value, batch->values[row * NATTS + ATTNO], check->typbyval,
							 check->typlen))
		difference(check, entry, "another value");
}

/* As contract_convert(). */
static void
decide_cells(ParquetCheck *check)
{
	RowBatch *batch = check->batch;
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	int i;

	convert_cells(batch->cells, batch->ncells);
	for (i = 0; i < batch->ncells; i++)
	{
		ConvertCell *cell = &batch->cells[i];
		size_t at = (size_t) cell->row * NATTS + cell->column;

		if (cell->failure == NULL)
			batch->values[at] = cell->value;
		else
		{
			batch->nulls[at] = true;
			batch_add_violation(batch, cell->row, cell->failure->rule, cell->failure->sqlstate,
								cell->failure->message)
				->column = check->target.name;
		}
	}
	MemoryContextSwitchTo(oldcontext);
}

/* One batch; returns how many values it had. */
static int
check_batch(ParquetCheck *check)
{
	bool indexed = pick(check, 2) == 0;
	bool has_nulls = pick(check, 2) == 0;
	int nrows = 1 + pick(check, BATCH_ROWS);
	RowBatch *batch = check->batch;
	uint8 def[BATCH_ROWS];
	uint32 indices[BATCH_ROWS];
	PqVector vector = {.nslots = (uint32) nrows};
	int row;

	if (indexed && (check->dictionary.values.data == NULL || pick(check, 4) == 0))
		new_dictionary(check);
	for (row = 0; row < nrows; row++)
	{
		def[row] = has_nulls ? (uint8) pick(check, 2) : 1;
		vector.nvalues += def[row];
		indices[row] = indexed ? (uint32) pick(check, check->nentries) : (uint32) row;
	}
	if (has_nulls)
		vector.def = def;
	if (indexed)
	{
		vector.kind = PQ_VALUES_INDEX;
		vector.width = sizeof(uint32);
		vector.data = indices;
		vector.dictionary = &check->dictionary;
	}
	else
	{
		check->nentries = (int) vector.nvalues;
		make_entries(check);
		check->dictionary.values.data = NULL;
		vector.data = entry_data(check, &vector.kind, &vector.width);
	}

	batch->nrows = nrows;
	memset(batch->rows, 0, nrows * sizeof(BatchRow));
	memset(batch->nulls, 0, (size_t) nrows * batch->natts * sizeof(bool));
	parquet_column_convert(check->column, &vector, batch, ATTNO);
	decide_cells(check);
	vector.nvalues = 0;
	for (row = 0; row < nrows; row++)
	{
		if (def[row] != 0)
			compare(check, row, (int) indices[vector.nvalues++]);
		else if (!batch->nulls[row * NATTS + ATTNO] || batch->rows[row].violations != NULL)
			difference(check, 0, "no null");
	}
	batch_reset(batch);
	return (int) vector.nvalues;
}

/* parquet_check(kind text, type oid, typmod int4, allow_lossy bool, n int8, seed int8) returns text */
Datum
parquet_check(PG_FUNCTION_ARGS)
{
	ParquetCheck *check = palloc0(sizeof(ParquetCheck));
	int64 n = PG_GETARG_INT64(4);
	int64 done = 0;

	check->allow_lossy = PG_GETARG_BOOL(3);
	pg_prng_seed(&check->prng, (uint64) PG_GETARG_INT64(5));
	init_check(check, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_OID(1), PG_GETARG_INT32(2));
	while (done < n)
	{
		CHECK_FOR_INTERRUPTS();
		done += check_batch(check);
	}
	ereport(DEBUG1, (errmsg_internal("failures " INT64_FORMAT, check->failures)));
	if (check->failures == done)
		difference(check, 0, "never a value");
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(INT64_FORMAT " differences%s%s", check->differences,
											  check->first != NULL ? ": " : "",
											  check->first != NULL ? check->first : "")));
}

/* parquet_check_column(kind text, type oid, typmod int4) returns text: the default type, or an error */
Datum
parquet_check_column(PG_FUNCTION_ARGS)
{
	ParquetCheck *check = palloc0(sizeof(ParquetCheck));

	init_check(check, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_OID(1), PG_GETARG_INT32(2));
	PG_RETURN_TEXT_P(cstring_to_text(parquet_field_type(&check->file, &check->field)));
}

/* The value, or why there is none. */
static char *
show_value(ParquetCheck *check)
{
	const Violation *violation = check->batch->rows[0].violations;
	Oid output;
	bool is_varlena;

	if (violation != NULL)
		return psprintf("%s %s: %s%s%.*s%s", violation->rule, unpack_sql_state(violation->sqlstate),
						violation->message, violation->value != NULL ? " [" : "",
						(int) violation->value_len, violation->value,
						violation->value != NULL ? "]" : "");
	if (check->batch->nulls[ATTNO])
		return "null";
	getTypeOutputInfo(check->target.type, &output, &is_varlena);
	return OidOutputFunctionCall(output, check->batch->values[ATTNO]);
}

/*
 * parquet_check_value(kind text, type oid, typmod int4, bytes bytea, allow_lossy bool, set_null bool) returns text:
 * what becomes of one value.
 */
Datum
parquet_check_value(PG_FUNCTION_ARGS)
{
	ParquetCheck *check = palloc0(sizeof(ParquetCheck));
	bytea *bytes = PG_GETARG_BYTEA_PP(3);
	PqBytes slice = {VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
	PqVector vector = {.nslots = 1, .nvalues = 1};

	check->allow_lossy = PG_GETARG_BOOL(4);
	check->format.set_null = PG_GETARG_BOOL(5);
	init_check(check, text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_OID(1), PG_GETARG_INT32(2));
	if (pq_values_kind(check->kind->type, check->kind->type_length, &vector.kind, &vector.width) !=
			FMT_OK ||
		(vector.kind != PQ_VALUES_BYTES && slice.len != vector.width))
		elog(ERROR, "%u bytes are no value of kind %s", slice.len, check->kind->name);
	vector.data = vector.kind == PQ_VALUES_BYTES ? (const void *) &slice : slice.data;
	check->batch->nrows = 1;
	parquet_column_convert(check->column, &vector, check->batch, ATTNO);
	decide_cells(check);
	PG_RETURN_TEXT_P(cstring_to_text(show_value(check)));
}
