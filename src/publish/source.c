/*
 * source.c: the rows of any relation, as if they had been staged.
 *
 * In: a table, view or materialized view.  Out: the SELECT that stands in for
 * lanes, in which every column has the type of the target's column of its name.
 */
#include "postgres.h"

#include "manifest/statement.h"
#include "publish/conditions.h"
#include "publish/publish.h"
#include "publish/staged.h"
#include "publish/strategy.h"

#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

/*
 * As what a value is compared.  Casting to varchar(3) would cut in silence, so
 * only types whose assignment rounds as their cast does get their modifier;
 * what does not fit is refused when it is written.
 */
static char *
compared_type(Form_pg_attribute attribute)
{
	int32 typmod = attribute->atttypmod;
	Oid type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);
	bool rounds = type == NUMERICOID || type == TIMESTAMPOID || type == TIMESTAMPTZOID ||
				  type == TIMEOID || type == TIMETZOID || type == INTERVALOID;

	return format_type_extended(type, rounds ? typmod : -1,
								FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/* " COLLATE …" of the column, or nothing: the source's collation may be another one. */
static char *
collation_clause(Form_pg_attribute attribute)
{
	if (!OidIsValid(attribute->attcollation))
		return "";
	return psprintf(" %s", statement_collation(attribute->attcollation));
}

static void
check_assignable(const PublishRequest *request, Form_pg_attribute from, Form_pg_attribute to)
{
	Oid source_type = from->atttypid;
	Oid target_type = to->atttypid;

	if (can_coerce_type(1, &source_type, &target_type, COERCION_ASSIGNMENT))
		return;
	ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
					errmsg("column \"%s\" of table \"%s\" is of type %s, of the source %s",
						   NameStr(to->attname), RelationGetRelationName(request->target),
						   format_type_be(target_type), format_type_be(source_type)),
					errhint("Cast it in the source, for instance in a view.")));
}

static bool
is_generated(Relation target, const char *name)
{
	AttrNumber attnum = get_attnum(RelationGetRelid(target), name);

	return attnum > 0 && TupleDescAttr(RelationGetDescr(target), attnum - 1)->attgenerated != '\0';
}

/* Adds the column to what is read; false if nobody wants it. */
static bool
add_column(PublishRequest *request, Form_pg_attribute from, StringInfo sql)
{
	char *name = pstrdup(NameStr(from->attname));
	Form_pg_attribute to;

	if (is_generated(request->target, name))
		return true;
	if (!publish_add_column(request, name))
		return false;
	if (request->deletion == name)
	{
		appendStringInfo(sql, ", source.%s::pg_catalog.text AS %s", quote_identifier(name),
						 quote_identifier(name));
		return true;
	}
	to = conditions_attribute(request->target, name);
	check_assignable(request, from, to);
	appendStringInfo(sql, ", source.%s::%s%s AS %s", quote_identifier(name), compared_type(to),
					 collation_clause(to), quote_identifier(name));
	return true;
}

/* The condition that a part of the key is NULL. */
static char *
key_is_null(const PublishRequest *request)
{
	StringInfoData sql;
	ListCell *cell;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "false");
	foreach (cell, request->key)
		if (conditions_has_name(request->columns, lfirst(cell)))
			appendStringInfo(&sql, " OR source.%s IS NULL", quote_identifier(lfirst(cell)));
	return sql.data;
}

void
publish_from_relation(PublishRequest *request, Relation source)
{
	TupleDesc desc = RelationGetDescr(source);
	const char *from = staged_relation_name(RelationGetRelid(source));
	StringInfoData sql;
	StringInfoData unknown;
	int i;

	initStringInfo(&sql);
	initStringInfo(&unknown);
	appendStringInfoString(&sql, "SELECT -1 AS _ingest_file, 0::pg_catalog.int8 AS _ingest_row");
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		if (!column->attisdropped && !add_column(request, column, &sql))
			appendStringInfo(&unknown, "%s\"%s\"", unknown.len > 0 ? ", " : "",
							 NameStr(column->attname));
	}
	if (unknown.len > 0)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("table \"%s\" does not have all columns of the source",
							   RelationGetRelationName(request->target)),
						errdetail("Missing: %s.", unknown.data),
						errhint("Add them to the table, or leave them out in a view.")));
	appendStringInfo(&sql, " FROM %s AS source", from);
	request->source_rows = request->source_all_rows = pstrdup(sql.data);
	if (request->key == NIL || request->options->null_keys == NULL_KEYS_MATCH)
		return;
	appendStringInfo(&sql, " WHERE NOT (%s)", key_is_null(request));
	request->source_rows = sql.data;
	request->source_null_keys =
		psprintf("SELECT FROM %s AS source WHERE %s", from, key_is_null(request));
}

/* Is it the target, above it, or one of its partitions? */
static bool
is_of_target(const PublishRequest *request, Oid relation)
{
	Oid target = RelationGetRelid(request->target);

	if (relation == target || (request->target->rd_rel->relispartition &&
							   list_member_oid(get_partition_ancestors(target), relation)))
		return true;
	return get_rel_relispartition(relation) &&
		   list_member_oid(get_partition_ancestors(relation), target);
}

void
publish_check_source(const PublishRequest *request)
{
	SPIPlanPtr plan;
	ListCell *cell;

	if (request->source_rows == NULL || !request->strategy->rereads)
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(request->source_rows, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "query failed: %s", request->source_rows);
	foreach (cell, ((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->relationOids)
		if (is_of_target(request, lfirst_oid(cell)))
			ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
							errmsg("the source of strategy \"%s\" must not read table \"%s\"",
								   publish_strategy_name(request->strategy),
								   RelationGetRelationName(request->target)),
							errdetail("It would change while the table does."),
							errhint("Copy its rows into a table of their own first.")));
	SPI_finish();
}
