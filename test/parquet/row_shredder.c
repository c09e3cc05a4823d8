/*
 * row_shredder.c: JSON objects as rows of a Parquet file, for tests.
 *
 * in:  a schema and a row
 * out: slots with definition and repetition levels for every leaf, as the Dremel paper has them
 */
#include "test/parquet/row_shredder.h"

#include <string.h>

#include "test/parquet/json_value.h"

static const JsonNode json_null = {.kind = JSON_NULL};

static void shred_field(FileWriter *writer, const FileNode *node, const JsonNode *json,
						unsigned def, unsigned rep);

/* All leaves below have nothing from this level on. */
static void
shred_nothing(FileWriter *writer, const FileNode *node, unsigned def, unsigned rep)
{
	int32_t i;

	for (i = 0; i < node->nleaves; i++)
		file_writer_slot(writer, node->leaf + i, def, rep, NULL, 0);
}

static void
shred_scalar(FileWriter *writer, const FileNode *node, const JsonNode *json, unsigned rep)
{
	static EncBuffer value;

	value.len = 0;
	json_value(node, json, &value);
	file_writer_slot(writer, node->leaf, node->max_def, rep, value.data, value.len);
}

static void
shred_members(FileWriter *writer, const FileNode *node, const JsonNode *json, unsigned rep)
{
	const FileNode *child;

	for (child = node->first_child; child != NULL; child = child->next)
	{
		const JsonNode *member = json_member(json, child->name);

		shred_field(writer, child, member != NULL ? member : &json_null, node->max_def, rep);
	}
}

/*
 * Is the repeated node of a LIST only a wrapper of the element?  LogicalTypes.md,
 * "Backward-compatibility rules".
 */
static bool
is_wrapper(const FileNode *list, const FileNode *repeated)
{
	const size_t len = strlen(list->name);

	return !repeated->is_leaf && repeated->first_child->next == NULL &&
		   strcmp(repeated->name, "array") != 0 &&
		   !(strncmp(repeated->name, list->name, len) == 0 &&
			 strcmp(repeated->name + len, "_tuple") == 0);
}

/* An entry of an object as key and value. */
static void
shred_entry(FileWriter *writer, const FileNode *entries, const JsonNode *json, unsigned rep)
{
	const FileNode *key = entries->first_child;
	const JsonNode name = {.kind = JSON_STRING, .text = json->name, .len = strlen(json->name)};

	shred_field(writer, key, &name, entries->max_def, rep);
	if (key->next != NULL)
		shred_field(writer, key->next, json, entries->max_def, rep);
}

/* A node that is there. */
static void
shred_content(FileWriter *writer, const FileNode *node, const JsonNode *json, unsigned rep)
{
	if (node->is_leaf)
		shred_scalar(writer, node, json, rep);
	else if (node->logical.kind == PQ_LOGICAL_LIST || node->logical.kind == PQ_LOGICAL_MAP)
		shred_field(writer, node->first_child, json, node->max_def, rep);
	else if (json->kind == JSON_OBJECT)
		shred_members(writer, node, json, rep);
	else
		file_writer_fail("group \"%s\" needs an object", node->name);
}

/* The elements of a repeated node: as they are, wrapped (LIST), or members of an object (MAP). */
static void
shred_repeated(FileWriter *writer, const FileNode *node, const JsonNode *json, unsigned def,
			   unsigned rep)
{
	const PqLogicalKind kind = node->parent->logical.kind;
	const JsonNode *element;

	if (json->first_child == NULL)
		shred_nothing(writer, node, def, rep);
	for (element = json->first_child; element != NULL; element = element->next)
	{
		if (kind == PQ_LOGICAL_LIST && is_wrapper(node->parent, node))
			shred_field(writer, node->first_child, element, node->max_def, rep);
		else if (kind == PQ_LOGICAL_MAP && json->kind == JSON_OBJECT)
			shred_entry(writer, node, element, rep);
		else
			shred_content(writer, node, element, rep);
		rep = node->max_rep;
	}
}

/* def: of the parent, which is there. */
static void
shred_field(FileWriter *writer, const FileNode *node, const JsonNode *json, unsigned def,
			unsigned rep)
{
	if (node->repetition == PQ_REPEATED)
		shred_repeated(writer, node, json, def, rep);
	else if (json->kind != JSON_NULL)
		shred_content(writer, node, json, rep);
	else if (node->repetition == PQ_OPTIONAL)
		shred_nothing(writer, node, def, rep);
	else
		file_writer_fail("column \"%s\" is required", node->name);
}

void
shred_row(FileWriter *writer, const FileNode *root, const JsonNode *row)
{
	if (row->kind != JSON_OBJECT)
		file_writer_fail("a row is not an object");
	shred_members(writer, root, row, 0);
	file_writer_end_row(writer);
}
