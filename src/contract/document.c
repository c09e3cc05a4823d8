/*
 * document.c: a contract's JSON as structs.
 *
 * in:  a jsonb object that nobody has looked at
 * out: a ContractDocument in CurrentMemoryContext; notes of what is wrong with it by itself.
 *      Whether it fits a table is the business of rules.c.
 */
#include "postgres.h"

#include "contract/document.h"

#include "contract/document_keys.h"

typedef struct Top
{
	char *table; /* of what ingest.contract() gives, as version; not read */
	char *version;
	char *description;
	Jsonb *options;
	List *columns; /* of DocumentMember *, as the others */
	List *rules;
	List *unique;
	List *checks;
} Top;

static const DocumentKey top_keys[] = {
	{"description", KEY_STRING, offsetof(Top, description)},
	{"table", KEY_STRING, offsetof(Top, table)},
	{"version", KEY_SCALAR, offsetof(Top, version)},
	{"options", KEY_OBJECT, offsetof(Top, options)},
	{"columns", KEY_MEMBERS, offsetof(Top, columns)},
	{"rules", KEY_MEMBERS, offsetof(Top, rules)},
	{"unique", KEY_MEMBERS, offsetof(Top, unique)},
	{"checks", KEY_MEMBERS, offsetof(Top, checks)},
};

static const DocumentKey column_keys[] = {
	{"type", KEY_STRING, offsetof(DocumentColumn, type)},
	{"description", KEY_STRING, offsetof(DocumentColumn, description)},
	{"default", KEY_STRING, offsetof(DocumentColumn, default_value)},
	{"domain", KEY_OBJECT, offsetof(DocumentColumn, domain)},
	{"source", KEY_STRINGS, offsetof(DocumentColumn, sources)},
	{"required", KEY_BOOLEAN, offsetof(DocumentColumn, required)},
	{"dateformat", KEY_STRING, offsetof(DocumentColumn, dateformat)},
	{"timestampformat", KEY_STRING, offsetof(DocumentColumn, timestampformat)},
	{"decimal_separator", KEY_CHARACTER, offsetof(DocumentColumn, decimal_separator)},
	{"thousands", KEY_CHARACTER, offsetof(DocumentColumn, thousands)},
	{"null", KEY_STRINGS, offsetof(DocumentColumn, null_strings)},
	{"true", KEY_STRINGS, offsetof(DocumentColumn, true_words)},
	{"false", KEY_STRINGS, offsetof(DocumentColumn, false_words)},
	{"transform", KEY_STRING, offsetof(DocumentColumn, transform)},
	{"not_null", KEY_BOOLEAN, offsetof(DocumentColumn, not_null)},
	{"unique", KEY_BOOLEAN, offsetof(DocumentColumn, unique)},
	{"min", KEY_SCALAR, offsetof(DocumentColumn, min)},
	{"max", KEY_SCALAR, offsetof(DocumentColumn, max)},
	{"min_length", KEY_LENGTH, offsetof(DocumentColumn, min_length)},
	{"max_length", KEY_LENGTH, offsetof(DocumentColumn, max_length)},
	{"pattern", KEY_STRING, offsetof(DocumentColumn, pattern)},
	{"allowed", KEY_SCALARS, offsetof(DocumentColumn, allowed)},
	{"references", KEY_REFERENCE, offsetof(DocumentColumn, references)},
};

void
document_errors_init(DocumentErrors *errors)
{
	initStringInfo(&errors->lines);
	errors->count = 0;
}

void
document_error(DocumentErrors *errors, const char *path, const char *format, ...)
{
	int needed = 0;

	errors->count++;
	appendStringInfo(&errors->lines, "%s%s: ", errors->lines.len > 0 ? "\n" : "",
					 path[0] == '\0' ? "contract" : path);
	do
	{
		va_list args;

		if (needed > 0)
			enlargeStringInfo(&errors->lines, needed);
		va_start(args, format);
		needed = appendStringInfoVA(&errors->lines, format, args);
		va_end(args);
	} while (needed > 0);
}

void
document_errors_raise(const DocumentErrors *errors, const char *what)
{
	if (errors->count == 0)
		return;
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid %s", what),
					errdetail("%s", errors->lines.data)));
}

/* What a column says that cannot be true at the same time. */
static void
check_column(const DocumentColumn *column, const char *path, DocumentErrors *errors)
{
	if (column->min_length >= 0 && column->max_length >= 0 &&
		column->min_length > column->max_length)
		document_error(errors, path, "min_length is greater than max_length");
	if (column->transform != NULL &&
		(column->sources != NIL || column->required || column->null_strings != NIL))
		document_error(errors, path,
					   "a transform computes the value; source, required and null are for columns "
					   "that are read");
	if ((column->true_words == NIL) != (column->false_words == NIL))
		document_error(errors, path, "true and false go together");
	if (column->decimal_separator != NULL && column->thousands != NULL &&
		strcmp(column->decimal_separator, column->thousands) == 0)
		document_error(errors, path, "decimal_separator and thousands must differ");
}

static void
read_columns(ContractDocument *document, List *members, DocumentErrors *errors)
{
	ListCell *lc;

	foreach (lc, members)
	{
		const DocumentMember *member = lfirst(lc);
		DocumentColumn *column = palloc0(sizeof(DocumentColumn));
		char *path = document_path("columns", member->name);

		column->name = member->name;
		column->min_length = -1;
		column->max_length = -1;
		document->columns = lappend(document->columns, column);
		if (!JB_ROOT_IS_OBJECT(member->value))
		{
			document_error(errors, path, "must be an object");
			continue;
		}
		document_read(&member->value->root, column_keys, lengthof(column_keys), path, column,
					  errors);
		check_column(column, path, errors);
	}
}

static void
read_rules(ContractDocument *document, List *members, DocumentErrors *errors)
{
	ListCell *lc;

	foreach (lc, members)
	{
		const DocumentMember *member = lfirst(lc);
		DocumentRule *rule = palloc0(sizeof(DocumentRule));
		JsonbValue value;

		rule->name = member->name;
		if (!JB_ROOT_IS_SCALAR(member->value) ||
			!JsonbExtractScalar(&member->value->root, &value) || value.type != jbvString)
		{
			document_error(errors, document_path("rules", member->name),
						   "must be a string: an SQL expression over columns of the table");
			continue;
		}
		rule->expression = pnstrdup(value.val.string.val, value.val.string.len);
		document->rules = lappend(document->rules, rule);
	}
}

/* "unique": true of a column is a member of "unique" by the column's name. */
static void
add_unique_columns(ContractDocument *document)
{
	ListCell *lc;

	foreach (lc, document->columns)
	{
		const DocumentColumn *column = lfirst(lc);
		DocumentUnique *unique;

		if (!column->unique)
			continue;
		unique = palloc0(sizeof(DocumentUnique));
		unique->name = column->name;
		unique->columns = list_make1(column->name);
		unique->in_target = true;
		unique->keep = "first";
		document->unique = lappend(document->unique, unique);
	}
}

ContractDocument *
document_parse(Jsonb *jsonb, DocumentErrors *errors)
{
	ContractDocument *document = palloc0(sizeof(ContractDocument));
	Top top = {0};

	if (!JB_ROOT_IS_OBJECT(jsonb))
	{
		document_error(errors, "", "must be a JSON object");
		return document;
	}
	document_read(&jsonb->root, top_keys, lengthof(top_keys), "", &top, errors);
	document->description = top.description;
	document->options = top.options;
	read_columns(document, top.columns, errors);
	read_rules(document, top.rules, errors);
	document->unique = document_read_unique(top.unique, errors);
	add_unique_columns(document);
	document->checks = document_read_checks(top.checks, errors);
	return document;
}

DocumentColumn *
document_column(const ContractDocument *document, const char *name)
{
	ListCell *lc;

	foreach (lc, document->columns)
	{
		DocumentColumn *column = lfirst(lc);

		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}
