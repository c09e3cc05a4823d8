/*
 * contracts.c: rows of ingest.manifest_contracts, in the caller's transaction.
 */
#include "postgres.h"

#include "manifest/contracts.h"

#include "manifest/statement.h"
#include "miscadmin.h"

/* StatementRow */
static void
read_contract(HeapTuple tuple, TupleDesc desc, void *arg)
{
	ManifestContract *contract = palloc0(sizeof(ManifestContract));

	contract->target = (Oid) row_int64(tuple, desc, 1);
	contract->version = row_int64(tuple, desc, 2);
	contract->contract = row_text(tuple, desc, 3);
	contract->search_path = row_text(tuple, desc, 4);
	*(ManifestContract **) arg = contract;
}

ManifestContract *
manifest_contract(Oid target, int version)
{
	Statement statement;
	ManifestContract *contract = NULL;

	statement_init(&statement, "SELECT target, version, contract::text, search_path"
							   " FROM ingest.manifest_contracts"
							   " WHERE target = $1 AND (version = $2 OR $2 = 0)"
							   " ORDER BY version DESC LIMIT 1");
	statement_add_regclass(&statement, target);
	statement_add_int32(&statement, version);
	(void) statement_run(&statement, read_contract, &contract);
	return contract;
}

/* StatementRow */
static void
read_version(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(int *) arg = row_int64(tuple, desc, 1);
}

int
manifest_add_contract(const ManifestContract *contract)
{
	Statement statement;
	int version = 0;

	statement_init(
		&statement,
		"WITH newest AS ("
		"  SELECT version, contract, search_path FROM ingest.manifest_contracts"
		"  WHERE target = $1 ORDER BY version DESC LIMIT 1),"
		" added AS ("
		"  INSERT INTO ingest.manifest_contracts"
		"   (target, version, contract, search_path, set_by)"
		"  SELECT $1, coalesce((SELECT version FROM newest), 0) + 1, $2, $3, $4"
		"  WHERE NOT EXISTS (SELECT FROM newest WHERE contract = $2 AND search_path = $3)"
		"  RETURNING version)"
		" SELECT version FROM added"
		" UNION ALL SELECT version FROM newest WHERE NOT EXISTS (SELECT FROM added)");
	statement_add_regclass(&statement, contract->target);
	statement_add_jsonb(&statement, contract->contract);
	statement_add_text(&statement, contract->search_path);
	statement_add_text(&statement, GetUserNameFromId(GetUserId(), false));
	(void) statement_run(&statement, read_version, &version);
	return version;
}

/* StatementRow */
static void
read_text(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

char *
manifest_effective_contract(Oid target)
{
	Statement statement;
	char *text = NULL;

	statement_init(
		&statement,
		"WITH said AS ("
		"  SELECT version, contract FROM ingest.manifest_contracts"
		"  WHERE target = $1 ORDER BY version DESC LIMIT 1),"
		" own_columns AS ("
		"  SELECT jsonb_object_agg(a.attname, jsonb_strip_nulls(jsonb_build_object("
		"      'type', format_type(a.atttypid, a.atttypmod),"
		"      'not_null', nullif(a.attnotnull, false),"
		"      'default', pg_get_expr(d.adbin, d.adrelid),"
		"      'domain', (SELECT jsonb_object_agg(c.conname, pg_get_constraintdef(c.oid))"
		"                 FROM pg_constraint c WHERE c.contypid = a.atttypid)))"
		"    || coalesce((SELECT contract -> 'columns' -> a.attname::text FROM said), '{}'))"
		"    AS columns"
		"  FROM pg_attribute a"
		"  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
		"  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped),"
		" own_checks AS ("
		"  SELECT jsonb_object_agg(conname, pg_get_expr(conbin, conrelid)) AS rules"
		"  FROM pg_constraint WHERE conrelid = $1 AND contype = 'c')"
		" SELECT (coalesce(said.contract, '{}') || jsonb_strip_nulls(jsonb_build_object("
		"   'table', $1::regclass::text, 'version', said.version, 'columns', own_columns.columns,"
		"   'rules', nullif(coalesce(own_checks.rules, '{}')"
		"                   || coalesce(said.contract -> 'rules', '{}'), '{}'))))::text"
		" FROM own_columns CROSS JOIN own_checks LEFT JOIN said ON true");
	statement_add_regclass(&statement, target);
	(void) statement_run(&statement, read_text, &text);
	return text;
}
