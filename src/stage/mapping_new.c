/*
 * mapping_new.c: columns of a file that the target lacks.
 *
 * in:  a field that no column takes, option new_columns
 * out: the field among the mapping's columns or its extras, or its name among those at fault
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "catalog/pg_type.h"
#include "stage/lane_table.h"
#include "stage/mapping_internal.h"
#include "utils/lsyscache.h"

int
mapping_add_column(Mapping *mapping, char *name)
{
	int column = mapping->ncolumns++;

	mapping->lacking = lappend(mapping->lacking, name);
	mapping->fields = repalloc(mapping->fields, mapping->ncolumns * sizeof(int));
	mapping->constants = repalloc(mapping->constants, mapping->ncolumns * sizeof(char *));
	mapping->fields[column] = FIELD_NONE;
	mapping->constants[column] = NULL;
	return column;
}

/* A column that the target lacks; -1: not one of the mapping's. */
static int
lacking_column(const Mapping *mapping, const char *name, bool ignore_case)
{
	ListCell *lc;

	foreach (lc, mapping->lacking)
		if (ignore_case ? pg_strcasecmp(lfirst(lc), name) == 0 : strcmp(lfirst(lc), name) == 0)
			return mapping->natts + foreach_current_index(lc);
	return -1;
}

int
mapping_column(const Mapping *mapping, const char *name)
{
	int column = mapping_find_column(mapping->target, mapping->options, name, false);

	return column >= 0 && column < mapping->natts ? column : lacking_column(mapping, name, false);
}

/* Can the target, and a lane, have a column of this name? */
static void
check_new_name(const Mapping *mapping, const char *name)
{
	const char *reason = NULL;

	if (name[0] == '\0')
		reason = "The name is empty.";
	else if (strlen(name) >= NAMEDATALEN)
		reason = "The name is too long.";
	else if (SystemAttributeByName(name) != NULL)
		reason = "The name is that of a system column.";
	else if (strcmp(name, LANE_FILE_COLUMN) == 0 || strcmp(name, LANE_ROW_COLUMN) == 0)
		reason = "The name is used for staged rows.";
	else if (mapping_find_column(mapping->target, mapping->options, name, false) >= 0)
		reason = "The table has one of that name, which gets its values from elsewhere.";
	if (reason != NULL)
		ereport(ERROR, (errcode(ERRCODE_INVALID_COLUMN_DEFINITION),
						errmsg("column \"%s\" of file \"%s\" cannot be added to table \"%s\"", name,
							   mapping->file->path, RelationGetRelationName(mapping->target)),
						errdetail_internal("%s", reason),
						errhint("Map it to another name with \"column_map\", or leave new columns "
								"out with \"new_columns\": \"ignore\".")));
}

/* The field becomes a column of the target. */
static void
evolve(Mapping *mapping, int field, char *name, NameFaults *faults)
{
	bool ignore_case = mapping->options->match_by == MATCH_BY_NAME_CI;
	int column = lacking_column(mapping, name, ignore_case);

	if (column < 0)
	{
		check_new_name(mapping, name);
		column = mapping_add_column(mapping, name);
	}
	if (mapping->fields[column] != FIELD_NONE)
		faults->repeated = lappend(faults->repeated, name);
	mapping->fields[column] = field;
}

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
		case NEW_COLUMNS_EVOLVE:
		case NEW_COLUMNS_SAMPLE:
			evolve(mapping, field, name, faults);
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
