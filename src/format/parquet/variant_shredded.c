/*
 * variant_shredded.c: VARIANT columns, whose values are wholly or partly in typed columns.
 *
 * In: the leaves of a VARIANT field.  Out: one JSON value.  Rules: VariantShredding.md of
 * apache/parquet-format. A "pair" is a group with the columns value (variant bytes) and typed_value
 * (anything); one of them may be absent from the schema.  What the rules call invalid is an error
 * of the value: a row must not be loaded wrong.
 */
#include "format/parquet/variant.h"

#include <string.h>

/* A pair in the current slots. A column that the schema has not is NULL. */
typedef struct Pair
{
	const PqField *value;
	const PqField *typed;
	bool has_value; /* not null */
	bool has_typed;
} Pair;

typedef struct ShreddedRow
{
	PqJsonRow *row;
	PqVariantMetadata metadata;
} ShreddedRow;

static void put_pair(ShreddedRow *shredded, const Pair *pair, int depth);

static const PqField *
find_child(const PqField *group, const char *name)
{
	int32_t i;

	for (i = 0; i < group->nchildren; i++)
		if (group->children[i]->name.len == strlen(name) &&
			memcmp(group->children[i]->name.data, name, strlen(name)) == 0)
			return group->children[i];
	return NULL;
}

static bool
is_present(PqJsonRow *row, const PqField *field)
{
	PqShape shape;

	if (field == NULL)
		return false;
	return pq_json_ok(row->writer,
					  pq_assembly_shape(&row->assembly, field, &shape, row->writer->error)) &&
		   shape != PQ_SHAPE_NULL;
}

static void
pass(PqJsonRow *row, const PqField *field)
{
	if (field != NULL)
		pq_assembly_pass(&row->assembly, field);
}

static bool
is_binary(const PqJsonRow *row, const PqField *field)
{
	return field->kind == PQ_FIELD_SCALAR && row->schema->nodes[field->node].type == PQ_BYTE_ARRAY;
}

/* Are the columns of group a pair?  others: how many columns it has besides. */
static bool
open_pair(PqJsonRow *row, const PqField *group, int others, Pair *pair)
{
	if (group->kind == PQ_FIELD_STRUCT || group->kind == PQ_FIELD_VARIANT)
	{
		pair->value = find_child(group, "value");
		pair->typed = find_child(group, "typed_value");
		if ((pair->value != NULL) + (pair->typed != NULL) == group->nchildren - others &&
			group->nchildren > others && (pair->value == NULL || is_binary(row, pair->value)))
		{
			pair->has_value = is_present(row, pair->value);
			pair->has_typed = is_present(row, pair->typed);
			return row->writer->status == FMT_OK;
		}
	}
	(void) pq_json_fail(row->writer, FMT_UNSUPPORTED,
						"VARIANT column is shredded in an unknown way");
	return false;
}

static bool
take_bytes(PqJsonRow *row, const PqField *field, PqBytes *bytes)
{
	PqElement element;
	uint32_t value;

	if (!pq_json_ok(row->writer,
					pq_assembly_take(&row->assembly, field, &value, row->writer->error)))
		return false;
	element = pq_vector_value(pq_assembly_vector(&row->assembly, field), value);
	*bytes = pq_element_bytes(&element);
	return true;
}

static void
put_typed_scalar(PqJsonRow *row, const PqField *field)
{
	PqElement element;
	uint32_t value;

	if (!pq_json_ok(row->writer,
					pq_assembly_take(&row->assembly, field, &value, row->writer->error)))
		return;
	element = pq_vector_value(pq_assembly_vector(&row->assembly, field), value);
	pq_json_scalar(row->writer, &row->schema->nodes[field->node], &element);
}

/*
 * Shredded fields; *nfields members are written already.  A field without value is not in the
 * object.
 */
static void
put_shredded_members(ShreddedRow *shredded, const PqField *object, uint32_t nfields, int depth)
{
	PqJsonRow *row = shredded->row;
	int32_t i;

	for (i = 0; i < object->nchildren && row->writer->status == FMT_OK; i++)
	{
		const PqField *child = object->children[i];
		Pair pair;

		if (!open_pair(row, child, 0, &pair))
			return;
		if (!pair.has_value && !pair.has_typed)
		{
			pq_assembly_pass(&row->assembly, child);
			continue;
		}
		if (nfields++ > 0)
			pq_json_literal(row->writer, ",");
		pq_json_name(row->writer, child->name.data, child->name.len);
		put_pair(shredded, &pair, depth + 1);
	}
}

/* What was not shredded comes first: of a name that is in both, the last one counts. */
static void
put_object(ShreddedRow *shredded, const Pair *pair, int depth)
{
	PqJsonRow *row = shredded->row;
	PqBytes bytes;
	uint32_t nfields = 0;

	pq_json_literal(row->writer, "{");
	if (!pair->has_value)
		pass(row, pair->value);
	else if (take_bytes(row, pair->value, &bytes))
		pq_variant_members_json(row->writer, &shredded->metadata, bytes, depth, &nfields);
	put_shredded_members(shredded, pair->typed, nfields, depth);
	pq_json_literal(row->writer, "}");
}

/* Elements must not be missing; one that is, reads as null. */
static void
put_array(ShreddedRow *shredded, const PqField *list, int depth)
{
	PqJsonRow *row = shredded->row;
	PqJsonWriter *writer = row->writer;
	bool more = true;
	PqShape shape;

	if (!pq_json_ok(writer, pq_assembly_shape(&row->assembly, list, &shape, writer->error)))
		return;
	if (shape == PQ_SHAPE_EMPTY)
	{
		pq_assembly_pass(&row->assembly, list);
		pq_json_literal(writer, "[]");
		return;
	}
	pq_json_literal(writer, "[");
	while (more && writer->status == FMT_OK)
	{
		Pair pair;

		if (open_pair(row, list->children[0], 0, &pair))
			put_pair(shredded, &pair, depth + 1);
		if (writer->status == FMT_OK)
			(void) pq_json_ok(writer, pq_assembly_more(&row->assembly, list, &more, writer->error));
		if (more)
			pq_json_literal(writer, ",");
	}
	pq_json_literal(writer, "]");
}

/* construct_variant() of the specification. */
static void
put_pair(ShreddedRow *shredded, const Pair *pair, int depth)
{
	PqJsonRow *row = shredded->row;
	PqBytes bytes;

	if (depth >= PQ_MAX_NESTING)
		(void) pq_json_fail(row->writer, FMT_LIMIT, "nested too deeply");
	else if (pair->has_typed && pair->typed->kind == PQ_FIELD_STRUCT)
		put_object(shredded, pair, depth);
	else if (pair->has_typed && pair->has_value)
		(void) pq_json_fail(row->writer, FMT_UNSUPPORTED,
							"variant has both value and typed_value, and is not an object");
	else if (pair->has_typed)
	{
		pass(row, pair->value);
		if (pair->typed->kind == PQ_FIELD_SCALAR)
			put_typed_scalar(row, pair->typed);
		else if (pair->typed->kind == PQ_FIELD_LIST)
			put_array(shredded, pair->typed, depth);
		else
			(void) pq_json_fail(row->writer, FMT_UNSUPPORTED,
								"VARIANT column is shredded in an unknown way");
	}
	else
	{
		pass(row, pair->typed);
		if (!pair->has_value)
		{
			pass(row, pair->value);
			pq_json_literal(row->writer, "null");
		}
		else if (take_bytes(row, pair->value, &bytes))
			pq_variant_value_json(row->writer, &shredded->metadata, bytes, depth);
	}
}

void
pq_variant_field_json(PqJsonRow *row, const PqField *field, int depth)
{
	const PqField *metadata = find_child(field, "metadata");
	ShreddedRow shredded;
	PqBytes bytes;
	Pair pair;

	shredded.row = row;
	if (metadata == NULL || !is_binary(row, metadata) || !is_present(row, metadata))
		(void) pq_json_fail(row->writer, FMT_UNSUPPORTED, "VARIANT value has no metadata");
	else if (take_bytes(row, metadata, &bytes) &&
			 pq_variant_metadata(row->writer, bytes, &shredded.metadata) &&
			 open_pair(row, field, 1, &pair))
		put_pair(&shredded, &pair, depth);
}
