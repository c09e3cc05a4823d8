/*
 * parquet_json_fixture.c: fields and vectors written by hand, for tests of JSON text.
 */
#include "parquet_json_fixture.h"

#include <stdarg.h>
#include <string.h>

#define MAX_FIELDS   256
#define MAX_CHILDREN 4

static PqField fields[MAX_FIELDS];
static PqField *children[MAX_FIELDS][MAX_CHILDREN];
static PqNode nodes[MAX_FIELDS];
static int nfields;

void
fixture_reset(void)
{
	nfields = 0;
}

/* A field without children, with a node of its own. */
static PqField *
new_field(PqFieldKind kind, const char *name, uint8_t def_present)
{
	PqField *field = &fields[nfields];

	memset(field, 0, sizeof(*field));
	memset(&nodes[nfields], 0, sizeof(nodes[nfields]));
	field->kind = kind;
	field->name.data = name;
	field->name.len = (uint32_t) strlen(name);
	field->node = nfields;
	field->def_present = def_present;
	field->children = children[nfields];
	nfields++;
	return field;
}

PqNode *
fixture_node(const PqField *leaf)
{
	return &nodes[leaf->node];
}

PqField *
fixture_leaf(const char *name, uint8_t def, int32_t type, PqLogicalKind kind)
{
	PqField *field = new_field(PQ_FIELD_SCALAR, name, def);

	field->nleaves = 1;
	fixture_node(field)->is_leaf = true;
	fixture_node(field)->type = type;
	fixture_node(field)->logical.kind = kind;
	return field;
}

PqField *
fixture_int32(const char *name, uint8_t def)
{
	return fixture_leaf(name, def, PQ_INT32, PQ_LOGICAL_NONE);
}

PqField *
fixture_text(const char *name, uint8_t def)
{
	return fixture_leaf(name, def, PQ_BYTE_ARRAY, PQ_LOGICAL_STRING);
}

PqField *
fixture_binary(const char *name, uint8_t def)
{
	return fixture_leaf(name, def, PQ_BYTE_ARRAY, PQ_LOGICAL_NONE);
}

/* Numbers the leaves below field from first on; returns the next number. */
static int32_t
number_leaves(PqField *field, int32_t first)
{
	int32_t next = field->kind == PQ_FIELD_SCALAR ? first + 1 : first;
	int i;

	field->leaf = first;
	for (i = 0; i < field->nchildren; i++)
		next = number_leaves(field->children[i], next);
	field->nleaves = next - first;
	return next;
}

static void
add_child(PqField *field, PqField *child)
{
	field->children[field->nchildren++] = child;
	(void) number_leaves(field, 0);
}

PqField *
fixture_struct(const char *name, uint8_t def_present, int nchildren, ...)
{
	PqField *field = new_field(PQ_FIELD_STRUCT, name, def_present);
	va_list args;

	va_start(args, nchildren);
	while (nchildren-- > 0)
		add_child(field, va_arg(args, PqField *));
	va_end(args);
	return field;
}

PqField *
fixture_list(const char *name, uint8_t def_present, uint8_t rep, uint8_t def_element,
			 PqField *element)
{
	PqField *field = new_field(PQ_FIELD_LIST, name, def_present);

	field->rep = rep;
	field->def_element = def_element;
	add_child(field, element);
	return field;
}

PqField *
fixture_map(const char *name, uint8_t def_present, uint8_t rep, uint8_t def_element, PqField *key,
			PqField *value)
{
	PqField *field = fixture_list(name, def_present, rep, def_element, key);

	field->kind = PQ_FIELD_MAP;
	if (value != NULL)
		add_child(field, value);
	return field;
}

bool
fixture_append(void *context, const char *data, size_t len)
{
	FixtureText *text = context;

	if (len >= FIXTURE_MAX_TEXT - text->len)
		return false;
	memcpy(text->text + text->len, data, len);
	text->len += len;
	text->text[text->len] = '\0';
	return true;
}

static bool
refuse(void *context, const char *data, size_t len)
{
	return false;
}

static FmtStatus
json_into(const PqField *field, const PqVector *vectors, PqPosition *at, const PqJsonStyle *style,
		  const PqSink *sink)
{
	PqAssembly assembly = {field, vectors, at};
	PqSchema schema = {nfields, nodes, 0, NULL, 0, NULL, NULL};
	PqError error;

	return pq_json_field(&schema, &assembly, style, sink, &error);
}

FmtStatus
fixture_json(const PqField *field, const PqVector *vectors, PqPosition *at,
			 const PqJsonStyle *style, char *text)
{
	FixtureText target = {text, 0};
	PqSink sink = {fixture_append, &target};

	text[0] = '\0';
	return json_into(field, vectors, at, style, &sink);
}

FmtStatus
fixture_json_refused(const PqField *field, const PqVector *vectors, PqPosition *at,
					 const PqJsonStyle *style)
{
	PqSink sink = {refuse, NULL};

	return json_into(field, vectors, at, style, &sink);
}

PqVector
fixture_int_vector(const uint8_t *def, size_t ndef, const uint8_t *rep, size_t nrep,
				   uint32_t nvalues, const int32_t *values)
{
	PqVector vector = {0};

	vector.nslots = def != NULL ? (uint32_t) ndef : nvalues;
	vector.nvalues = nvalues;
	vector.def = def;
	vector.rep = rep;
	vector.kind = PQ_VALUES_INT32;
	vector.width = sizeof(int32_t);
	vector.data = values;
	return vector;
}

PqVector
fixture_text_vector(const uint8_t *def, size_t ndef, const uint8_t *rep, size_t nrep,
					uint32_t nvalues, const PqBytes *values)
{
	PqVector vector = fixture_int_vector(def, ndef, rep, nrep, nvalues, NULL);

	vector.kind = PQ_VALUES_BYTES;
	vector.width = sizeof(PqBytes);
	vector.data = values;
	return vector;
}
