/*
 * new_columns.c: see new_columns.h.
 *
 * in:  the columns of a load, its files
 * out: those that the target lacks, and their types in lanes: what the schemas of Parquet
 *      files say if they agree, else text; then publishing looks at the values
 */
#include "postgres.h"

#include "stage/new_columns.h"

#include "contract/parquet.h"
#include "miscadmin.h"
#include "source/parquet_file.h"
#include "stage/file_columns.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "compat.h"

/* Types of which each holds the values of those before it. */
static const char *const wider_integers[] = {"smallint", "integer", "bigint"};

static int
integer_width(const char *type)
{
	int i;

	for (i = 0; i < (int) lengthof(wider_integers); i++)
		if (strcmp(type, wider_integers[i]) == 0)
			return i;
	return -1;
}

/* A type for the values of both; "": the values will tell. */
static const char *
common_type(const char *a, const char *b)
{
	int a_width = integer_width(a);
	int b_width = integer_width(b);

	if (strcmp(a, b) == 0)
		return a;
	if (a_width >= 0 && b_width >= 0)
		return wider_integers[Max(a_width, b_width)];
	return "";
}

/* Which field of a file is the column; -1: it has none. */
static int
find_field(const IngestOptions *options, List *names, const char *column)
{
	ListCell *lc;

	foreach (lc, names)
		if (options->match_by == MATCH_BY_NAME_CI ? pg_strcasecmp(lfirst(lc), column) == 0
												  : strcmp(lfirst(lc), column) == 0)
			return foreach_current_index(lc);
	return -1;
}

/* Takes the types of one file into account; types: by new column, NULL where not known yet. */
static void
add_file(const IngestOptions *options, const SourceFile *file, List *columns, const char **types)
{
	bool is_parquet = file_columns_format(options, file) == CHUNK_PARQUET;
	const PqFile *pq = NULL;
	FileHead head;
	List *names;
	ListCell *lc;

	file_columns_head(options, file, &head);
	names = head.names != NIL ? head.names : options->columns;
	if (is_parquet)
		pq = parquet_file_footer(parquet_file_open(file));
	foreach (lc, columns)
	{
		int i = foreach_current_index(lc);
		int field = find_field(options, names, lfirst(lc));
		const char *type = "";

		if (field < 0)
			continue;
		if (is_parquet)
			type = parquet_field_type(pq, pq->schema->fields[field]);
		types[i] = types[i] == NULL ? type : common_type(types[i], type);
	}
}

static bool
is_lacking(const StageRequest *request, const char *column)
{
	const char *deletion = request->options->publish.hard_delete;

	return get_attnum(RelationGetRelid(request->target), column) == InvalidAttrNumber &&
		   (deletion == NULL || strcmp(column, deletion) != 0);
}

/* ALTER TABLE would say the same, but after everything is staged. */
static void
check_can_evolve(Relation target, const char *column)
{
	const char *reason = NULL;

	if (!compat_owns_relation(RelationGetRelid(target), GetUserId()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table %s to add column \"%s\"",
						RelationGetRelationName(target), column),
				 errhint("Let the owner load the files or add the column, or set \"new_columns\" "
						 "to something other than \"evolve\".")));
	if (OidIsValid(target->rd_rel->reloftype))
		reason = "It is a typed table.";
	else if (target->rd_rel->relispartition)
		reason = "It is a partition; load into its parent.";
	if (reason != NULL)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("column \"%s\" cannot be added to table \"%s\"", column,
							   RelationGetRelationName(target)),
						errdetail_internal("%s", reason)));
}

void
new_columns_find(const StageRequest *request, List *files, ManifestLoad *load)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	MemoryContext context;
	const char **types;
	ListCell *lc;

	if (request->options->new_columns != NEW_COLUMNS_EVOLVE)
		return;
	foreach (lc, load->columns)
		if (is_lacking(request, lfirst(lc)))
			load->new_columns = lappend(load->new_columns, lfirst(lc));
	if (load->new_columns == NIL)
		return;
	check_can_evolve(request->target, linitial(load->new_columns));
	types = palloc0(list_length(load->new_columns) * sizeof(char *));
	context = AllocSetContextCreate(CurrentMemoryContext, "pg_ingest new columns",
									ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	foreach (lc, files)
	{
		CHECK_FOR_INTERRUPTS();
		add_file(request->options, lfirst(lc), load->new_columns, types);
	}
	MemoryContextSwitchTo(oldcontext);
	foreach (lc, load->new_columns)
		load->new_types = lappend(load->new_types, pstrdup(types[foreach_current_index(lc)] != NULL
															   ? types[foreach_current_index(lc)]
															   : ""));
	MemoryContextDelete(context);
}
