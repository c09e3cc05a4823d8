/*
 * conditions.c: SQL conditions on a staged row and the target's row of its key.
 *
 * In: the request's key, columns and options.  Out: text with qualified and
 * quoted names, in the StringInfo's context.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/predicate.h"
#include "publish/staged.h"

#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

bool
conditions_has_name(List *names, const char *name)
{
	ListCell *cell;

	foreach (cell, names)
	{
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	}
	return false;
}

bool
conditions_carry_everything(const PublishRequest *request)
{
	TupleDesc desc = RelationGetDescr(request->target);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && att->attgenerated == '\0' &&
			!conditions_has_name(request->columns, NameStr(att->attname)))
			return false;
	}
	return true;
}

Form_pg_attribute
conditions_attribute(Relation target, const char *name)
{
	AttrNumber attnum = get_attnum(RelationGetRelid(target), name);

	if (attnum <= 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("column \"%s\" of table \"%s\" does not exist", name,
							   RelationGetRelationName(target))));
	return TupleDescAttr(RelationGetDescr(target), attnum - 1);
}

Oid
conditions_less_operator(Relation target, const char *name)
{
	return lookup_type_cache(conditions_attribute(target, name)->atttypid, TYPECACHE_LT_OPR)
		->lt_opr;
}

static Oid
equality_operator(const PublishRequest *request, const char *column)
{
	Oid type = conditions_attribute(request->target, column)->atttypid;

	return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
}

void
conditions_check_key(const PublishRequest *request)
{
	ListCell *cell;

	if (request->key == NIL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("strategy \"%s\" needs a key, and table \"%s\" has no primary key",
							   publish_strategy_name(request->strategy),
							   RelationGetRelationName(request->target)),
						errhint("Name the columns of a unique key, or use strategy \"append\".")));
	foreach (cell, request->key)
	{
		const char *name = lfirst(cell);
		Form_pg_attribute attribute = conditions_attribute(request->target, name);
		TypeCacheEntry *type;

		if (!conditions_has_name(request->columns, name))
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

/*
 * NULLs equal each other when records are compared, which can be hashed and
 * merged, unlike IS NOT DISTINCT FROM.
 */
static void
append_null_safe_match(StringInfo sql, const PublishRequest *request)
{
	appendStringInfoString(sql, "ROW(");
	staged_append_columns(sql, "target", request->key);
	appendStringInfoString(sql, ")::pg_catalog.record OPERATOR(pg_catalog.=) ROW(");
	staged_append_columns(sql, "staged", request->key);
	appendStringInfoString(sql, ")::pg_catalog.record");
}

void
conditions_append_match(StringInfo sql, const PublishRequest *request)
{
	ListCell *cell;

	if (request->options->null_keys == NULL_KEYS_MATCH)
		append_null_safe_match(sql, request);
	else
		foreach (cell, request->key)
		{
			const char *name = quote_identifier(lfirst(cell));

			if (cell != list_head(request->key))
				appendStringInfoString(sql, " AND ");
			appendStringInfo(sql, "target.%s", name);
			staged_append_operator(sql, equality_operator(request, lfirst(cell)));
			appendStringInfo(sql, "staged.%s", name);
		}
	if (request->scope != NULL)
		appendStringInfo(sql, " AND (%s)", request->scope);
	foreach (cell, request->options->incremental_predicates)
		appendStringInfo(
			sql, " AND (%s)",
			predicate_text(request->target, "incremental_predicates", lfirst(cell), "target"));
}

/*
 * It does not for types without one (json, xml, point), for types that are equal when
 * they look different (citext, nondeterministic collations), and nothing is
 * known about types of extensions.
 */
bool
conditions_equality_is_exact(Form_pg_attribute attribute)
{
	Oid type_oid = getBaseType(attribute->atttypid);
	TypeCacheEntry *type;

	if (OidIsValid(attribute->attcollation) &&
		!get_collation_isdeterministic(attribute->attcollation))
		return false;
	if (type_oid >= FirstNormalObjectId && !type_is_enum(type_oid))
		return false;
	/* arrays have an operator class whatever their elements, but then no "=" */
	type = lookup_type_cache(type_oid, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_EQ_OPR);
	return OidIsValid(type->btree_opf) && OidIsValid(type->eq_opr);
}

/* Without the version that it has, a row could be overwritten by one that is older. */
static bool
is_chosen(const PublishOptions *options, const char *name)
{
	if (options->update_if_newer != NULL && strcmp(options->update_if_newer, name) == 0)
		return true;
	return !conditions_has_name(options->merge_exclude_columns, name) &&
		   (options->merge_update_columns == NIL ||
			conditions_has_name(options->merge_update_columns, name));
}

/* Neither the key nor what only the server may set; the mark of soft_delete is set apart. */
List *
conditions_updated_columns(const PublishRequest *request)
{
	List *columns = NIL;
	ListCell *cell;

	foreach (cell, request->columns)
	{
		const char *name = lfirst(cell);

		if (conditions_has_name(request->key, name) || !is_chosen(request->options, name) ||
			conditions_attribute(request->target, name)->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
			continue;
		columns = lappend(columns, lfirst(cell));
	}
	return columns;
}

/* IS DISTINCT FROM where "=" is exact, else the byte-wise comparison of records. */
void
conditions_append_different(StringInfo sql, const PublishRequest *request, List *columns)
{
	List *by_image = NIL;
	ListCell *cell;
	const char *separator = "";

	foreach (cell, columns)
	{
		const char *name = quote_identifier(lfirst(cell));

		if (!conditions_equality_is_exact(conditions_attribute(request->target, lfirst(cell))))
		{
			by_image = lappend(by_image, lfirst(cell));
			continue;
		}
		appendStringInfo(sql, "%starget.%s IS DISTINCT FROM staged.%s", separator, name, name);
		separator = " OR ";
	}
	if (by_image != NIL)
	{
		appendStringInfo(sql, "%sROW(", separator);
		staged_append_columns(sql, "target", by_image);
		appendStringInfoString(sql, ")::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(");
		staged_append_columns(sql, "staged", by_image);
		appendStringInfoString(sql, ")::pg_catalog.record");
	}
	else if (columns == NIL)
		appendStringInfoString(sql, "false");
}

/* A version without a time is older than any that has one. */
bool
conditions_append_older(StringInfo sql, const PublishRequest *request)
{
	const char *column = request->options->update_if_newer;
	const char *name;

	if (column == NULL)
		return false;
	name = quote_identifier(column);
	appendStringInfo(sql, "(staged.%s", name);
	staged_append_operator(sql, conditions_less_operator(request->target, column));
	appendStringInfo(sql, "target.%s OR staged.%s IS NULL AND target.%s IS NOT NULL)", name, name,
					 name);
	return true;
}

char *
conditions_deletes(const PublishRequest *request)
{
	const char *column = request->options->hard_delete;

	if (column == NULL)
		return NULL;
	if (request->deletion == NULL &&
		getBaseType(conditions_attribute(request->target, column)->atttypid) == BOOLOID)
		return psprintf("(staged.%s IS TRUE)", quote_identifier(column));
	return psprintf("(pg_catalog.lower(staged.%s::pg_catalog.text) OPERATOR(pg_catalog.=) "
					"ANY ('{d,delete,t,true}'::pg_catalog.text[]))",
					quote_identifier(column));
}

static bool
mark_is_boolean(const PublishRequest *request)
{
	return getBaseType(
			   conditions_attribute(request->target, request->options->soft_delete)->atttypid) ==
		   BOOLOID;
}

void
conditions_append_unmarked(StringInfo sql, const PublishRequest *request, const char *alias)
{
	appendStringInfo(sql, "%s.%s %s", alias, quote_identifier(request->options->soft_delete),
					 mark_is_boolean(request) ? "IS NOT TRUE" : "IS NULL");
}

const char *
conditions_mark(const PublishRequest *request, bool deleted)
{
	if (mark_is_boolean(request))
		return deleted ? "true" : "false";
	return deleted ? "pg_catalog.now()" : "NULL";
}

void
conditions_append_mark(StringInfo sql, const PublishRequest *request, bool deleted)
{
	appendStringInfo(sql, "%s = %s", quote_identifier(request->options->soft_delete),
					 conditions_mark(request, deleted));
}

bool
conditions_unmarks(const PublishRequest *request)
{
	return request->options->soft_delete != NULL &&
		   !conditions_has_name(request->columns, request->options->soft_delete);
}
