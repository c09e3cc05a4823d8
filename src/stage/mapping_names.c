/*
 * mapping_names.c: the columns that a load may have, by name.
 *
 * in:  the target, the options, a name
 * out: which column it is: one of the target, or the one that only marks deletions
 */
#include "postgres.h"

#include "stage/mapping_internal.h"

bool
mapping_is_loadable(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0';
}

char *
mapping_join_names(List *names)
{
	StringInfoData text;
	ListCell *lc;

	initStringInfo(&text);
	foreach (lc, names)
		appendStringInfo(&text, "%s\"%s\"", text.len > 0 ? ", " : "", (char *) lfirst(lc));
	return text.data;
}

bool
mapping_has_name(List *names, const char *name)
{
	ListCell *lc;

	foreach (lc, names)
		if (strcmp(lfirst(lc), name) == 0)
			return true;
	return false;
}

char *
mapping_loadable_names(Relation target)
{
	TupleDesc desc = RelationGetDescr(target);
	List *names = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
		if (mapping_is_loadable(TupleDescAttr(desc, i)))
			names = lappend(names, NameStr(TupleDescAttr(desc, i)->attname));
	return mapping_join_names(names);
}

static bool
is_name(const char *column, const char *name, bool ignore_case)
{
	return ignore_case ? pg_strcasecmp(column, name) == 0 : strcmp(column, name) == 0;
}

int
mapping_find_column(Relation target, const IngestOptions *options, const char *name,
					bool ignore_case)
{
	TupleDesc desc = RelationGetDescr(target);
	const char *deletion = options->publish.hard_delete;
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && is_name(NameStr(att->attname), name, ignore_case))
			return i;
	}
	return deletion != NULL && is_name(deletion, name, ignore_case) ? desc->natts : -1;
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

int
mapping_match_name(Relation target, const IngestOptions *options, const char *file_column)
{
	bool has_other_source;
	const char *mapped = mapped_name(options, file_column, &has_other_source);
	int column;

	if (mapped != NULL)
	{
		int attno = mapping_find_column(target, options, mapped, false);

		if (attno < 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("option \"column_map\" names column \"%s\", which table \"%s\" has not",
							mapped, RelationGetRelationName(target)),
					 errhint("Columns of the table: %s.", mapping_loadable_names(target))));
		return attno;
	}
	if (has_other_source)
		return -1;
	column = mapping_find_column(target, options, file_column, false);
	if (column < 0 && options->match_by == MATCH_BY_NAME_CI)
		column = mapping_find_column(target, options, file_column, true);
	return column;
}
