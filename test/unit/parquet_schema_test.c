/*
 * parquet_schema_test.c: trees of columns, LIST and MAP in all their forms.
 *
 * Schemas are tables of elements; fields are compared as one line of text, see describe().
 */
#include "test/unit/parquet_schemas.h"
#include "test/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ELEMENTS 12

/*
 * name, ? if it can be null, @ and def_present; then of a list [rep/def_element:element], of a map
 * {rep/def_element:key,value}, of a struct (children), of a VARIANT <children>.
 */
static void
describe(const PqField *field, char *text)
{
	static const char open[] = " ([{<";
	static const char close[] = " )]}>";
	int32_t i;

	text += strlen(text);
	text += sprintf(text, "%.*s%s@%d", (int) field->name.len, field->name.data,
					field->nullable ? "?" : "", field->def_present);
	if (field->kind == PQ_FIELD_SCALAR)
		return;
	text += sprintf(text, "%c", open[field->kind]);
	if (field->kind == PQ_FIELD_LIST || field->kind == PQ_FIELD_MAP)
		text += sprintf(text, "%d/%d:", field->rep, field->def_element);
	for (i = 0; i < field->nchildren; i++)
	{
		if (i > 0)
			strcat(text, ",");
		describe(field->children[i], text);
	}
	sprintf(text + strlen(text), "%c", close[field->kind]);
}

/* Do the elements below a root with ncolumns give these fields? */
static void
check_fields(const Element *elements, int32_t ncolumns, const char *expected)
{
	const Element root = GROUP("schema", 'r', ncolumns, C_NONE);
	char text[1000] = "";
	PqSchema *schema;
	uint32_t n;
	int32_t i;

	tw_init(&schema_writer);
	schema_write_element(&root);
	for (n = 0; elements[n].name != NULL; n++)
		schema_write_element(&elements[n]);
	if (!CHECK(schema_parse(n + 1, &schema) == FMT_OK))
		return;
	for (i = 0; i < schema->nfields; i++)
	{
		if (i > 0)
			strcat(text, " ");
		describe(schema->fields[i], text);
	}
	if (!CHECK(strcmp(text, expected) == 0))
		printf("  %s\n  %s expected\n", text, expected);
	pq_schema_free(schema, &schema_allocator);
	CHECK(schema_allocated == 0);
}

typedef struct FieldCase
{
	int ncolumns;
	Element elements[MAX_ELEMENTS];
	const char *expected;
} FieldCase;

static const FieldCase list_cases[] = {
	{2, {LEAF("a", 'r'), LEAF("b", 'o')}, "a@0 b?@1"},
	{1, {GROUP("s", 'o', 2, C_NONE), LEAF("a", 'r'), LEAF("b", 'o')}, "s?@1(a@1,b?@2)"},
	{1, {GROUP("e", 'o', 0, C_NONE)}, "e?@1()"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("list", '*', 1, C_NONE), LEAF("element", 'o')},
	 "l?@1[1/2:element?@3]"},
	{1,
	 {GROUP("l", 'r', 1, C_LIST), GROUP("bag", '*', 1, C_NONE), LEAF("array_element", 'r')},
	 "l@0[1/1:array_element@1]"},
	/* Two levels: the repeated node is the element. */
	{1, {GROUP("l", 'o', 1, C_LIST), LEAF("array", '*')}, "l?@1[1/2:array@2]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("element", '*', 2, C_NONE), LEAF("a", 'o'), LEAF("b", 'r')},
	 "l?@1[1/2:element@2(a?@3,b@2)]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("array", '*', 1, C_NONE), LEAF("a", 'o')},
	 "l?@1[1/2:array@2(a?@3)]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("l_tuple", '*', 1, C_NONE), LEAF("a", 'o')},
	 "l?@1[1/2:l_tuple@2(a?@3)]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("m_tuple", '*', 1, C_NONE), LEAF("a", 'o')},
	 "l?@1[1/2:a?@3]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("list", '*', 1, C_NONE), LEAF("a", '*')},
	 "l?@1[1/2:list@2(a@2[2/3:a@3])]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("list", '*', 1, C_LIST), LEAF("array", '*')},
	 "l?@1[1/2:list@2[2/3:array@3]]"},
	{1,
	 {GROUP("l", 'o', 1, C_LIST), GROUP("list", '*', 1, C_NONE), GROUP("element", 'o', 1, C_LIST),
	  GROUP("list", '*', 1, C_NONE), LEAF("element", 'o')},
	 "l?@1[1/2:element?@3[2/4:element?@5]]"},
	/* Repeated without an annotation, at the top and in a group. */
	{1, {LEAF("a", '*')}, "a@0[1/1:a@1]"},
	{1,
	 {GROUP("s", 'o', 1, C_NONE), GROUP("g", '*', 1, C_NONE), LEAF("a", 'o')},
	 "s?@1(g@1[1/2:g@2(a?@3)])"},
	{1, {GROUP("l", '*', 1, C_LIST), LEAF("a", '*')}, "l@0[1/1:l@1[2/2:a@2]]"},
	/* Annotated, but of another shape: a struct. */
	{1, {GROUP("l", 'o', 1, C_LIST), LEAF("a", 'o')}, "l?@1(a?@2)"},
	{1, {GROUP("l", 'o', 2, C_LIST), LEAF("a", '*'), LEAF("b", 'o')}, "l?@1(a@1[1/2:a@2],b?@2)"},
};

static const FieldCase map_cases[] = {
	{1,
	 {GROUP("m", 'o', 1, C_MAP), GROUP("key_value", '*', 2, C_NONE), LEAF("key", 'r'),
	  LEAF("value", 'o')},
	 "m?@1{1/2:key@2,value?@3}"},
	{1,
	 {GROUP("m", 'o', 1, C_MAP_KEY_VALUE), GROUP("map", '*', 2, C_NONE), LEAF("key", 'o'),
	  LEAF("num", 'r')},
	 "m?@1{1/2:key?@3,num@2}"},
	{1,
	 {GROUP("m", 'o', 1, C_MAP), GROUP("map", '*', 2, C_MAP_KEY_VALUE), LEAF("key", 'r'),
	  GROUP("value", 'o', 1, C_LIST), LEAF("array", '*')},
	 "m?@1{1/2:key@2,value?@3[2/4:array@4]}"},
	{1,
	 {GROUP("m", 'r', 1, C_MAP), GROUP("key_value", '*', 1, C_NONE), LEAF("key", 'r')},
	 "m@0{1/1:key@1}"},
	{1,
	 {GROUP("m", 'r', 1, C_MAP), GROUP("kv", '*', 3, C_NONE), LEAF("a", 'r'), LEAF("b", 'r'),
	  LEAF("c", 'r')},
	 "m@0(kv@0[1/1:kv@1(a@1,b@1,c@1)])"},
	{1, {GROUP("m", 'r', 1, C_MAP), LEAF("kv", '*')}, "m@0(kv@0[1/1:kv@1])"},
	{1,
	 {VARIANT("v", 'o', 2), BYTES("metadata", 'r'), BYTES("value", 'o')},
	 "v?@1<metadata@1,value?@2>"},
	{1,
	 {VARIANT("v", '*', 3), BYTES("metadata", 'r'), BYTES("value", 'o'), LEAF("typed_value", 'o')},
	 "v@0[1/1:v@1<metadata@1,value?@2,typed_value?@2>]"},
	{1,
	 {VARIANT("v", 'o', 2), BYTES("metadata", 'r'), LEAF("value", 'o')},
	 "v?@1(metadata@1,value?@2)"},
	{1, {VARIANT("v", 'o', 1), BYTES("metadata", 'r')}, "v?@1(metadata@1)"},
};

static void
test_fields(void)
{
	size_t i;

	for (i = 0; i < sizeof(list_cases) / sizeof(list_cases[0]); i++)
		check_fields(list_cases[i].elements, list_cases[i].ncolumns, list_cases[i].expected);
	for (i = 0; i < sizeof(map_cases) / sizeof(map_cases[0]); i++)
		check_fields(map_cases[i].elements, map_cases[i].ncolumns, map_cases[i].expected);
}

/* The status of depth groups in each other, with a leaf in the innermost. */
static FmtStatus
nest(int depth, char repetition, PqSchema **schema)
{
	const Element group = GROUP("g", repetition, 1, C_NONE);
	const Element leaf = LEAF("a", 'r');
	int i;

	tw_init(&schema_writer);
	for (i = 0; i < depth; i++)
		schema_write_element(&group);
	schema_write_element(&leaf);
	return schema_parse((uint32_t) depth + 1, schema);
}

static void
test_depth(void)
{
	PqSchema *schema;
	char path[1000];

	if (CHECK(nest(PQ_MAX_LEVEL, '*', &schema) == FMT_OK))
	{
		CHECK(schema->nodes[PQ_MAX_LEVEL].max_def == PQ_MAX_LEVEL - 1);
		CHECK(schema->nodes[PQ_MAX_LEVEL].max_rep == PQ_MAX_LEVEL - 1);
		CHECK(strlen(pq_schema_path(schema, PQ_MAX_LEVEL, path, sizeof(path))) == 509);
		CHECK(strcmp(pq_schema_path(schema, PQ_MAX_LEVEL, path, 4), "g.g") == 0);
		CHECK(strcmp(pq_schema_path(schema, PQ_MAX_LEVEL, path, 1), "") == 0);
		pq_schema_free(schema, &schema_allocator);
	}
	CHECK(nest(PQ_MAX_LEVEL + 1, 'r', &schema) == FMT_UNSUPPORTED);
	CHECK(nest(20000, 'r', &schema) == FMT_UNSUPPORTED);
	CHECK(schema_allocated == 0);
}

static void
test_damage(void)
{
	const Element roots[] = {GROUP("s", 'r', 2, C_NONE), GROUP("s", 'r', 3, C_NONE),
							 GROUP("s", 'r', 1, C_NONE), GROUP("s", 'r', -1, C_NONE),
							 GROUP("s", 'r', INT32_MAX, C_NONE)};
	const Element leaves[] = {LEAF("a", 'r'), LEAF("b", 'o')};
	PqSchema *schema;
	size_t i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
	{
		FmtStatus status;

		tw_init(&schema_writer);
		schema_write_element(&roots[i]);
		schema_write_element(&leaves[0]);
		schema_write_element(&leaves[1]);
		status = schema_parse(3, &schema);
		CHECK(status == (i == 0 ? FMT_OK : FMT_CORRUPT));
		if (status == FMT_OK)
			pq_schema_free(schema, &schema_allocator);
	}
	CHECK(schema_parse(0, &schema) == FMT_CORRUPT);
	CHECK(schema_parse(PQ_MAX_ELEMENTS + 1, &schema) == FMT_LIMIT);
	CHECK(schema_allocated == 0);
}

int
main(void)
{
	test_fields();
	test_depth();
	test_damage();
	return unit_finish();
}
