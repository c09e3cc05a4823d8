/*
 * quarantine_options.c: which rows of quarantine a call is about.
 *
 * in:  the options of replay() or discard_quarantine()
 * out: a QueueFilter, and the options that are left; in CurrentMemoryContext
 */
#include "postgres.h"

#include "api/quarantine_options.h"

#include "options/option_kinds.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

JsonbValue *
quarantine_options_take(Jsonb **options, const char *name)
{
	JsonbValue *value;

	if (!JB_ROOT_IS_OBJECT(*options))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("options must be a JSON object")));
	value = getKeyJsonValueFromContainer(&(*options)->root, name, strlen(name), NULL);
	if (value != NULL)
		*options = DatumGetJsonbP(DirectFunctionCall2(jsonb_delete, JsonbPGetDatum(*options),
													  PointerGetDatum(cstring_to_text(name))));
	return value;
}

static char *
text_of(const JsonbValue *value, const char *name)
{
	char *text = option_text(value);

	if (text == NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid value for option \"%s\"", name),
						errhint("Allowed values: a string or number, or an array of them.")));
	return text;
}

List *
quarantine_options_texts(const JsonbValue *value, const char *name)
{
	List *texts = NIL;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue element;

	if (value == NULL)
		return NIL;
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		return list_make1(text_of(value, name));
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
		if (token == WJB_ELEM)
			texts = lappend(texts, text_of(&element, name));
	if (texts == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"%s\" must not be an empty array", name)));
	return texts;
}

static void
read_load_ids(List *texts, QueueFilter *filter)
{
	ListCell *lc;

	filter->load_ids = palloc(Max(list_length(texts), 1) * sizeof(int64));
	foreach (lc, texts)
		filter->load_ids[filter->nload_ids++] =
			DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(lfirst(lc))));
}

Jsonb *
quarantine_options_filter(Jsonb *options, QueueFilter *filter)
{
	read_load_ids(quarantine_options_texts(quarantine_options_take(&options, "load_id"), "load_id"),
				  filter);
	filter->files = quarantine_options_texts(quarantine_options_take(&options, "file"), "file");
	filter->rules = quarantine_options_texts(quarantine_options_take(&options, "rule"), "rule");
	filter->columns =
		quarantine_options_texts(quarantine_options_take(&options, "column"), "column");
	return options;
}

void
quarantine_options_check_empty(Jsonb *options, const char *valid)
{
	JsonbIterator *it = JsonbIteratorInit(&options->root);
	JsonbIteratorToken token;
	JsonbValue value;

	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("unrecognized option \"%s\"",
								   pnstrdup(value.val.string.val, value.val.string.len)),
							errhint("Valid options are %s.", valid)));
}
