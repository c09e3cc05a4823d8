/*
 * upsert.c: staged rows replace the target's rows with the same key and are
 * inserted where there is none.
 *
 * The last version of a key in the order of files and records wins.  Rows that
 * are equal to what the target holds are not written.  The key needs no unique
 * index, but a key that the target holds twice is an error.
 */
#include "postgres.h"

#include "manifest/manifest.h"
#include "publish/key_order.h"
#include "publish/staged.h"
#include "publish/strategy.h"
#include "publish/target_size.h"
#include "publish/write.h"

#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/*
 * Looking rows up one by one is faster than reading the whole target if that
 * holds at least so many times the rows of the load.  Measured with 2 to 10
 * million rows: break-even at 3 with a cached target, at 5 to 8 against a hash
 * join; an uncached target favours reading.
 */
#define PROBE_TARGET_RATIO 5.0

static bool
contains_name(List *names, const char *name)
{
	ListCell *cell;

	foreach (cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

static Form_pg_attribute
target_attribute(Relation target, const char *name)
{
	AttrNumber attnum = get_attnum(RelationGetRelid(target), name);

	if (attnum <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of table \"%s\" does not exist", name,
							   RelationGetRelationName(target))));
	return TupleDescAttr(RelationGetDescr(target), attnum - 1);
}

/* The key must be staged, and sortable: rows are deduplicated and joined in its order. */
static void
check_key(const PublishRequest *request)
{
	ListCell *cell;

	if (request->key == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("strategy \"upsert\" needs a key, and table \"%s\" has no primary key",
						RelationGetRelationName(request->target)),
				 errhint("Name the columns of a unique key, or use strategy \"append\".")));
	foreach (cell, request->key)
	{
		const char *name = lfirst(cell);
		Form_pg_attribute attribute = target_attribute(request->target, name);
		TypeCacheEntry *type;

		if (!contains_name(request->columns, name))
			ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
							errmsg("key column \"%s\" is not among the columns of the load", name),
							errhint("The source must carry every column of the key.")));
		type = lookup_type_cache(attribute->atttypid, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR);
		if (!OidIsValid(type->btree_opf) || !OidIsValid(type->eq_opr))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
							errmsg("column \"%s\" of type %s cannot be part of a key", name,
								   format_type_be(attribute->atttypid)),
							errdetail("The type has no default btree operator class.")));
	}
}

static void
append_key_match(StringInfo sql, const PublishRequest *request)
{
	ListCell *cell;

	foreach (cell, request->key)
	{
		const char *name = quote_identifier(lfirst(cell));

		if (cell != list_head(request->key))
			appendStringInfoString(sql, " AND ");
		appendStringInfo(sql, "target.%s", name);
		staged_append_operator(
			sql, lookup_type_cache(target_attribute(request->target, lfirst(cell))->atttypid,
								   TYPECACHE_EQ_OPR)
					 ->eq_opr);
		appendStringInfo(sql, "staged.%s", name);
	}
}

/*
 * Whether "=" of the column's type tells all differences that matter.  It does
 * not for types without one (json, xml, point), for types that are equal when
 * they look different (citext, nondeterministic collations), and nothing is
 * known about types of extensions.
 */
static bool
equality_is_exact(Form_pg_attribute attribute)
{
	Oid type_oid = getBaseType(attribute->atttypid);

	if (OidIsValid(attribute->attcollation) &&
		!get_collation_isdeterministic(attribute->attcollation))
		return false;
	if (type_oid >= FirstNormalObjectId && !type_is_enum(type_oid))
		return false;
	return OidIsValid(lookup_type_cache(type_oid, TYPECACHE_BTREE_OPFAMILY)->btree_opf);
}

/* Columns that an update sets: neither the key nor what only the server may set. */
static List *
updated_columns(const PublishRequest *request)
{
	List *columns = NIL;
	ListCell *cell;

	foreach (cell, request->columns)
	{
		if (!contains_name(request->key, lfirst(cell)) &&
			target_attribute(request->target, lfirst(cell))->attidentity !=
				ATTRIBUTE_IDENTITY_ALWAYS)
			columns = lappend(columns, lfirst(cell));
	}
	return columns;
}

/*
 * The condition that a row changed: IS DISTINCT FROM where "=" is exact, else
 * the byte-wise comparison of records, which knows every type.
 */
static void
append_difference(StringInfo sql, const PublishRequest *request, List *columns)
{
	List *by_image = NIL;
	ListCell *cell;
	const char *separator = "";

	foreach (cell, columns)
	{
		const char *name = quote_identifier(lfirst(cell));

		if (!equality_is_exact(target_attribute(request->target, lfirst(cell))))
		{
			by_image = lappend(by_image, lfirst(cell));
			continue;
		}
		appendStringInfo(sql, "%starget.%s IS DISTINCT FROM staged.%s", separator, name, name);
		separator = " OR ";
	}
	if (by_image == NIL)
		return;
	appendStringInfo(sql, "%sROW(", separator);
	staged_append_columns(sql, "target", by_image);
	appendStringInfoString(sql, ")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(");
	staged_append_columns(sql, "staged", by_image);
	appendStringInfoString(sql, ")::pg_catalog.record");
}

static char *
merge_statement(const PublishRequest *request)
{
	List *updated = updated_columns(request);
	ListCell *cell;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "MERGE INTO %s AS target USING (%s) AS staged ON ",
					 staged_relation_name(RelationGetRelid(request->target)),
					 staged_winners(request));
	append_key_match(&sql, request);
	if (updated != NIL)
	{
		appendStringInfoString(&sql, " WHEN MATCHED AND (");
		append_difference(&sql, request, updated);
		appendStringInfoString(&sql, ") THEN UPDATE SET ");
		foreach (cell, updated)
		{
			const char *name = quote_identifier(lfirst(cell));

			appendStringInfo(&sql, "%s%s = staged.%s", cell == list_head(updated) ? "" : ", ", name,
							 name);
		}
	}
	appendStringInfoString(&sql, " WHEN NOT MATCHED THEN INSERT (");
	staged_append_columns(&sql, NULL, request->columns);
	appendStringInfoString(&sql, ") OVERRIDING SYSTEM VALUE VALUES (");
	staged_append_columns(&sql, "staged", request->columns);
	appendStringInfoString(&sql, ")");
	return sql.data;
}

static void
check_matches(const PublishRequest *request, const WriteCounts *done)
{
	if (done->matches > done->winners)
		ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION),
						errmsg("the key of the load is not unique in table \"%s\"",
							   RelationGetRelationName(request->target)),
						errdetail("%lld rows of the load match more rows of the table than one.",
								  (long long) (done->matches - done->winners)),
						errhint("Remove the duplicates and create a unique index on the key.")));
}

/* Without a match to look for, the rows are only inserted. */
static void
fill(const PublishRequest *request, WriteCounts *done)
{
	if (key_order_is_strict(request))
		append_rows(request, done);
	else
		write_rows(request, append_statement(request, staged_winners(request)), JOIN_NOTHING, done);
}

void
upsert_run(const PublishRequest *request, PublishCounts *counts, int64 *staged)
{
	WriteCounts done;
	double target_rows;
	const char *path = manifest_path_with_defaults(request->load_id);

	check_key(request);
	if (path != NULL)
		manifest_refuse_defaults(path);
	target_rows = target_size_rows(request->target);
	if (target_rows == 0)
		fill(request, &done);
	else if (target_rows >= PROBE_TARGET_RATIO * request->rows_staged &&
			 target_size_has_index(request->target, request->key))
		write_rows(request, merge_statement(request), JOIN_PROBE_TARGET, &done);
	else
		write_rows(request, merge_statement(request), JOIN_MERGE_TARGET, &done);
	check_matches(request, &done);
	*staged = done.staged;
	counts->deduplicated = done.staged - done.winners;
	counts->inserted = done.inserted;
	counts->updated = done.updated;
	counts->unchanged = done.winners - done.offered - done.updated;
}
