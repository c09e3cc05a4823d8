/*
 * mapping_new.c: columns of a file that the target lacks.
 *
 * in:  a field that no column takes, option new_columns
 * out: the field among the mapping's extras, or among the names at fault
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "stage/mapping_internal.h"
#include "utils/lsyscache.h"

void
mapping_take_new(Mapping *mapping, int field, char *name, NameFaults *faults)
{
	switch (mapping->options->new_columns)
	{
		case NEW_COLUMNS_FREEZE:
			faults->unknown = lappend(faults->unknown, name);
			return;
		case NEW_COLUMNS_IGNORE:
			return;
		case NEW_COLUMNS_CAPTURE:
			/* an object has a name once */
			if (mapping_has_name(mapping->extra_names, name))
				faults->repeated = lappend(faults->repeated, name);
			break;
		case NEW_COLUMNS_DISCARD_ROW:
			break;
	}
	mapping->extras = lappend_int(mapping->extras, field);
	mapping->extra_names = lappend(mapping->extra_names, name);
}

void
mapping_map_capture(Mapping *mapping)
{
	const char *name = mapping->options->capture_column;
	Relation target = mapping->target;
	Form_pg_attribute att;
	int column;

	if (name == NULL)
		return;
	column = mapping_find_column(target, mapping->options, name, false);
	if (column < 0 || column == mapping->natts)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("option \"capture_column\" names column \"%s\", which table \"%s\" has not",
						name, RelationGetRelationName(target)),
				 errhint("Columns of the table: %s.", mapping_loadable_names(target))));
	att = TupleDescAttr(RelationGetDescr(target), column);
	if (getBaseType(att->atttypid) != JSONBOID || !mapping_is_loadable(att))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("option \"capture_column\" names column \"%s\", which is not of type jsonb",
						name)));
	if (mapping->fields[column] != FIELD_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("column \"%s\" would receive both a field and the new columns", name)));
	mapping->fields[column] = CHUNK_CAPTURED;
}
