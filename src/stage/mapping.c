/*
 * mapping.c: header names, option "columns" or positions -> target columns.
 *
 * in:  the target, the options, the head of a file
 * out: the list of target columns; per file the field number of each
 */
#include "postgres.h"

#include "stage/mapping.h"

#include "catalog/pg_attribute.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* One entry per attribute of the target, by attno - 1. */
typedef struct Mapping
{
	int natts;
	int *fields; /* field number; FIELD_NONE or FIELD_PATH */
} Mapping;

#define FIELD_NONE (-2)
#define FIELD_PATH (-1)

/* May a file give this column its value? */
static bool
is_loadable(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0';
}

static char *
join_names(List *names)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, names)
		appendStringInfo(&text, "%s\"%s\"", text.len > 0 ? ", " : "", (char *) lfirst(lc));
	return text.data;
}

/* The columns of the target that a file may provide, for hints. */
static char *
loadable_names(Relation target)
{
	TupleDesc desc = RelationGetDescr(target);
	List *names = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
		if (is_loadable(TupleDescAttr(desc, i)))
			names = lappend(names, NameStr(TupleDescAttr(desc, i)->attname));
	return join_names(names);
}

/* Attribute index of the target column, -1 if there is none. */
static int
find_column(Relation target, const char *name, bool ignore_case)
{
	TupleDesc desc = RelationGetDescr(target);
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (ignore_case ? pg_strcasecmp(NameStr(att->attname), name) == 0
						: strcmp(NameStr(att->attname), name) == 0)
			return i;
	}
	return -1;
}

/* The target column that column_map gives to this file column, or NULL. */
static const char *
mapped_name(const IngestOptions *options, const char *file_column, bool *is_target)
{
	ListCell *lc;
	ListCell *sc;

	*is_target = false;
	foreach (lc, options->column_map)
	{
		const OptionsColumnMap *map = lfirst(lc);

		if (strcmp(map->column, file_column) == 0)
			*is_target = true;
		foreach (sc, map->sources)
			if (strcmp(lfirst(sc), file_column) == 0)
				return map->column;
	}
	return NULL;
}

/* Attribute index for a file column, -1 when the target knows nothing of it. */
static int
match_name(Relation target, const IngestOptions *options, const char *file_column)
{
	bool has_other_source;
	const char *mapped = mapped_name(options, file_column, &has_other_source);
	int column;

	if (mapped != NULL)
	{
		int attno = find_column(target, mapped, false);

		if (attno < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("option \"column_map\" names column \"%s\", which table \"%s\" has not",
							mapped, RelationGetRelationName(target)),
					 errhint("Columns of the table: %s.", loadable_names(target))));
		return attno;
	}
	if (has_other_source)
		return -1;
	column = find_column(target, file_column, false);
	if (column < 0 && options->match_by == MATCH_BY_NAME_CI)
		column = find_column(target, file_column, true);
	return column;
}

static Mapping *
mapping_create(Relation target)
{
	Mapping *mapping = palloc(sizeof(Mapping));
	int i;

	mapping->natts = RelationGetDescr(target)->natts;
	mapping->fields = palloc(mapping->natts * sizeof(int));
	for (i = 0; i < mapping->natts; i++)
		mapping->fields[i] = FIELD_NONE;
	return mapping;
}

/* Names to columns; complains about all names at fault at once. */
static void
map_by_name(Mapping *mapping, Relation target, const IngestOptions *options, List *names,
			const char *path)
{
	List *unknown = NIL;
	List *repeated = NIL;
	List *generated = NIL;
	int field = 0;
	ListCell *lc;

	foreach (lc, names)
	{
		int column = match_name(target, options, lfirst(lc));

		if (column < 0)
			unknown = lappend(unknown, lfirst(lc));
		else if (mapping->fields[column] != FIELD_NONE)
			repeated = lappend(repeated,
							   NameStr(TupleDescAttr(RelationGetDescr(target), column)->attname));
		else if (!is_loadable(TupleDescAttr(RelationGetDescr(target), column)))
			generated = lappend(generated, lfirst(lc));
		else
			mapping->fields[column] = field;
		field++;
	}
	if (unknown != NIL && options->columns != NIL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
						errmsg("option \"columns\" names columns that table \"%s\" has not: %s",
							   RelationGetRelationName(target), join_names(unknown)),
						errdetail("Columns of the table: %s.", loadable_names(target)),
						errhint("Map names with \"column_map\".")));
	if (unknown != NIL)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("file \"%s\" has columns that table \"%s\" has not: %s", path,
					RelationGetRelationName(target), join_names(unknown)),
			 errdetail("Columns of the table: %s.", loadable_names(target)),
			 errhint("Map names with \"column_map\", ignore case with \"match_by\": \"name_ci\", "
					 "or set \"header\": false if the first line is data.")));
	if (repeated != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("file \"%s\" has more than one field for columns of table \"%s\": %s", path,
						RelationGetRelationName(target), join_names(repeated)),
				 errhint("Mend the header, or use \"header\": false, \"skip\": 1 and "
						 "\"columns\".")));
	if (generated != NIL)
		ereport(ERROR, (errcode(ERRCODE_GENERATED_ALWAYS),
						errmsg("file \"%s\" has values for generated columns: %s", path,
							   join_names(generated))));
}

/* The i-th field to the i-th loadable column. */
static void
map_by_position(Mapping *mapping, Relation target, const IngestOptions *options, int nfields,
				const char *path)
{
	TupleDesc desc = RelationGetDescr(target);
	int field = 0;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!is_loadable(att))
			continue;
		if (options->filename != NULL && strcmp(options->filename, NameStr(att->attname)) == 0)
			continue;
		if (nfields >= 0 && field >= nfields)
			break;
		mapping->fields[i] = field++;
	}
	if (nfields > field)
		ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						errmsg("file \"%s\" has %d columns, but table \"%s\" has only %d", path,
							   nfields, RelationGetRelationName(target), field)));
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
		if (is_loadable(TupleDescAttr(desc, i)))
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

		if (!is_loadable(att))
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

/* The column that option "filename" names receives the path instead of a field. */
static void
map_filename(Mapping *mapping, Relation target, const IngestOptions *options)
{
	int column;

	if (options->filename == NULL)
		return;
	column = find_column(target, options->filename, false);
	if (column < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("option \"filename\" names column \"%s\", which table \"%s\" has not",
						options->filename, RelationGetRelationName(target)),
				 errhint("Columns of the table: %s.", loadable_names(target))));
	if (mapping->fields[column] != FIELD_NONE)
		ereport(ERROR, (errcode(ERRCODE_DUPLICATE_COLUMN),
						errmsg("column \"%s\" would receive both a field and the file name",
							   options->filename)));
	mapping->fields[column] = FIELD_PATH;
}

/* A NOT NULL column without a value or default would refuse every row: say so now. */
static void
check_missing(const Mapping *mapping, Relation target, const char *path)
{
	TupleDesc desc = RelationGetDescr(target);
	List *missing = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (is_loadable(att) && mapping->fields[i] == FIELD_NONE && att->attnotnull &&
			build_column_default(target, i + 1) == NULL)
			missing = lappend(missing, NameStr(att->attname));
	}
	if (missing != NIL)
		ereport(
			ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 errmsg("file \"%s\" lacks columns that must not be null: %s", path,
					join_names(missing)),
			 errhint("Give the columns a default, or map others to them with \"column_map\".")));
}

/* A rule for a column that is not filled would do nothing: a slip of the pen. */
static void
check_rules(const Mapping *mapping, Relation target, const char *option, List *names)
{
	ListCell *lc;

	foreach (lc, names)
	{
		const char *name = lfirst(lc);
		int column = find_column(target, name, false);

		if (strcmp(name, "*") == 0 || (column >= 0 && mapping->fields[column] != FIELD_NONE))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 column < 0
					 ? errmsg("option \"%s\" names column \"%s\", which table \"%s\" has not",
							  option, name, RelationGetRelationName(target))
					 : errmsg("option \"%s\" names column \"%s\", which is not in the file", option,
							  name)));
	}
}

static Mapping *
mapping_of(Relation target, const IngestOptions *options, const FileHead *head, const char *path)
{
	Mapping *mapping = mapping_create(target);
	bool has_names = head->names != NIL || options->columns != NIL;

	if (head->names != NIL && options->header == HEADER_MATCH)
		check_header_match(target, head->names, path);
	if (options->match_by == MATCH_BY_POSITION || !has_names)
		map_by_position(mapping, target, options,
						head->names != NIL
							? list_length(head->names)
							: (options->columns ? list_length(options->columns) : -1),
						path);
	else
		map_by_name(mapping, target, options, head->names != NIL ? head->names : options->columns,
					path);
	map_filename(mapping, target, options);
	check_rules(mapping, target, "force_null", options->force_null);
	check_rules(mapping, target, "force_not_null", options->force_not_null);
	check_missing(mapping, target, path);
	return mapping;
}

List *
mapping_columns(Relation target, const IngestOptions *options, const FileHead *head,
				const char *path)
{
	Mapping *mapping = mapping_of(target, options, head, path);
	List *columns = NIL;
	int i;

	for (i = 0; i < mapping->natts; i++)
		if (mapping->fields[i] != FIELD_NONE)
			columns = lappend(
				columns, pstrdup(NameStr(TupleDescAttr(RelationGetDescr(target), i)->attname)));
	if (columns == NIL)
		ereport(ERROR, (errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
						errmsg("file \"%s\" has no column for table \"%s\"", path,
							   RelationGetRelationName(target))));
	return columns;
}

static bool
equal_names(List *a, List *b)
{
	ListCell *la;
	ListCell *lb;

	if (list_length(a) != list_length(b))
		return false;
	forboth(la, a, lb, b)
	{
		if (strcmp(lfirst(la), lfirst(lb)) != 0)
			return false;
	}
	return true;
}

/* Fields of a whole record of this file. */
static int
count_fields(const IngestOptions *options, const FileHead *head, const Mapping *mapping)
{
	int nfields = 0;
	int i;

	if (head->names != NIL)
		return list_length(head->names);
	if (options->columns != NIL)
		return list_length(options->columns);
	for (i = 0; i < mapping->natts; i++)
		nfields = Max(nfields, mapping->fields[i] + 1);
	return nfields;
}

void
mapping_resolve(Relation target, const IngestOptions *options, const FileHead *head, List *columns,
				ChunkFile *file)
{
	Mapping *mapping;
	List *provided;
	int i = 0;
	ListCell *lc;

	file->dialect = head->dialect;
	file->ncolumns = list_length(columns);
	file->fields = palloc0(file->ncolumns * sizeof(int16));
	if (head->missing) /* no header means no record either */
	{
		file->dialect.ncolumns = file->ncolumns;
		return;
	}
	mapping = mapping_of(target, options, head, file->path);
	provided = mapping_columns(target, options, head, file->path);
	if (!equal_names(provided, columns))
		ereport(
			ERROR,
			(errcode(ERRCODE_BAD_COPY_FILE_FORMAT),
			 errmsg("file \"%s\" does not provide the same columns as the first file of the load",
					file->path),
			 errdetail("It provides %s; the first file provides %s.", join_names(provided),
					   join_names(columns)),
			 errhint("Load files with different columns in calls of their own.")));
	file->dialect.ncolumns = count_fields(options, head, mapping);
	file->empty_last_field = head->empty_last_field;
	foreach (lc, columns)
		file->fields[i++] = mapping->fields[find_column(target, lfirst(lc), false)];
}
