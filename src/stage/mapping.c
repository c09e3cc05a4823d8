/*
 * mapping.c: header names, option "columns" or positions -> target columns.
 *
 * in:  the target, the options, the head of a file
 * out: the list of target columns; per file where each gets its values
 */
#include "postgres.h"

#include "stage/mapping.h"

#include "stage/mapping_internal.h"

/* The name of a column of the mapping. */
static char *
column_name(const Mapping *mapping, int column)
{
	if (column >= mapping->natts)
		return list_nth(mapping->lacking, column - mapping->natts);
	return NameStr(TupleDescAttr(RelationGetDescr(mapping->target), column)->attname);
}

/* May a file give this column of the mapping its value? */
static bool
is_loadable(const Mapping *mapping, int column)
{
	return column >= mapping->natts ||
		   mapping_is_loadable(TupleDescAttr(RelationGetDescr(mapping->target), column));
}

/* columns: of the load as far as they are known. */
static Mapping *
mapping_create(Relation target, const IngestOptions *options, const SourceFile *file, List *columns)
{
	Mapping *mapping = palloc0(sizeof(Mapping));
	const char *deletion = options->publish.hard_delete;
	ListCell *lc;
	int i;

	mapping->target = target;
	mapping->options = options;
	mapping->file = file;
	mapping->natts = RelationGetDescr(target)->natts;
	mapping->ncolumns = mapping->natts;
	mapping->fields = palloc(mapping->ncolumns * sizeof(int));
	mapping->constants = palloc0(mapping->ncolumns * sizeof(char *));
	for (i = 0; i < mapping->ncolumns; i++)
		mapping->fields[i] = mapping_has_name(options->transformed, column_name(mapping, i))
								 ? CHUNK_COMPUTED
								 : FIELD_NONE;
	if (deletion != NULL && mapping_find_column(target, options, deletion, false) == mapping->natts)
		(void) mapping_add_column(mapping, pstrdup(deletion));
	foreach (lc, columns)
		if (mapping_column(mapping, lfirst(lc)) < 0)
			(void) mapping_add_column(mapping, lfirst(lc));
	return mapping;
}

static void
refuse_unknown(const Mapping *mapping, List *unknown)
{
	Relation target = mapping->target;

	if (mapping->options->columns != NIL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("option \"columns\" names columns that table \"%s\" has not: %s",
							   RelationGetRelationName(target), mapping_join_names(unknown)),
						errdetail("Columns of the table: %s.", mapping_loadable_names(target)),
						errhint("Map names with \"column_map\".")));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("file \"%s\" has columns that table \"%s\" has not: %s", mapping->file->path,
					RelationGetRelationName(target), mapping_join_names(unknown)),
			 errdetail("Columns of the table: %s.", mapping_loadable_names(target)),
			 errhint("Map names with \"column_map\", ignore case with \"match_by\": \"name_ci\", "
					 "leave columns out with \"new_columns\": \"ignore\", or set \"header\": false "
					 "if the first line of a text file is data.")));
}

static void
refuse_faults(const Mapping *mapping, const NameFaults *faults)
{
	const char *path = mapping->file->path;

	if (faults->unknown != NIL)
		refuse_unknown(mapping, faults->unknown);
	if (faults->repeated != NIL)
		ereport(
			ERROR,
			(errcode(ERRCODE_DUPLICATE_COLUMN),
			 errmsg("file \"%s\" has more than one field for columns of table \"%s\": %s", path,
					RelationGetRelationName(mapping->target), mapping_join_names(faults->repeated)),
			 errhint("Mend the header, or use \"header\": false, \"skip\": 1 and "
					 "\"columns\".")));
	if (faults->generated != NIL)
		ereport(ERROR, (errcode(ERRCODE_GENERATED_ALWAYS),
						errmsg("file \"%s\" has values for generated columns: %s", path,
							   mapping_join_names(faults->generated))));
}

/* Names to columns; complains about all names at fault at once. */
static void
map_by_name(Mapping *mapping, List *names)
{
	const IngestOptions *options = mapping->options;
	NameFaults faults = {0};
	ListCell *lc;

	foreach (lc, names)
	{
		int field = foreach_current_index(lc);
		int column = mapping_match_name(mapping->target, options, lfirst(lc));

		if (column >= 0 && mapping->fields[column] == CHUNK_COMPUTED)
		{
			if (mapping_has_name(options->replaced, column_name(mapping, column)))
				continue;
			column = -1;
		}
		if (column >= 0 && mapping->fields[column] != FIELD_NONE)
			faults.repeated = lappend(faults.repeated, column_name(mapping, column));
		else if (column >= 0 && !is_loadable(mapping, column))
			faults.generated = lappend(faults.generated, lfirst(lc));
		else if (column >= 0)
			mapping->fields[column] = field;
		else if (!mapping_has_name(options->inputs, lfirst(lc)))
			mapping_take_new(mapping, field, lfirst(lc), &faults);
	}
	refuse_faults(mapping, &faults);
}

/* The i-th field to the i-th loadable column; behind them, the column that only marks deletions. */
static void
map_by_position(Mapping *mapping, int nfields)
{
	const IngestOptions *options = mapping->options;
	Relation target = mapping->target;
	int field = 0;
	int i;

	for (i = 0; i < mapping->ncolumns; i++)
	{
		if (!is_loadable(mapping, i))
			continue;
		if (options->filename != NULL && strcmp(options->filename, column_name(mapping, i)) == 0)
			continue;
		if (mapping->fields[i] == CHUNK_COMPUTED)
			continue;
		if (nfields >= 0 && field >= nfields)
			break;
		mapping->fields[i] = field++;
	}
	if (nfields > field)
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("file \"%s\" has %d columns, but table \"%s\" has only %d",
						mapping->file->path, nfields, RelationGetRelationName(target), field)));
}

/* COPY's HEADER MATCH: the names of the loadable columns, all of them, in order. */
static void
check_header_match(Relation target, List *names, const char *path)
{
	TupleDesc desc = RelationGetDescr(target);
	int expected = 0;
	int field = 0;
	int i;

	for (i = 0; i < desc->natts; i++)
		if (mapping_is_loadable(TupleDescAttr(desc, i)))
			expected++;
	if (list_length(names) != expected)
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("wrong number of fields in header of file \"%s\": got %d, expected %d",
						path, list_length(names), expected)));
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name;

		if (!mapping_is_loadable(att))
			continue;
		name = list_nth(names, field);
		if (strcmp(name, NameStr(att->attname)) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
					 errmsg("column name mismatch in header of file \"%s\", field %d: got \"%s\", "
							"expected \"%s\"",
							path, field + 1, name, NameStr(att->attname))));
		field++;
	}
}

/* A rule for a column that is not filled would do nothing: a slip of the pen. */
static void
check_rule(Relation target, const IngestOptions *options, const char *option, List *names,
		   List *columns)
{
	ListCell *lc;

	foreach (lc, names)
	{
		const char *name = lfirst(lc);

		if (strcmp(name, "*") == 0 || mapping_has_name(columns, name))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 mapping_find_column(target, options, name, false) < 0
					 ? errmsg("option \"%s\" names column \"%s\", which table \"%s\" has not",
							  option, name, RelationGetRelationName(target))
					 : errmsg("option \"%s\" names column \"%s\", which is not in the file", option,
							  name)));
	}
}

void
mapping_check_rules(Relation target, const IngestOptions *options, List *columns)
{
	const char *deletion = options->publish.hard_delete;

	check_rule(target, options, "force_null", options->force_null, columns);
	check_rule(target, options, "force_not_null", options->force_not_null, columns);
	if (deletion != NULL)
		check_rule(target, options, "hard_delete", list_make1(pstrdup(deletion)), columns);
}

static Mapping *
mapping_of(Relation target, const IngestOptions *options, const FileHead *head,
		   const SourceFile *file, List *columns)
{
	Mapping *mapping = mapping_create(target, options, file, columns);
	List *names = head->names != NIL ? head->names : options->columns;

	if (head->names != NIL && options->header == HEADER_MATCH)
		check_header_match(target, head->names, file->path);
	if (options->match_by == MATCH_BY_POSITION || names == NIL)
		map_by_position(mapping, names != NIL ? list_length(names) : -1);
	else
		map_by_name(mapping, names);
	mapping_map_capture(mapping);
	constants_map_filename(mapping);
	constants_map_partitions(mapping);
	mapping_check_missing(mapping);
	return mapping;
}

List *
mapping_columns(Relation target, const IngestOptions *options, const FileHead *head,
				const SourceFile *file, List *columns)
{
	Mapping *mapping = mapping_of(target, options, head, file, columns);
	List *result = NIL;
	bool provides = false;
	int i;

	for (i = 0; i < mapping->ncolumns; i++)
	{
		char *name = column_name(mapping, i);

		if (mapping->fields[i] != FIELD_NONE && mapping->fields[i] != CHUNK_CAPTURED)
			provides = true;
		if (mapping->fields[i] != FIELD_NONE || mapping_has_name(columns, name))
			result = lappend(result, pstrdup(name));
	}
	if (!provides)
		ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						errmsg("file \"%s\" has no column for table \"%s\"", file->path,
							   RelationGetRelationName(target))));
	return result;
}

/* Fields of a whole record of this file. */
static int
count_fields(const FileHead *head, const Mapping *mapping)
{
	int nfields = 0;
	int i;

	if (head->names != NIL)
		return list_length(head->names);
	if (mapping->options->columns != NIL)
		return list_length(mapping->options->columns);
	for (i = 0; i < mapping->ncolumns; i++)
		nfields = Max(nfields, mapping->fields[i] + 1);
	return nfields;
}

/* The file provides a column that the load, which was begun without it, has not. */
static void
check_known(const Mapping *mapping, List *columns)
{
	List *unknown = NIL;
	int i;

	for (i = 0; i < mapping->ncolumns; i++)
	{
		char *name = column_name(mapping, i);

		if (mapping->fields[i] != FIELD_NONE && !mapping_has_name(columns, name))
			unknown = lappend(unknown, name);
	}
	if (unknown != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
				 errmsg("file \"%s\" provides columns that the load was begun without: %s",
						mapping->file->path, mapping_join_names(unknown)),
				 errhint("Finish the load without the file, then load it in a call of its own.")));
}

/* Which fields the contract's transforms read. */
static void
resolve_inputs(const IngestOptions *options, const FileHead *head, ChunkFile *file)
{
	List *names = head->names != NIL ? head->names : options->columns;
	ListCell *lc;

	file->ninputs = list_length(options->inputs);
	file->inputs = palloc(file->ninputs * sizeof(int32));
	foreach (lc, options->inputs)
	{
		int field = list_length(names) - 1;

		while (field >= 0 && strcmp(list_nth(names, field), lfirst(lc)) != 0)
			field--;
		file->inputs[foreach_current_index(lc)] = field;
	}
}

/* Which fields no column takes, and which column receives them. */
static void
resolve_extras(const Mapping *mapping, ChunkFile *file)
{
	ListCell *lc;

	file->nextras = list_length(mapping->extras);
	file->extras = palloc(file->nextras * sizeof(int32));
	file->extra_names = palloc(file->nextras * sizeof(char *));
	foreach (lc, mapping->extras)
	{
		int i = foreach_current_index(lc);

		file->extras[i] = lfirst_int(lc);
		file->extra_names[i] = list_nth(mapping->extra_names, i);
	}
}

void
mapping_resolve(Relation target, const IngestOptions *options, const FileHead *head, List *columns,
				ChunkFile *file)
{
	Mapping *mapping;
	int i = 0;
	ListCell *lc;

	file->dialect = head->dialect;
	file->ncolumns = list_length(columns);
	file->fields = palloc0(file->ncolumns * sizeof(int32));
	file->constants = palloc0(file->ncolumns * sizeof(char *));
	file->capture = -1;
	resolve_inputs(options, head, file);
	if (head->missing) /* no header means no record either */
	{
		file->dialect.ncolumns = file->ncolumns;
		return;
	}
	mapping = mapping_of(target, options, head, file->source, columns);
	check_known(mapping, columns);
	file->dialect.ncolumns = count_fields(head, mapping);
	file->empty_last_field = head->empty_last_field;
	resolve_extras(mapping, file);
	foreach (lc, columns)
	{
		int column = mapping_column(mapping, lfirst(lc));

		if (mapping->fields[column] == FIELD_NONE)
		{
			file->fields[i] = CHUNK_CONSTANT;
			file->constants[i] = constants_default(mapping, column);
			file->has_defaults = true;
		}
		else
		{
			file->fields[i] = mapping->fields[column];
			if (file->fields[i] == CHUNK_CAPTURED)
				file->capture = i;
			file->constants[i] = mapping->constants[column];
		}
		i++;
	}
}
