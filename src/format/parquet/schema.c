/*
 * schema.c: the tree of a file's columns.
 *
 * in:  the list of SchemaElements in the footer, depth first, groups with their number of children
 * out: a PqSchema with nodes, leaves and levels (fields: schema_fields.c)
 *
 * Nothing recurses: the groups that are still open are kept on a stack of PQ_MAX_LEVEL.  The nodes
 * take memory in proportion to the number of elements, which is capped.
 */
#include "format/parquet/schema_parts.h"

#include <stdio.h>
#include <string.h>

/* A group whose children are not complete. */
typedef struct OpenGroup
{
	int32_t node;
	int32_t left;       /* children that follow */
	int32_t last_child; /* -1: none yet */
} OpenGroup;

typedef struct Builder
{
	PqSchema *schema;
	int depth; /* open groups */
	OpenGroup open[PQ_MAX_LEVEL];
} Builder;

/* One SchemaElement as it is written; errors stay in the cursor. */
static void
parse_element(ThriftCursor *cursor, PqNode *node)
{
	ThriftField field = {0, THRIFT_STOP};

	memset(node, 0, sizeof(*node));
	node->name.data = "";
	node->type = node->converted_type = node->logical_id = -1;
	node->scale = node->precision = node->num_children = -1;
	node->parent = node->first_child = node->next_sibling = -1;
	while (thrift_next_field(cursor, &field))
	{
		switch (field.id)
		{
			case 1:
				node->is_leaf = thrift_field_i32(cursor, &field, &node->type);
				break;
			case 2:
				thrift_field_i32(cursor, &field, &node->type_length);
				break;
			case 3:
				thrift_field_i32(cursor, &field, &node->repetition);
				break;
			case 4:
				thrift_field_binary(cursor, &field, &node->name);
				break;
			case 5:
				thrift_field_i32(cursor, &field, &node->num_children);
				break;
			case 6:
				thrift_field_i32(cursor, &field, &node->converted_type);
				break;
			case 7:
				thrift_field_i32(cursor, &field, &node->scale);
				break;
			case 8:
				thrift_field_i32(cursor, &field, &node->precision);
				break;
			case 9:
				node->has_field_id = thrift_field_i32(cursor, &field, &node->field_id);
				break;
			case 10:
				if (thrift_field_struct(cursor, &field))
					pq_logical_parse(cursor, &node->logical_id, &node->logical);
				break;
			default:
				thrift_skip_field(cursor, &field);
		}
	}
}

/* NULL, or what is wrong with an element by itself. Settles what its annotations mean. */
static const char *
check_element(PqNode *node, bool is_root)
{
	if (is_root)
		node->is_leaf = false; /* some writers give the root a type */
	else if (node->repetition < PQ_REQUIRED || node->repetition > PQ_REPEATED)
		return "its repetition is unknown";
	if (node->is_leaf && node->num_children > 0)
		return "it has a type and children";
	if (node->num_children < (node->is_leaf ? -1 : 0))
	{
		if (node->num_children != -1)
			return "its number of children is negative";
		node->num_children = 0;
	}
	if (node->is_leaf && node->type == PQ_FIXED_LEN_BYTE_ARRAY && node->type_length <= 0)
		return "its length is not positive";
	return pq_logical_resolve(node);
}

/* Hangs the node below the innermost open group. */
static void
attach(Builder *builder, int32_t number)
{
	PqNode *const nodes = builder->schema->nodes;
	OpenGroup *group = &builder->open[builder->depth - 1];
	const PqNode *parent = &nodes[group->node];
	PqNode *node = &nodes[number];

	node->parent = group->node;
	node->max_def = (uint8_t) (parent->max_def + (node->repetition != PQ_REQUIRED));
	node->max_rep = (uint8_t) (parent->max_rep + (node->repetition == PQ_REPEATED));
	if (group->last_child < 0)
		nodes[group->node].first_child = number;
	else
		nodes[group->last_child].next_sibling = number;
	group->last_child = number;
	group->left--;
}

/* Closes the groups whose last child is complete. */
static void
close_groups(Builder *builder)
{
	PqSchema *schema = builder->schema;

	while (builder->depth > 0 && builder->open[builder->depth - 1].left == 0)
	{
		PqNode *node = &schema->nodes[builder->open[--builder->depth].node];

		node->nleaves = schema->nleaves - node->leaf;
	}
}

/* Puts a parsed node into the tree. false: there is no group that it belongs to. */
static bool
place(Builder *builder, int32_t number)
{
	PqSchema *schema = builder->schema;
	PqNode *node = &schema->nodes[number];

	if (number > 0)
	{
		if (builder->depth == 0)
			return false;
		attach(builder, number);
	}
	node->leaf = schema->nleaves;
	if (node->is_leaf)
	{
		node->nleaves = 1;
		schema->leaves[schema->nleaves++] = number;
	}
	else if (node->num_children > 0)
	{
		OpenGroup *group = &builder->open[builder->depth++];

		group->node = number;
		group->left = node->num_children;
		group->last_child = -1;
	}
	close_groups(builder);
	return true;
}

static FmtStatus
build_tree(ThriftCursor *cursor, PqSchema *schema, PqError *error)
{
	Builder builder;
	int32_t i;

	builder.schema = schema;
	builder.depth = 0;
	for (i = 0; i < schema->nnodes; i++)
	{
		const uint64_t offset = (uint64_t) (cursor->pos - cursor->start);
		const char *reason;

		parse_element(cursor, &schema->nodes[i]);
		if (cursor->status != FMT_OK)
			return thrift_report(cursor, 0, "schema", error);
		reason = check_element(&schema->nodes[i], i == 0);
		if (builder.depth == PQ_MAX_LEVEL && schema->nodes[i].num_children > 0)
			return pq_error(error, FMT_UNSUPPORTED, offset,
							"columns are nested more than %d levels deep", PQ_MAX_LEVEL);
		if (reason == NULL && !place(&builder, i))
			reason = "it belongs to no group";
		if (reason != NULL)
			return pq_error(error, FMT_CORRUPT, offset, "invalid schema: element %d: %s", i,
							reason);
	}
	if (builder.depth > 0)
		return pq_error(error, FMT_CORRUPT, (uint64_t) (cursor->pos - cursor->start),
						"invalid schema: %d elements are fewer than its groups have",
						schema->nnodes);
	return FMT_OK;
}

FmtStatus
pq_schema_parse(ThriftCursor *cursor, uint32_t count, const FmtAllocator *allocator,
				PqSchema **result, PqError *error)
{
	const uint64_t offset = (uint64_t) (cursor->pos - cursor->start);
	PqSchema *schema;
	FmtStatus status;

	*result = NULL;
	if (count == 0)
		return pq_error(error, FMT_CORRUPT, offset, "invalid schema: it is empty");
	if (count > PQ_MAX_ELEMENTS)
		return pq_error(error, FMT_LIMIT, offset, "schema has more than %d elements",
						PQ_MAX_ELEMENTS);
	schema = allocator->alloc(allocator->context, sizeof(PqSchema));
	if (schema == NULL)
		return pq_error(error, FMT_NO_MEMORY, offset, "out of memory");

	memset(schema, 0, sizeof(*schema));
	schema->nnodes = (int32_t) count;
	schema->nodes = allocator->alloc(allocator->context, count * sizeof(PqNode));
	schema->leaves = allocator->alloc(allocator->context, count * sizeof(int32_t));
	if (schema->nodes == NULL || schema->leaves == NULL)
		status = pq_error(error, FMT_NO_MEMORY, offset, "out of memory");
	else
		status = build_tree(cursor, schema, error);
	if (status == FMT_OK && pq_fields_build(schema, allocator) != FMT_OK)
		status = pq_error(error, FMT_NO_MEMORY, offset, "out of memory");
	if (status != FMT_OK)
		pq_schema_free(schema, allocator);
	else
		*result = schema;
	return status;
}

void
pq_schema_free(PqSchema *schema, const FmtAllocator *allocator)
{
	void *const parts[] = {schema->nodes, schema->leaves, schema->fields, schema->all_fields,
						   schema};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
	{
		if (parts[i] != NULL)
			allocator->free(allocator->context, parts[i]);
	}
}

int
pq_node_path(const PqSchema *schema, int32_t node, int32_t path[PQ_MAX_LEVEL])
{
	int32_t above;
	int depth = 0;
	int i;

	for (above = node; above > 0; above = schema->nodes[above].parent)
		depth++;
	for (i = depth, above = node; i > 0; above = schema->nodes[above].parent)
		path[--i] = above;
	return depth;
}

const char *
pq_schema_path(const PqSchema *schema, int32_t node, char *buffer, size_t size)
{
	int32_t path[PQ_MAX_LEVEL];
	const int depth = pq_node_path(schema, node, path);
	size_t used = 0;
	int i;

	for (i = 0; i < depth; i++)
	{
		const PqBytes name = schema->nodes[path[i]].name;
		size_t len = name.len;

		if (i > 0 && used + 1 < size)
			buffer[used++] = '.';
		if (len > size - 1 - used)
			len = size - 1 - used;
		memcpy(buffer + used, name.data, len);
		used += len;
	}
	buffer[used] = '\0';
	return buffer;
}

void
pq_error_at_leaf(PqError *error, const PqSchema *schema, int32_t leaf)
{
	int32_t path[PQ_MAX_LEVEL];

	if (error == NULL || leaf < 0 || leaf >= schema->nleaves)
		return;
	(void) pq_node_path(schema, schema->leaves[leaf], path);
	error->leaf = leaf;
	error->column = schema->nodes[path[0]].name;
}
