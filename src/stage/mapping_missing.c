/*
 * mapping_missing.c: columns of the target that a file lacks.
 *
 * in:  the mapping of a file
 * out: nothing, or an error that names the columns it must have
 */
#include "postgres.h"

#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "stage/mapping_internal.h"

bool
mapping_is_filled_by_table(Relation target, int column)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(target), column);

	return att->attidentity != '\0' ||
		   (att->atthasdef && contain_mutable_functions(build_column_default(target, column + 1)));
}

/* The columns of the target that the file does not fill, by what is wrong with that. */
typedef struct MissingColumns
{
	List *required; /* by the contract */
	List *frozen;   /* by option missing_columns */
	List *not_null; /* and without a default: every row would be refused */
} MissingColumns;

static void
find_missing(const Mapping *mapping, MissingColumns *missing)
{
	Relation target = mapping->target;
	TupleDesc desc = RelationGetDescr(target);
	bool is_frozen = mapping->options->missing_columns == MISSING_COLUMNS_FREEZE;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		char *name = NameStr(att->attname);

		if (mapping->fields[i] != FIELD_NONE)
			continue;
		if (mapping_has_name(mapping->options->required, name))
			missing->required = lappend(missing->required, name);
		if (!mapping_is_loadable(att) || mapping_has_name(mapping->options->computed, name))
			continue;
		if (is_frozen && !mapping_is_filled_by_table(target, i))
			missing->frozen = lappend(missing->frozen, name);
		if (att->attnotnull && build_column_default(target, i + 1) == NULL)
			missing->not_null = lappend(missing->not_null, name);
	}
}

void
mapping_check_missing(const Mapping *mapping)
{
	const char *path = mapping->file->path;
	const char *table = RelationGetRelationName(mapping->target);
	MissingColumns missing = {0};

	find_missing(mapping, &missing);
	if (missing.required != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("file \"%s\" lacks columns that the contract of table \"%s\" requires: %s",
						path, table, mapping_join_names(missing.required)),
				 errhint("Name what the file calls them in the contract's \"source\".")));
	if (missing.not_null != NIL)
		ereport(
			ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("file \"%s\" lacks columns that must not be null: %s", path,
					mapping_join_names(missing.not_null)),
			 errhint("Give the columns a default, or map others to them with \"column_map\".")));
	if (missing.frozen != NIL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("file \"%s\" lacks columns of table \"%s\": %s", path, table,
							   mapping_join_names(missing.frozen)),
						errhint("Map others to them with \"column_map\", or let them take their "
								"defaults with \"missing_columns\": \"default\".")));
}
