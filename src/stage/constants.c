/*
 * constants.c: columns that have one value for all rows of a file.
 *
 * in:  the path of a file, the target's defaults
 * out: texts, which are converted like fields
 */
#include "postgres.h"

#include "stage/constants.h"

#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "source/partition.h"
#include "stage/mapping_internal.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

void
constants_map_filename(Mapping *mapping)
{
	const char *name = mapping->options->filename;
	int column;

	if (name == NULL)
		return;
	column = mapping_find_column(mapping->target, mapping->options, name, false);
	if (column < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("option \"filename\" names column \"%s\", which table \"%s\" has not", name,
						RelationGetRelationName(mapping->target)),
				 errhint("Columns of the table: %s.", mapping_loadable_names(mapping->target))));
	if (mapping->fields[column] != FIELD_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("column \"%s\" would receive both a field and the file name", name)));
	mapping->fields[column] = CHUNK_CONSTANT;
	mapping->constants[column] = mapping->file->path;
}

/* A file's own column wins: it says the same, or it is the finer truth. */
static void
map_partition(Mapping *mapping, const SourcePartition *partition)
{
	int column = mapping_match_name(mapping->target, mapping->options, partition->key);

	if (column < 0 && !partition->was_found)
		return;
	if (column < 0)
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("file \"%s\" is in a partition by \"%s\", which is no column of table "
					"\"%s\"",
					mapping->file->path, partition->key, RelationGetRelationName(mapping->target)),
			 errdetail("Columns of the table: %s.", mapping_loadable_names(mapping->target)),
			 errhint("Map the name with \"column_map\", or set \"hive_partitioning\": false.")));
	if (mapping->fields[column] != FIELD_NONE ||
		(column < mapping->natts &&
		 !mapping_is_loadable(TupleDescAttr(RelationGetDescr(mapping->target), column))))
		return;
	mapping->fields[column] = CHUNK_CONSTANT;
	mapping->constants[column] = partition->value;
}

void
constants_map_partitions(Mapping *mapping)
{
	ListCell *lc;

	if (!mapping->options->hive_partitioning)
		return;
	foreach (lc, source_partitions(mapping->file))
		map_partition(mapping, lfirst(lc));
}

char *
constants_salt(Relation target, const IngestOptions *options, const SourceFile *file)
{
	StringInfoData salt;
	ListCell *lc;

	if (!options->hive_partitioning)
		return NULL;
	initStringInfo(&salt);
	foreach (lc, source_partitions(file))
	{
		const SourcePartition *partition = lfirst(lc);

		if (mapping_match_name(target, options, partition->key) < 0)
			continue;
		/* with lengths: what names of directories decode to may contain anything */
		appendStringInfo(&salt, "%zu:%s", strlen(partition->key), partition->key);
		if (partition->value == NULL)
			appendStringInfoString(&salt, "null");
		else
			appendStringInfo(&salt, "%zu=%s", strlen(partition->value), partition->value);
	}
	return salt.len > 0 ? salt.data : NULL;
}

/* Evaluates an expression without Vars; NULL is null. */
static char *
evaluate(Node *node, Form_pg_attribute att)
{
	EState *estate = CreateExecutorState();
	ExprState *state = ExecPrepareExpr((Expr *) node, estate);
	int guc_level = NewGUCNestLevel();
	char *text = NULL;
	Datum value;
	bool isnull;

	/* all digits of floats, whatever the session shows of them */
	(void) set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	value = ExecEvalExprSwitchContext(state, GetPerTupleExprContext(estate), &isnull);
	if (!isnull)
	{
		Oid output;
		bool is_varlena;

		getTypeOutputInfo(att->atttypid, &output, &is_varlena);
		text = OidOutputFunctionCall(output, value);
	}
	AtEOXact_GUC(true, guc_level);
	FreeExecutorState(estate);
	return text;
}

const char *
constants_default(const Mapping *mapping, int column)
{
	Form_pg_attribute att;
	Node *expr;

	if (column >= mapping->natts)
		return NULL;
	att = TupleDescAttr(RelationGetDescr(mapping->target), column);
	expr = build_column_default(mapping->target, column + 1);
	if (expr == NULL)
		return NULL;
	if (contain_volatile_functions(expr))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("file \"%s\" lacks column \"%s\", which other files of the load have",
						mapping->file->path, NameStr(att->attname)),
				 errdetail("The column's default is another value for every row."),
				 errhint("Load files with and without the column in calls of their own.")));
	return evaluate(expr, att);
}
