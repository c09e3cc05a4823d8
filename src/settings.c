/*
 * settings.c: the extension's configuration parameters, in alphabetical order.
 */
#include "postgres.h"

#include "settings.h"

#include "utils/guc.h"

int settings_lane_writer = LANE_WRITER_PAGES;
#ifdef PG_INGEST_FAILPOINTS
char *settings_debug_failpoint = NULL;
#endif

static const struct config_enum_entry lane_writer_values[] = {
	{"pages", LANE_WRITER_PAGES, false},
	{"multi_insert", LANE_WRITER_MULTI_INSERT, false},
	{NULL, 0, false}};

void
settings_define(void)
{
#ifdef PG_INGEST_FAILPOINTS
	DefineCustomStringVariable("pg_ingest.debug_failpoint", "Makes a process wait at this place.",
							   NULL, &settings_debug_failpoint, "", PGC_USERSET, GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);
#endif
	DefineCustomEnumVariable(
		"pg_ingest.lane_writer", "How staged rows are written.",
		"\"pages\" builds whole pages and appends them; \"multi_insert\" uses the table access "
		"method as COPY does.",
		&settings_lane_writer, LANE_WRITER_PAGES, lane_writer_values, PGC_USERSET, 0, NULL, NULL,
		NULL);
	MarkGUCPrefixReserved("pg_ingest");
}
