/*
 * parquet_scalar.c: how the values of one leaf become Datums of one type.
 *
 * In: a leaf, a target type.  Out: a ParquetScalar, whose convert function was picked once by
 * (physical type, logical type, target type), and values, doubts and failures of runs.
 * A ParquetScalar lives in the context current at its creation, what it makes in the run's arena.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "contract/convert_verdict.h"
#include "contract/parquet_internal.h"

#define FIRST_DOUBTS    16
#define MAX_SHOWN_BYTES 100 /* of a value in a message */

ParquetFamily
parquet_family(const PqNode *node)
{
	switch (node->logical.kind)
	{
		case PQ_LOGICAL_NULL:
			return PARQUET_NOTHING;
		case PQ_LOGICAL_STRING:
		case PQ_LOGICAL_ENUM:
		case PQ_LOGICAL_JSON:
			return PARQUET_TEXT;
		case PQ_LOGICAL_UUID:
			return PARQUET_UUID;
		case PQ_LOGICAL_DECIMAL:
			return PARQUET_DECIMAL;
		case PQ_LOGICAL_DATE:
			return PARQUET_DATE;
		case PQ_LOGICAL_TIME:
			return PARQUET_TIME;
		case PQ_LOGICAL_TIMESTAMP:
			return PARQUET_TIMESTAMP;
		case PQ_LOGICAL_INTERVAL:
			return PARQUET_INTERVAL;
		case PQ_LOGICAL_FLOAT16:
			return PARQUET_FLOAT;
		default:
			break;
	}
	switch (node->type)
	{
		case PQ_BOOLEAN:
			return PARQUET_BOOLEAN;
		case PQ_INT32:
		case PQ_INT64:
			return PARQUET_INTEGER;
		case PQ_INT96:
			return PARQUET_TIMESTAMP;
		case PQ_FLOAT:
		case PQ_DOUBLE:
			return PARQUET_FLOAT;
		default:
			return PARQUET_BINARY;
	}
}

static ParquetTarget
target_of(Oid base_type)
{
	char category;
	bool preferred;

	switch (base_type)
	{
		case DATEOID:
			return TARGET_DATE;
		case TIMEOID:
		case TIMETZOID:
			return TARGET_TIME;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return TARGET_TIMESTAMP;
		case INTERVALOID:
			return TARGET_INTERVAL;
		case BYTEAOID:
			return TARGET_BYTEA;
		case UUIDOID:
			return TARGET_UUID;
		case JSONOID:
		case JSONBOID:
			return TARGET_JSON;
		default:
			break;
	}
	get_type_category_preferred(base_type, &category, &preferred);
	switch (category)
	{
		case TYPCATEGORY_STRING:
		case TYPCATEGORY_ENUM:
			return TARGET_TEXT;
		case TYPCATEGORY_BOOLEAN:
			return TARGET_BOOLEAN;
		case TYPCATEGORY_NUMERIC:
			return TARGET_NUMBER;
		case TYPCATEGORY_USER:
			return get_typtype(base_type) == TYPTYPE_BASE ? TARGET_USER : TARGET_OTHER;
		default:
			return TARGET_OTHER;
	}
}

/* A column of nulls has no value to write. */
static bool
render_nothing(ParquetScalar *scalar, const char *data, StringInfo text)
{
	appendStringInfoString(text, "a value in a column of nulls");
	return false;
}

static bool
pick_nothing(ParquetScalar *scalar)
{
	scalar->render = render_nothing;
	scalar->convert = parquet_convert_by_text;
	return true;
}

static bool
pick(ParquetScalar *scalar, ParquetFamily family)
{
	static bool (*const picks[])(ParquetScalar * scalar) = {
		[PARQUET_NOTHING] = pick_nothing,           [PARQUET_BOOLEAN] = parquet_pick_boolean,
		[PARQUET_INTEGER] = parquet_pick_integer,   [PARQUET_DECIMAL] = parquet_pick_decimal,
		[PARQUET_FLOAT] = parquet_pick_float,       [PARQUET_DATE] = parquet_pick_date,
		[PARQUET_TIME] = parquet_pick_time,         [PARQUET_TIMESTAMP] = parquet_pick_timestamp,
		[PARQUET_INTERVAL] = parquet_pick_interval, [PARQUET_TEXT] = parquet_pick_text,
		[PARQUET_BINARY] = parquet_pick_binary,     [PARQUET_UUID] = parquet_pick_uuid};

	return picks[family](scalar);
}

ParquetScalar *
parquet_scalar_create(const PqFile *file, const PqField *field, Oid type, int32 typmod,
					  Converter *converter, const ParquetFormat *format)
{
	const PqNode *node = &file->schema->nodes[field->node];
	ConvertFormat no_format = {0};
	ParquetScalar *scalar = palloc0(sizeof(ParquetScalar));
	PqValueKind kind;

	Assert(field->kind == PQ_FIELD_SCALAR);
	if (pq_values_kind(node->type, node->type_length, &kind, &scalar->width) != FMT_OK)
		return NULL;
	no_format.allow_lossy = format->allow_lossy;
	scalar->logical = node->logical;
	scalar->type = node->type;
	scalar->converter = converter;
	scalar->rendered = converter_create(type, typmod, &no_format);
	scalar->target = target_of(converter->base_type);
	scalar->format = format;
	initStringInfo(&scalar->text);
	if (!pick(scalar, parquet_family(node)))
		return NULL;
	if (converter->type != converter->base_type && scalar->convert != parquet_convert_by_text)
	{
		scalar->plain = scalar->convert;
		scalar->convert = parquet_convert_domain;
	}
	if (format->dictionary_memory > 0)
		scalar->cache = parquet_cache_create(format->dictionary_memory);
	return scalar;
}

ParquetDoubt *
parquet_doubt(ParquetRun *run, uint32 i, Converter *converter, const char *text, size_t len)
{
	ParquetDoubt *doubt;

	if (run->ndoubts == run->maxdoubts)
	{
		uint32 n = run->maxdoubts == 0 ? FIRST_DOUBTS : run->maxdoubts * 2;
		ParquetDoubt *doubts =
			MemoryContextAllocHuge(run->arena->context, mul_size(n, sizeof(ParquetDoubt)));

		if (run->ndoubts > 0)
		{
			memcpy(doubts, run->doubts, run->ndoubts * sizeof(ParquetDoubt));
			pfree(run->doubts);
		}
		run->doubts = doubts;
		run->maxdoubts = n;
	}
	doubt = &run->doubts[run->ndoubts++];
	doubt->index = i;
	doubt->converter = converter;
	doubt->text = text;
	doubt->len = (uint32) len;
	doubt->failure = NULL;
	return doubt;
}

/* scalar->text, which the next value overwrites, as a doubt. */
static ParquetDoubt *
doubt_rendered(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	char *copy = MemoryContextAlloc(run->arena->context, scalar->text.len + 1);

	memcpy(copy, scalar->text.data, scalar->text.len + 1);
	return parquet_doubt(run, i, scalar->rendered, copy, scalar->text.len);
}

/* The value's text in scalar->text. */
static bool
render(ParquetScalar *scalar, const ParquetRun *run, uint32 i)
{
	resetStringInfo(&scalar->text);
	return scalar->render(scalar, parquet_at(run, i), &scalar->text);
}

static void
refuse(ParquetScalar *scalar, ParquetRun *run, uint32 i, const char *rule, const char *format)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(run->arena->context);
	const Converter *converter = scalar->rendered;
	ParquetDoubt *doubt = doubt_rendered(scalar, run, i);
	int shown = pg_mbcliplen(doubt->text, (int) doubt->len, MAX_SHOWN_BYTES);
	bool number = scalar->target == TARGET_NUMBER;

	doubt->failure = convert_failure(
		rule, number ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE : ERRCODE_DATETIME_FIELD_OVERFLOW,
		psprintf(format, pnstrdup(doubt->text, shown), shown < (int) doubt->len ? "..." : "",
				 format_type_with_typemod(converter->base_type, converter->base_typmod)));
	MemoryContextSwitchTo(oldcontext);
}

void
parquet_refuse_range(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	(void) render(scalar, run, i);
	refuse(scalar, run, i, "type", "value \"%s%s\" is out of range for type %s");
}

void
parquet_refuse_loss(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	(void) render(scalar, run, i);
	refuse(scalar, run, i, "lossy", "value \"%s%s\" does not fit %s without rounding");
}

void
parquet_by_text(ParquetScalar *scalar, ParquetRun *run, uint32 i)
{
	Datum value;

	if (!render(scalar, run, i))
		refuse(scalar, run, i, "type", "value \"%s%s\" is out of range");
	else if (converter_try(scalar->rendered, scalar->text.data, scalar->text.len, run->arena,
						   &value) == CONVERT_OK)
		parquet_put(run, i, value);
	else
		(void) doubt_rendered(scalar, run, i);
}

void
parquet_convert_by_text(ParquetScalar *scalar, ParquetRun *run)
{
	uint32 i;

	for (i = 0; i < run->n; i++)
		parquet_by_text(scalar, run, i);
}

void
parquet_scalar_run(ParquetScalar *scalar, const PqVector *vector, ParquetRun *run)
{
	run->n = vector->nvalues;
	if (run->n == 0)
		return; /* a vector of nulls need not say what its values are */
	if (vector->kind == PQ_VALUES_INDEX)
	{
		parquet_dictionary_run(scalar, vector->dictionary, vector->data, run);
		return;
	}
	if (vector->width != scalar->width)
		elog(ERROR, "Parquet vector has values of %u bytes, not %u", vector->width, scalar->width);
	run->data = vector->data;
	run->width = vector->width;
	scalar->convert(scalar, run);
}

void
parquet_decide(ParquetRun *run)
{
	ConvertCell *cells = MemoryContextAllocExtended(
		CurrentMemoryContext, mul_size(Max(run->ndoubts, 1), sizeof(ConvertCell)),
		MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	int ncells = 0;
	uint32 i;

	for (i = 0; i < run->ndoubts; i++)
	{
		const ParquetDoubt *doubt = &run->doubts[i];

		if (doubt->failure != NULL)
			continue;
		cells[ncells].converter = doubt->converter;
		cells[ncells].data = doubt->text;
		cells[ncells].len = doubt->len;
		cells[ncells].row = i;
		ncells++;
	}
	convert_cells(cells, ncells);
	for (i = 0; i < (uint32) ncells; i++)
	{
		ParquetDoubt *doubt = &run->doubts[cells[i].row];

		doubt->failure = cells[i].failure;
		if (cells[i].failure == NULL)
			parquet_put(run, doubt->index, cells[i].value);
	}
	pfree(cells);
}

void
parquet_scalar_values(ParquetScalar *scalar, const PqVector *vector, RowBatch *batch, Datum *values,
					  ConvertFailure **failures)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	ParquetRun run = {.values = values, .stride = 1, .arena = &batch->arena};
	uint32 i;

	memset(failures, 0, vector->nvalues * sizeof(ConvertFailure *));
	parquet_scalar_run(scalar, vector, &run);
	if (run.ndoubts > 0)
		parquet_decide(&run);
	for (i = 0; i < run.ndoubts; i++)
		failures[run.doubts[i].index] = run.doubts[i].failure;
	MemoryContextSwitchTo(oldcontext);
}
