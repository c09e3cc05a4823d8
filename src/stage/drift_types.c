/*
 * drift_types.c: types of a Parquet file's columns beside those of a target's.
 *
 * in:  columns that a file has
 * out: differences of kinds type_narrowed, type_widened, type_changed, nullability
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "contract/guard.h"
#include "source/parquet_file.h"
#include "stage/drift_internal.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "compat.h"

/* Types of which each holds the values of those before it, by family. */
static const struct
{
	Oid type;
	int family;
	int width;
} ranks[] = {{INT2OID, 'i', 1},   {INT4OID, 'i', 2},   {INT8OID, 'i', 3}, {NUMERICOID, 'i', 4},
			 {FLOAT4OID, 'f', 1}, {FLOAT8OID, 'f', 2}, {DATEOID, 'd', 1}, {TIMESTAMPOID, 'd', 2}};

static int
rank_of(Oid type)
{
	int i;

	for (i = 0; i < (int) lengthof(ranks); i++)
		if (ranks[i].type == type)
			return i;
	return -1;
}

/* Digits before and behind the point that a numeric column takes. */
static void
numeric_digits(int32 typmod, int *before, int *behind)
{
	int precision = ((typmod - VARHDRSZ) >> 16) & 0xffff;

	*behind = (((typmod - VARHDRSZ) & 0x7ff) ^ 1024) - 1024;
	*before = precision - *behind;
}

/* < 0: the file's values are of a narrower type than the column, > 0: of a wider one. */
static int
compare_numerics(int32 expected, int32 found)
{
	int expected_before;
	int expected_behind;
	int before;
	int behind;

	if (expected == found || expected < (int32) VARHDRSZ)
		return 0;
	if (found < (int32) VARHDRSZ)
		return 1;
	numeric_digits(expected, &expected_before, &expected_behind);
	numeric_digits(found, &before, &behind);
	return before > expected_before || behind > expected_behind ? 1 : -1;
}

static bool
is_text(Oid type)
{
	char category;
	bool is_preferred;

	get_type_category_preferred(type, &category, &is_preferred);
	return category == TYPCATEGORY_STRING;
}

/* What guard_call() runs: can the column take such a field? */
typedef struct Meeting
{
	const Drift *drift;
	int field;
	Form_pg_attribute att;
} Meeting;

static void
try_conversion(void *arg)
{
	const Meeting *meeting = arg;
	ParquetFormat *format = palloc0(sizeof(ParquetFormat));
	ContractColumn *column = palloc0(sizeof(ContractColumn));

	column->name = NameStr(meeting->att->attname);
	column->type = meeting->att->atttypid;
	column->typmod = meeting->att->atttypmod;
	column->collation = meeting->att->attcollation;
	format->path = meeting->drift->file->path;
	(void) parquet_column_create(
		meeting->drift->parquet, meeting->drift->parquet->schema->fields[meeting->field], column,
		converter_create(column->type, column->typmod, &meeting->drift->request->options->format),
		format);
}

static void
note_type(Drift *drift, int column, int field, const char *kind, bool breaking, const char *action)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(drift->request->target), column);
	ManifestDifference *difference = drift_add(drift, kind, breaking, action);

	difference->column = NameStr(att->attname);
	difference->file_column = list_nth(drift->names, field);
	difference->expected = format_type_with_typemod(att->atttypid, att->atttypmod);
	difference->found = drift_field_type(drift, field);
}

static void
compare_types(Drift *drift, int column, int field)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(drift->request->target), column);
	Oid expected = getBaseType(att->atttypid);
	Meeting meeting = {drift, field, att};
	Oid found;
	int32 typmod;
	int wider;

	compat_parse_type(drift_field_type(drift, field), &found, &typmod);
	if (!guard_call(try_conversion, &meeting, NULL))
	{
		note_type(drift, column, field, "type_changed", true, "error");
		return;
	}
	if (expected == found && expected != NUMERICOID)
		return;
	if (expected == found)
		wider = compare_numerics(att->atttypmod, typmod);
	else if (rank_of(expected) >= 0 && rank_of(found) >= 0 &&
			 ranks[rank_of(expected)].family == ranks[rank_of(found)].family)
		wider = ranks[rank_of(found)].width - ranks[rank_of(expected)].width;
	else
	{
		if (!is_text(expected))
			note_type(drift, column, field, "type_changed", true, "converted, else quarantine");
		return;
	}
	if (wider > 0)
		note_type(drift, column, field, "type_widened", true, "quarantine of what does not fit");
	else if (wider < 0)
		note_type(drift, column, field, "type_narrowed", false, "converted");
}

/* May a value be NULL, by what the file says? */
static bool
may_be_null(const Drift *drift, const PqField *field)
{
	uint32 i;

	if (!field->nullable || field->kind != PQ_FIELD_SCALAR)
		return field->nullable;
	for (i = 0; i < drift->parquet->nrow_groups; i++)
	{
		PqColumnChunk chunk;
		PqError error;

		pq_error_init(&error);
		if (pq_row_group_read(drift->parquet, i, &field->leaf, 1, &chunk, &error) != FMT_OK)
			parquet_file_raise(drift->file, &error);
		if (!chunk.has_statistics || !chunk.statistics.has_null_count ||
			chunk.statistics.null_count > 0)
			return true;
	}
	return false;
}

static void
compare_nullability(Drift *drift, int column, int field)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(drift->request->target), column);
	ManifestDifference *difference;

	if (!att->attnotnull || !may_be_null(drift, drift->parquet->schema->fields[field]))
		return;
	difference = drift_add(drift, "nullability", true, "quarantine of rows with NULL");
	difference->column = NameStr(att->attname);
	difference->file_column = list_nth(drift->names, field);
	difference->expected = "NOT NULL";
	difference->found = "NULL";
}

void
drift_find_types(Drift *drift)
{
	int i;

	if (drift->parquet == NULL)
		return;
	for (i = 0; i < RelationGetDescr(drift->request->target)->natts; i++)
		if (drift->fields[i] >= 0)
		{
			compare_types(drift, i, drift->fields[i]);
			compare_nullability(drift, i, drift->fields[i]);
		}
}
