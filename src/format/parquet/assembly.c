/*
 * assembly.c: walks the leaves of a nested field row by row.
 *
 * In: vectors and positions, which are the caller's.  Out: shapes, value numbers, moved positions.
 */
#include "format/parquet/assembly.h"

/* The definition level of a slot; without levels it is the highest. */
static inline uint8_t
slot_def(const PqVector *vector, uint32_t slot)
{
	return vector->def != NULL ? vector->def[slot] : UINT8_MAX;
}

/* The repetition level of a slot; behind the last one a new row begins. */
static inline uint8_t
slot_rep(const PqVector *vector, uint32_t slot)
{
	return vector->rep != NULL && slot < vector->nslots ? vector->rep[slot] : 0;
}

static FmtStatus
disagree(PqError *error, int32_t leaf, const char *what)
{
	(void) pq_error(error, FMT_CORRUPT, 0, "columns of one field are out of step: %s", what);
	if (error != NULL)
		error->leaf = leaf;
	return FMT_CORRUPT;
}

FmtStatus
pq_assembly_begin_row(const PqAssembly *assembly, PqError *error)
{
	int32_t i;

	for (i = 0; i < assembly->field->nleaves; i++)
	{
		if (assembly->at[i].slot >= assembly->vectors[i].nslots)
			return disagree(error, assembly->field->leaf + i, "one has fewer rows");
		if (slot_rep(&assembly->vectors[i], assembly->at[i].slot) != 0)
			return disagree(error, assembly->field->leaf + i, "a row begins inside a list");
	}
	return FMT_OK;
}

FmtStatus
pq_assembly_end_row(const PqAssembly *assembly, PqError *error)
{
	int32_t i;

	for (i = 0; i < assembly->field->nleaves; i++)
		if (slot_rep(&assembly->vectors[i], assembly->at[i].slot) != 0)
			return disagree(error, assembly->field->leaf + i, "a row goes on behind its end");
	return FMT_OK;
}

static inline PqShape
shape_of(const PqField *field, uint8_t def)
{
	if (def < field->def_present)
		return PQ_SHAPE_NULL;
	if ((field->kind == PQ_FIELD_LIST || field->kind == PQ_FIELD_MAP) && def < field->def_element)
		return PQ_SHAPE_EMPTY;
	return PQ_SHAPE_PRESENT;
}

FmtStatus
pq_assembly_shape(const PqAssembly *assembly, const PqField *field, PqShape *shape, PqError *error)
{
	int32_t first = field->leaf - assembly->field->leaf;
	int32_t i;

	*shape = field->kind == PQ_FIELD_STRUCT ? PQ_SHAPE_PRESENT : PQ_SHAPE_EMPTY;
	for (i = 0; i < field->nleaves; i++)
	{
		const PqVector *vector = &assembly->vectors[first + i];
		uint32_t slot = assembly->at[first + i].slot;
		PqShape mine;

		if (slot >= vector->nslots)
			return disagree(error, field->leaf + i, "one has fewer entries");
		mine = shape_of(field, slot_def(vector, slot));
		if (i > 0 && mine != *shape)
			return disagree(error, field->leaf + i, "some have a value where others have none");
		*shape = mine;
	}
	return FMT_OK;
}

void
pq_assembly_pass(PqAssembly *assembly, const PqField *field)
{
	int32_t first = field->leaf - assembly->field->leaf;
	int32_t i;

	for (i = 0; i < field->nleaves; i++)
		assembly->at[first + i].slot++;
}

FmtStatus
pq_assembly_take(PqAssembly *assembly, const PqField *field, uint32_t *value, PqError *error)
{
	PqPosition *at = &assembly->at[field->leaf - assembly->field->leaf];

	if (at->value >= pq_assembly_vector(assembly, field)->nvalues)
		return disagree(error, field->leaf, "one has fewer values than its levels say");
	*value = at->value++;
	at->slot++;
	return FMT_OK;
}

bool
pq_assembly_take_list(PqAssembly *assembly, const PqField *list, uint32_t *value, uint32_t *n)
{
	const PqField *element = list->children[0];
	const PqVector *vector = pq_assembly_vector(assembly, element);
	PqPosition *at = &assembly->at[element->leaf - assembly->field->leaf];
	uint32_t slot = at->slot;

	do
	{
		if (slot >= vector->nslots || slot_def(vector, slot) < element->def_present)
			return false;
		slot++;
	} while (slot_rep(vector, slot) == list->rep);
	*n = slot - at->slot;
	if (*n > vector->nvalues || at->value > vector->nvalues - *n)
		return false;
	*value = at->value;
	at->value += *n;
	at->slot = slot;
	return true;
}

FmtStatus
pq_assembly_more(const PqAssembly *assembly, const PqField *field, bool *more, PqError *error)
{
	int32_t first = field->leaf - assembly->field->leaf;
	int32_t i;

	*more = false;
	for (i = 0; i < field->nleaves; i++)
	{
		const PqVector *vector = &assembly->vectors[first + i];
		uint32_t slot = assembly->at[first + i].slot;
		uint8_t rep = slot_rep(vector, slot);

		if (rep > field->rep)
			return disagree(error, field->leaf + i, "a list goes on behind its end");
		if (i > 0 && *more != (rep == field->rep))
			return disagree(error, field->leaf + i, "lists differ in length");
		*more = rep == field->rep;
		if (*more && slot_def(vector, slot) < field->def_element)
			return disagree(error, field->leaf + i, "a list goes on without an element");
	}
	return FMT_OK;
}

/* The scalar below field that is leaf number leaf; NULL only for a tree that contradicts itself. */
static const PqField *
find_scalar(const PqField *field, int32_t leaf)
{
	while (field != NULL && field->kind != PQ_FIELD_SCALAR)
	{
		const PqField *next = NULL;
		int32_t i;

		for (i = 0; i < field->nchildren && next == NULL; i++)
			if (leaf >= field->children[i]->leaf &&
				leaf - field->children[i]->leaf < field->children[i]->nleaves)
				next = field->children[i];
		field = next;
	}
	return field;
}

/* Moves at behind n rows of a leaf whose values have a definition level of at least def_value. */
static void
skip_leaf(const PqVector *vector, uint8_t def_value, PqPosition *at, uint32_t n)
{
	uint32_t slot = at->slot;
	uint32_t value = at->value;

	while (n > 0 && slot < vector->nslots)
	{
		value += slot_def(vector, slot) >= def_value;
		slot++;
		n -= slot_rep(vector, slot) == 0;
	}
	at->slot = slot;
	at->value = value;
}

void
pq_skip_rows(const PqField *field, const PqVector *vectors, PqPosition *at, uint32_t n)
{
	int32_t i;

	for (i = 0; i < field->nleaves; i++)
	{
		const PqField *scalar = find_scalar(field, field->leaf + i);

		if (vectors[i].def == NULL && vectors[i].rep == NULL)
		{
			at[i].slot += n;
			at[i].value += n;
		}
		else if (scalar != NULL)
			skip_leaf(&vectors[i], scalar->def_present, &at[i], n);
	}
}
