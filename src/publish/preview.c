/*
 * preview.c: what a strategy would do, counted and shown, not done.
 *
 * In: a request.  Out: counts and sample rows as JSON, both from SELECTs that
 * are made of the same conditions as the statements that write.
 */
#include "postgres.h"

#include "publish/checks.h"
#include "publish/publish.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#define NO_PLACES                                                         \
	"'{_ingest_file,_ingest_row,_ingest_copy,_ingest_hash,_ingest_table," \
	"_ingest_place,_ingest_kind}'::pg_catalog.text[]"

/* SELECT kind, sample: kind and row as jsonb: every staged row that counts, and what would go away. */
static char *
outcome(const PublishRequest *request)
{
	const PublishStrategy *strategy = request->strategy;
	const char *classified =
		strategy->classify != NULL
			? strategy->classify(request)
			: psprintf("SELECT 'inserted' AS _ingest_kind, staged.* FROM (%s) AS staged",
					   staged_rows(request));
	const char *removed = strategy->removed_rows != NULL ? strategy->removed_rows(request) : NULL;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT _ingest_kind AS kind, pg_catalog.to_jsonb(staged.*) "
					 "OPERATOR(pg_catalog.-) %s AS sample "
					 "FROM (%s) AS staged",
					 NO_PLACES, classified);
	if (removed != NULL)
		appendStringInfo(&sql,
						 " UNION ALL SELECT 'removed', pg_catalog.to_jsonb(removed.*) "
						 "OPERATOR(pg_catalog.-) %s FROM (%s) AS removed",
						 NO_PLACES, removed);
	return sql.data;
}

/* {"inserted": [row, …], …} */
static char *
sample_kinds(const char *outcomes, int rows)
{
	return query_text(psprintf(
		"SELECT coalesce(pg_catalog.jsonb_object_agg(kind, samples), '{}') FROM (SELECT kind, "
		"pg_catalog.jsonb_agg(sample) AS samples FROM (SELECT kind, sample, "
		"pg_catalog.row_number() OVER (PARTITION BY kind ORDER BY sample) AS n "
		"FROM (%s) AS outcome) AS numbered WHERE n OPERATOR(pg_catalog.<=) %d GROUP BY kind) AS "
		"_ingest_kinds",
		outcomes, rows));
}

void
publish_preview(const PublishRequest *request, PublishPreview *preview)
{
	PublishCounts *counts = &preview->counts;
	const char *outcomes;
	const char *kinds;

	memset(preview, 0, sizeof(*preview));
	checks_before(request);
	checks_null_keys(request);
	outcomes = outcome(request);
	kinds = query_kinds(outcomes);
	counts->inserted = query_kind_count(kinds, "inserted");
	counts->updated = query_kind_count(kinds, "updated");
	counts->deleted = query_kind_count(kinds, "deleted");
	counts->unchanged = query_kind_count(kinds, "unchanged");
	counts->skipped = query_kind_count(kinds, "skipped");
	counts->removed = query_kind_count(kinds, "removed");
	counts->read = query_count(staged_rows(request), NULL);
	counts->deduplicated = counts->read - counts->inserted - counts->updated - counts->deleted -
						   counts->unchanged - counts->skipped;
	preview->samples = sample_kinds(outcomes, request->options->sample_rows);
}
