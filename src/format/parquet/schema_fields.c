/*
 * schema_fields.c: what the schema means: scalars, structs, lists and maps.
 *
 * in:  the tree of nodes, with levels
 * out: the tree of PqFields, in two pieces of memory that belong to the schema
 *
 * LISTs and MAPs are resolved by the backward-compatibility rules of LogicalTypes.md.  A group
 * whose annotation does not have the shape it promises is a struct.  Functions
 * here recurse; schema.c limits the tree's depth to PQ_MAX_LEVEL.
 */
#include "format/parquet/schema_parts.h"

#include <string.h>

typedef struct Builder
{
	const PqSchema *schema;
	PqField *next;        /* of all_fields */
	PqField **next_child; /* of the memory for pointers to fields */
} Builder;

static PqField *build_field(Builder *builder, int32_t node_number);

static bool
name_is(const PqNode *node, const char *name)
{
	return node->name.len == strlen(name) && memcmp(node->name.data, name, node->name.len) == 0;
}

/* Is node's name the list's with "_tuple" behind it? */
static bool
is_tuple_of(const PqNode *node, const PqNode *list)
{
	static const char suffix[] = "_tuple";
	const uint32_t suffix_len = (uint32_t) sizeof(suffix) - 1;

	return node->name.len == list->name.len + suffix_len &&
		   memcmp(node->name.data, list->name.data, list->name.len) == 0 &&
		   memcmp(node->name.data + list->name.len, suffix, suffix_len) == 0;
}

/* The only child of a group, or NULL. */
static const PqNode *
only_child(const PqSchema *schema, const PqNode *node)
{
	const PqNode *child;

	if (node->is_leaf || node->first_child < 0)
		return NULL;
	child = &schema->nodes[node->first_child];
	return child->next_sibling < 0 ? child : NULL;
}

/* The repeated node below a LIST or MAP; NULL: the group does not have that shape. */
static const PqNode *
repeated_child(const PqSchema *schema, const PqNode *node)
{
	const PqNode *child = only_child(schema, node);

	return child != NULL && child->repetition == PQ_REPEATED ? child : NULL;
}

/* Is the repeated node the element itself?  Else it stands between list and element. */
static bool
is_element(const PqSchema *schema, const PqNode *list, const PqNode *repeated)
{
	const PqNode *child = only_child(schema, repeated);

	return child == NULL || child->repetition == PQ_REPEATED ||
		   repeated->logical.kind == PQ_LOGICAL_LIST || repeated->logical.kind == PQ_LOGICAL_MAP ||
		   name_is(repeated, "array") || is_tuple_of(repeated, list);
}

/* A repeated group of a key, and a value or none. */
static bool
is_key_value(const PqSchema *schema, const PqNode *node)
{
	int32_t child;
	int n = 0;

	for (child = node->first_child; child >= 0 && n <= 2; child = schema->nodes[child].next_sibling)
		n++;
	return n == 1 || n == 2;
}

/* Has the group what is needed to decode a VARIANT?  VariantShredding.md */
static bool
is_variant(const PqSchema *schema, const PqNode *node)
{
	bool has_metadata = false;
	bool has_value = false; /* as it is or in typed_value */
	int32_t number;

	for (number = node->first_child; number >= 0; number = schema->nodes[number].next_sibling)
	{
		const PqNode *child = &schema->nodes[number];

		if (child->repetition == PQ_REPEATED)
			return false;
		if (name_is(child, "metadata"))
			has_metadata = child->is_leaf && child->type == PQ_BYTE_ARRAY;
		else if (name_is(child, "value"))
			has_value |= child->is_leaf && child->type == PQ_BYTE_ARRAY;
		else if (name_is(child, "typed_value"))
			has_value = true;
		else
			return false;
	}
	return has_metadata && has_value;
}

static int32_t
number_of(const PqSchema *schema, const PqNode *node)
{
	return (int32_t) (node - schema->nodes);
}

/* A new field with what kind and node give, and room for nchildren. */
static PqField *
new_field(Builder *builder, PqFieldKind kind, const PqNode *node, int32_t nchildren)
{
	PqField *field = builder->next++;

	memset(field, 0, sizeof(*field));
	field->kind = kind;
	field->name = node->name;
	field->node = number_of(builder->schema, node);
	field->nullable = node->repetition == PQ_OPTIONAL;
	field->def_present = node->max_def;
	field->leaf = node->leaf;
	field->nleaves = node->nleaves;
	field->nchildren = nchildren;
	field->children = builder->next_child;
	builder->next_child += nchildren;
	return field;
}

static void
build_children(Builder *builder, PqField *field, const PqNode *parent)
{
	int32_t child = parent->first_child;
	int32_t i;

	for (i = 0; i < field->nchildren; i++)
	{
		field->children[i] = build_field(builder, child);
		child = builder->schema->nodes[child].next_sibling;
	}
}

static PqField *build_single(Builder *builder, const PqNode *node);

static PqField *
build_list(Builder *builder, const PqNode *node, const PqNode *repeated)
{
	PqField *field = new_field(builder, PQ_FIELD_LIST, node, 1);

	field->rep = repeated->max_rep;
	field->def_element = repeated->max_def;
	if (is_element(builder->schema, node, repeated))
		field->children[0] = build_single(builder, repeated);
	else
		field->children[0] = build_field(builder, repeated->first_child);
	return field;
}

static PqField *
build_map(Builder *builder, const PqNode *node, const PqNode *repeated)
{
	PqField *field = new_field(builder, PQ_FIELD_MAP, node, repeated->num_children);

	field->rep = repeated->max_rep;
	field->def_element = repeated->max_def;
	build_children(builder, field, repeated);
	return field;
}

/* The field of a node as it is at one place, whatever repeats it. */
static PqField *
build_single(Builder *builder, const PqNode *node)
{
	const PqNode *repeated = repeated_child(builder->schema, node);
	PqFieldKind kind = PQ_FIELD_STRUCT;
	PqField *field;

	if (node->logical.kind == PQ_LOGICAL_LIST && repeated != NULL)
		return build_list(builder, node, repeated);
	if (node->logical.kind == PQ_LOGICAL_MAP && repeated != NULL &&
		is_key_value(builder->schema, repeated))
		return build_map(builder, node, repeated);

	if (node->is_leaf)
		kind = PQ_FIELD_SCALAR;
	else if (node->logical.kind == PQ_LOGICAL_VARIANT && is_variant(builder->schema, node))
		kind = PQ_FIELD_VARIANT;
	field = new_field(builder, kind, node, node->is_leaf ? 0 : node->num_children);
	build_children(builder, field, node);
	return field;
}

/* The field of a node; a repeated one that is not part of a LIST or MAP is a list of its own. */
static PqField *
build_field(Builder *builder, int32_t node_number)
{
	const PqNode *node = &builder->schema->nodes[node_number];
	PqField *list;

	if (node->repetition != PQ_REPEATED)
		return build_single(builder, node);
	list = new_field(builder, PQ_FIELD_LIST, node, 1);
	list->def_present = (uint8_t) (node->max_def - 1);
	list->rep = node->max_rep;
	list->def_element = node->max_def;
	list->children[0] = build_single(builder, node);
	return list;
}

FmtStatus
pq_fields_build(PqSchema *schema, const FmtAllocator *allocator)
{
	const PqNode *root = &schema->nodes[0];
	size_t most = (size_t) schema->nnodes; /* a repeated node can be list and element */
	Builder builder;
	int32_t child;
	int32_t i;

	for (i = 0; i < schema->nnodes; i++)
		most += schema->nodes[i].repetition == PQ_REPEATED;
	schema->all_fields = allocator->alloc(allocator->context, most * sizeof(PqField));
	if (schema->all_fields == NULL)
		return FMT_NO_MEMORY;
	schema->fields = allocator->alloc(allocator->context, most * sizeof(PqField *));
	if (schema->fields == NULL)
		return FMT_NO_MEMORY;

	schema->nfields = root->num_children;
	builder.schema = schema;
	builder.next = schema->all_fields;
	builder.next_child = schema->fields + schema->nfields;
	child = root->first_child;
	for (i = 0; i < schema->nfields; i++)
	{
		schema->fields[i] = build_field(&builder, child);
		child = schema->nodes[child].next_sibling;
	}
	return FMT_OK;
}
