/*
 * parquet_nested.c: columns that are lists, structs, maps or variants.
 *
 * In: vectors of a field's leaves.  Out: values and nulls of one attribute of a batch, and
 * violations.  A column is built row by row, see parquet_builder.h.
 */
#include "postgres.h"

#include "contract/parquet_nested.h"

#include "contract/parquet_builder.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

struct ParquetNested
{
	const PqField *field;
	BuilderSetup setup;
	ParquetBuilder *builder;
};

ParquetNested *
parquet_nested_create(const PqFile *file, const PqField *field, const ContractColumn *target,
					  Converter *converter, const ParquetFormat *format)
{
	ParquetNested *nested = palloc0(sizeof(ParquetNested));

	nested->field = field;
	nested->setup.file = file;
	nested->setup.format = format;
	nested->setup.target = target;
	nested->setup.top = field;
	nested->setup.converter = converter;
	nested->setup.convert_format.allow_lossy = format->allow_lossy;
	nested->setup.convert_format.decimal_separator = '.';
	nested->builder = parquet_builder_create(&nested->setup, field, target->type, target->typmod);
	/* contract_check() asks the column's domain what it thinks of NULL */
	nested->builder->null_is_checked = true;
	return nested;
}

static void
report_damage(const ParquetNested *nested, const BuildRow *row)
{
	char path[256];
	int32_t node = nested->field->node;

	if (row->error.leaf >= 0 && row->error.leaf < row->file->schema->nleaves)
		node = row->file->schema->leaves[row->error.leaf];
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("could not read column \"%s\" of file \"%s\": %s",
						   pq_schema_path(row->file->schema, node, path, sizeof(path)),
						   nested->setup.format->path, row->error.base.message)));
}

static void
add_violation(const ParquetNested *nested, RowBatch *batch, int r, const ConvertFailure *failure)
{
	Violation *violation;

	if (nested->setup.format->set_null)
		return;
	violation = batch_add_violation(batch, r, failure->rule, failure->sqlstate, failure->message);
	violation->column = nested->setup.target->name;
}

/* Builds row r from the positions at, and moves them behind it. start: room for a copy of them. */
static void
build_row(ParquetNested *nested, BuildRow *row, PqPosition *start, int r, int attno)
{
	RowBatch *batch = row->batch;
	const PqField *field = nested->field;
	PqAssembly *assembly = &row->assembly;
	size_t at = (size_t) r * batch->natts + attno;
	bool ok;

	memcpy(start, assembly->at, field->nleaves * sizeof(PqPosition));
	row->failure = NULL;
	row->status = pq_assembly_begin_row(assembly, &row->error);
	ok = row->status == FMT_OK &&
		 parquet_build(nested->builder, row, &batch->values[at], &batch->nulls[at]);
	if (ok)
		row->status = pq_assembly_end_row(assembly, &row->error);
	if (row->status != FMT_OK)
		report_damage(nested, row);
	if (ok)
		return;

	batch->nulls[at] = true;
	add_violation(nested, batch, r, row->failure);
	memcpy(assembly->at, start, field->nleaves * sizeof(PqPosition));
	pq_skip_rows(field, assembly->vectors, assembly->at, 1);
}

void
parquet_nested_convert(ParquetNested *nested, const PqVector *vectors, RowBatch *batch, int attno)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	Size size = mul_size(Max(nested->field->nleaves, 1), sizeof(PqPosition));
	PqPosition *start = palloc(size);
	StringInfoData text;
	BuildRow row = {0};
	int r;

	initStringInfo(&text);
	row.file = nested->setup.file;
	row.batch = batch;
	row.text = &text;
	row.assembly.field = nested->field;
	row.assembly.vectors = vectors;
	row.assembly.at = palloc0(size);
	parquet_builder_prepare(nested->builder, nested->field, vectors, batch);
	for (r = 0; r < batch->nrows; r++)
	{
		CHECK_FOR_INTERRUPTS();
		build_row(nested, &row, start, r, attno);
	}
	pfree(text.data);
	MemoryContextSwitchTo(oldcontext);
}
