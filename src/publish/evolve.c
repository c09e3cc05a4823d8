/*
 * evolve.c: see evolve.h.
 *
 * in:  lanes with columns that the target lacks
 * out: a target that has them, lanes of the same types; NOTICEs
 */
#include "postgres.h"

#include "publish/evolve.h"

#include "access/table.h"
#include "access/xact.h"
#include "manifest/statement.h"
#include "publish/value_type.h"
#include "swap/caller_sql.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"

#define VIEWS_SQL                                                                           \
	"SELECT string_agg(DISTINCT r.ev_class::regclass::text, ', ' ORDER BY"                  \
	" r.ev_class::regclass::text) FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"    \
	" WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND" \
	" d.refobjid = $1 AND r.ev_class <> $1"

/* StatementRow: a text to *(char **) arg. */
static void
read_text(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(char **) arg = row_text(tuple, desc, 1);
}

/* ALTER TABLE as the caller; the table is not open. */
static void
add_column(Oid target, const char *column, const char *type)
{
	int settings = caller_settings_begin();

	caller_execute(psprintf("ALTER TABLE %s ADD COLUMN %s %s", caller_relation_name(target),
							quote_identifier(column), type));
	caller_settings_end(settings);
	CommandCounterIncrement();
	ereport(NOTICE, (errmsg("column \"%s\" of type %s is added to table \"%s\"", column, type,
							get_rel_name(target))));
}

static void
tell_views(Oid target)
{
	int settings = caller_settings_begin();
	char *views = NULL;

	(void) caller_query(VIEWS_SQL, &target, 1, read_text, &views);
	caller_settings_end(settings);
	if (views != NULL)
		ereport(NOTICE, (errmsg("views over table \"%s\" do not show its new columns: %s",
								get_rel_name(target), views)));
}

/* The lanes' values become what the target has. */
static void
cast_lanes(List *lanes, const char *column, const char *type)
{
	const char *name = quote_identifier(column);
	ListCell *lc;

	foreach (lc, lanes)
	{
		Statement statement;

		statement_init(&statement,
					   psprintf("ALTER TABLE %s ALTER COLUMN %s TYPE %s USING %s::%s",
								caller_relation_name(lfirst_oid(lc)), name, type, name, type));
		statement_run(&statement, NULL, NULL);
	}
	CommandCounterIncrement();
}

static char *
column_type(Oid relation, AttrNumber attno)
{
	Oid type;
	int32 typmod;
	Oid collation;

	get_atttypetypmodcoll(relation, attno, &type, &typmod, &collation);
	return format_type_extended(type, typmod,
								FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/* A type's name as column_type() spells it. */
static char *
spelled_type(const char *type)
{
	Oid oid;
	int32 typmod;

	compat_parse_type(type, &oid, &typmod);
	return format_type_extended(oid, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * Somebody else has added the column since the rows were staged.  Only a type that holds what was
 * staged exactly will do; else the rows must be checked against it, which staging does.
 */
static void
check_own_type(const PublishRequest *request, const char *column, const char *found,
			   const char *target_type)
{
	if (found == NULL || strcmp(spelled_type(found), target_type) == 0 ||
		strcmp(target_type, spelled_type("text")) == 0)
		return;
	ereport(
		ERROR,
		(errcode(ERRCODE_DATATYPE_MISMATCH),
		 errmsg("column \"%s\" of load " INT64_FORMAT " holds values of type %s, but in table "
				"\"%s\" it is of type %s by now",
				column, request->load_id, found, RelationGetRelationName(request->target),
				format_type_be(get_atttype(RelationGetRelid(request->target),
										   get_attnum(RelationGetRelid(request->target), column)))),
		 errhint("Discard the load and load its files again: they are checked against the "
				 "column as it is.")));
}

/* One column; the target is open before and after. */
static void
evolve_column(PublishRequest *request, char *column, const char *type, const ConvertFormat *format)
{
	Oid target = RelationGetRelid(request->target);
	bool is_text = type[0] == '\0';
	const char *found = is_text ? value_type_find(request->lanes, column, format) : type;
	AttrNumber attno = get_attnum(target, column);

	if (attno == InvalidAttrNumber && found == NULL)
	{
		ereport(NOTICE,
				(errmsg("column \"%s\" is not added to table \"%s\": no row has a value in it",
						column, RelationGetRelationName(request->target))));
		return;
	}
	if (attno != InvalidAttrNumber)
		check_own_type(request, column, found, column_type(target, attno));
	else
	{
		table_close(request->target, NoLock);
		add_column(target, column, found);
		request->target = table_open(target, NoLock);
		attno = get_attnum(target, column);
	}
	if (strcmp(column_type(target, attno), spelled_type(is_text ? "text" : type)) != 0)
		cast_lanes(request->lanes, column, column_type(target, attno));
	(void) publish_add_column(request, column);
}

void
publish_evolve(PublishRequest *request, const Evolution *evolution)
{
	int natts = RelationGetNumberOfAttributes(request->target);
	ListCell *lc;

	foreach (lc, evolution->columns)
		evolve_column(request, lfirst(lc), list_nth(evolution->types, foreach_current_index(lc)),
					  evolution->format);
	if (RelationGetNumberOfAttributes(request->target) > natts)
		tell_views(RelationGetRelid(request->target));
}
