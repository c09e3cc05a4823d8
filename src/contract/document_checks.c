/*
 * document_checks.c: the members "unique" and "checks" of a contract.
 *
 * in:  JSON objects
 * out: DocumentUnique and DocumentCheck in CurrentMemoryContext; notes of what is wrong with them
 */
#include "postgres.h"

#include "contract/document_keys.h"

static const DocumentKey unique_keys[] = {
	{"columns", KEY_STRINGS, offsetof(DocumentUnique, columns)},
	{"in", KEY_STRING, offsetof(DocumentUnique, in)},
	{"keep", KEY_STRING, offsetof(DocumentUnique, keep)},
};

static const DocumentKey check_keys[] = {
	{"type", KEY_STRING, offsetof(DocumentCheck, type)},
	{"severity", KEY_STRING, offsetof(DocumentCheck, severity)},
	{"column", KEY_STRING, offsetof(DocumentCheck, column)},
	{"columns", KEY_STRINGS, offsetof(DocumentCheck, columns)},
	{"min", KEY_SCALAR, offsetof(DocumentCheck, min)},
	{"max", KEY_SCALAR, offsetof(DocumentCheck, max)},
	{"equals", KEY_SCALAR, offsetof(DocumentCheck, equals)},
	{"tolerance", KEY_SCALAR, offsetof(DocumentCheck, tolerance)},
	{"max_age", KEY_STRING, offsetof(DocumentCheck, max_age)},
	{"loads", KEY_LENGTH, offsetof(DocumentCheck, loads)},
	{"query", KEY_STRING, offsetof(DocumentCheck, query)},
	{"pattern", KEY_STRING, offsetof(DocumentCheck, pattern)},
	{"file", KEY_STRING, offsetof(DocumentCheck, file)},
	{"optional", KEY_BOOLEAN, offsetof(DocumentCheck, optional)},
};

/* What a type of check must and may say besides type and severity. */
typedef struct CheckType
{
	const char *name;
	const char *needs; /* "column": all of these, separated by blanks */
	const char *any;   /* … at least one of these; NULL: none is needed */
	const char *may;
} CheckType;

static const CheckType check_types[] = {
	{"row_count", "", "min max equals", ""},
	{"row_count_change", "", "min max", "loads"},
	{"null_ratio", "column", "min max", ""},
	{"distinct_count", "columns", "min max equals", ""},
	{"distinct_ratio", "columns", "min max", ""},
	{"duplicate_ratio", "columns", "min max", ""},
	{"freshness", "column max_age", NULL, ""},
	{"sum", "column", "min max equals", "tolerance"},
	{"side_file", "file", NULL, "optional"},
	{"trailer", "pattern", NULL, "optional"},
	{"sql", "query", NULL, ""},
};

/* Is the word one of those in a text, separated by blanks? */
static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while (at != NULL && (at = strstr(at, word)) != NULL)
	{
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

/* Does the check say something for the key? */
static bool
is_set(const DocumentCheck *check, const DocumentKey *key)
{
	const void *field = (const char *) check + key->offset;

	if (key->kind == KEY_BOOLEAN)
		return *(const bool *) field;
	if (key->kind == KEY_LENGTH)
		return *(const int64 *) field >= 0;
	return *(void *const *) field != NULL;
}

static const CheckType *
find_type(const char *name)
{
	int i;

	for (i = 0; i < (int) lengthof(check_types); i++)
		if (strcmp(check_types[i].name, name) == 0)
			return &check_types[i];
	return NULL;
}

static void
note_unknown_type(const DocumentCheck *check, const char *path, DocumentErrors *errors)
{
	StringInfoData names;
	int i;

	initStringInfo(&names);
	for (i = 0; i < (int) lengthof(check_types); i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", check_types[i].name);
	if (check->type == NULL)
		document_error(errors, path, "needs a type: %s", names.data);
	else
		document_error(errors, document_path(path, "type"), "is not known; known are %s",
					   names.data);
}

/* Notes what is missing, and what the type has no use for. */
static void
check_parameters(const DocumentCheck *check, const CheckType *type, const char *path,
				 DocumentErrors *errors)
{
	bool has_any = type->any == NULL;
	int i;

	/* the first two are type and severity */
	for (i = 2; i < (int) lengthof(check_keys); i++)
	{
		const char *name = check_keys[i].name;
		bool set = is_set(check, &check_keys[i]);

		if (has_word(type->needs, name) && !set)
			document_error(errors, path, "a check of type %s needs \"%s\"", type->name, name);
		if (has_word(type->any, name))
			has_any = has_any || set;
		else if (set && !has_word(type->needs, name) && !has_word(type->may, name))
			document_error(errors, document_path(path, name), "means nothing for type %s",
						   type->name);
	}
	if (!has_any)
		document_error(errors, path, "a check of type %s needs one of: %s", type->name, type->any);
}

/* false for what is no plain number, such as an interval. */
static bool
read_number(const char *text, double *number)
{
	char *end;

	if (text == NULL)
		return false;
	*number = strtod(text, &end);
	return end != text && *end == '\0';
}

/* Notes bounds that nothing, or everything, lies within. */
static void
check_bounds(const DocumentCheck *check, const char *path, DocumentErrors *errors)
{
	bool is_ratio = strstr(check->type, "_ratio") != NULL;
	double min;
	double max;
	bool has_min = read_number(check->min, &min);
	bool has_max = read_number(check->max, &max);

	if (has_min && has_max && min > max)
		document_error(errors, path, "min is greater than max");
	if (is_ratio && ((has_min && (min < 0 || min > 1)) || (has_max && (max < 0 || max > 1))))
		document_error(errors, path, "a ratio is from 0 to 1");
	if (check->equals != NULL && (check->min != NULL || check->max != NULL))
		document_error(errors, path, "equals goes without min and max");
	if (check->tolerance != NULL && check->equals == NULL)
		document_error(errors, path, "tolerance needs equals");
}

static DocumentCheck *
read_check(const DocumentMember *member, DocumentErrors *errors)
{
	DocumentCheck *check = palloc0(sizeof(DocumentCheck));
	char *path = document_path("checks", member->name);
	int before = errors->count;
	const CheckType *type;

	check->name = member->name;
	check->loads = -1;
	if (!JB_ROOT_IS_OBJECT(member->value))
	{
		document_error(errors, path, "must be an object");
		return check;
	}
	document_read(&member->value->root, check_keys, lengthof(check_keys), path, check, errors);
	check->is_warning = check->severity != NULL && strcmp(check->severity, "warn") == 0;
	if (check->severity != NULL && !check->is_warning && strcmp(check->severity, "error") != 0)
		document_error(errors, document_path(path, "severity"), "must be error or warn");
	type = check->type == NULL ? NULL : find_type(check->type);
	if (type == NULL)
		note_unknown_type(check, path, errors);
	else if (errors->count == before)
	{
		check_parameters(check, type, path, errors);
		check_bounds(check, path, errors);
	}
	return check;
}

List *
document_read_checks(List *members, DocumentErrors *errors)
{
	List *checks = NIL;
	ListCell *lc;

	foreach (lc, members)
		checks = lappend(checks, read_check(lfirst(lc), errors));
	return checks;
}

static DocumentUnique *
read_unique(const DocumentMember *member, DocumentErrors *errors)
{
	DocumentUnique *unique = palloc0(sizeof(DocumentUnique));
	char *path = document_path("unique", member->name);
	int before = errors->count;

	unique->name = member->name;
	unique->in = "target";
	unique->keep = "first";
	if (!JB_ROOT_IS_OBJECT(member->value))
	{
		document_error(errors, path, "must be an object");
		return unique;
	}
	document_read(&member->value->root, unique_keys, lengthof(unique_keys), path, unique, errors);
	if (errors->count > before)
		return unique;
	if (unique->columns == NIL)
		document_error(errors, path, "needs \"columns\"");
	if (!has_word("load target", unique->in))
		document_error(errors, document_path(path, "in"), "must be load or target");
	if (!has_word("first last none", unique->keep))
		document_error(errors, document_path(path, "keep"), "must be first, last or none");
	unique->in_target = strcmp(unique->in, "target") == 0;
	return unique;
}

List *
document_read_unique(List *members, DocumentErrors *errors)
{
	List *unique = NIL;
	ListCell *lc;

	foreach (lc, members)
		unique = lappend(unique, read_unique(lfirst(lc), errors));
	return unique;
}
