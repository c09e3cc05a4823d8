/*
 * schema_text.c: reads schemas as people write them, for tests.
 *
 * in:  text
 * out: a tree of nodes with the annotations in both forms, as most writers have them
 */
#include "test/parquet/schema_text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORD 256

typedef struct SchemaCursor
{
	const char *pos;
	char word[MAX_WORD]; /* the last one */
} SchemaCursor;

/* An annotation: field id in LogicalType, value of ConvertedType, or -1. */
typedef struct AnnotationName
{
	const char *name;
	PqLogicalKind kind;
	int32_t logical_id;
	int32_t converted_type;
} AnnotationName;

static const AnnotationName annotation_names[] = {
	{"STRING", PQ_LOGICAL_STRING, 1, 0},
	{"MAP", PQ_LOGICAL_MAP, 2, 1},
	{"LIST", PQ_LOGICAL_LIST, 3, 3},
	{"ENUM", PQ_LOGICAL_ENUM, 4, 4},
	{"DECIMAL", PQ_LOGICAL_DECIMAL, 5, 5},
	{"DATE", PQ_LOGICAL_DATE, 6, 6},
	{"TIME", PQ_LOGICAL_TIME, 7, -1},
	{"TIMESTAMP", PQ_LOGICAL_TIMESTAMP, 8, -1},
	{"INTEGER", PQ_LOGICAL_INTEGER, 10, -1},
	{"UNKNOWN", PQ_LOGICAL_NULL, 11, -1},
	{"JSON", PQ_LOGICAL_JSON, 12, 19},
	{"BSON", PQ_LOGICAL_BSON, 13, 20},
	{"UUID", PQ_LOGICAL_UUID, 14, -1},
	{"FLOAT16", PQ_LOGICAL_FLOAT16, 15, -1},
	{"VARIANT", PQ_LOGICAL_VARIANT, 16, -1},
	{"GEOMETRY", PQ_LOGICAL_GEOMETRY, 17, -1},
	{"GEOGRAPHY", PQ_LOGICAL_GEOGRAPHY, 18, -1},
	{"INTERVAL", PQ_LOGICAL_INTERVAL, -1, 21},
	{"MAP_KEY_VALUE", PQ_LOGICAL_MAP, -1, 2},
};

static char
peek(SchemaCursor *cursor)
{
	while (*cursor->pos != '\0' && strchr(" \t\r\n", *cursor->pos) != NULL)
		cursor->pos++;
	return *cursor->pos;
}

static bool
accept(SchemaCursor *cursor, char c)
{
	if (peek(cursor) != c)
		return false;
	cursor->pos++;
	return true;
}

static void
expect(SchemaCursor *cursor, char c)
{
	if (!accept(cursor, c))
		file_writer_fail("schema: expected %c before: %.40s", c, cursor->pos);
}

/* A word, or what stands between quotes. */
static const char *
next_word(SchemaCursor *cursor)
{
	const bool quoted = accept(cursor, '"');
	size_t len = 0;

	while (*cursor->pos != '\0' && len + 1 < MAX_WORD &&
		   strchr(quoted ? "\"" : " \t\r\n{}();,=", *cursor->pos) == NULL)
		cursor->word[len++] = *cursor->pos++;
	cursor->word[len] = '\0';
	if (quoted)
		expect(cursor, '"');
	else if (len == 0)
		file_writer_fail("schema: expected a word before: %.40s", cursor->pos);
	return cursor->word;
}

static int32_t
next_number(SchemaCursor *cursor)
{
	return (int32_t) strtol(next_word(cursor), NULL, 10);
}

static bool
next_is_true(SchemaCursor *cursor)
{
	return strcmp(next_word(cursor), "true") == 0;
}

static char *
copy_word(const char *word)
{
	char *copy = malloc(strlen(word) + 1);

	if (copy == NULL)
		file_writer_fail("out of memory");
	return strcpy(copy, word);
}

/* The number of word among names. */
static int32_t
choose(const char *word, const char *const *names, int32_t nnames)
{
	int32_t i;

	for (i = 0; i < nnames; i++)
	{
		if (strcmp(word, names[i]) == 0)
			return i;
	}
	file_writer_fail("schema: unknown word \"%s\"", word);
}

/* The arguments of an annotation, and its older form where that depends on them. */
static void
read_arguments(SchemaCursor *cursor, FileNode *node)
{
	static const char *const units[] = {"MILLIS", "MICROS", "NANOS"};
	PqLogical *logical = &node->logical;

	expect(cursor, '(');
	switch (logical->kind)
	{
		case PQ_LOGICAL_DECIMAL:
			logical->precision = next_number(cursor);
			expect(cursor, ',');
			logical->scale = next_number(cursor);
			break;
		case PQ_LOGICAL_INTEGER:
			logical->bits = (uint8_t) next_number(cursor);
			expect(cursor, ',');
			logical->is_signed = next_is_true(cursor);
			node->converted_type = logical->is_signed ? 15 : 11;
			node->converted_type +=
				(logical->bits > 8) + (logical->bits > 16) + (logical->bits > 32);
			break;
		default:
			logical->unit = (PqTimeUnit) choose(next_word(cursor), units, 3);
			expect(cursor, ',');
			logical->is_utc = next_is_true(cursor);
			if (logical->is_utc && logical->unit != PQ_NANOS)
				node->converted_type =
					(logical->kind == PQ_LOGICAL_TIME ? 7 : 9) + (int32_t) logical->unit;
			break;
	}
	expect(cursor, ')');
}

static void
read_annotation(SchemaCursor *cursor, FileNode *node)
{
	const char *word = next_word(cursor);
	size_t i;

	for (i = 0; i < sizeof(annotation_names) / sizeof(annotation_names[0]); i++)
	{
		const AnnotationName *name = &annotation_names[i];

		if (strcmp(word, name->name) != 0)
			continue;
		node->logical.kind = name->kind;
		node->logical_id = name->logical_id;
		node->converted_type = name->converted_type;
		if (peek(cursor) == '(')
			read_arguments(cursor, node);
		return;
	}
	file_writer_fail("schema: unknown annotation \"%s\"", word);
}

static void
read_type(SchemaCursor *cursor, FileNode *node)
{
	static const char *const names[] = {"boolean", "int32",  "int64",  "int96",
										"float",   "double", "binary", "fixed_len_byte_array"};

	node->type = choose(next_word(cursor), names, 8);
	if (node->type == PQ_FIXED_LEN_BYTE_ARRAY)
	{
		expect(cursor, '(');
		node->type_length = next_number(cursor);
		expect(cursor, ')');
	}
}

static FileNode *
new_node(void)
{
	FileNode *node = calloc(1, sizeof(*node));

	if (node == NULL)
		file_writer_fail("out of memory");
	node->logical_id = node->converted_type = -1;
	return node;
}

static void read_children(SchemaCursor *cursor, FileNode *node);

static FileNode *
read_field(SchemaCursor *cursor)
{
	static const char *const repetitions[] = {"required", "optional", "repeated"};
	FileNode *node = new_node();
	const char *type;

	node->repetition = choose(next_word(cursor), repetitions, 3);
	peek(cursor);
	type = cursor->pos;
	node->is_leaf = strcmp(next_word(cursor), "group") != 0;
	if (node->is_leaf)
	{
		cursor->pos = type;
		read_type(cursor, node);
	}
	node->name = copy_word(next_word(cursor));
	if (accept(cursor, '('))
	{
		read_annotation(cursor, node);
		expect(cursor, ')');
	}
	if (accept(cursor, '='))
	{
		node->has_field_id = true;
		node->field_id = next_number(cursor);
	}
	if (node->is_leaf)
		expect(cursor, ';');
	else
		read_children(cursor, node);
	return node;
}

static void
read_children(SchemaCursor *cursor, FileNode *node)
{
	FileNode **last = &node->first_child;

	expect(cursor, '{');
	while (!accept(cursor, '}'))
	{
		*last = read_field(cursor);
		last = &(*last)->next;
	}
}

FileNode *
schema_read(const char **text)
{
	SchemaCursor cursor = {.pos = *text};
	FileNode *root = new_node();

	if (strcmp(next_word(&cursor), "message") != 0)
		file_writer_fail("schema: it does not begin with \"message\"");
	root->name = copy_word(next_word(&cursor));
	read_children(&cursor, root);
	*text = cursor.pos;
	return root;
}

void
schema_keep_annotations(FileNode *node, bool logical, bool converted)
{
	FileNode *child;

	if (!logical)
		node->logical_id = -1;
	if (!converted)
		node->converted_type = -1;
	for (child = node->first_child; child != NULL; child = child->next)
		schema_keep_annotations(child, logical, converted);
}
