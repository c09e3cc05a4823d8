/*
 * quarantine.c: set-based work on quarantine.
 */
#include "postgres.h"

#include "manifest/quarantine.h"

#include "catalog/namespace.h"
#include "lib/stringinfo.h"
#include "manifest/statement.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* "_k" IS NULL OR … over the key. */
static char *
any_key_is_null(List *key)
{
	StringInfoData sql;
	ListCell *lc;

	initStringInfo(&sql);
	foreach (lc, key)
		appendStringInfo(&sql, "%s%s IS NULL", sql.len > 0 ? " OR " : "",
						 quote_identifier(lfirst(lc)));
	return sql.data;
}

/* Writes one row of a SELECT whose columns from first on are _ingest_file, _ingest_row and the row as text. */
static void
insert_staged(int64 load_id, HeapTuple tuple, TupleDesc desc, int first,
			  const QuarantineReason *reason)
{
	Statement statement;

	statement_init(
		&statement,
		"INSERT INTO ingest.quarantine_rows (load_id, file_no, record_no, line_no,"
		" byte_offset, byte_length, raw_line, rule, column_name, sqlstate, message, value)"
		" VALUES ($1, $2, $3, 0, 0, 0, $4, $5, $6, $7, $8, $9)");
	statement_add_int64(&statement, load_id);
	statement_add_int32(&statement, row_int64(tuple, desc, first));
	statement_add_int64(&statement, row_int64(tuple, desc, first + 1));
	statement_add_text(&statement, row_text(tuple, desc, first + 2));
	statement_add_text(&statement, reason->rule);
	statement_add_text(&statement, reason->columns);
	statement_add_text(&statement, reason->sqlstate);
	statement_add_text(&statement, reason->message);
	statement_add_text(&statement,
					   desc->natts > first + 2 ? row_text(tuple, desc, first + 3) : NULL);
	statement_run(&statement, NULL, NULL);
}

/* Deletes one row of a SELECT that begins with its lane and its ctid there. */
static void
delete_staged(HeapTuple tuple, TupleDesc desc)
{
	Statement statement;
	char *name = get_rel_name((Oid) row_int64(tuple, desc, 1));

	statement_init(&statement, psprintf("DELETE FROM %s WHERE ctid = $1::tid",
										quote_qualified_identifier("ingest", name)));
	statement_add_text(&statement, row_text(tuple, desc, 2));
	if (statement_run(&statement, NULL, NULL) != 1)
		elog(ERROR, "a staged row of lane \"%s\" is not where it was", name);
}

/*
 * The rows are read with the caller's rights, because turning them into jsonb
 * may call output functions and casts of the caller's types, and written with
 * the owner's.
 */
static int64
insert_selected(int64 load_id, const char *select, bool removes, const QuarantineReason *reason)
{
	int64 total = 0;
	Portal portal;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	portal = SPI_cursor_parse_open(NULL, select, &(SPIParseOpenOptions){0});
	for (;;)
	{
		uint64 i;

		SPI_cursor_fetch(portal, true, 1000);
		if (SPI_processed == 0)
			break;
		for (i = 0; i < SPI_processed; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (removes)
				delete_staged(SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			insert_staged(load_id, SPI_tuptable->vals[i], SPI_tuptable->tupdesc, removes ? 3 : 1,
						  reason);
		}
		total += i;
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	SPI_finish();
	return total;
}

static char *
names_of(List *key)
{
	StringInfoData names;
	ListCell *lc;

	initStringInfo(&names);
	foreach (lc, key)
		appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", (char *) lfirst(lc));
	return names.data;
}

int64
quarantine_null_keys(int64 load_id, List *lanes, List *key)
{
	QuarantineReason reason = {"unique_key", "23502", "a part of the unique key is null",
							   names_of(key)};
	int64 total = 0;
	ListCell *lc;

	foreach (lc, lanes)
		total += insert_selected(
			load_id,
			psprintf("SELECT _ingest_file, _ingest_row,"
					 " (pg_catalog.to_jsonb(lane.*) - '_ingest_file' - '_ingest_row')::text"
					 " FROM %s AS lane WHERE _ingest_file >= 0 AND (%s)",
					 quote_qualified_identifier("ingest", get_rel_name(lfirst_oid(lc))),
					 any_key_is_null(key)),
			false, &reason);
	return total;
}

int64
quarantine_duplicates(int64 load_id, const char *select, List *key)
{
	QuarantineReason reason = {"unique_key", "23505",
							   "another row of the load with the same key counts", names_of(key)};

	return insert_selected(load_id, select, false, &reason);
}

int64
quarantine_remove(int64 load_id, const char *select, const QuarantineReason *reason)
{
	return insert_selected(load_id, select, true, reason);
}

/* StatementRow: appends one reason to the StringInfo arg. */
static void
read_reason(HeapTuple tuple, TupleDesc desc, void *arg)
{
	StringInfo summary = arg;

	if (summary->len > 0)
		appendStringInfoString(summary, ", ");
	appendStringInfoString(summary, row_text(tuple, desc, 1));
}

char *
quarantine_summary(int64 load_id)
{
	Statement statement;
	StringInfoData summary;

	initStringInfo(&summary);
	statement_init(&statement,
				   /* a look at 100,000 rows tells the reasons, and is quick whatever there is */
				   "SELECT CASE WHEN sum(count(*)) OVER () >= 100000 THEN 'at least ' ELSE '' END"
				   " || count(*) || ' ' || reason FROM ("
				   "  SELECT e.rule || coalesce("
				   "    ' on column ' || quote_ident(e.column_name),"
				   "    ' ' || substring(e.message FROM 'check constraint (\".*?\")'),"
				   "    '') AS reason"
				   "  FROM (SELECT rule, column_name, message, more_errors"
				   "        FROM ingest.quarantine_rows WHERE load_id = $1"
				   "        AND status = 'open' LIMIT 100000) AS q"
				   "  CROSS JOIN LATERAL ("
				   "    SELECT q.rule, q.column_name, q.message UNION ALL"
				   "    SELECT m ->> 'rule', m ->> 'column', m ->> 'message'"
				   "    FROM jsonb_array_elements(q.more_errors) AS m) AS e) AS r"
				   " GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 3");
	statement_add_int64(&statement, load_id);
	statement_run(&statement, read_reason, &summary);
	return summary.data;
}
