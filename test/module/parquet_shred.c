/*
 * parquet_shred.c: rows written as jsonb, cut into the levels and values of a Parquet field.
 */
#include "postgres.h"

#include "parquet_shred.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#define MAX_NODES    100
#define MAX_CHILDREN 8

typedef struct Parser
{
	const char *pos;
	PqSchema *schema;
} Parser;

typedef struct Leaf
{
	StringInfoData def;
	StringInfoData rep;
	StringInfoData values;
	uint32 nvalues;
	PqValueKind kind;
	uint32 width;
} Leaf;

typedef struct ScalarName
{
	const char *name;
	int32_t type;
	PqLogical logical;
} ScalarName;

static const ScalarName scalar_names[] = {
	{"int32", PQ_INT32, {.kind = PQ_LOGICAL_NONE}},
	{"int64", PQ_INT64, {.kind = PQ_LOGICAL_NONE}},
	{"double", PQ_DOUBLE, {.kind = PQ_LOGICAL_NONE}},
	{"text", PQ_BYTE_ARRAY, {.kind = PQ_LOGICAL_STRING}},
	{"hextext", PQ_BYTE_ARRAY, {.kind = PQ_LOGICAL_ENUM}},
	{"json", PQ_BYTE_ARRAY, {.kind = PQ_LOGICAL_JSON}},
	{"binary", PQ_BYTE_ARRAY, {.kind = PQ_LOGICAL_NONE}},
	{"date", PQ_INT32, {.kind = PQ_LOGICAL_DATE}},
	{"decimal", PQ_INT64, {.kind = PQ_LOGICAL_DECIMAL, .precision = 18, .scale = 2}},
};

static PqField *parse_field(Parser *parser, const char *name, int def, int rep);

static void
skip_blanks(Parser *parser)
{
	while (*parser->pos == ' ' || *parser->pos == ',')
		parser->pos++;
}

static char *
parse_word(Parser *parser)
{
	const char *start;

	skip_blanks(parser);
	start = parser->pos;
	while (*parser->pos != '\0' && strchr(" ,()!", *parser->pos) == NULL)
		parser->pos++;
	return pnstrdup(start, parser->pos - start);
}

static bool
parse_char(Parser *parser, char c)
{
	skip_blanks(parser);
	if (*parser->pos != c)
		return false;
	parser->pos++;
	return true;
}

static PqField *
new_field(Parser *parser, PqFieldKind kind, const char *name)
{
	PqField *field = palloc0(sizeof(PqField));

	Assert(parser->schema->nnodes < MAX_NODES);
	field->kind = kind;
	field->name.data = name;
	field->name.len = strlen(name);
	field->node = parser->schema->nnodes++;
	field->leaf = parser->schema->nleaves;
	field->children = palloc0(MAX_CHILDREN * sizeof(PqField *));
	parser->schema->nodes[field->node].name = field->name;
	parser->schema->nodes[field->node].parent = field->node == 0 ? -1 : 0;
	return field;
}

static PqField *
parse_scalar(Parser *parser, const char *type, const char *name)
{
	PqField *field = new_field(parser, PQ_FIELD_SCALAR, name);
	PqNode *node = &parser->schema->nodes[field->node];
	Size i;

	for (i = 0; i < lengthof(scalar_names); i++)
		if (strcmp(type, scalar_names[i].name) == 0)
			break;
	if (i == lengthof(scalar_names))
		elog(ERROR, "unknown type \"%s\"", type);
	node->is_leaf = true;
	node->type = scalar_names[i].type;
	node->logical = scalar_names[i].logical;
	parser->schema->leaves[parser->schema->nleaves++] = field->node;
	return field;
}

/* Everything in parentheses; def and rep: the levels at which the children begin. */
static void
parse_children(Parser *parser, PqField *field, int def, int rep)
{
	static const char *const map_names[] = {"key", "value"};

	if (!parse_char(parser, '('))
		elog(ERROR, "expected ( at \"%s\"", parser->pos);
	while (!parse_char(parser, ')'))
	{
		const char *name = field->kind == PQ_FIELD_LIST  ? "element"
						   : field->kind == PQ_FIELD_MAP ? map_names[field->nchildren]
														 : parse_word(parser);

		field->children[field->nchildren++] = parse_field(parser, name, def, rep);
	}
	field->nleaves = parser->schema->nleaves - field->leaf;
}

/* Is the field that begins here required?  Its ! stands behind its closing parenthesis. */
static bool
is_required(const char *pos)
{
	int depth = 0;

	for (; *pos != '\0'; pos++)
	{
		depth += (*pos == '(') - (*pos == ')');
		if (depth < 0 || (depth == 0 && strchr(" ,!", *pos) != NULL))
			break;
	}
	return *pos == '!';
}

static PqField *
parse_field(Parser *parser, const char *name, int def, int rep)
{
	PqFieldKind kind;
	PqField *field;
	const char *type;
	bool required;

	skip_blanks(parser);
	required = is_required(parser->pos);
	type = parse_word(parser);
	if (!required)
		def++;
	if (strcmp(type, "list") == 0)
		kind = PQ_FIELD_LIST;
	else if (strcmp(type, "map") == 0)
		kind = PQ_FIELD_MAP;
	else if (strcmp(type, "struct") == 0)
		kind = PQ_FIELD_STRUCT;
	else if (strcmp(type, "variant") == 0)
		kind = PQ_FIELD_VARIANT;
	else
		kind = PQ_FIELD_SCALAR;
	field =
		kind == PQ_FIELD_SCALAR ? parse_scalar(parser, type, name) : new_field(parser, kind, name);
	field->nullable = !required;
	field->def_present = def;
	if (kind == PQ_FIELD_SCALAR)
	{
		field->nleaves = 1;
		parser->schema->nodes[field->node].max_def = def;
		parser->schema->nodes[field->node].max_rep = rep;
	}
	else
	{
		if (kind == PQ_FIELD_LIST || kind == PQ_FIELD_MAP)
		{
			field->rep = ++rep;
			field->def_element = ++def;
		}
		parse_children(parser, field, def, rep);
	}
	(void) parse_char(parser, '!');
	return field;
}

PqFile *
shred_file(const char *text)
{
	PqFile *file = palloc0(sizeof(PqFile));
	PqSchema *schema = palloc0(sizeof(PqSchema));
	Parser parser = {text, schema};

	schema->nodes = palloc0(MAX_NODES * sizeof(PqNode));
	schema->leaves = palloc0(MAX_NODES * sizeof(int32_t));
	schema->fields = palloc0(sizeof(PqField *));
	(void) new_field(&parser, PQ_FIELD_STRUCT, "root");
	schema->fields[0] = parse_field(&parser, "c", 0, 0);
	schema->nfields = 1;
	file->schema = schema;
	return file;
}

static PqBytes
bytes_of(const JsonbValue *value, bool is_hex)
{
	char *text = pnstrdup(value->val.string.val, value->val.string.len);
	PqBytes bytes = {text, value->val.string.len};

	if (is_hex)
	{
		bytea *decoded =
			DatumGetByteaPP(DirectFunctionCall1(byteain, CStringGetDatum(psprintf("\\x%s", text))));

		bytes.data = VARDATA_ANY(decoded);
		bytes.len = VARSIZE_ANY_EXHDR(decoded);
	}
	return bytes;
}

static void
append_value(Leaf *leaf, const PqNode *node, const JsonbValue *value)
{
	if (node->type == PQ_BYTE_ARRAY)
	{
		PqBytes bytes = bytes_of(value, node->logical.kind == PQ_LOGICAL_NONE ||
											node->logical.kind == PQ_LOGICAL_ENUM);

		appendBinaryStringInfo(&leaf->values, (const char *) &bytes, sizeof(bytes));
	}
	else if (node->type == PQ_DOUBLE)
	{
		double number = DatumGetFloat8(
			DirectFunctionCall1(numeric_float8, NumericGetDatum(value->val.numeric)));

		appendBinaryStringInfo(&leaf->values, (const char *) &number, sizeof(number));
	}
	else
	{
		int64 number =
			DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
		int32 small = (int32) number;

		if (node->type == PQ_INT32)
			appendBinaryStringInfo(&leaf->values, (const char *) &small, sizeof(small));
		else
			appendBinaryStringInfo(&leaf->values, (const char *) &number, sizeof(number));
	}
	leaf->nvalues++;
}

/* One slot in every leaf of field. */
static void
append_levels(Leaf *leaves, const PqField *field, int def, int rep)
{
	int i;

	for (i = field->leaf; i < field->leaf + field->nleaves; i++)
	{
		appendStringInfoCharMacro(&leaves[i].def, (char) def);
		appendStringInfoCharMacro(&leaves[i].rep, (char) rep);
	}
}

static void shred(const PqFile *file, Leaf *leaves, const PqField *field, JsonbValue *value,
				  int rep);

static JsonbValue *
member(JsonbValue *object, const char *name)
{
	return getKeyJsonValueFromContainer(object->val.binary.data, name, strlen(name), NULL);
}

static void
shred_elements(const PqFile *file, Leaf *leaves, const PqField *field, JsonbContainer *array,
			   int rep)
{
	int n = JsonContainerSize(array);
	int i;

	if (n == 0)
		append_levels(leaves, field, field->def_element - 1, rep);
	for (i = 0; i < n; i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(array, i);
		int element_rep = i == 0 ? rep : field->rep;

		shred(file, leaves, field->children[0],
			  field->kind == PQ_FIELD_MAP ? member(element, "key") : element, element_rep);
		if (field->nchildren > 1)
			shred(file, leaves, field->children[1], member(element, "value"), element_rep);
	}
}

/* value: NULL where there is none. */
static void
shred(const PqFile *file, Leaf *leaves, const PqField *field, JsonbValue *value, int rep)
{
	int i;

	if (value == NULL || value->type == jbvNull)
	{
		if (!field->nullable)
			elog(ERROR, "\"%s\" is required", field->name.data);
		append_levels(leaves, field, field->def_present - 1, rep);
	}
	else if (field->kind == PQ_FIELD_SCALAR)
	{
		append_levels(leaves, field, field->def_present, rep);
		append_value(&leaves[field->leaf], &file->schema->nodes[field->node], value);
	}
	else if (field->kind == PQ_FIELD_LIST || field->kind == PQ_FIELD_MAP)
		shred_elements(file, leaves, field, value->val.binary.data, rep);
	else
		for (i = 0; i < field->nchildren; i++)
			shred(file, leaves, field->children[i], member(value, field->children[i]->name.data),
				  rep);
}

static void
init_leaf(Leaf *leaf, const PqNode *node)
{
	initStringInfo(&leaf->def);
	initStringInfo(&leaf->rep);
	initStringInfo(&leaf->values);
	leaf->nvalues = 0;
	leaf->kind = node->type == PQ_BYTE_ARRAY ? PQ_VALUES_BYTES
				 : node->type == PQ_INT32    ? PQ_VALUES_INT32
											 : PQ_VALUES_INT64;
	leaf->width = node->type == PQ_BYTE_ARRAY ? sizeof(PqBytes) : node->type == PQ_INT32 ? 4 : 8;
}

PqVector *
shred_rows(const PqFile *file, Jsonb *rows, int *nrows)
{
	const PqSchema *schema = file->schema;
	Leaf *leaves = palloc0(schema->nleaves * sizeof(Leaf));
	PqVector *vectors = palloc0(schema->nleaves * sizeof(PqVector));
	int i;

	for (i = 0; i < schema->nleaves; i++)
		init_leaf(&leaves[i], &schema->nodes[schema->leaves[i]]);
	*nrows = JsonContainerSize(&rows->root);
	for (i = 0; i < *nrows; i++)
		shred(file, leaves, schema->fields[0], getIthJsonbValueFromContainer(&rows->root, i), 0);
	for (i = 0; i < schema->nleaves; i++)
	{
		vectors[i].nslots = leaves[i].def.len;
		vectors[i].nvalues = leaves[i].nvalues;
		vectors[i].def = (uint8_t *) leaves[i].def.data;
		if (schema->nodes[schema->leaves[i]].max_rep > 0)
			vectors[i].rep = (uint8_t *) leaves[i].rep.data;
		vectors[i].kind = leaves[i].kind;
		vectors[i].width = leaves[i].width;
		vectors[i].data = leaves[i].values.data;
	}
	return vectors;
}
