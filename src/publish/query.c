/*
 * query.c: questions about staged rows and the target, asked as the caller.
 *
 * In: SQL made by this module.  Out: one value.
 */
#include "postgres.h"

#include "publish/query.h"

#include "executor/spi.h"
#include "utils/guc.h"
#include "utils/memutils.h"

char *
query_text(const char *sql)
{
	MemoryContext caller = CurrentMemoryContext;
	int nest_level = NewGUCNestLevel();
	char *result = NULL;

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	/* not read-only: it sees what the transaction's earlier statements did */
	if (SPI_execute(sql, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "query failed: %s", sql);
	if (SPI_processed == 1)
	{
		char *value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		if (value != NULL)
			result = MemoryContextStrdup(caller, value);
	}
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
	return result;
}

int64
query_count(const char *select, const char *condition)
{
	return strtoll(query_text(psprintf("SELECT pg_catalog.count(*) FROM (%s) AS counted WHERE %s",
									   select, condition != NULL ? condition : "true")),
				   NULL, 10);
}

bool
query_exists(const char *select, const char *condition)
{
	return query_text(psprintf("SELECT 1 FROM (%s) AS counted WHERE %s LIMIT 1", select,
							   condition != NULL ? condition : "true")) != NULL;
}

char *
query_kinds(const char *select)
{
	return query_text(psprintf("SELECT pg_catalog.string_agg(pg_catalog.concat(kind, ' ', n), ';')"
							   " FROM (SELECT kind, pg_catalog.count(*) AS n FROM (%s) AS outcome"
							   " GROUP BY kind) AS _ingest_kinds",
							   select));
}

int64
query_kind_count(const char *kinds, const char *kind)
{
	const char *found = kinds != NULL ? strstr(kinds, psprintf("%s ", kind)) : NULL;

	return found != NULL ? strtoll(found + strlen(kind) + 1, NULL, 10) : 0;
}
