/*
 * options.c: the options argument of the SQL functions.
 *
 * in:  a jsonb object
 * out: IngestOptions in CurrentMemoryContext, checked; a fingerprint; a
 *      description of every option
 *
 * What is generic about options; the options themselves are the rows of
 * option_table.c.  Defaults go through the same code as values of the user, so
 * what is shown is what is used.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "options/option_kinds.h"
#include "utils/json.h"
#include "utils/varlena.h"

#define VALUE_SHOWN_MAX         64 /* bytes of a wrong value in an error message */
#define SUGGESTION_DISTANCE_MAX 4  /* edits, as core suggests names of options */

/* A value as JSON, cut to what an error message can show. */
static char *
shown_value(const JsonbValue *value)
{
	StringInfoData json;

	initStringInfo(&json);
	if (value->type == jbvNull)
		appendStringInfoString(&json, "null");
	else if (value->type == jbvString)
		escape_json(&json, option_text(value));
	else if (value->type == jbvBinary)
		JsonbToCString(&json, value->val.binary.data, value->val.binary.len);
	else
		appendStringInfoString(&json, option_text(value));
	if (json.len > VALUE_SHOWN_MAX)
	{
		json.len = pg_mbcliplen(json.data, json.len, VALUE_SHOWN_MAX);
		json.data[json.len] = '\0';
		appendStringInfoString(&json, "...");
	}
	return json.data;
}

static char *
allowed_values(const OptionSpec *spec)
{
	StringInfoData text;

	initStringInfo(&text);
	spec->kind->allowed(spec, &text);
	return text.data;
}

static void
read_option(const OptionSpec *spec, const JsonbValue *value, IngestOptions *options)
{
	if ((value->type == jbvNull && !spec->nullable) || !spec->kind->read(spec, value, options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\": %s", spec->name, shown_value(value)),
				 errhint("Allowed values: %s.", allowed_values(spec))));
}

static const OptionSpec *
find_option(const JsonbValue *key)
{
	size_t len = key->val.string.len;
	int i;

	for (i = 0; i < options_count(); i++)
	{
		const OptionSpec *spec = option_spec(i);

		if (strlen(spec->name) == len && memcmp(spec->name, key->val.string.val, len) == 0)
			return spec;
	}
	return NULL;
}

/* The option whose name takes the fewest edits, or NULL when all are far. */
static const char *
closest_name(const JsonbValue *key)
{
	int len = key->val.string.len;
	int best = Min(SUGGESTION_DISTANCE_MAX, len / 2) + 1;
	const char *closest = NULL;
	int i;

	if (len >= NAMEDATALEN)
		return NULL;
	for (i = 0; i < options_count() && best > 0; i++)
	{
		const char *name = option_spec(i)->name;
		int distance = varstr_levenshtein_less_equal(key->val.string.val, len, name, strlen(name),
													 1, 1, 1, best - 1, true);

		if (distance < best)
		{
			best = distance;
			closest = name;
		}
	}
	return closest;
}

static void
refuse_name(const JsonbValue *key)
{
	const char *closest = closest_name(key);
	StringInfoData hint;
	int i;

	initStringInfo(&hint);
	if (closest != NULL)
		appendStringInfo(&hint, "Perhaps you meant \"%s\". ", closest);
	appendStringInfoString(&hint, "Valid options are ");
	for (i = 0; i < options_count(); i++)
		appendStringInfo(&hint, "%s%s", i > 0 ? ", " : "", option_spec(i)->name);
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("unrecognized option %s", shown_value(key)), errhint("%s.", hint.data)));
}

static IngestOptions *
initial_options(void)
{
	IngestOptions *options = palloc0(sizeof(IngestOptions));
	int i;

	for (i = 0; i < options_count(); i++)
	{
		const OptionSpec *spec = option_spec(i);
		JsonbValue value = {.type = jbvNull};

		if (spec->initial != NULL)
		{
			value.type = jbvString;
			value.val.string.val = unconstify(char *, spec->initial);
			value.val.string.len = strlen(spec->initial);
		}
		read_option(spec, &value, options);
	}
	return options;
}

/* Fills in the defaults that depend on other options. */
static void
resolve_defaults(IngestOptions *options)
{
	if (options->escape == '\0')
		options->escape = options->quote;
	if (!options->match_by_given && options->header == HEADER_FALSE && options->columns == NIL)
		options->match_by = MATCH_BY_POSITION;
}

IngestOptions *
options_parse(Jsonb *jsonb)
{
	IngestOptions *options = initial_options();
	const OptionSpec *spec = NULL;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue value;

	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options must be a JSON object")));
	it = JsonbIteratorInit(&jsonb->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			spec = find_option(&value);
			if (spec == NULL)
				refuse_name(&value);
		}
		else if (token == WJB_VALUE)
		{
			read_option(spec, &value, options);
			if (strcmp(spec->name, "match_by") == 0)
				options->match_by_given = true;
		}
	}
	resolve_defaults(options);
	option_check_all(options);
	return options;
}

static bool
is_fingerprinted(const OptionSpec *spec)
{
	return spec->fingerprint;
}

static bool
is_of_publishing(const OptionSpec *spec)
{
	size_t begin = offsetof(IngestOptions, publish);

	return spec->size > 0 && spec->kind->print != NULL && spec->offset >= begin &&
		   spec->offset < begin + sizeof(PublishOptions);
}

/* The chosen options that differ from their defaults, as JSON. */
static char *
print_options(const IngestOptions *options, bool (*is_chosen)(const OptionSpec *spec))
{
	IngestOptions *defaults = initial_options();
	StringInfoData text;
	StringInfoData value;
	StringInfoData unset;
	int i;

	resolve_defaults(defaults);
	initStringInfo(&text);
	initStringInfo(&value);
	initStringInfo(&unset);
	for (i = 0; i < options_count(); i++)
	{
		const OptionSpec *spec = option_spec(i);

		if (!is_chosen(spec))
			continue;
		resetStringInfo(&value);
		resetStringInfo(&unset);
		spec->kind->print(spec, options, &value);
		spec->kind->print(spec, defaults, &unset);
		if (strcmp(value.data, unset.data) != 0)
			appendStringInfo(&text, "%s\"%s\": %s", text.len > 0 ? ", " : "", spec->name,
							 value.data);
	}
	return psprintf("{%s}", text.data);
}

char *
options_fingerprint(const IngestOptions *options)
{
	return print_options(options, is_fingerprinted);
}

char *
options_of_publishing(const IngestOptions *options)
{
	return print_options(options, is_of_publishing);
}

const OptionInfo *
options_describe(int i)
{
	OptionInfo *info = palloc(sizeof(OptionInfo));
	const OptionSpec *spec = option_spec(i);

	info->name = spec->name;
	info->type = spec->kind->type;
	info->default_value = spec->initial;
	info->allowed = allowed_values(spec);
	info->help = spec->help;
	return info;
}
