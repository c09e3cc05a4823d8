/*
 * json.c: assembles fields from the levels of their leaves, as JSON text.
 *
 * In: vectors and positions.  Out: text through a PqJsonWriter.  Recurses over the
 * schema's fields, PQ_MAX_NESTING deep at most; allocates nothing.
 */
#include "format/parquet/json_writer.h"

#include "format/parquet/variant.h"

static void put_field(PqJsonRow *row, const PqField *field, int depth);

static void
put_struct(PqJsonRow *row, const PqField *field, int depth)
{
	PqJsonWriter *writer = row->writer;
	int32_t i;

	pq_json_literal(writer, "{");
	for (i = 0; i < field->nchildren && writer->status == FMT_OK; i++)
	{
		const PqField *child = field->children[i];

		if (i > 0)
			pq_json_literal(writer, ",");
		pq_json_name(writer, child->name.data, child->name.len);
		put_field(row, child, depth);
	}
	pq_json_literal(writer, "}");
}

static void
put_list(PqJsonRow *row, const PqField *field, int depth)
{
	PqJsonWriter *writer = row->writer;
	bool more = true;

	pq_json_literal(writer, "[");
	while (more && writer->status == FMT_OK)
	{
		put_field(row, field->children[0], depth);
		if (writer->status == FMT_OK)
			(void) pq_json_ok(writer,
							  pq_assembly_more(&row->assembly, field, &more, writer->error));
		if (more)
			pq_json_literal(writer, ",");
	}
	pq_json_literal(writer, "]");
}

static bool
key_is_text(const PqJsonRow *row, const PqField *map)
{
	const PqField *key = map->children[0];

	return key->kind == PQ_FIELD_SCALAR && pq_node_is_text(&row->schema->nodes[key->node]);
}

/* A text key as a member's name. */
static void
put_key(PqJsonRow *row, const PqField *key)
{
	PqJsonWriter *writer = row->writer;
	PqShape shape;
	PqElement element;
	PqBytes text;
	uint32_t value;

	if (!pq_json_ok(writer, pq_assembly_shape(&row->assembly, key, &shape, writer->error)))
		return;
	if (shape == PQ_SHAPE_NULL)
		(void) pq_json_fail(writer, FMT_UNSUPPORTED, "a map has a null key");
	else if (pq_json_ok(writer, pq_assembly_take(&row->assembly, key, &value, writer->error)))
	{
		element = pq_vector_value(pq_assembly_vector(&row->assembly, key), value);
		text = pq_element_bytes(&element);
		pq_json_name(writer, text.data, text.len);
	}
}

/* Entries of a map: a map without values has null for each. */
static void
put_map(PqJsonRow *row, const PqField *field, int depth)
{
	PqJsonWriter *writer = row->writer;
	bool pairs = writer->style->maps_as_pairs || !key_is_text(row, field);
	bool more = true;

	pq_json_put(writer, pairs ? "[" : "{", 1);
	while (more && writer->status == FMT_OK)
	{
		if (pairs)
		{
			pq_json_literal(writer, "{\"key\":");
			put_field(row, field->children[0], depth);
			pq_json_literal(writer, ",\"value\":");
		}
		else
			put_key(row, field->children[0]);
		if (field->nchildren > 1)
			put_field(row, field->children[1], depth);
		else
			pq_json_literal(writer, "null");
		if (pairs)
			pq_json_literal(writer, "}");
		if (writer->status == FMT_OK)
			(void) pq_json_ok(writer,
							  pq_assembly_more(&row->assembly, field, &more, writer->error));
		if (more)
			pq_json_literal(writer, ",");
	}
	pq_json_put(writer, pairs ? "]" : "}", 1);
}

static void
put_scalar(PqJsonRow *row, const PqField *field)
{
	PqJsonWriter *writer = row->writer;
	PqElement element;
	uint32_t value;

	if (!pq_json_ok(writer, pq_assembly_take(&row->assembly, field, &value, writer->error)))
		return;
	element = pq_vector_value(pq_assembly_vector(&row->assembly, field), value);
	pq_json_scalar(writer, &row->schema->nodes[field->node], &element);
}

static void
put_empty(PqJsonRow *row, const PqField *field)
{
	bool is_object = field->kind == PQ_FIELD_MAP && !row->writer->style->maps_as_pairs &&
					 key_is_text(row, field);

	pq_assembly_pass(&row->assembly, field);
	pq_json_put(row->writer, is_object ? "{}" : "[]", 2);
}

static void
put_field(PqJsonRow *row, const PqField *field, int depth)
{
	PqJsonWriter *writer = row->writer;
	PqShape shape;

	if (depth == PQ_MAX_NESTING)
		(void) pq_json_fail(writer, FMT_LIMIT, "nested too deeply");
	if (writer->status != FMT_OK ||
		!pq_json_ok(writer, pq_assembly_shape(&row->assembly, field, &shape, writer->error)))
		return;
	if (shape == PQ_SHAPE_NULL)
	{
		pq_assembly_pass(&row->assembly, field);
		pq_json_literal(writer, "null");
	}
	else if (shape == PQ_SHAPE_EMPTY)
		put_empty(row, field);
	else if (field->kind == PQ_FIELD_SCALAR)
		put_scalar(row, field);
	else if (field->kind == PQ_FIELD_LIST)
		put_list(row, field, depth + 1);
	else if (field->kind == PQ_FIELD_MAP)
		put_map(row, field, depth + 1);
	else if (field->kind == PQ_FIELD_VARIANT && writer->style->variant_is_json)
		pq_variant_field_json(row, field, depth + 1);
	else
		put_struct(row, field, depth + 1);
}

FmtStatus
pq_json_field(const PqSchema *schema, PqAssembly *assembly, const PqJsonStyle *style,
			  const PqSink *sink, PqError *error)
{
	PqJsonWriter writer;
	PqJsonRow row = {schema, *assembly, &writer};

	pq_json_begin(&writer, sink, style, error);
	if (pq_json_ok(&writer, pq_assembly_begin_row(&row.assembly, error)))
		put_field(&row, assembly->field, 0);
	if (writer.status == FMT_OK)
		(void) pq_json_ok(&writer, pq_assembly_end_row(&row.assembly, error));
	return pq_json_finish(&writer);
}

FmtStatus
pq_json_value(const PqSchema *schema, PqAssembly *assembly, const PqField *field,
			  const PqJsonStyle *style, const PqSink *sink, PqError *error)
{
	PqJsonWriter writer;
	PqJsonRow row = {schema, *assembly, &writer};

	pq_json_begin(&writer, sink, style, error);
	put_field(&row, field, 0);
	return pq_json_finish(&writer);
}
