/*
 * swap_options.c: the options of a swap.
 *
 * In: a jsonb object.  Out: SwapOptions in CurrentMemoryContext.  One table has
 * the names; what an unknown name or a wrong value is told comes from it.
 */
#include "postgres.h"

#include "swap/swap.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/numeric.h"

#define DEFAULT_LOCK_TIMEOUT 200    /* ms */
#define MAX_LOCK_TIMEOUT     600000 /* ms */
#define DEFAULT_LOCK_RETRIES 10
#define MAX_LOCK_RETRIES     10000

typedef struct NamedValue
{
	const char *name;
	uint32 value;
} NamedValue;

static const NamedValue methods[] = {
	{"attach", SWAP_ATTACH}, {"exchange", SWAP_EXCHANGE}, {"auto", SWAP_AUTO}};

static const NamedValue builds[] = {
	{"logged", BUILD_LOGGED},         {"not_null", BUILD_NOT_NULL},
	{"defaults", BUILD_DEFAULTS},     {"constraints", BUILD_CONSTRAINTS},
	{"indexes", BUILD_INDEXES},       {"foreign_keys", BUILD_FOREIGN_KEYS},
	{"bound", BUILD_BOUND},           {"owner", BUILD_OWNER},
	{"privileges", BUILD_PRIVILEGES}, {"row_security", BUILD_ROW_SECURITY},
	{"comments", BUILD_COMMENTS},     {"storage", BUILD_STORAGE},
	{"statistics", BUILD_STATISTICS}, {"replica_identity", BUILD_REPLICA_IDENTITY},
	{"analyze", BUILD_ANALYZE}};

/* The value as text; NULL for null, arrays and objects. */
static char *
scalar_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return pnstrdup(value->val.string.val, value->val.string.len);
		case jbvNumeric:
			return DatumGetCString(
				DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		case jbvBool:
			return value->val.boolean ? "true" : "false";
		default:
			return NULL;
	}
}

static bool
find_name(const NamedValue *names, int n, const char *text, uint32 *value)
{
	int i;

	for (i = 0; i < n && text != NULL; i++)
		if (pg_strcasecmp(names[i].name, text) == 0)
		{
			*value = names[i].value;
			return true;
		}
	return false;
}

static bool
read_method(const JsonbValue *value, SwapOptions *options)
{
	uint32 method;

	if (!find_name(methods, lengthof(methods), scalar_text(value), &method))
		return false;
	options->method = (SwapMethod) method;
	return true;
}

static bool
read_build(const JsonbValue *value, SwapOptions *options)
{
	JsonbIterator *it;
	JsonbValue element;
	JsonbIteratorToken token;
	uint32 bit;

	if (value->type == jbvBool)
	{
		options->build = value->val.boolean ? BUILD_EVERYTHING : BUILD_NOTHING;
		return true;
	}
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return false;
	options->build = BUILD_NOTHING;
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (!find_name(builds, lengthof(builds), scalar_text(&element), &bit))
			return false;
		options->build |= bit;
	}
	return true;
}

static bool
read_timeout(const JsonbValue *value, SwapOptions *options)
{
	const char *text = scalar_text(value);
	const char *hint;

	return text != NULL && parse_int(text, &options->lock_timeout, GUC_UNIT_MS, &hint) &&
		   options->lock_timeout >= 1 && options->lock_timeout <= MAX_LOCK_TIMEOUT;
}

static bool
read_retries(const JsonbValue *value, SwapOptions *options)
{
	const char *text = scalar_text(value);

	return text != NULL && parse_int(text, &options->lock_retries, 0, NULL) &&
		   options->lock_retries >= 0 && options->lock_retries <= MAX_LOCK_RETRIES;
}

static char *
names_of(const NamedValue *names, int n)
{
	StringInfoData text;
	int i;

	initStringInfo(&text);
	for (i = 0; i < n; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : "", names[i].name);
	return text.data;
}

static char *
allowed_methods(void)
{
	return names_of(methods, lengthof(methods));
}

static char *
allowed_builds(void)
{
	return psprintf("true, false, an array of %s", names_of(builds, lengthof(builds)));
}

static char *
allowed_timeouts(void)
{
	return psprintf("1ms to %ds, a number is milliseconds", MAX_LOCK_TIMEOUT / 1000);
}

static char *
allowed_retries(void)
{
	return psprintf("0 to %d", MAX_LOCK_RETRIES);
}

static const struct
{
	const char *name;
	bool (*read)(const JsonbValue *value, SwapOptions *options);
	char *(*allowed)(void);
} option_table[] = {{"build", read_build, allowed_builds},
					{"lock_retries", read_retries, allowed_retries},
					{"lock_timeout", read_timeout, allowed_timeouts},
					{"method", read_method, allowed_methods}};

static void
refuse_name(const char *name)
{
	StringInfoData valid;
	int i;

	initStringInfo(&valid);
	for (i = 0; i < (int) lengthof(option_table); i++)
		appendStringInfo(&valid, "%s%s", i > 0 ? ", " : "", option_table[i].name);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unrecognized option \"%s\"", name),
			 errhint("Valid options are %s.", valid.data)));
}

static void
read_option(const char *name, const JsonbValue *value, SwapOptions *options)
{
	int i;

	for (i = 0; i < (int) lengthof(option_table); i++)
		if (strcmp(option_table[i].name, name) == 0)
			break;
	if (i == (int) lengthof(option_table))
		refuse_name(name);
	else if (!option_table[i].read(value, options))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid value for option \"%s\"", name),
						errhint("Allowed values: %s.", option_table[i].allowed())));
}

SwapOptions *
swap_options_parse(Jsonb *jsonb)
{
	SwapOptions *options = palloc(sizeof(SwapOptions));
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue value;
	char *name = NULL;

	options->method = SWAP_ATTACH;
	options->build = BUILD_EVERYTHING;
	options->lock_timeout = DEFAULT_LOCK_TIMEOUT;
	options->lock_retries = DEFAULT_LOCK_RETRIES;
	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options must be a JSON object")));
	it = JsonbIteratorInit(&jsonb->root);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			name = pnstrdup(value.val.string.val, value.val.string.len);
		else if (token == WJB_VALUE)
			read_option(name, &value, options);
	}
	return options;
}
