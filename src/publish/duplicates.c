/*
 * duplicates.c: rows of a load that have the key of another one.
 *
 * In: the request and how many rows deduplication left out.  Out: nothing, an
 * error, or these rows in quarantine.
 */
#include "postgres.h"

#include "manifest/quarantine.h"
#include "publish/duplicates.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "utils/builtins.h"

/* Has a key more than one newest row?  The rows of a relation have no other order. */
static bool
newest_is_ambiguous(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT FROM (SELECT *, pg_catalog.rank() OVER (PARTITION BY ");
	staged_append_columns(&sql, "staged", request->key);
	appendStringInfo(&sql,
					 " ORDER BY staged.%s DESC NULLS LAST) AS _ingest_rank FROM (%s) AS staged) ",
					 quote_identifier(request->options->update_if_newer), staged_rows(request));
	appendStringInfoString(&sql, "AS ranked WHERE _ingest_rank OPERATOR(pg_catalog.=) 1 GROUP BY ");
	staged_append_columns(&sql, "ranked", request->key);
	appendStringInfoString(&sql, " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1");
	return query_exists(sql.data, NULL);
}

static OptionsDedup
rule(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	if (options->dedup != DEDUP_DEFAULT)
		return options->dedup;
	if (request->lanes != NIL || options->dedup_sort != NULL)
		return DEDUP_LAST;
	if (request->strategy->version != NULL || options->update_if_newer == NULL ||
		newest_is_ambiguous(request))
		return DEDUP_ERROR;
	return DEDUP_LAST;
}

/* "(1, x)": a key that occurs more than once. */
static char *
example(const PublishRequest *request)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ROW(");
	staged_append_identity(&sql, request, "staged");
	appendStringInfo(&sql, ") FROM (%s) AS staged GROUP BY ", staged_rows(request));
	staged_append_identity(&sql, request, "staged");
	appendStringInfoString(&sql, " HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 ORDER BY ");
	staged_append_identity(&sql, request, "staged");
	appendStringInfoString(&sql, " LIMIT 1");
	return query_text(sql.data);
}

/* SELECT _ingest_file, _ingest_row and the rest as JSON of the rows that do not count. */
static char *
losers(const PublishRequest *request)
{
	return psprintf(
		"SELECT staged._ingest_file, staged._ingest_row, (pg_catalog.to_jsonb(staged.*) "
		"OPERATOR(pg_catalog.-) '{_ingest_file,_ingest_row}'::pg_catalog.text[])::pg_catalog.text "
		"FROM (%s) AS staged WHERE NOT EXISTS (SELECT FROM (%s) AS winner WHERE "
		"winner._ingest_file OPERATOR(pg_catalog.=) staged._ingest_file AND "
		"winner._ingest_row OPERATOR(pg_catalog.=) staged._ingest_row)",
		staged_rows(request), staged_winners(request));
}

void
duplicates_handle(const PublishRequest *request, PublishCounts *counts)
{
	OptionsDedup dedup;

	if (counts->deduplicated == 0)
		return;
	dedup = rule(request);
	if (dedup == DEDUP_QUARANTINE)
		counts->duplicates = quarantine_duplicates(request->load_id, losers(request), request->key);
	else if (dedup == DEDUP_ERROR)
		ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
						errmsg_plural("%lld row has the key of another row",
									  "%lld rows have the key of another row",
									  (unsigned long) counts->deduplicated,
									  (long long) counts->deduplicated),
						errdetail("The key %s occurs more than once.", example(request)),
						errhint("Correct the source, or say with \"dedup\" or \"dedup_sort\" which "
								"row counts.")));
}
