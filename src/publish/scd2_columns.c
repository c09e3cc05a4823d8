/*
 * scd2_columns.c: what each column of a target with history is for.
 *
 * In: a request.  Out: names and types, in CurrentMemoryContext, or an error
 * that says which option or column does not fit.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/predicate.h"
#include "publish/scd2_columns.h"
#include "publish/target_size.h"

#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define DEFAULT_IS_CURRENT "is_current"

/* Columns that the strategy fills must not come from the source. */
static void
refuse_carried(const PublishRequest *request, const char *option, const char *column)
{
	if (column == NULL || !conditions_has_name(request->columns, column))
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
		 errmsg("column \"%s\" of option \"%s\" is among the columns of the load", column, option),
		 errdetail("Strategy \"scd2\" computes it."),
		 errhint("Leave it out, or name the time of the versions in \"update_if_newer\".")));
}

static void
check_key(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	conditions_check_key(request);
	if (conditions_has_name(request->key, options->valid_from) ||
		conditions_has_name(request->key, options->valid_to) ||
		(options->update_if_newer != NULL &&
		 conditions_has_name(request->key, options->update_if_newer)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
						errmsg("the key of strategy \"scd2\" must not contain a time"),
						errhint("Name in unique_key what all versions of a row have in common.")));
	if (target_key_is_unique(request->target, request->key, false))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
						errmsg("table \"%s\" can hold one version of a row only",
							   RelationGetRelationName(request->target)),
						errdetail("It has a unique index on the key."),
						errhint("Add the column \"%s\" to the index.", options->valid_from)));
}

const char *
scd2_is_current(const PublishOptions *options)
{
	return options->is_current != NULL ? options->is_current : DEFAULT_IS_CURRENT;
}

/* The column of the option, or the usual one if the table has it. */
static const char *
is_current_column(const PublishRequest *request)
{
	const char *column = scd2_is_current(request->options);

	if (request->options->is_current == NULL &&
		get_attnum(RelationGetRelid(request->target), column) <= 0)
		return NULL;
	if (getBaseType(conditions_attribute(request->target, column)->atttypid) != BOOLOID)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of option \"is_current\" is not boolean", column)));
	return column;
}

static bool
is_date_or_timestamp(Oid type)
{
	return type == TIMESTAMPTZOID || type == TIMESTAMPOID || type == DATEOID;
}

static char *
cast_type(Form_pg_attribute attribute)
{
	int32 typmod = attribute->atttypmod;
	Oid type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);

	return format_type_extended(type, typmod,
								FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * A constant default of valid_to, such as '9999-12-31', is its value in current
 * versions.  Without one it is NULL, or infinity where NULL cannot be.
 */
static const char *
open_end(const PublishRequest *request, Form_pg_attribute valid_to)
{
	Node *preset = build_column_default(request->target, valid_to->attnum);

	if (preset != NULL && !contain_mutable_functions(preset))
		return predicate_print(request->target, preset, "target");
	if (!valid_to->attnotnull)
		return psprintf("NULL::%s", cast_type(valid_to));
	if (!is_date_or_timestamp(getBaseType(valid_to->atttypid)))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TABLE_DEFINITION),
						errmsg("column \"%s\" must not be null and has no default",
							   NameStr(valid_to->attname)),
						errhint("Allow nulls, or give it the default that current versions are to "
								"have.")));
	return psprintf("'infinity'::%s", cast_type(valid_to));
}

static void
set_types(const PublishRequest *request, Scd2Columns *columns)
{
	Form_pg_attribute from = conditions_attribute(request->target, columns->valid_from);
	Form_pg_attribute to = conditions_attribute(request->target, columns->valid_to);

	if (getBaseType(from->atttypid) != getBaseType(to->atttypid))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("columns \"%s\" and \"%s\" must be of one type", columns->valid_from,
							   columns->valid_to)));
	columns->less = conditions_less_operator(request->target, columns->valid_from);
	if (!OidIsValid(columns->less) ||
		(columns->time == NULL && !is_date_or_timestamp(getBaseType(from->atttypid))))
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" of option \"valid_from\" is of type %s",
							   columns->valid_from, format_type_be(from->atttypid)),
						errhint("It must be date or timestamp, or have an order and be the time "
								"that \"update_if_newer\" names.")));
	columns->type = cast_type(from);
	columns->open_end = open_end(request, to);
}

/* Not what says when or whether, and not what merge_exclude_columns excludes. */
static bool
is_compared(const PublishRequest *request, const Scd2Columns *columns, const char *name)
{
	const PublishOptions *options = request->options;

	return !conditions_has_name(request->key, name) &&
		   !conditions_has_name(options->merge_exclude_columns, name) &&
		   (columns->time == NULL || strcmp(name, columns->time) != 0) &&
		   (options->hard_delete == NULL || strcmp(name, options->hard_delete) != 0);
}

static void
set_lists(const PublishRequest *request, Scd2Columns *columns)
{
	ListCell *cell;

	foreach (cell, request->columns)
	{
		char *name = lfirst(cell);

		if (strcmp(name, columns->valid_from) == 0)
			continue;
		columns->stored = lappend(columns->stored, name);
		if (is_compared(request, columns, name))
			columns->compared = lappend(columns->compared, name);
	}
}

const Scd2Columns *
scd2_columns(const PublishRequest *request)
{
	const PublishOptions *options = request->options;
	Scd2Columns *columns = palloc0(sizeof(Scd2Columns));

	check_key(request);
	columns->valid_from = options->valid_from;
	columns->valid_to = options->valid_to;
	columns->is_current = is_current_column(request);
	columns->time = options->update_if_newer;
	if (columns->time == NULL && conditions_has_name(request->columns, columns->valid_from))
		columns->time = columns->valid_from;
	if (columns->time != NULL && strcmp(columns->time, columns->valid_from) != 0)
	{
		columns->seen = columns->time;
		refuse_carried(request, "valid_from", columns->valid_from);
	}
	refuse_carried(request, "valid_to", columns->valid_to);
	refuse_carried(request, "is_current", columns->is_current);
	set_types(request, columns);
	set_lists(request, columns);
	return columns;
}

char *
scd2_time(const Scd2Columns *columns, const char *alias)
{
	if (columns->time == NULL)
		return psprintf("pg_catalog.now()::%s", columns->type);
	return psprintf("%s.%s::%s", alias, quote_identifier(columns->time), columns->type);
}
