/*
 * quarantine_queue.c: open rows of quarantine, and what becomes of them.
 *
 * in:  which rows are meant
 * out: their status, who set it, when and why
 */
#include "postgres.h"

#include "manifest/quarantine_queue.h"

#include "manifest/statement.h"
#include "miscadmin.h"

/* The rows q of load l and file f that a QueueFilter means: $1 to $5. */
#define OPEN_ROWS                                                                            \
	" q.status = 'open' AND q.load_id = l.load_id AND l.target = $1"                         \
	" AND (cardinality($2) = 0 OR l.load_id = ANY ($2))"                                     \
	" AND (cardinality($3) = 0 OR EXISTS (SELECT FROM ingest.manifest_files f"               \
	"  WHERE f.load_id = q.load_id AND f.file_no = q.file_no AND f.path = ANY ($3)))"        \
	" AND (cardinality($4) = 0 OR q.rule = ANY ($4) OR EXISTS ("                             \
	"  SELECT FROM jsonb_array_elements(q.more_errors) AS m WHERE m ->> 'rule' = ANY ($4)))" \
	" AND (cardinality($5) = 0 OR q.column_name = ANY ($5) OR EXISTS ("                      \
	"  SELECT FROM jsonb_array_elements(q.more_errors) AS m WHERE m ->> 'column' = ANY ($5)))"

static void
add_filter(Statement *statement, const QueueFilter *filter)
{
	statement_add_regclass(statement, filter->target);
	statement_add_int64s(statement, filter->load_ids, filter->nload_ids);
	statement_add_texts(statement, filter->files);
	statement_add_texts(statement, filter->rules);
	statement_add_texts(statement, filter->columns);
}

int64
queue_discard(const QueueFilter *filter, const char *reason)
{
	Statement statement;

	statement_init(&statement,
				   "UPDATE ingest.quarantine_rows q SET status = 'discarded', status_by = $6::name,"
				   " status_at = now(), status_reason = $7"
				   " FROM ingest.manifest_loads l WHERE" OPEN_ROWS);
	add_filter(&statement, filter);
	statement_add_text(&statement, GetUserNameFromId(GetUserId(), false));
	statement_add_text(&statement, reason);
	return (int64) statement_run(&statement, NULL, NULL);
}

/* StatementRow: appends a text to *(List **) arg. */
static void
read_removed(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List **removed = arg;

	*removed = lappend(*removed, row_text(tuple, desc, 1));
}

List *
queue_cleanup(int64 older_than)
{
	Statement statement;
	List *removed = NIL;

	statement_init(
		&statement,
		"WITH removed AS ("
		" DELETE FROM ingest.quarantine_rows q USING ingest.manifest_loads l, pg_class c"
		"  WHERE q.status <> 'open'"
		"  AND coalesce(q.status_at, q.quarantined_at) < now() - $1 * interval '1 microsecond'"
		"  AND l.load_id = q.load_id AND l.finished_at IS NOT NULL AND c.oid = l.target"
		"  AND pg_has_role($2::name, c.relowner, 'USAGE') RETURNING l.target)"
		" SELECT format(CASE count(*) WHEN 1 THEN '%s row of %s' ELSE '%s rows of %s' END,"
		"  count(*), target) FROM removed GROUP BY target ORDER BY target::text");
	statement_add_int64(&statement, older_than);
	statement_add_text(&statement, GetUserNameFromId(GetUserId(), false));
	statement_run(&statement, read_removed, &removed);
	return removed;
}
