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

/*
 * The count of a kind in the text that count_kinds() gives, "inserted 3;skipped 1".
 */
static int64
count_of(const char *kinds, const char *kind)
{
	const char *found = kinds != NULL ? strstr(kinds, psprintf("%s ", kind)) : NULL;

	return found != NULL ? strtoll(found + strlen(kind) + 1, NULL, 10) : 0;
}

static char *
count_kinds(const char *outcomes)
{
	return query_text(psprintf("SELECT pg_catalog.string_agg(pg_catalog.concat(kind, ' ', n), ';')"
							   " FROM (SELECT kind, pg_catalog.count(*) AS n FROM (%s) AS outcome"
							   " GROUP BY kind) AS _ingest_kinds",
							   outcomes));
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
	outcomes = outcome(request);
	kinds = count_kinds(outcomes);
	counts->inserted = count_of(kinds, "inserted");
	counts->updated = count_of(kinds, "updated");
	counts->deleted = count_of(kinds, "deleted");
	counts->unchanged = count_of(kinds, "unchanged");
	counts->skipped = count_of(kinds, "skipped");
	counts->removed = count_of(kinds, "removed");
	counts->read = query_count(staged_rows(request), NULL);
	counts->deduplicated = counts->read - counts->inserted - counts->updated - counts->deleted -
						   counts->unchanged - counts->skipped;
	preview->samples = sample_kinds(outcomes, request->options->sample_rows);
}
