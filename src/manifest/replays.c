/*
 * replays.c: what a replay does to the rows of quarantine that it takes up.
 *
 * in:  rows by the replay's numbers of files
 * out: their status, in the caller's transaction
 */
#include "postgres.h"

#include "manifest/replays.h"

#include "manifest/statement.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/builtins.h"

/* The row q of quarantine that row "n" of replay $1 is. */
#define IS_ROW                                                               \
	" r.load_id = $1 AND r.file_no = n.file_no AND q.load_id = r.of_load_id" \
	" AND q.file_no = r.of_file_no AND q.record_no = n.record_no AND q.status = 'open'"

void
replay_rows_add(ReplayRows *rows, int file_no, int64 record_no)
{
	if (rows->n == rows->max)
	{
		rows->max = Max(2 * rows->max, 64);
		rows->files = rows->files == NULL ? palloc(rows->max * sizeof(int32))
										  : repalloc(rows->files, rows->max * sizeof(int32));
		rows->records = rows->records == NULL ? palloc(rows->max * sizeof(int64))
											  : repalloc(rows->records, rows->max * sizeof(int64));
	}
	rows->files[rows->n] = file_no;
	rows->records[rows->n++] = record_no;
}

void
replay_add_file(int64 load_id, int file_no, const QueueGroup *group)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_replays (load_id, file_no, of_load_id, of_file_no)"
				   " VALUES ($1, $2, $3, $4)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, file_no);
	statement_add_int64(&statement, group->load_id);
	statement_add_int32(&statement, group->file_no);
	statement_run(&statement, NULL, NULL);
}

void
replay_keep_open(int64 load_id, const ReplayRows *rows, List *errors)
{
	Statement statement;

	if (rows->n == 0)
		return;
	statement_init(&statement,
				   "UPDATE ingest.quarantine_rows q SET rule = n.errors -> 0 ->> 'rule',"
				   " column_name = n.errors -> 0 ->> 'column',"
				   " sqlstate = n.errors -> 0 ->> 'sqlstate',"
				   " message = n.errors -> 0 ->> 'message', value = n.errors -> 0 ->> 'value',"
				   " more_errors = nullif(n.errors - 0, '[]')"
				   " FROM ingest.manifest_replays r,"
				   " unnest($2, $3, $4) AS n(file_no, record_no, errors) WHERE" IS_ROW);
	statement_add_int64(&statement, load_id);
	statement_add_int32s(&statement, rows->files, rows->n);
	statement_add_int64s(&statement, rows->records, rows->n);
	statement_add_jsonbs(&statement, errors);
	statement_run(&statement, NULL, NULL);
}

void
replay_close(int64 load_id, const ReplayRows *rows, const char *status, const char *reason)
{
	Statement statement;

	if (rows->n == 0)
		return;
	statement_init(&statement,
				   "UPDATE ingest.quarantine_rows q SET status = $4, status_by = $5::name,"
				   " status_at = now(), status_reason = $6, replayed_by = $1"
				   " FROM ingest.manifest_replays r, unnest($2, $3) AS n(file_no, record_no)"
				   " WHERE" IS_ROW);
	statement_add_int64(&statement, load_id);
	statement_add_int32s(&statement, rows->files, rows->n);
	statement_add_int64s(&statement, rows->records, rows->n);
	statement_add_text(&statement, status);
	statement_add_text(&statement, GetUserNameFromId(GetUserId(), false));
	statement_add_text(&statement, reason);
	statement_run(&statement, NULL, NULL);
}

/* "ingest.load_5_lane_0" */
static char *
lane_name(Oid lane)
{
	return quote_qualified_identifier("ingest", get_rel_name(lane));
}

int64
replay_remove(Oid lane, const ReplayRows *rows)
{
	Statement statement;

	if (rows->n == 0)
		return 0;
	statement_init(&statement,
				   psprintf("DELETE FROM %s AS l USING (SELECT DISTINCT file_no, record_no"
							" FROM unnest($1, $2) AS u(file_no, record_no)) AS n"
							" WHERE l._ingest_file = n.file_no AND l._ingest_row = n.record_no",
							lane_name(lane)));
	statement_add_int32s(&statement, rows->files, rows->n);
	statement_add_int64s(&statement, rows->records, rows->n);
	return (int64) statement_run(&statement, NULL, NULL);
}

int64
replay_close_staged(int64 load_id, Oid lane)
{
	Statement statement;

	statement_init(&statement,
				   psprintf("UPDATE ingest.quarantine_rows q SET status = 'replayed',"
							" status_by = $2::name, status_at = now(), replayed_by = $1"
							" FROM ingest.manifest_replays r, (SELECT _ingest_file AS file_no,"
							"  _ingest_row AS record_no FROM %s WHERE _ingest_file >= 0) AS n"
							" WHERE" IS_ROW,
							lane_name(lane)));
	statement_add_int64(&statement, load_id);
	statement_add_text(&statement, GetUserNameFromId(GetUserId(), false));
	return (int64) statement_run(&statement, NULL, NULL);
}

int64
replay_reopen(int64 load_id)
{
	Statement statement;

	statement_init(&statement,
				   "WITH n AS (DELETE FROM ingest.quarantine_rows WHERE load_id = $1 RETURNING *)"
				   " UPDATE ingest.quarantine_rows q SET status = 'open', status_by = NULL,"
				   " status_at = NULL, status_reason = NULL, replayed_by = NULL, rule = n.rule,"
				   " column_name = n.column_name, sqlstate = n.sqlstate, message = n.message,"
				   " value = n.value, more_errors = n.more_errors"
				   " FROM n JOIN ingest.manifest_replays r"
				   "  ON r.load_id = n.load_id AND r.file_no = n.file_no"
				   " WHERE q.load_id = r.of_load_id AND q.file_no = r.of_file_no"
				   " AND q.record_no = n.record_no");
	statement_add_int64(&statement, load_id);
	return (int64) statement_run(&statement, NULL, NULL);
}

/* StatementRow for replay_later_loads(). */
static void
read_later(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ReplayLater *later = arg;

	later->deleted = row_int64(tuple, desc, 1);
	later->stated = row_int64(tuple, desc, 2);
}

void
replay_later_loads(int64 load_id, ReplayLater *later)
{
	Statement statement;

	statement_init(&statement,
				   "SELECT coalesce(bool_or(other.rows_deleted > 0), false), coalesce(bool_or("
				   " other.strategy IN ('replace', 'replace_where', 'replace_partitions', 'sync')),"
				   " false) FROM ingest.manifest_loads l JOIN ingest.manifest_loads other"
				   " ON other.target = l.target AND other.status = 'published'"
				   " AND other.finished_at > l.finished_at WHERE l.load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_later, later);
}
