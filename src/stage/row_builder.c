/*
 * row_builder.c: records of a chunk -> rows of a batch.
 *
 * in:  records and fields as the csv reader gives them
 * out: rows with values; cells of values that the fast converters left
 *      undecided; records that cannot become a row, with the reason
 *
 * Values live in the batch, all else as long as the load.
 */
#include "postgres.h"

#include "stage/row_builder.h"

#include "contract/contract.h"
#include "stage/extra_fields.h"

typedef struct NullString
{
	const char *data;
	size_t len;
} NullString;

/* What stands for NULL. */
typedef struct NullStrings
{
	int n;
	NullString *strings;
	bool empty_only; /* the empty string and nothing else */
} NullStrings;

/* How a column reads NULL. */
typedef struct ColumnRule
{
	Converter *converter;
	ConvertFunction *convert; /* of converter */
	Converter *constant;      /* of values that are not in the file */
	NullStrings nulls;
	bool force_null;     /* a quoted null string is NULL as well */
	bool force_not_null; /* nothing is NULL */
	bool is_usual;       /* NULL is the empty string, not quoted */
} ColumnRule;

struct RowBuilder
{
	RowBatch *batch;
	int64 max_line_size; /* for messages */
	int ncolumns;
	ColumnRule *columns;
	int first_input; /* attribute of the batch */
	ColumnRule input;
	/* of the current chunk */
	const Chunk *chunk;
	const RowEncoding *encoding;
	uint64 record; /* number in the chunk of the record in work, from 0 */
};

static bool
names_column(List *names, const char *column)
{
	ListCell *lc;

	foreach (lc, names)
		if (strcmp(lfirst(lc), "*") == 0 || strcmp(lfirst(lc), column) == 0)
			return true;
	return false;
}

static void
init_null_strings(NullStrings *nulls, List *texts)
{
	ListCell *lc;

	nulls->n = 0;
	nulls->strings = palloc0(list_length(texts) * sizeof(NullString));
	foreach (lc, texts)
	{
		nulls->strings[nulls->n].data = lfirst(lc);
		nulls->strings[nulls->n++].len = strlen(lfirst(lc));
	}
	nulls->empty_only = nulls->n == 1 && nulls->strings[0].len == 0;
}

RowBuilder *
row_builder_create(const Contract *contract, const IngestOptions *options, RowBatch *batch)
{
	const ContractSpec *spec = contract_spec(contract);
	RowBuilder *builder = palloc0(sizeof(RowBuilder));
	int i;

	builder->batch = batch;
	builder->max_line_size = options->max_line_size;
	builder->ncolumns = spec->ncolumns;
	builder->columns = palloc0(spec->ncolumns * sizeof(ColumnRule));
	for (i = 0; i < spec->ncolumns; i++)
	{
		ColumnRule *rule = &builder->columns[i];

		rule->converter = contract_converter(contract, i);
		rule->convert = converter_function(rule->converter);
		rule->constant = contract_constant_converter(contract, i);
		rule->force_null = names_column(options->force_null, spec->columns[i].name);
		rule->force_not_null = names_column(options->force_not_null, spec->columns[i].name);
		init_null_strings(&rule->nulls, spec->columns[i].notation.null_strings != NIL
											? spec->columns[i].notation.null_strings
											: options->null_strings);
		rule->is_usual = rule->nulls.empty_only && !rule->force_null && !rule->force_not_null;
	}
	builder->first_input = contract_first_input(contract);
	builder->input.converter = contract_input_converter(contract);
	init_null_strings(&builder->input.nulls, options->null_strings);
	builder->input.is_usual = builder->input.nulls.empty_only;
	return builder;
}

void
row_builder_begin(RowBuilder *builder, const Chunk *chunk, const RowEncoding *encoding)
{
	builder->chunk = chunk;
	builder->encoding = encoding;
}

/* Does the field's text mean NULL? COPY's rule: quoted text is never NULL unless forced. */
static inline bool
is_null(const ColumnRule *rule, const CsvField *field)
{
	int i;

	if (likely(rule->is_usual))
		return field->len == 0 && !field->quoted;
	if (rule->force_not_null || (field->quoted && !rule->force_null))
		return false;
	for (i = 0; i < rule->nulls.n; i++)
		if (field->len == rule->nulls.strings[i].len &&
			memcmp(field->data, rule->nulls.strings[i].data, field->len) == 0)
			return true;
	return false;
}

/* Fields that transforms read, as texts behind the row's other values. */
static void
read_inputs(RowBuilder *builder, int row, const CsvField *fields, uint32 nfields)
{
	RowBatch *batch = builder->batch;
	const ChunkFile *file = builder->chunk->file;
	size_t at = (size_t) row * batch->natts + builder->first_input;
	int i;

	for (i = 0; i < file->ninputs; i++, at++)
	{
		const CsvField *field = &fields[file->inputs[i]];

		batch->nulls[at] = (uint32) file->inputs[i] >= nfields || is_null(&builder->input, field);
		if (!batch->nulls[at] && converter_try(builder->input.converter, field->data, field->len,
											   &batch->arena, &batch->values[at]) != CONVERT_OK)
			batch_add_cell(batch, row, builder->first_input + i, builder->input.converter,
						   field->data, field->len);
	}
}

/* Fields that no column takes. */
static void
read_extras(RowBuilder *builder, int row, const CsvField *fields, uint32 nfields)
{
	const ChunkFile *file = builder->chunk->file;
	ExtraFields extras;
	int i;

	extra_fields_begin(&extras, builder->batch, file, row);
	for (i = 0; i < file->nextras; i++)
	{
		const CsvField *field = &fields[file->extras[i]];

		if ((uint32) file->extras[i] < nfields && !is_null(&builder->input, field))
			extra_fields_add_text(&extras, i, field->data, field->len);
	}
	extra_fields_end(&extras, file->capture < 0 ? NULL : builder->columns[file->capture].constant);
}

/* Fields of one record into the batch's row. */
static inline void
convert_row(RowBuilder *builder, int row, const CsvField *fields, uint32 nfields)
{
	RowBatch *batch = builder->batch;
	const ChunkFile *file = builder->chunk->file;
	Datum *values = &batch->values[(size_t) row * batch->natts];
	bool *nulls = &batch->nulls[(size_t) row * batch->natts];
	int i;

	for (i = 0; i < builder->ncolumns; i++)
	{
		const ColumnRule *rule = &builder->columns[i];
		int number = file->fields[i];
		const CsvField *field;

		if (unlikely(number == CHUNK_CONSTANT))
		{
			nulls[i] = file->constants[i] == NULL;
			if (!nulls[i])
				batch_put_text(batch, row, i, rule->constant, file->constants[i]);
			continue;
		}
		if (unlikely((uint32) number >= nfields)) /* null_padding, computed, or captured */
		{
			nulls[i] = true;
			continue;
		}
		field = &fields[number];
		nulls[i] = is_null(rule, field);
		if (!nulls[i] && rule->convert(rule->converter, field->data, field->len, &batch->arena,
									   &values[i]) != CONVERT_OK)
			batch_add_cell(batch, row, i, rule->converter, field->data, field->len);
	}
	if (unlikely(file->ninputs > 0))
		read_inputs(builder, row, fields, nfields);
	if (unlikely(file->nextras > 0))
		read_extras(builder, row, fields, nfields);
}

/* A record that cannot become a row at all. */
static void
add_broken_row(RowBuilder *builder, const CsvRow *csv, const char *rule, int sqlstate,
			   const char *message)
{
	int row = batch_add_row(builder->batch, csv->raw, csv->raw_len, builder->record);

	memset(&builder->batch->nulls[(size_t) row * builder->batch->natts], true, builder->ncolumns);
	builder->batch->rows[row].raw_is_broken = true;
	batch_add_violation(builder->batch, row, rule, sqlstate, message);
}

/* Is the number of fields that of a whole record? Says what is wrong if not. */
static inline bool
has_all_fields(RowBuilder *builder, const CsvRow *csv)
{
	const ChunkFile *file = builder->chunk->file;
	uint32 expected = file->dialect.ncolumns;
	MemoryContext context = builder->batch->context;

	if (likely(csv->nfields == expected))
		return true;
	if (csv->nfields < expected)
	{
		if (file->dialect.null_padding)
			return true;
		add_broken_row(
			builder, csv, "missing_columns", ERRCODE_BAD_COPY_FILE_FORMAT,
			bad_row_message(context, "expected %u fields, found only %u", expected, csv->nfields));
		return false;
	}
	if (file->empty_last_field && csv->nfields == expected + 1 && csv->fields[expected].len == 0 &&
		!csv->fields[expected].quoted)
		return true;
	add_broken_row(
		builder, csv, "extra_columns", ERRCODE_BAD_COPY_FILE_FORMAT,
		bad_row_message(context, "expected %u fields, found %u", expected, csv->nfields));
	return false;
}

bool
row_builder_add(RowBuilder *builder, const CsvRow *csv, uint64 record)
{
	const CsvField *fields = csv->fields;
	const char *invalid;

	builder->record = record;
	switch (csv->kind)
	{
		case CSV_RECORD_BLANK:
		case CSV_RECORD_COMMENT:
			return false;
		case CSV_RECORD_BAD_QUOTES:
			add_broken_row(builder, csv, "quotes", ERRCODE_BAD_COPY_FILE_FORMAT,
						   bad_row_quotes_message(builder->batch->context,
												  &builder->chunk->file->dialect, csv));
			return true;
		case CSV_RECORD_TOO_LONG:
			add_broken_row(builder, csv, "line_too_long", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
						   bad_row_message(builder->batch->context,
										   "line is longer than max_line_size (" INT64_FORMAT
										   " bytes)",
										   builder->max_line_size));
			return true;
		case CSV_RECORD_DATA:
			break;
	}
	if (!has_all_fields(builder, csv))
		return true;
	if (unlikely(!row_encoding_is_trivial(builder->encoding, csv)))
	{
		invalid = row_encoding_decode(builder->encoding, builder->batch->context, csv, &fields);
		if (invalid != NULL)
		{
			add_broken_row(builder, csv, "encoding", ERRCODE_CHARACTER_NOT_IN_REPERTOIRE, invalid);
			return true;
		}
	}
	convert_row(builder, batch_add_row(builder->batch, csv->raw, csv->raw_len, builder->record),
				fields, csv->nfields);
	return true;
}
