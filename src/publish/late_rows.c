/*
 * late_rows.c: staged rows that come later than they should.
 *
 * In: the request.  Out: for each row what the target has of its key, so that a row of
 * an old load does not go over a newer one.  Asked as the caller.
 */
#include "postgres.h"

#include "publish/late_rows.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "publish/conditions.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "utils/guc.h"

#define FETCH_ROWS 1000

/* The third column of a SELECT that looks keys up. */
#define HAS_MATCH "_ingest_has_match"

/* A row of a SELECT of file and record, and perhaps of HAS_MATCH, xmin, is_older. */
static LateRow
read_row(HeapTuple tuple, TupleDesc desc)
{
	LateRow row = {0};
	bool isnull;

	row.file_no = DatumGetInt32(SPI_getbinval(tuple, desc, 1, &isnull));
	row.record_no = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
	if (desc->natts < 5 || strcmp(NameStr(TupleDescAttr(desc, 2)->attname), HAS_MATCH) != 0)
		return row;
	row.has_match = DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull));
	row.xmin = DatumGetTransactionId(SPI_getbinval(tuple, desc, 4, &isnull));
	if (isnull)
		row.xmin = InvalidTransactionId;
	row.is_older = DatumGetBool(SPI_getbinval(tuple, desc, 5, &isnull)) && !isnull;
	return row;
}

static void
for_each_row(const char *sql, LateRowCallback callback, void *arg)
{
	MemoryContext caller = CurrentMemoryContext;
	int nest_level = NewGUCNestLevel();
	Portal portal;

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	portal = SPI_cursor_parse_open(NULL, sql, &(SPIParseOpenOptions){0});
	for (;;)
	{
		MemoryContext spi;
		uint64 i;

		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		if (SPI_processed == 0)
			break;
		spi = MemoryContextSwitchTo(caller);
		for (i = 0; i < SPI_processed; i++)
		{
			LateRow row = read_row(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);

			CHECK_FOR_INTERRUPTS();
			callback(&row, arg);
		}
		MemoryContextSwitchTo(spi);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	AtEOXact_GUC(true, nest_level);
}

void
late_rows(const PublishRequest *request, LateRowCallback callback, void *arg)
{
	StringInfoData older;
	StringInfoData sql;

	if (request->key == NIL)
	{
		for_each_row(staged_rows(request), callback, arg);
		return;
	}
	initStringInfo(&older);
	if (!conditions_append_older(&older, request))
		appendStringInfoString(&older, "false");
	initStringInfo(&sql);
	appendStringInfo(
		&sql,
		"SELECT staged._ingest_file, staged._ingest_row, target.tableoid IS NOT NULL"
		" AS " HAS_MATCH ", target.xmin, %s FROM (%s) AS staged LEFT JOIN %s AS target ON ",
		older.data, staged_rows(request), staged_relation_name(RelationGetRelid(request->target)));
	conditions_append_match(&sql, request);
	for_each_row(sql.data, callback, arg);
}

void
late_duplicates(const PublishRequest *request, LateRowCallback callback, void *arg)
{
	if (!request->strategy->deduplicates)
		return;
	for_each_row(psprintf("SELECT staged._ingest_file, staged._ingest_row FROM (%s) AS staged"
						  " WHERE NOT EXISTS (SELECT FROM (%s) AS winner WHERE"
						  " winner._ingest_file OPERATOR(pg_catalog.=) staged._ingest_file AND"
						  " winner._ingest_row OPERATOR(pg_catalog.=) staged._ingest_row)",
						  staged_rows(request), staged_winners(request)),
				 callback, arg);
}

bool
late_rows_have_time(const PublishRequest *request)
{
	return request->options->update_if_newer != NULL ||
		   (request->strategy->version != NULL &&
			request->strategy->version(request, "staged") != NULL);
}
