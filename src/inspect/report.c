/*
 * report.c: what is known about a source before it is loaded.
 *
 * in:  a source argument, options
 * out: a SourceReport: of CSV from a sample of the first file, of Parquet from its footer
 */
#include "postgres.h"

#include "inspect/report.h"

#include "contract/parquet.h"
#include "inspect/value_text.h"
#include "source/parquet_file.h"
#include "source/partition.h"
#include "utils/jsonb.h"

bool
report_is_given(const SourceReport *report, const char *option)
{
	JsonbValue key = {.type = jbvString};

	key.val.string.val = (char *) option;
	key.val.string.len = (int) strlen(option);
	return findJsonbValueFromContainer(&report->given->root, JB_FOBJECT, &key) != NULL;
}

void
report_add_problem(SourceReport *report, const char *rule, char *message)
{
	ProblemReport *problem = palloc0(sizeof(ProblemReport));

	problem->rule = rule;
	problem->message = message;
	report->problems = lappend(report->problems, problem);
}

/* The columns of a Parquet file: nothing is guessed. */
static void
report_parquet(SourceReport *report)
{
	const PqFile *file = parquet_file_footer(parquet_file_open(report->file));
	const PqSchema *schema = file->schema;
	int32 i;

	for (i = 0; i < schema->nfields; i++)
	{
		const PqField *field = schema->fields[i];
		ColumnReport *column = palloc0(sizeof(ColumnReport));

		column->file_name = value_text(field->name);
		column->name = column->file_name;
		column->type = parquet_field_type(file, field);
		column->nvalues = pq_file_rows(file);
		column->nnulls = field->nullable ? 1 : 0;
		column->confidence = 1;
		report->columns = lappend(report->columns, column);
	}
	report->rows = pq_file_rows(file);
	report->is_complete = true;
	report->dialect_confidence = report->header_confidence = 1;
}

/* The first file with anything in it. */
static const SourceFile *
choose_file(List *files)
{
	ListCell *lc;

	foreach (lc, files)
	{
		const SourceFile *file = lfirst(lc);

		if (file->size > 0)
			return file;
	}
	return linitial(files);
}

static bool
has_column(const SourceReport *report, const char *name)
{
	ListCell *lc;

	foreach (lc, report->columns)
	{
		if (strcmp(((ColumnReport *) lfirst(lc))->name, name) == 0)
			return true;
	}
	return false;
}

static ColumnReport *
add_constant_column(SourceReport *report, const char *name, const char *type)
{
	ColumnReport *column = palloc0(sizeof(ColumnReport));

	column->name = pstrdup(name);
	column->type = type;
	column->is_partition = true;
	column->nnulls = 1;
	column->confidence = 1;
	report->columns = lappend(report->columns, column);
	return column;
}

/* The type of a partition's values in all files. */
static const char *
partition_type(const SourceReport *report, const char *key)
{
	const TypeGiven given = {.format = report->options->format,
							 .has_dateformat = true,
							 .has_timestampformat = true,
							 .has_separators = true};
	TypeGuess *guess = type_guess_create(type_candidates_create(&given));
	const TypeFormats formats = {.format = given.format};
	ConvertArena arena;
	ListCell *lc;
	ListCell *pc;

	convert_arena_init(&arena, CurrentMemoryContext);
	foreach (lc, report->files)
	{
		foreach (pc, source_partitions(lfirst(lc)))
		{
			const SourcePartition *partition = lfirst(pc);

			if (partition->value != NULL && strcmp(partition->key, key) == 0)
				type_guess_add(guess, partition->value, strlen(partition->value), &arena);
		}
	}
	return type_guess_decide(guess, &formats).type;
}

/* Columns that get their values from the path. */
static void
add_constant_columns(SourceReport *report)
{
	ListCell *lc;

	foreach (lc, report->options->hive_partitioning ? source_partitions(report->file) : NIL)
	{
		const SourcePartition *partition = lfirst(lc);
		ColumnReport *column;

		if (!partition->was_found || has_column(report, partition->key))
			continue;
		column =
			add_constant_column(report, partition->key, partition_type(report, partition->key));
		column->note = "value of a directory";
		if (partition->value != NULL)
			column->samples = list_make1(partition->value);
	}
	if (report->options->filename != NULL && !has_column(report, report->options->filename))
		add_constant_column(report, report->options->filename, "text")->note = "path of the file";
}

/* Columns of the table that option column_map names. */
static void
apply_column_map(SourceReport *report)
{
	ListCell *lc;
	ListCell *mc;
	ListCell *sc;

	foreach (lc, report->columns)
	{
		ColumnReport *column = lfirst(lc);

		foreach (mc, report->options->column_map)
		{
			const OptionsColumnMap *map = lfirst(mc);

			foreach (sc, map->sources)
			{
				if (column->file_name != NULL && strcmp(lfirst(sc), column->file_name) == 0)
					column->name = map->column;
			}
		}
	}
}

SourceReport *
report_create(const char *source, Jsonb *given)
{
	SourceReport *report = palloc0(sizeof(SourceReport));

	report->source = source;
	report->given = given;
	report->options = options_parse(given);
	report->files = source_expand(source);
	report->file = choose_file(report->files);
	report->is_parquet =
		report->options->file_format == FORMAT_PARQUET ||
		(report->options->file_format == FORMAT_AUTO && source_is_parquet(report->file));
	report->formats.format = report->options->format;
	if (report->is_parquet)
		report_parquet(report);
	else
		report_csv(report);
	apply_column_map(report);
	add_constant_columns(report);
	if (list_length(report->files) > 1)
	{
		report->is_complete = false;
		report_compare_files(report);
	}
	return report;
}
