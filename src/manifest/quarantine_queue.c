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

/* How a row q is kept: a QueueForm. */
#define FORM_OF_ROW "CASE WHEN q.row_group IS NOT NULL THEN 1 WHEN q.line_no = 0 THEN 2 ELSE 0 END"

/* Rows that are read at once, and the bytes that they may have, unless one alone has more. */
#define PAGE_ROWS  "512"
#define PAGE_BYTES "8388608"

/* StatementRow: appends a QueueGroup to *(List **) arg. */
static void
read_group(HeapTuple tuple, TupleDesc desc, void *arg)
{
	QueueGroup *group = palloc0(sizeof(QueueGroup));
	List **groups = arg;
	char *newline = row_text(tuple, desc, 8);

	group->load_id = row_int64(tuple, desc, 1);
	group->file_no = row_int64(tuple, desc, 2);
	group->form = row_int64(tuple, desc, 3);
	group->path = row_text(tuple, desc, 4);
	group->head.names = row_texts(tuple, desc, 5);
	group->head.encoding = row_text(tuple, desc, 6);
	group->head.delimiter = row_bytes(tuple, desc, 7, &group->head.delimiter_len);
	group->head.newline = newline != NULL && newline[0] == '\r' ? '\r' : '\n';
	group->head.ends_with_delimiter = row_int64(tuple, desc, 9);
	*groups = lappend(*groups, group);
}

List *
queue_groups(const QueueFilter *filter)
{
	Statement statement;
	List *groups = NIL;

	statement_init(
		&statement,
		"SELECT g.load_id, g.file_no, g.form, f.path,"
		" CASE WHEN g.form = 0 THEN f.header ELSE (SELECT array_agg(k.name ORDER BY k.place)"
		"  FROM json_object_keys((SELECT q.raw_line FROM ingest.quarantine_rows q"
		"   WHERE q.load_id = g.load_id AND q.file_no = g.file_no AND q.status = 'open'"
		"   AND " FORM_OF_ROW " = g.form ORDER BY q.record_no LIMIT 1)::json)"
		"  WITH ORDINALITY AS k(name, place)) END,"
		" f.encoding, f.delimiter, f.newline, coalesce(f.ends_with_delimiter, false)"
		" FROM (SELECT q.load_id, q.file_no, " FORM_OF_ROW " AS form"
		"  FROM ingest.quarantine_rows q, ingest.manifest_loads l"
		"  WHERE" OPEN_ROWS " AND l.status = 'published' GROUP BY 1, 2, 3) AS g"
		" JOIN ingest.manifest_files f ON f.load_id = g.load_id AND f.file_no = g.file_no"
		" ORDER BY 1, 2, 3");
	add_filter(&statement, filter);
	statement_run(&statement, read_group, &groups);
	return groups;
}

/* StatementRow: the first column into *(int64 *) arg, unless it is null. */
static void
read_position(HeapTuple tuple, TupleDesc desc, void *arg)
{
	if (!row_is_null(tuple, desc, 1))
		*(int64 *) arg = row_int64(tuple, desc, 1);
}

/* The last record of the page of rows behind position, whatever a filter says; the same: there is none. */
static int64
end_of_page(const QueueGroup *group, int64 position)
{
	Statement statement;

	statement_init(&statement,
				   "SELECT coalesce(max(record_no) FILTER (WHERE bytes <= " PAGE_BYTES "),"
				   "  min(record_no))"
				   " FROM (SELECT record_no, sum(bytes) OVER (ORDER BY record_no) AS bytes"
				   "  FROM (SELECT record_no, coalesce(octet_length(raw_line),"
				   "    octet_length(raw_bytes)) AS bytes"
				   "   FROM ingest.quarantine_rows WHERE load_id = $1 AND file_no = $2"
				   "   AND record_no > $3 ORDER BY record_no LIMIT " PAGE_ROWS
				   ") AS page) AS sized");
	statement_add_int64(&statement, group->load_id);
	statement_add_int32(&statement, group->file_no);
	statement_add_int64(&statement, position);
	statement_run(&statement, read_position, &position);
	return position;
}

/* StatementRow: appends a QueueRow to *(List **) arg. */
static void
read_row(HeapTuple tuple, TupleDesc desc, void *arg)
{
	QueueRow *row = palloc0(sizeof(QueueRow));
	List **rows = arg;
	int len;

	row->record_no = row_int64(tuple, desc, 1);
	row->line_no = row_int64(tuple, desc, 2);
	row->raw_is_text = row_is_null(tuple, desc, 4);
	if (row->raw_is_text)
	{
		row->raw = row_text(tuple, desc, 3);
		row->raw_len = strlen(row->raw);
	}
	else
	{
		row->raw = row_bytes(tuple, desc, 4, &len);
		row->raw_len = len;
	}
	row->is_too_long = row_int64(tuple, desc, 5);
	*rows = lappend(*rows, row);
}

bool
queue_next_rows(const QueueFilter *filter, const QueueGroup *group, int64 *position, List **rows)
{
	int64 end = end_of_page(group, *position);
	Statement statement;

	*rows = NIL;
	if (end == *position)
		return false;
	statement_init(&statement,
				   "SELECT q.record_no, q.line_no, q.raw_line, q.raw_bytes,"
				   " q.rule = 'line_too_long'"
				   " FROM ingest.quarantine_rows q, ingest.manifest_loads l"
				   " WHERE" OPEN_ROWS " AND q.load_id = $6 AND q.file_no = $7"
				   " AND " FORM_OF_ROW " = $8 AND q.record_no > $9 AND q.record_no <= $10"
				   " ORDER BY q.record_no FOR UPDATE OF q");
	add_filter(&statement, filter);
	statement_add_int64(&statement, group->load_id);
	statement_add_int32(&statement, group->file_no);
	statement_add_int32(&statement, group->form);
	statement_add_int64(&statement, *position);
	statement_add_int64(&statement, end);
	statement_run(&statement, read_row, rows);
	*position = end;
	return true;
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
