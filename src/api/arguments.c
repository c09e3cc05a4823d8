/*
 * arguments.c: arguments that several SQL functions take.
 */
#include "postgres.h"

#include "access/table.h"
#include "api/access.h"
#include "api/arguments.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

List *
argument_texts(FunctionCallInfo fcinfo, int arg)
{
	List *result = NIL;
	Datum *elements;
	bool *nulls;
	int n;
	int i;

	if (PG_ARGISNULL(arg))
		return NIL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &n);
	for (i = 0; i < n; i++)
	{
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("unique_key must not contain nulls")));
		result = lappend(result, TextDatumGetCString(elements[i]));
	}
	return result;
}

char *
argument_text(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(arg));
}

void
argument_require(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", name)));
}

Jsonb *
argument_options(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	return PG_GETARG_JSONB_P(arg);
}

static void
check_key(Relation target, List *key)
{
	TupleDesc desc = RelationGetDescr(target);
	ListCell *lc;

	foreach (lc, key)
	{
		bool found = false;
		int i;

		for (i = 0; i < foreach_current_index(lc); i++)
			if (strcmp(list_nth(key, i), lfirst(lc)) == 0)
				ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
								errmsg("column \"%s\" is in unique_key more than once",
									   (char *) lfirst(lc))));
		for (i = 0; i < desc->natts && !found; i++)
			found = !TupleDescAttr(desc, i)->attisdropped &&
					strcmp(NameStr(TupleDescAttr(desc, i)->attname), lfirst(lc)) == 0;
		if (!found)
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
							errmsg("column \"%s\" of unique_key does not exist in table \"%s\"",
								   (char *) lfirst(lc), RelationGetRelationName(target))));
	}
}

StrategyArgument
argument_strategy(Relation target, const char *name, List *unique_key)
{
	StrategyArgument argument = {NULL, NIL};
	List *key = unique_key != NIL ? unique_key : publish_primary_key(target);

	if (name == NULL)
		name = key != NIL ? "upsert" : "append";
	argument.strategy = publish_strategy(name);
	if (publish_needs_key(argument.strategy))
	{
		if (key == NIL)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("strategy \"%s\" needs a unique_key", name),
							errdetail("Table \"%s\" has no primary key.",
									  RelationGetRelationName(target))));
		check_key(target, key);
		argument.key = key;
	}
	else if (unique_key != NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("strategy \"%s\" has no unique_key", name),
						errhint("Leave the unique_key out, or use strategy \"upsert\".")));
	access_check_target(RelationGetRelid(target), publish_strategy_rights(argument.strategy));
	return argument;
}
