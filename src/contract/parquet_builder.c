/*
 * parquet_builder.c: chooses how a nested field becomes a Datum, and builds scalars and text types.
 *
 * In: fields, target types; then vectors and positions.  Out: Datums in the batch, or a failure of
 * the row.
 */
#include "postgres.h"

#include "contract/parquet_builder.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "contract/convert_verdict.h"
#include "contract/guard.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* What guard_call() hands to a domain's constraints. */
typedef struct DomainRun
{
	ParquetBuilder *builder;
	Datum value;
	bool isnull;
} DomainRun;

static const char *const kind_names[] = {"a scalar", "a struct", "a list", "a map", "a variant"};

bool
parquet_build_fail(BuildRow *row, const char *rule, int sqlstate, const char *message)
{
	if (row->failure == NULL)
		row->failure = convert_failure(rule, sqlstate, message);
	return false;
}

bool
parquet_build_status(BuildRow *row, FmtStatus status)
{
	if (status == FMT_OK)
		return true;
	if (status == FMT_ENCODING)
		return parquet_build_fail(row, "encoding", ERRCODE_CHARACTER_NOT_IN_REPERTOIRE,
								  pstrdup(row->error.base.message));
	if (status == FMT_UNSUPPORTED)
		return parquet_build_fail(row, "type", ERRCODE_INVALID_BINARY_REPRESENTATION,
								  pstrdup(row->error.base.message));
	if (status == FMT_LIMIT)
		return parquet_build_fail(row, "type", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
								  pstrdup(row->error.base.message));
	row->status = status;
	return false;
}

void
parquet_builder_mismatch(const BuilderSetup *setup, const PqField *field, Oid type,
						 const char *detail)
{
	char path[256];

	ereport(
		ERROR,
		(errcode(ERRCODE_DATATYPE_MISMATCH),
		 errmsg("column \"%s\" of type %s cannot take column \"%s\" of file \"%s\", which is %s",
				setup->target->name, format_type_be(type),
				pq_schema_path(setup->file->schema, field->node, path, sizeof(path)),
				setup->format->path, kind_names[field->kind]),
		 detail == NULL ? 0 : errdetail("%s", detail),
		 errhint("Columns of type jsonb take lists, structs and maps of any kind.")));
}

/* A value that was converted with its batch. */
static bool
build_scalar(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	uint32_t i;

	if (!parquet_build_status(row,
							  pq_assembly_take(&row->assembly, builder->field, &i, &row->error)))
		return false;
	if (builder->failures[i] != NULL)
	{
		row->failure = builder->failures[i];
		return false;
	}
	*value = builder->values[i];
	return true;
}

/* The text in row->text from start on, decided by the input function. */
static bool
convert_text_value(ParquetBuilder *builder, BuildRow *row, int start, Datum *value)
{
	size_t len = (size_t) (row->text->len - start);
	ConvertCell cell = {0};

	if (converter_try(builder->converter, row->text->data + start, len, &row->batch->arena,
					  value) == CONVERT_OK)
		return true;
	cell.converter = builder->converter;
	cell.data = row->text->data + start;
	cell.len = (uint32) len;
	convert_cells(&cell, 1);
	row->failure = cell.failure;
	*value = cell.value;
	return cell.failure == NULL;
}

static bool
build_json(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	int start = row->text->len;
	bool ok =
		parquet_text_json(row, builder->field) && convert_text_value(builder, row, start, value);

	row->text->len = start;
	return ok;
}

static bool
build_hstore(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	int start = row->text->len;
	bool ok =
		parquet_text_hstore(row, builder->field) && convert_text_value(builder, row, start, value);

	row->text->len = start;
	return ok;
}

/* hstore has no fixed OID: its extension can be in any schema. */
static bool
type_is_hstore(Oid type)
{
	HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	bool result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	result = form->typtype == TYPTYPE_BASE && form->typcategory == TYPCATEGORY_USER &&
			 strcmp(NameStr(form->typname), "hstore") == 0;
	ReleaseSysCache(tuple);
	return result;
}

static bool
type_takes_json(Oid type)
{
	return type == JSONBOID || type == JSONOID || type == TEXTOID || type == VARCHAROID;
}

/*
 * The column's own, or one for an element or member: what the file has is written in the standard
 * way.
 */
static void
make_converter(const BuilderSetup *setup, ParquetBuilder *builder)
{
	if (builder->field == setup->top)
		builder->converter = setup->converter;
	else if (builder->converter == NULL)
		builder->converter =
			converter_create(builder->type, builder->typmod, &setup->convert_format);
}

/* Scalars first, then arrays and composites; what is left may be text. */
static void
choose_build(const BuilderSetup *setup, ParquetBuilder *builder, Oid base, int32 base_typmod)
{
	const PqField *field = builder->field;
	Oid element_type = get_element_type(base);

	if (field->kind == PQ_FIELD_SCALAR)
	{
		make_converter(setup, builder);
		builder->scalar = parquet_scalar_create(setup->file, field, builder->type, builder->typmod,
												builder->converter, setup->format);
		if (builder->scalar != NULL)
		{
			builder->build = build_scalar;
			builder->is_domain = false; /* the scalar's business, but for NULL */
			return;
		}
	}
	else if (field->kind == PQ_FIELD_LIST && OidIsValid(element_type))
	{
		parquet_array_create(setup, builder, element_type, base_typmod);
		return;
	}
	else if (field->kind == PQ_FIELD_STRUCT && type_is_rowtype(base))
	{
		parquet_composite_create(setup, builder, base);
		return;
	}
	make_converter(setup, builder);
	builder->is_domain = false; /* the converter's business, but for NULL */
	if (type_takes_json(base))
		builder->build = build_json;
	else if (field->kind == PQ_FIELD_MAP && type_is_hstore(base))
		builder->build = build_hstore;
	else
		parquet_builder_mismatch(setup, field, builder->type, NULL);
}

ParquetBuilder *
parquet_builder_create(const BuilderSetup *setup, const PqField *field, Oid type, int32 typmod)
{
	ParquetBuilder *builder = palloc0(sizeof(ParquetBuilder));
	int32 base_typmod = typmod;
	Oid base = getBaseTypeAndTypmod(type, &base_typmod);

	check_stack_depth();
	builder->field = field;
	builder->type = type;
	builder->typmod = typmod;
	builder->context = CurrentMemoryContext;
	builder->is_domain = base != type;
	builder->null_is_checked = base == type;
	choose_build(setup, builder, base, base_typmod);
	return builder;
}

void
parquet_builder_prepare(ParquetBuilder *builder, const PqField *top, const PqVector *vectors,
						RowBatch *batch)
{
	int i;

	if (builder->scalar != NULL)
	{
		const PqVector *vector = &vectors[builder->field->leaf - top->leaf];
		Size n = Max(vector->nvalues, 1);

		builder->values = MemoryContextAllocHuge(batch->context, mul_size(n, sizeof(Datum)));
		builder->failures =
			MemoryContextAllocHuge(batch->context, mul_size(n, sizeof(ConvertFailure *)));
		parquet_scalar_values(builder->scalar, vector, batch, builder->values, builder->failures);
	}
	if (builder->element != NULL)
		parquet_builder_prepare(builder->element, top, vectors, batch);
	for (i = 0; i < builder->nmembers; i++)
		parquet_builder_prepare(builder->members[i], top, vectors, batch);
}

static void
run_domain(void *arg)
{
	DomainRun *run = arg;

	domain_check(run->value, run->isnull, run->builder->type, &run->builder->domain_state,
				 run->builder->context);
}

/* NULL, or why the builder's domain refuses the value; in CurrentMemoryContext. */
static ConvertFailure *
check_domain(ParquetBuilder *builder, Datum value, bool isnull)
{
	DomainRun run = {builder, value, isnull};
	ErrorData *error;

	if (guard_call(run_domain, &run, &error))
		return NULL;
	return convert_failure("domain", error->sqlerrcode, error->message);
}

/* The column itself is asked by contract_check(); this is for elements and members. */
static bool
null_is_allowed(ParquetBuilder *builder, BuildRow *row)
{
	if (!builder->null_is_checked)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(builder->context);

		builder->null_failure = check_domain(builder, (Datum) 0, true);
		builder->null_is_checked = true;
		MemoryContextSwitchTo(oldcontext);
	}
	row->failure = builder->null_failure;
	return builder->null_failure == NULL;
}

bool
parquet_build(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	PqShape shape;

	*value = (Datum) 0;
	*isnull = false;
	if (!parquet_build_status(
			row, pq_assembly_shape(&row->assembly, builder->field, &shape, &row->error)))
		return false;
	if (shape == PQ_SHAPE_NULL)
	{
		pq_assembly_pass(&row->assembly, builder->field);
		*isnull = true;
		return null_is_allowed(builder, row);
	}
	if (!builder->build(builder, row, value, isnull))
		return false;
	if (builder->is_domain)
		row->failure = check_domain(builder, *value, *isnull);
	return row->failure == NULL;
}
