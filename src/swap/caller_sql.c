/*
 * caller_sql.c: see caller_sql.h.
 *
 * In: SQL text made by the files beside.  Out: its effect, its rows.  Results
 * are copied into the context that is current at the call.
 */
#include "postgres.h"

#include "swap/caller_sql.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define MAX_RELATIONS 4

/* As pg_dump sets them, and a search_path in which nobody can put an object of his own. */
static const char *const pinned_settings[][2] = {{"search_path", "pg_catalog, pg_temp"},
												 {"DateStyle", "ISO"},
												 {"IntervalStyle", "postgres"},
												 {"extra_float_digits", "3"},
												 {"quote_all_identifiers", "off"},
												 {"standard_conforming_strings", "on"},
												 {"row_security", "off"}};

int
caller_settings_begin(void)
{
	int nest_level = NewGUCNestLevel();
	int i;

	for (i = 0; i < (int) lengthof(pinned_settings); i++)
		(void) set_config_option(pinned_settings[i][0], pinned_settings[i][1], PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

void
caller_settings_end(int nest_level)
{
	AtEOXact_GUC(true, nest_level);
}

void
caller_execute(const char *sql)
{
	int rc;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	rc = SPI_execute(sql, false, 0);
	if (rc < 0)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(rc));
	SPI_finish();
}

uint64
caller_query(const char *sql, const Oid *relations, int n, StatementRow row, void *arg)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[MAX_RELATIONS];
	Datum values[MAX_RELATIONS];
	uint64 processed;
	uint64 i;
	int rc;

	Assert(n <= MAX_RELATIONS);
	for (i = 0; i < (uint64) n; i++)
	{
		types[i] = REGCLASSOID;
		values[i] = ObjectIdGetDatum(relations[i]);
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	rc = SPI_execute_with_args(sql, n, types, values, NULL, false, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(rc));
	processed = SPI_processed;
	if (row != NULL)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);

		for (i = 0; i < processed; i++)
			row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, arg);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return processed;
}

char *
caller_relation_name(Oid relid)
{
	char *name = get_rel_name(relid);

	if (name == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
						errmsg("relation with OID %u does not exist", relid)));
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name);
}
