/*
 * drift.c: the columns of a file beside those of a target.
 *
 * in:  the head of a file, a target, options; what a sample of its values says
 * out: differences, in the current memory context
 *
 * Matches names as mapping.c does, but where that raises an error this notes a difference.
 */
#include "postgres.h"

#include "stage/drift.h"

#include "catalog/pg_attribute.h"
#include "mb/pg_wchar.h"
#include "source/parquet_file.h"
#include "source/partition.h"
#include "stage/drift_internal.h"
#include "stage/mapping_internal.h"
#include "utils/builtins.h"

#define MAX_NAMES 1000 /* bytes */

ManifestDifference *
drift_add(Drift *drift, const char *kind, bool breaking, const char *action)
{
	ManifestDifference *difference = palloc0(sizeof(ManifestDifference));

	difference->kind = kind;
	difference->breaking = breaking;
	difference->action = action;
	drift->differences = lappend(drift->differences, difference);
	return difference;
}

const char *
drift_unmatched_action(const Drift *drift, const char *remedy)
{
	return psprintf("%s; %s",
					drift->request->options->new_columns == NEW_COLUMNS_FREEZE ? "error"
																			   : "not matched",
					remedy);
}

static Form_pg_attribute
attribute(const Drift *drift, int column)
{
	return TupleDescAttr(RelationGetDescr(drift->request->target), column);
}

const char *
drift_field_type(const Drift *drift, int field)
{
	ListCell *lc;

	if (drift->parquet != NULL)
		return parquet_field_type(drift->parquet, drift->parquet->schema->fields[field]);
	if (drift->sample == NULL)
		return NULL;
	foreach (lc, drift->sample->new_columns)
	{
		const char *type = list_nth(drift->sample->new_types, foreach_current_index(lc));

		if (strcmp(lfirst(lc), list_nth(drift->names, field)) == 0)
			return type[0] != '\0' ? type : NULL;
	}
	return NULL;
}

/* Fills fields and added. */
static void
match_names(Drift *drift)
{
	const IngestOptions *options = drift->request->options;
	Relation target = drift->request->target;
	int natts = RelationGetDescr(target)->natts;
	ListCell *lc;

	drift->fields = palloc(natts * sizeof(int));
	memset(drift->fields, -1, natts * sizeof(int));
	foreach (lc, drift->names)
	{
		int column = mapping_match_name(target, options, lfirst(lc));

		if (column == natts || mapping_has_name(options->inputs, lfirst(lc)))
			continue;
		if (column >= 0 &&
			!mapping_has_name(options->transformed, NameStr(attribute(drift, column)->attname)))
			drift->fields[column] = foreach_current_index(lc);
		else
			drift->added = lappend_int(drift->added, foreach_current_index(lc));
	}
}

/* Does the column get its values from elsewhere than a field? */
static bool
is_filled(const Drift *drift, int column)
{
	const IngestOptions *options = drift->request->options;
	const char *name = NameStr(attribute(drift, column)->attname);
	ListCell *lc;

	if (mapping_has_name(options->transformed, name) || mapping_has_name(options->computed, name) ||
		(options->filename != NULL && strcmp(options->filename, name) == 0) ||
		(options->capture_column != NULL && strcmp(options->capture_column, name) == 0) ||
		mapping_is_filled_by_table(drift->request->target, column))
		return true;
	if (!options->hive_partitioning)
		return false;
	foreach (lc, source_partitions(drift->file))
		if (mapping_match_name(drift->request->target, options,
							   ((SourcePartition *) lfirst(lc))->key) == column)
			return true;
	return false;
}

static void
find_missing(Drift *drift)
{
	int i;

	for (i = 0; i < RelationGetDescr(drift->request->target)->natts; i++)
		if (mapping_is_loadable(attribute(drift, i)) && drift->fields[i] < 0 &&
			!is_filled(drift, i))
			drift->missing = lappend_int(drift->missing, i);
}

/* The same name but for case, where case counts. */
static void
find_case_changes(Drift *drift)
{
	ListCell *ac;
	ListCell *mc;

	foreach (ac, drift->added)
		foreach (mc, drift->missing)
		{
			const char *found = list_nth(drift->names, lfirst_int(ac));
			const char *expected = NameStr(attribute(drift, lfirst_int(mc))->attname);
			ManifestDifference *difference;

			if (pg_strcasecmp(found, expected) != 0)
				continue;
			difference = drift_add(drift, "case_change", true,
								   drift_unmatched_action(drift, "set match_by to name_ci"));
			difference->column = difference->expected = expected;
			difference->file_column = difference->found = found;
		}
}

/* What a load does with a field for which there is no column. */
static void
note_added(Drift *drift, int field)
{
	const IngestOptions *options = drift->request->options;
	const char *type = drift_field_type(drift, field);
	const char *action = NULL;
	bool breaking = false;
	ManifestDifference *difference;

	switch (options->new_columns)
	{
		case NEW_COLUMNS_FREEZE:
			action = "error";
			breaking = true;
			break;
		case NEW_COLUMNS_IGNORE:
		case NEW_COLUMNS_SAMPLE:
			action = "ignored";
			break;
		case NEW_COLUMNS_EVOLVE:
			action = type != NULL ? psprintf("added as %s", type) : "added, type by its values";
			break;
		case NEW_COLUMNS_DISCARD_ROW:
			action = "quarantine";
			breaking = true;
			break;
		case NEW_COLUMNS_CAPTURE:
			action = psprintf("captured in \"%s\"", options->capture_column);
			break;
	}
	difference = drift_add(drift, "added", breaking, action);
	difference->file_column = list_nth(drift->names, field);
	difference->found = type;
}

static void
note_missing(Drift *drift, int column)
{
	Form_pg_attribute att = attribute(drift, column);
	const IngestOptions *options = drift->request->options;
	bool breaking = options->missing_columns == MISSING_COLUMNS_FREEZE ||
					mapping_has_name(options->required, NameStr(att->attname)) ||
					(att->attnotnull && !att->atthasdef);
	ManifestDifference *difference = drift_add(drift, "missing", breaking,
											   breaking         ? "error"
											   : att->atthasdef ? "default"
																: "NULL");

	difference->column = NameStr(att->attname);
	difference->expected = format_type_with_typemod(att->atttypid, att->atttypmod);
}

/* Names as far as there is room; a wide table has more than anybody reads. */
static char *
clip_names(List *names)
{
	char *text = mapping_join_names(names);
	size_t len = strlen(text);

	if (len <= MAX_NAMES)
		return text;
	return psprintf("%.*s ...", pg_mbcliplen(text, (int) len, MAX_NAMES), text);
}

/* Fields in another order than their columns; names of the columns, in both. */
static void
find_order(Drift *drift)
{
	bool by_order = drift->request->options->header == HEADER_MATCH;
	List *expected = NIL;
	List *found = NIL;
	ManifestDifference *difference;
	ListCell *lc;
	int last = -1;
	bool differs = false;
	int i;

	for (i = 0; i < RelationGetDescr(drift->request->target)->natts; i++)
	{
		if (drift->fields[i] < 0)
			continue;
		differs = differs || drift->fields[i] < last;
		last = drift->fields[i];
		expected = lappend(expected, NameStr(attribute(drift, i)->attname));
	}
	if (!differs)
		return;
	foreach (lc, drift->names)
		for (i = 0; i < RelationGetDescr(drift->request->target)->natts; i++)
			if (drift->fields[i] == foreach_current_index(lc))
				found = lappend(found, lfirst(lc));
	difference = drift_add(drift, "reordered", by_order, by_order ? "error" : "matched by name");
	difference->expected = clip_names(expected);
	difference->found = clip_names(found);
}

List *
drift_find(const StageRequest *request, const SourceFile *file, ChunkFormat format,
		   const FileHead *head, const DriftSample *sample)
{
	Drift drift = {.request = request, .file = file, .sample = sample};
	ListCell *lc;

	drift.names = head->names != NIL ? head->names : request->options->columns;
	if (drift.names == NIL || request->options->match_by == MATCH_BY_POSITION)
		return NIL;
	if (format == CHUNK_PARQUET)
		drift.parquet = parquet_file_footer(parquet_file_open(file));
	match_names(&drift);
	find_missing(&drift);
	find_case_changes(&drift);
	drift_find_renamed(&drift);
	foreach (lc, drift.added)
		note_added(&drift, lfirst_int(lc));
	foreach (lc, drift.missing)
		note_missing(&drift, lfirst_int(lc));
	find_order(&drift);
	drift_find_types(&drift);
	return drift.differences;
}
