/*
 * document_keys.c: objects of a contract into structs.
 *
 * in:  a JSON object, a table of the keys that it may have
 * out: the fields of a struct, allocated in CurrentMemoryContext; notes of what is wrong
 */
#include "postgres.h"

#include "contract/document_keys.h"

#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/varlena.h"

#define SUGGESTION_DISTANCE_MAX 3 /* edits */

static const char *const kind_names[] = {
	[KEY_BOOLEAN] = "true or false",
	[KEY_STRING] = "a string",
	[KEY_CHARACTER] = "one character",
	[KEY_LENGTH] = "an integer from 0",
	[KEY_SCALAR] = "a string, a number, true or false",
	[KEY_STRINGS] = "a string, or an array of strings",
	[KEY_SCALARS] = "an array of strings, numbers or booleans",
	[KEY_REFERENCE] = "{\"table\": \"…\", \"column\": \"…\"}",
	[KEY_OBJECT] = "an object",
	[KEY_MEMBERS] = "an object with a member for each name",
};

char *
document_path(const char *path, const char *name)
{
	return path[0] == '\0' ? pstrdup(name) : psprintf("%s.%s", path, name);
}

static char *
string_of(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* A scalar as text; NULL for null, arrays and objects. */
static char *
scalar_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return string_of(value);
		case jbvNumeric:
			return DatumGetCString(
				DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return pstrdup(value->val.boolean ? "true" : "false");
		default:
			return NULL;
	}
}

static bool
is_object(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
}

/* An array of scalars, none of them null and not empty, or one string where single is set. */
static bool
read_list(const JsonbValue *value, bool single, List **list)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue element;

	*list = NIL;
	if (value->type == jbvString && single)
	{
		*list = list_make1(string_of(value));
		return true;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return false;
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		char *text;

		if (token != WJB_ELEM)
			continue;
		text = single && element.type != jbvString ? NULL : scalar_text(&element);
		if (text == NULL)
			return false;
		*list = lappend(*list, text);
	}
	return *list != NIL;
}

static bool
read_length(const JsonbValue *value, int64 *length)
{
	char *text = value->type == jbvNumeric ? scalar_text(value) : NULL;
	char *end;

	if (text == NULL)
		return false;
	errno = 0;
	*length = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && *length >= 0;
}

static List *
read_members(const JsonbValue *value)
{
	JsonbIterator *it = JsonbIteratorInit(value->val.binary.data);
	JsonbIteratorToken token;
	JsonbValue element;
	List *members = NIL;

	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			DocumentMember *member = palloc0(sizeof(DocumentMember));

			member->name = string_of(&element);
			members = lappend(members, member);
		}
		else if (token == WJB_VALUE)
			((DocumentMember *) llast(members))->value = JsonbValueToJsonb(&element);
	}
	return members;
}

static const DocumentKey reference_keys[] = {
	{"table", KEY_STRING, offsetof(DocumentReference, table)},
	{"column", KEY_STRING, offsetof(DocumentReference, column)},
};

static DocumentReference *
read_reference(const JsonbValue *value, const char *path, DocumentErrors *errors)
{
	DocumentReference *reference = palloc0(sizeof(DocumentReference));
	int before = errors->count;

	document_read(value->val.binary.data, reference_keys, lengthof(reference_keys), path, reference,
				  errors);
	if (errors->count == before && (reference->table == NULL || reference->column == NULL))
		document_error(errors, path, "must be %s", kind_names[KEY_REFERENCE]);
	return reference;
}

/* Stores value into field; false when it is of another kind. */
static bool
read_value(const JsonbValue *value, const DocumentKey *key, const char *path, void *field,
		   DocumentErrors *errors)
{
	switch (key->kind)
	{
		case KEY_BOOLEAN:
			*(bool *) field = value->type == jbvBool && value->val.boolean;
			return value->type == jbvBool;
		case KEY_STRING:
		case KEY_CHARACTER:
			if (value->type != jbvString ||
				(key->kind == KEY_CHARACTER && value->val.string.len != 1))
				return false;
			*(char **) field = string_of(value);
			return true;
		case KEY_LENGTH:
			return read_length(value, field);
		case KEY_SCALAR:
			*(char **) field = scalar_text(value);
			return *(char **) field != NULL;
		case KEY_STRINGS:
			return read_list(value, true, field);
		case KEY_SCALARS:
			return read_list(value, false, field);
		case KEY_REFERENCE:
			if (!is_object(value))
				return false;
			*(DocumentReference **) field = read_reference(value, path, errors);
			return true;
		case KEY_OBJECT:
			if (!is_object(value))
				return false;
			*(Jsonb **) field = JsonbValueToJsonb(unconstify(JsonbValue *, value));
			return true;
		case KEY_MEMBERS:
			if (!is_object(value))
				return false;
			*(List **) field = read_members(value);
			return true;
	}
	return false;
}

/* "; did you mean …" or "; known: …" */
static char *
known_keys(const char *name, const DocumentKey *keys, int n)
{
	StringInfoData text;
	int i;

	for (i = 0; i < n; i++)
		if (strlen(name) < NAMEDATALEN &&
			varstr_levenshtein_less_equal(name, strlen(name), keys[i].name, strlen(keys[i].name), 1,
										  1, 1, SUGGESTION_DISTANCE_MAX, true) <=
				Min(SUGGESTION_DISTANCE_MAX, (int) strlen(name) / 2))
			return psprintf("perhaps \"%s\"", keys[i].name);
	initStringInfo(&text);
	appendStringInfoString(&text, "known are ");
	for (i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", keys[i].name);
	return text.data;
}

void
document_read(JsonbContainer *object, const DocumentKey *keys, int n, const char *path,
			  void *fields, DocumentErrors *errors)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue element;
	const DocumentKey *key = NULL;
	char *name = NULL;

	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		int i;

		if (token == WJB_KEY)
		{
			name = string_of(&element);
			key = NULL;
			for (i = 0; i < n && key == NULL; i++)
				if (strcmp(keys[i].name, name) == 0)
					key = &keys[i];
			if (key == NULL)
				document_error(errors, document_path(path, name), "is not known; %s",
							   known_keys(name, keys, n));
		}
		else if (token == WJB_VALUE && key != NULL &&
				 !read_value(&element, key, document_path(path, name),
							 (char *) fields + key->offset, errors))
			document_error(errors, document_path(path, name), "must be %s", kind_names[key->kind]);
	}
}
