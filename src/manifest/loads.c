/*
 * loads.c: one row per load, its states and its sums.
 */
#include "postgres.h"

#include "manifest/manifest.h"

#include "access/xact.h"
#include "commands/sequence.h"
#include "catalog/namespace.h"
#include "manifest/statement.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define LOAD_COLUMNS                                                                               \
	"load_id, target, source, options::text, fingerprint, strategy, unique_key, columns, status, " \
	"leader_pid, coalesce(contract_version, 0), loaded_by, new_columns, new_types"

/* The caller need not have rights on the sequence. */
int64
manifest_next_load_id(void)
{
	Oid namespace = get_namespace_oid("ingest", false);

	return nextval_internal(get_relname_relid("load_id_seq", namespace), false);
}

void
manifest_insert_load(const ManifestLoad *load)
{
	Statement statement;

	statement_init(&statement,
				   "INSERT INTO ingest.manifest_loads (load_id, target, source, options,"
				   " fingerprint, strategy, unique_key, columns, status, loaded_by, leader_pid,"
				   " contract_version, new_columns, new_types)"
				   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'staging', $9::name, $10,"
				   " nullif($11, 0), nullif($12, '{}'), nullif($13, '{}'))");
	statement_add_int64(&statement, load->load_id);
	statement_add_regclass(&statement, load->target);
	statement_add_text(&statement, load->source);
	statement_add_jsonb(&statement, load->options);
	statement_add_text(&statement, load->fingerprint);
	statement_add_text(&statement, load->strategy);
	statement_add_texts(&statement, load->unique_key);
	statement_add_texts(&statement, load->columns);
	statement_add_text(&statement, load->caller);
	statement_add_int32(&statement, load->leader_pid);
	statement_add_int32(&statement, load->contract_version);
	statement_add_texts(&statement, load->new_columns);
	statement_add_texts(&statement, load->new_types);
	statement_run(&statement, NULL, NULL);
}

/* StatementRow for LOAD_COLUMNS: appends a ManifestLoad to *(List **) arg. */
static void
read_load(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestLoad *load = palloc0(sizeof(ManifestLoad));
	List **loads = arg;

	load->load_id = row_int64(tuple, desc, 1);
	load->target = row_int64(tuple, desc, 2);
	load->source = row_text(tuple, desc, 3);
	load->options = row_text(tuple, desc, 4);
	load->fingerprint = row_text(tuple, desc, 5);
	load->strategy = row_text(tuple, desc, 6);
	load->unique_key = row_texts(tuple, desc, 7);
	load->columns = row_texts(tuple, desc, 8);
	load->status = row_text(tuple, desc, 9);
	load->leader_pid = row_int64(tuple, desc, 10);
	load->contract_version = row_int64(tuple, desc, 11);
	load->caller = row_text(tuple, desc, 12);
	load->new_columns = row_texts(tuple, desc, 13);
	load->new_types = row_texts(tuple, desc, 14);
	*loads = lappend(*loads, load);
}

/* The load that a query with its id as the one parameter gives, or NULL. */
static ManifestLoad *
one_load(const char *query, int64 load_id)
{
	Statement statement;
	List *loads = NIL;

	statement_init(&statement, query);
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_load, &loads);
	return loads == NIL ? NULL : linitial(loads);
}

ManifestLoad *
manifest_load(int64 load_id)
{
	return one_load("SELECT " LOAD_COLUMNS " FROM ingest.manifest_loads WHERE load_id = $1",
					load_id);
}

ManifestLoad *
manifest_lock_load(int64 load_id)
{
	return one_load("SELECT " LOAD_COLUMNS
					" FROM ingest.manifest_loads WHERE load_id = $1 FOR NO KEY UPDATE",
					load_id);
}

/* StatementRow */
static void
read_own(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(bool *) arg = TransactionIdIsCurrentTransactionId(
		(TransactionId) strtoul(row_text(tuple, desc, 1), NULL, 10));
}

bool
manifest_is_own_load(int64 load_id)
{
	Statement statement;
	bool own = false;

	statement_init(&statement, "SELECT xmin::text FROM ingest.manifest_loads WHERE load_id = $1");
	statement_add_int64(&statement, load_id);
	(void) statement_run(&statement, read_own, &own);
	return own;
}

List *
manifest_unfinished(Oid target)
{
	Statement statement;
	List *loads = NIL;

	statement_init(&statement,
				   "SELECT " LOAD_COLUMNS " FROM ingest.manifest_loads"
				   " WHERE target = $1 AND status IN ('staging', 'staged', 'rejected')"
				   "  AND (status <> 'rejected' OR EXISTS (SELECT FROM ingest.manifest_lanes lane"
				   "              WHERE lane.load_id = manifest_loads.load_id))"
				   " ORDER BY load_id");
	statement_add_regclass(&statement, target);
	statement_run(&statement, read_load, &loads);
	return loads;
}

void
manifest_resume(int64 load_id, int leader_pid)
{
	Statement statement;

	statement_init(&statement,
				   "UPDATE ingest.manifest_loads SET status = 'staging', leader_pid = $2,"
				   " continued_at = clock_timestamp()"
				   " WHERE load_id = $1 AND status IN ('staging', 'staged', 'rejected')");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, leader_pid);
	if (statement_run(&statement, NULL, NULL) != 1)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("load " INT64_FORMAT " is no longer unfinished", load_id)));
}

void
manifest_set_status(int64 load_id, const char *status, const char *message)
{
	Statement statement;
	ManifestCounts counts;

	manifest_sum(load_id, &counts);
	statement_init(&statement,
				   "UPDATE ingest.manifest_loads SET status = $2, message = $3,"
				   " staged_at = CASE WHEN $2 = 'staged' THEN clock_timestamp() ELSE staged_at END,"
				   " finished_at = CASE WHEN $2 IN ('staged', 'staging') THEN NULL"
				   " ELSE clock_timestamp() END,"
				   " files_loaded = $4, rows_read = $5, rows_staged = $6, rows_quarantined = $7,"
				   " rows_ignored = $8, bytes_read = $9"
				   " WHERE load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_add_text(&statement, status);
	statement_add_text(&statement, message);
	statement_add_int32(&statement, counts.files_loaded);
	statement_add_int64(&statement, counts.rows_read);
	statement_add_int64(&statement, counts.rows_staged);
	statement_add_int64(&statement, counts.rows_quarantined);
	statement_add_int64(&statement, counts.rows_ignored);
	statement_add_int64(&statement, counts.bytes_read);
	statement_run(&statement, NULL, NULL);
}

void
manifest_set_published(const ManifestLoad *load, const ManifestCounts *counts, const char *message)
{
	Statement statement;

	statement_init(&statement,
				   "UPDATE ingest.manifest_loads SET status = 'published', message = $2,"
				   " finished_at = clock_timestamp(), strategy = $3, unique_key = $4,"
				   " files_skipped = $5, rows_staged = $6, rows_quarantined = $7,"
				   " rows_deduplicated = $8, rows_inserted = $9, rows_updated = $10,"
				   " rows_deleted = $11, rows_unchanged = $12, rows_skipped = $13,"
				   " contract_version = nullif($14, 0)"
				   " WHERE load_id = $1 AND status IN ('staged', 'rejected')");
	statement_add_int64(&statement, load->load_id);
	statement_add_text(&statement, message);
	statement_add_text(&statement, load->strategy);
	statement_add_texts(&statement, load->unique_key);
	statement_add_int32(&statement, counts->files_skipped);
	statement_add_int64(&statement, counts->rows_staged);
	statement_add_int64(&statement, counts->rows_quarantined);
	statement_add_int64(&statement, counts->rows_deduplicated);
	statement_add_int64(&statement, counts->rows_inserted);
	statement_add_int64(&statement, counts->rows_updated);
	statement_add_int64(&statement, counts->rows_deleted);
	statement_add_int64(&statement, counts->rows_unchanged);
	statement_add_int64(&statement, counts->rows_skipped);
	statement_add_int32(&statement, load->contract_version);
	if (statement_run(&statement, NULL, NULL) != 1)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("load " INT64_FORMAT " is not staged", load->load_id)));
}

void
manifest_forget_staged(int64 load_id)
{
	static const char *const sql[] = {
		"DELETE FROM ingest.manifest_chunks WHERE load_id = $1",
		"DELETE FROM ingest.quarantine_rows WHERE load_id = $1",
		"UPDATE ingest.manifest_files SET content_hash = NULL, chunks = NULL WHERE load_id = $1"};
	int i;

	for (i = 0; i < (int) lengthof(sql); i++)
	{
		Statement statement;

		statement_init(&statement, sql[i]);
		statement_add_int64(&statement, load_id);
		statement_run(&statement, NULL, NULL);
	}
}

/* StatementRow for manifest_sum(). */
static void
read_sums(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestCounts *counts = arg;

	counts->rows_read = row_int64(tuple, desc, 1);
	counts->rows_staged = row_int64(tuple, desc, 2);
	counts->rows_quarantined = row_int64(tuple, desc, 3);
	counts->rows_ignored = row_int64(tuple, desc, 4);
	counts->rows_bad = row_int64(tuple, desc, 5);
	counts->files_loaded = row_int64(tuple, desc, 6);
	counts->bytes_read = row_int64(tuple, desc, 7);
}

void
manifest_sum(int64 load_id, ManifestCounts *counts)
{
	Statement statement;

	memset(counts, 0, sizeof(*counts));
	statement_init(
		&statement,
		"SELECT coalesce(sum(c.rows_read), 0)::int8, coalesce(sum(c.rows_staged), 0)::int8,"
		" coalesce(sum(c.rows_quarantined), 0)::int8, coalesce(sum(c.rows_ignored), 0)::int8,"
		" coalesce(sum(c.rows_bad), 0)::int8,"
		" (SELECT count(*) FROM ingest.manifest_files f"
		"  WHERE f.load_id = $1 AND f.chunks IS NOT NULL)::int4,"
		" (SELECT coalesce(sum(size), 0) FROM ingest.manifest_files f"
		"  WHERE f.load_id = $1 AND f.chunks IS NOT NULL)::int8"
		" FROM ingest.manifest_chunks c WHERE c.load_id = $1");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_sums, counts);
}
