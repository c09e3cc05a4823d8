/*
 * parquet_arrays.c: lists to arrays, lists of lists to arrays of more dimensions.
 *
 * In: a builder of kind array and the current slots.  Out: an array in the batch.  PostgreSQL's
 * arrays are rectangular: a list of lists whose lengths differ, or that has null or empty lists
 * inside, is a failure of its row.
 */
#include "postgres.h"

#include "contract/parquet_builder.h"

#include "access/tupmacs.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* Elements collected so far, of all dimensions. */
typedef struct Elements
{
	Datum *values;
	bool *nulls;
	Size n;
	Size allocated;
	Size size;        /* bytes of the values in an array, with padding */
	int dims[MAXDIM]; /* -1: not known yet */
} Elements;

#define INITIAL_ELEMENTS 64

static bool
add_element(ParquetBuilder *builder, BuildRow *row, Elements *elements, Datum value, bool isnull)
{
	if (elements->n == elements->allocated)
	{
		elements->allocated *= 2;
		elements->values =
			repalloc_huge(elements->values, mul_size(elements->allocated, sizeof(Datum)));
		elements->nulls =
			repalloc_huge(elements->nulls, mul_size(elements->allocated, sizeof(bool)));
	}
	if (!isnull)
	{
		elements->size = att_addlength_datum(elements->size, builder->element_len, value);
		elements->size = att_align_nominal(elements->size, builder->element_align);
	}
	/* 4 bytes more than a header of 1 byte, and the null bitmap */
	if (elements->n >= MaxArraySize ||
		elements->size + elements->n * 5 > MaxAllocSize - ARR_OVERHEAD_WITHNULLS(MAXDIM, 0))
		return parquet_build_fail(row, "type", ERRCODE_PROGRAM_LIMIT_EXCEEDED,
								  "array is too large");
	elements->values[elements->n] = value;
	elements->nulls[elements->n] = isnull;
	elements->n++;
	return true;
}

static bool
not_rectangular(BuildRow *row)
{
	return parquet_build_fail(row, "type", ERRCODE_ARRAY_SUBSCRIPT_ERROR,
							  "lists inside a list differ in length or are null: "
							  "not a rectangular array");
}

/* The elements of list, which is dimension dim. */
static bool
collect(ParquetBuilder *builder, BuildRow *row, const PqField *list, int dim, Elements *elements)
{
	bool more = true;
	int count = 0;
	PqShape shape;

	if (!parquet_build_status(row, pq_assembly_shape(&row->assembly, list, &shape, &row->error)))
		return false;
	if (shape != PQ_SHAPE_PRESENT)
	{
		pq_assembly_pass(&row->assembly, list);
		return dim == 0 || not_rectangular(row);
	}
	while (more)
	{
		CHECK_FOR_INTERRUPTS();
		if (dim + 1 < builder->ndims)
		{
			if (!collect(builder, row, list->children[0], dim + 1, elements))
				return false;
		}
		else
		{
			Datum value;
			bool isnull;

			if (!parquet_build(builder->element, row, &value, &isnull) ||
				!add_element(builder, row, elements, value, isnull))
				return false;
		}
		count++;
		if (!parquet_build_status(row, pq_assembly_more(&row->assembly, list, &more, &row->error)))
			return false;
	}
	if (elements->dims[dim] == -1)
		elements->dims[dim] = count;
	return elements->dims[dim] == count || not_rectangular(row);
}

/* Whether values, all of them good, fit into an array. */
static bool
values_fit(const ParquetBuilder *builder, const Datum *values, ConvertFailure *const *failures,
		   uint32 n)
{
	Size size = 0;
	uint32 i;

	for (i = 0; i < n; i++)
	{
		if (failures[i] != NULL)
			return false;
		size = att_addlength_datum(size, builder->element_len, values[i]);
		size = att_align_nominal(size, builder->element_align);
		if (size > MaxAllocSize / 2)
			return false;
	}
	return n <= MaxArraySize;
}

/* A list of scalars without nulls, which is what most lists are; false: it is none, or not a good one. */
static bool
build_plain_array(ParquetBuilder *builder, BuildRow *row, Datum *value)
{
	const ParquetBuilder *element = builder->element;
	PqPosition *at = &row->assembly.at[builder->field->leaf - row->assembly.field->leaf];
	PqPosition start = *at;
	int lower_bound = 1;
	uint32_t first;
	uint32_t n;
	int dim;

	if (builder->ndims > 1 || element->scalar == NULL ||
		!pq_assembly_take_list(&row->assembly, builder->field, &first, &n))
		return false;
	if (!values_fit(builder, element->values + first, element->failures + first, n))
	{
		*at = start;
		return false;
	}
	dim = (int) n;
	*value = PointerGetDatum(construct_md_array(
		element->values + first, NULL, 1, &dim, &lower_bound, builder->element_type,
		builder->element_len, builder->element_byval, builder->element_align));
	return true;
}

static bool
build_array(ParquetBuilder *builder, BuildRow *row, Datum *value, bool *isnull)
{
	int lower_bounds[MAXDIM];
	Elements elements = {0};
	int i;

	if (build_plain_array(builder, row, value))
		return true;
	elements.allocated = INITIAL_ELEMENTS;
	elements.values = palloc(INITIAL_ELEMENTS * sizeof(Datum));
	elements.nulls = palloc(INITIAL_ELEMENTS * sizeof(bool));
	for (i = 0; i < MAXDIM; i++)
	{
		elements.dims[i] = -1;
		lower_bounds[i] = 1;
	}
	if (!collect(builder, row, builder->field, 0, &elements))
		return false;
	if (elements.n == 0)
		*value = PointerGetDatum(construct_empty_array(builder->element_type));
	else
		*value = PointerGetDatum(
			construct_md_array(elements.values, elements.nulls, builder->ndims, elements.dims,
							   lower_bounds, builder->element_type, builder->element_len,
							   builder->element_byval, builder->element_align));
	pfree(elements.values);
	pfree(elements.nulls);
	return true;
}

/* Lists inside of the list are dimensions, unless an element can take a list by itself. */
void
parquet_array_create(const BuilderSetup *setup, ParquetBuilder *builder, Oid element_type,
					 int32 element_typmod)
{
	const PqField *element = builder->field->children[0];
	Oid base = getBaseType(element_type);
	bool is_json = base == JSONOID || base == JSONBOID;

	builder->ndims = 1;
	while (element->kind == PQ_FIELD_LIST && !is_json && !OidIsValid(get_element_type(base)))
	{
		if (++builder->ndims > MAXDIM)
			parquet_builder_mismatch(setup, builder->field, builder->type,
									 "Its lists are nested more deeply than an array can be.");
		element = element->children[0];
	}
	builder->build = build_array;
	builder->element_type = element_type;
	get_typlenbyvalalign(element_type, &builder->element_len, &builder->element_byval,
						 &builder->element_align);
	builder->element = parquet_builder_create(setup, element, element_type, element_typmod);
}
