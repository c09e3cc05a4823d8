/*
 * parquet_calendar_check.c: days of the hybrid calendar, as SQL sees them.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "contract/parquet_calendar.h"

PG_FUNCTION_INFO_V1(parquet_check_julian);

/* parquet_check_julian(days int4) returns text: the name of the day that has this number in the hybrid calendar */
Datum
parquet_check_julian(PG_FUNCTION_ARGS)
{
	int64 days = parquet_day_from_julian(PG_GETARG_INT32(0));
	StringInfoData text;

	initStringInfo(&text);
	parquet_append_date(&text, days);
	parquet_append_era(&text, days);
	PG_RETURN_TEXT_P(cstring_to_text(text.data));
}
