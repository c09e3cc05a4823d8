/*
 * publish_check.c: publish_run() and publish_primary_key() from SQL.
 *
 * The caller creates the lanes; the counts come back as text.
 */
#include "postgres.h"

#include "publish/publish.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(publish_check);
PG_FUNCTION_INFO_V1(publish_check_primary_key);

static List *
names_of(ArrayType *array)
{
	List *names = NIL;
	Datum *values;
	int n;
	int i;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL, &n);
	for (i = 0; i < n; i++)
		names = lappend(names, TextDatumGetCString(values[i]));
	return names;
}

static List *
oids_of(ArrayType *array)
{
	List *oids = NIL;
	Datum *values;
	int n;
	int i;

	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(Oid), true, TYPALIGN_INT, &values, NULL,
					  &n);
	for (i = 0; i < n; i++)
		oids = lappend_oid(oids, DatumGetObjectId(values[i]));
	return oids;
}

static Jsonb *
no_options(void)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
}

/* publish_check(load_id, target, strategy, lanes, columns, key, rows_staged [, options]) */
Datum
publish_check(PG_FUNCTION_ARGS)
{
	PublishRequest request = {0};
	PublishCounts counts;

	request.load_id = PG_GETARG_INT64(0);
	request.target = table_open(PG_GETARG_OID(1), RowExclusiveLock);
	request.strategy = publish_strategy(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	request.options = &options_parse(PG_NARGS() > 7 ? PG_GETARG_JSONB_P(7) : no_options())->publish;
	request.lanes = oids_of(PG_GETARG_ARRAYTYPE_P(3));
	request.columns = names_of(PG_GETARG_ARRAYTYPE_P(4));
	request.key = names_of(PG_GETARG_ARRAYTYPE_P(5));
	request.rows_staged = PG_GETARG_INT64(6);
	publish_run(&request, &counts);
	table_close(request.target, NoLock);
	PG_RETURN_TEXT_P(cstring_to_text(psprintf(
		"inserted=%lld updated=%lld unchanged=%lld deduplicated=%lld null_keys=%lld",
		(long long) counts.inserted, (long long) counts.updated, (long long) counts.unchanged,
		(long long) counts.deduplicated, (long long) counts.null_keys)));
}

/* publish_check_primary_key(target): comma-separated, NULL when there is none */
Datum
publish_check_primary_key(PG_FUNCTION_ARGS)
{
	Relation target = table_open(PG_GETARG_OID(0), AccessShareLock);
	List *columns = publish_primary_key(target);
	StringInfoData result;
	ListCell *cell;

	table_close(target, AccessShareLock);
	if (columns == NIL)
		PG_RETURN_NULL();
	initStringInfo(&result);
	foreach (cell, columns)
		appendStringInfo(&result, "%s%s", cell == list_head(columns) ? "" : ",",
						 (char *) lfirst(cell));
	PG_RETURN_TEXT_P(cstring_to_text(result.data));
}
