/*
 * parquet_column.c: one column of a Parquet file into the rows of batches.
 *
 * In: the vectors of a field.  Out: values and nulls of one attribute of a RowBatch, cells for what only an input
 * function can decide, violations for what does not fit.  A field that is not SCALAR, or becomes JSON, is
 * parquet_nested.c's.  Everything of a column lives in the context current at its creation.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "contract/parquet_internal.h"
#include "contract/parquet_nested.h"

struct ParquetColumn
{
	ParquetScalar *scalar; /* NULL: nested */
	ParquetNested *nested;
	const ContractColumn *target;
	bool set_null;
	uint8 def_present; /* a slot with at least this has a value */
	/* of the vector at hand, when it has nulls: */
	Datum values[BATCH_ROWS];
	uint32 rows[BATCH_ROWS]; /* of each value */
};

/* Numbers, dates and so on are written as JSON; text that is to be JSON has to be JSON already. */
static bool
is_written_as_json(const PqNode *node, const Converter *converter)
{
	ParquetFamily family = parquet_family(node);

	return (converter->base_type == JSONOID || converter->base_type == JSONBOID) &&
		   family != PARQUET_TEXT && family != PARQUET_NOTHING &&
		   (family != PARQUET_BINARY || node->logical.kind == PQ_LOGICAL_BSON);
}

ParquetColumn *
parquet_column_create(const PqFile *file, const PqField *field, const ContractColumn *target,
					  Converter *converter, const ParquetFormat *format)
{
	ParquetColumn *column = palloc0(sizeof(ParquetColumn));

	column->target = target;
	column->set_null = format->set_null;
	column->def_present = field->def_present;
	if (field->kind != PQ_FIELD_SCALAR ||
		is_written_as_json(&file->schema->nodes[field->node], converter))
	{
		column->nested = parquet_nested_create(file, field, target, converter, format);
		return column;
	}
	column->scalar =
		parquet_scalar_create(file, field, target->type, target->typmod, converter, format);
	if (column->scalar == NULL)
		parquet_cannot_meet(file, field, target, format);
	return column;
}

ParquetScalar *
parquet_column_scalar(const ParquetColumn *column)
{
	return column->scalar;
}

/* Puts the converted values where def says, and nulls elsewhere; fills column->rows. */
static void
scatter(ParquetColumn *column, const PqVector *vector, RowBatch *batch, int attno)
{
	uint8 present = column->def_present;
	uint32 next = 0;
	uint32 row;

	for (row = 0; row < vector->nslots; row++)
	{
		bool has_value = vector->def[row] >= present;

		if (has_value)
		{
			batch->values[(size_t) row * batch->natts + attno] = column->values[next];
			column->rows[next++] = row;
		}
		else
			batch->nulls[(size_t) row * batch->natts + attno] = true;
	}
	Assert(next == vector->nvalues);
}

/* A doubt becomes a cell, or a violation and no value. */
static void
settle(ParquetColumn *column, const ParquetDoubt *doubt, uint32 row, RowBatch *batch, int attno)
{
	if (doubt->failure == NULL)
	{
		batch_add_cell(batch, (int) row, attno, doubt->converter, doubt->text, doubt->len);
		return;
	}
	batch->nulls[(size_t) row * batch->natts + attno] = true;
	if (!column->set_null)
	{
		Violation *violation =
			batch_add_violation(batch, (int) row, doubt->failure->rule, doubt->failure->sqlstate,
								doubt->failure->message);

		violation->column = column->target->name;
		violation->value = doubt->text;
		violation->value_len = doubt->len;
	}
}

void
parquet_column_convert(ParquetColumn *column, const PqVector *vectors, RowBatch *batch, int attno)
{
	const PqVector *vector = &vectors[0];
	ParquetRun run = {.arena = &batch->arena};
	uint32 i;

	if (column->nested != NULL)
	{
		parquet_nested_convert(column->nested, vectors, batch, attno);
		return;
	}
	if (vector->nslots != (uint32) batch->nrows || vector->nslots > BATCH_ROWS ||
		vector->nvalues > vector->nslots)
		elog(ERROR, "Parquet vector has %u slots and %u values for %d rows", vector->nslots,
			 vector->nvalues, batch->nrows);

	if (vector->def == NULL)
	{
		run.values = batch->values + attno;
		run.stride = batch->natts;
		parquet_scalar_run(column->scalar, vector, &run);
	}
	else
	{
		run.values = column->values;
		run.stride = 1;
		parquet_scalar_run(column->scalar, vector, &run);
		scatter(column, vector, batch, attno);
	}
	for (i = 0; i < run.ndoubts; i++)
	{
		uint32 index = run.doubts[i].index;

		settle(column, &run.doubts[i], vector->def != NULL ? column->rows[index] : index, batch,
			   attno);
	}
}
