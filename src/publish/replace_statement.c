/*
 * replace_statement.c: the SQL that compares staged rows with those of a part
 * of the target, as two bags of rows.
 *
 * Equal rows of a bag are numbered, so that each has one partner in the other
 * bag or none.  Rows meet by a hash of their columns, in which NULLs are equal,
 * and are then compared.
 *
 * In: a request and a condition.  Out: text in CurrentMemoryContext.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/replace_statement.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "utils/builtins.h"
#include "utils/typcache.h"

/* The column of alias as something that "=" compares exactly. */
static void
append_image(StringInfo sql, const PublishRequest *request, const char *alias, const char *column)
{
	Form_pg_attribute attribute = conditions_attribute(request->target, column);

	appendStringInfo(sql, "%s.%s", alias, quote_identifier(column));
	if (!conditions_equality_is_exact(attribute))
		appendStringInfoString(sql, "::pg_catalog.text COLLATE pg_catalog.\"C\"");
}

static bool
can_be_hashed(const PublishRequest *request, const char *column)
{
	Form_pg_attribute attribute = conditions_attribute(request->target, column);

	if (!conditions_equality_is_exact(attribute))
		return true; /* as text */
	return OidIsValid(
		lookup_type_cache(attribute->atttypid, TYPECACHE_HASH_EXTENDED_PROC)->hash_extended_proc);
}

/* SELECT head, the columns, _ingest_hash and _ingest_copy FROM rows. */
static char *
numbered(const PublishRequest *request, const char *alias, const char *head, const char *rows)
{
	StringInfoData images;
	StringInfoData hashed;
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&images);
	initStringInfo(&hashed);
	initStringInfo(&sql);
	foreach (cell, request->columns)
	{
		appendStringInfoString(&images, ", ");
		append_image(&images, request, alias, lfirst(cell));
		if (!can_be_hashed(request, lfirst(cell)))
			continue;
		appendStringInfoString(&hashed, hashed.len > 0 ? ", " : "");
		append_image(&hashed, request, alias, lfirst(cell));
	}
	appendStringInfo(&sql, "SELECT %s, ", head);
	staged_append_columns(&sql, alias, request->columns);
	appendStringInfo(&sql,
					 ", hash._ingest_hash, pg_catalog.row_number() OVER (PARTITION BY "
					 "hash._ingest_hash%s) AS _ingest_copy FROM %s CROSS JOIN LATERAL "
					 "(SELECT pg_catalog.hash_record_extended(ROW(%s)::pg_catalog.record, 0)"
					 " AS _ingest_hash) AS hash",
					 images.data, rows, hashed.data);
	return sql.data;
}

static char *
numbered_staged(const PublishRequest *request)
{
	return numbered(request, "staged", "staged._ingest_file, staged._ingest_row",
					psprintf("(%s) AS staged", staged_rows(request)));
}

static char *
numbered_target(const PublishRequest *request, const char *scope)
{
	return numbered(request, "target",
					"target.tableoid AS _ingest_table, target.ctid AS _ingest_place",
					psprintf("(SELECT tableoid, ctid, * FROM %s AS target WHERE %s) AS target",
							 staged_relation_name(RelationGetRelid(request->target)), scope));
}

static void
append_partners(StringInfo sql, const PublishRequest *request)
{
	ListCell *cell;

	appendStringInfoString(sql,
						   "staged._ingest_hash OPERATOR(pg_catalog.=) target._ingest_hash AND "
						   "staged._ingest_copy OPERATOR(pg_catalog.=) target._ingest_copy");
	foreach (cell, request->columns)
	{
		appendStringInfoString(sql, " AND ");
		append_image(sql, request, "staged", lfirst(cell));
		appendStringInfoString(sql, " IS NOT DISTINCT FROM ");
		append_image(sql, request, "target", lfirst(cell));
	}
}

char *
replace_classification(const PublishRequest *request, const char *scope)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(
		&sql,
		"SELECT CASE WHEN target._ingest_copy IS NULL THEN 'inserted' ELSE 'unchanged' "
		"END AS _ingest_kind, staged.* FROM (%s) AS staged LEFT JOIN (%s) AS target ON ",
		numbered_staged(request), numbered_target(request, scope));
	append_partners(&sql, request);
	return sql.data;
}

char *
replace_removed(const PublishRequest *request, const char *scope)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT target.* FROM (%s) AS target WHERE NOT EXISTS (SELECT FROM (%s) AS "
					 "staged WHERE ",
					 numbered_target(request, scope), numbered_staged(request));
	append_partners(&sql, request);
	appendStringInfoChar(&sql, ')');
	return sql.data;
}

char *
replace_delete_statement(const PublishRequest *request, const char *scope)
{
	return psprintf("DELETE FROM %s AS target USING (%s) AS removed WHERE "
					"target.ctid OPERATOR(pg_catalog.=) removed._ingest_place AND "
					"target.tableoid OPERATOR(pg_catalog.=) removed._ingest_table",
					staged_relation_name(RelationGetRelid(request->target)),
					replace_removed(request, scope));
}

char *
replace_insert_statement(const PublishRequest *request, const char *scope)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT staged.* FROM (%s) AS staged WHERE NOT EXISTS (SELECT FROM (%s) AS "
					 "target WHERE ",
					 numbered_staged(request), numbered_target(request, scope));
	append_partners(&sql, request);
	appendStringInfoChar(&sql, ')');
	return append_statement(request, sql.data);
}

/* SELECT side, the columns as "=" compares them, FROM rows. */
static void
append_images(StringInfo sql, const PublishRequest *request, const char *alias, bool side)
{
	ListCell *cell;

	appendStringInfo(sql, "SELECT %s", side ? "true" : "false");
	foreach (cell, request->columns)
	{
		appendStringInfoString(sql, ", ");
		append_image(sql, request, alias, lfirst(cell));
	}
}

char *
replace_common(const PublishRequest *request, const char *scope)
{
	StringInfoData names;
	StringInfoData sql;
	int i;

	initStringInfo(&names);
	for (i = 0; i < list_length(request->columns); i++)
		appendStringInfo(&names, "%s_ingest_%d", i > 0 ? ", " : "", i);
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT COALESCE(pg_catalog.sum(LEAST(here, there)), 0) FROM "
								 "(SELECT pg_catalog.count(*) FILTER (WHERE _ingest_side) AS here, "
								 "pg_catalog.count(*) FILTER (WHERE NOT _ingest_side) AS there "
								 "FROM (");
	append_images(&sql, request, "target", true);
	appendStringInfo(&sql, " FROM %s AS target WHERE %s UNION ALL ",
					 staged_relation_name(RelationGetRelid(request->target)), scope);
	append_images(&sql, request, "staged", false);
	appendStringInfo(&sql,
					 " FROM (%s) AS staged) AS bag (_ingest_side, %s) GROUP BY %s) AS counted",
					 staged_rows(request), names.data, names.data);
	return sql.data;
}
