/*
 * options_list.c: the SQL function options().
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "options/options.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(ingest_options);

static Datum
text_or_null(const char *value, bool *isnull)
{
	*isnull = value == NULL;
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

Datum
ingest_options(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < options_count(); i++)
	{
		const OptionInfo *info = options_describe(i);
		Datum values[5];
		bool nulls[5];

		values[0] = text_or_null(info->name, &nulls[0]);
		values[1] = text_or_null(info->type, &nulls[1]);
		values[2] = text_or_null(info->default_value, &nulls[2]);
		values[3] = text_or_null(info->allowed, &nulls[3]);
		values[4] = text_or_null(info->help, &nulls[4]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
