/*
 * option_lists.c: the kinds of options that hold several names or strings.
 *
 * in:  the JSON value of one option, a string or an array of strings, or an
 *      object for column_map
 * out: a List in CurrentMemoryContext; its canonical JSON text for the
 *      fingerprint
 *
 * Where order and repetition mean nothing the list is stored sorted and
 * distinct, so that equal settings have equal fingerprints.
 */
#include "postgres.h"

#include "options/option_kinds.h"
#include "utils/json.h"

static void
store_list(const OptionSpec *spec, IngestOptions *options, List *list)
{
	*(List **) option_field(spec, options) = list;
}

/* A string or an array of strings of at least min bytes; NIL for null. */
static bool
parse_strings(const JsonbValue *value, int64 min, List **strings)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue element;

	*strings = NIL;
	if (value->type == jbvNull)
		return true;
	if (value->type == jbvString)
	{
		*strings = list_make1(option_text(value));
		return value->val.string.len >= min;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return false;
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (element.type != jbvString || element.val.string.len < min)
			return false;
		*strings = lappend(*strings, option_text(&element));
	}
	return true;
}

static int
compare_strings(const ListCell *a, const ListCell *b)
{
	return strcmp((const char *) lfirst(a), (const char *) lfirst(b));
}

/* The distinct strings in byte order; the input list is sorted in place. */
static List *
sorted_distinct(List *strings)
{
	List *distinct = NIL;
	ListCell *cell;

	list_sort(strings, compare_strings);
	foreach (cell, strings)
	{
		if (distinct == NIL || strcmp(llast(distinct), lfirst(cell)) != 0)
			distinct = lappend(distinct, lfirst(cell));
	}
	return distinct;
}

static void
print_strings(List *strings, StringInfo json)
{
	ListCell *cell;

	appendStringInfoChar(json, '[');
	foreach (cell, strings)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, lfirst(cell));
	}
	appendStringInfoChar(json, ']');
}

static void
print_list(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	print_strings(*(List **) option_field(spec, options), json);
}

static bool
read_string_set(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	List *strings;

	if (!parse_strings(value, spec->min, &strings))
		return false;
	store_list(spec, options, sorted_distinct(strings));
	return true;
}

static void
allow_strings(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "a string, or an array of strings");
}

const OptionKind option_string_set = {"string list", read_string_set, print_list, allow_strings};

static bool
read_string_list(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	List *strings;

	if (!parse_strings(value, spec->min, &strings))
		return false;
	store_list(spec, options, strings);
	return true;
}

const OptionKind option_string_list = {"string list", read_string_list, print_list, allow_strings};

static bool
read_column_set(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	List *names;
	ListCell *cell;

	if (!parse_strings(value, 1, &names))
		return false;
	names = sorted_distinct(names);
	foreach (cell, names)
	{
		if (strcmp(lfirst(cell), "*") == 0 && list_length(names) > 1)
			return false;
	}
	store_list(spec, options, names);
	return true;
}

static void
allow_column_set(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "an array of column names, or \"*\" for all columns");
}

const OptionKind option_column_set = {"column list", read_column_set, print_list, allow_column_set};

static bool
read_column_list(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	List *names;

	if (!parse_strings(value, 1, &names))
		return false;
	store_list(spec, options, names);
	return list_length(sorted_distinct(list_copy(names))) == list_length(names);
}

static void
allow_column_list(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text, "an array of distinct column names");
}

const OptionKind option_column_list = {"column list", read_column_list, print_list,
									   allow_column_list};

/* One member of the object: "target column": "file column" or an array of them, not empty. */
static bool
parse_column_map_entry(const JsonbValue *key, const JsonbValue *value, List **map)
{
	OptionsColumnMap *entry = palloc(sizeof(OptionsColumnMap));

	entry->column = option_text(key);
	*map = lappend(*map, entry);
	return key->val.string.len > 0 && parse_strings(value, 1, &entry->sources) &&
		   entry->sources != NIL;
}

static bool
read_column_map(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue member;
	JsonbValue key;
	List *map = NIL;

	store_list(spec, options, NIL);
	if (value->type == jbvNull)
		return true;
	if (value->type != jbvBinary || !JsonContainerIsObject(value->val.binary.data))
		return false;
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &member, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			key = member;
		else if (token == WJB_VALUE && !parse_column_map_entry(&key, &member, &map))
			return false;
	}
	store_list(spec, options, map);
	return true;
}

static void
print_column_map(const OptionSpec *spec, const IngestOptions *options, StringInfo json)
{
	List *map = *(List **) option_field(spec, options);
	ListCell *cell;

	appendStringInfoChar(json, '{');
	foreach (cell, map)
	{
		const OptionsColumnMap *entry = lfirst(cell);

		if (foreach_current_index(cell) > 0)
			appendStringInfoString(json, ", ");
		escape_json(json, entry->column);
		appendStringInfoString(json, ": ");
		print_strings(entry->sources, json);
	}
	appendStringInfoChar(json, '}');
}

static void
allow_column_map(const OptionSpec *spec, StringInfo text)
{
	appendStringInfoString(text,
						   "an object {\"target column\": \"file column\"}, or an array of file "
						   "columns for each target column");
}

const OptionKind option_column_map = {"column map", read_column_map, print_column_map,
									  allow_column_map};
