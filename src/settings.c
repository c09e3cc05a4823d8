/*
 * settings.c: the extension's configuration parameters, in alphabetical order.
 */
#include "postgres.h"

#include "settings.h"

#include "utils/guc.h"

int settings_lane_writer = LANE_WRITER_PAGES;
int settings_publish_path = PUBLISH_PATH_AUTO;
#ifdef PG_INGEST_FAILPOINTS
char *settings_debug_failpoint = NULL;
#endif

static const struct config_enum_entry lane_writer_values[] = {
	{"pages", LANE_WRITER_PAGES, false},
	{"multi_insert", LANE_WRITER_MULTI_INSERT, false},
	{NULL, 0, false}};

static const struct config_enum_entry publish_path_values[] = {
	{"auto", PUBLISH_PATH_AUTO, false}, {"sql", PUBLISH_PATH_SQL, false}, {NULL, 0, false}};

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
	DefineCustomEnumVariable("pg_ingest.publish_path", "How rows get into the target.",
							 "\"auto\" writes plain tables directly; \"sql\" runs an SQL statement "
							 "for every table.",
							 &settings_publish_path, PUBLISH_PATH_AUTO, publish_path_values,
							 PGC_USERSET, 0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("pg_ingest");
}
