/*
 * drift_names.c: columns that are probably the same under another name.
 *
 * in:  columns that are missing, fields that are added
 * out: differences of kind renamed
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "stage/drift_internal.h"
#include "utils/varlena.h"
#include "utils/lsyscache.h"

#include "compat.h"

/* A third of the letters may differ. */
#define DISTANCE_DIVISOR 3

#define UNLIKELY (-1)

/* Letters and digits, in lower case: what is left of a name when habits of writing are not. */
static char *
bare_name(const char *name)
{
	char *bare = palloc(strlen(name) + 1);
	int len = 0;

	for (; *name != '\0'; name++)
		if (IS_HIGHBIT_SET(*name) || isalnum((unsigned char) *name))
			bare[len++] = pg_tolower((unsigned char) *name);
	bare[len] = '\0';
	return bare;
}

/* Edits from one name to the other; UNLIKELY: too many, or nothing to compare. */
static int
name_distance(const char *a, const char *b)
{
	char *bare_a = bare_name(a);
	char *bare_b = bare_name(b);
	int limit = (int) Max(strlen(bare_a), strlen(bare_b)) / DISTANCE_DIVISOR;
	int distance;

	if (bare_a[0] == '\0' || bare_b[0] == '\0' || strlen(bare_a) >= NAMEDATALEN ||
		strlen(bare_b) >= NAMEDATALEN)
		return UNLIKELY;
	distance = varstr_levenshtein_less_equal(bare_a, strlen(bare_a), bare_b, strlen(bare_b), 1, 1,
											 1, limit, true);
	return distance <= limit ? distance : UNLIKELY;
}

static Form_pg_attribute
attribute(const Drift *drift, int column)
{
	return TupleDescAttr(RelationGetDescr(drift->request->target), column);
}

static void
note_renamed(Drift *drift, int column, int field)
{
	ManifestDifference *difference =
		drift_add(drift, "renamed", true, drift_unmatched_action(drift, "map it with column_map"));

	difference->column = difference->expected = NameStr(attribute(drift, column)->attname);
	difference->file_column = difference->found = list_nth(drift->names, field);
}

/* Are the values of the field of the column's type?  Text says nothing. */
static bool
is_of_type(const Drift *drift, int column, int field)
{
	Oid type = getBaseType(attribute(drift, column)->atttypid);
	const char *found = drift_field_type(drift, field);
	Oid found_type;
	int32 typmod;

	if (found == NULL || strcmp(found, "text") == 0)
		return false;
	compat_parse_type(found, &found_type, &typmod);
	if (found_type == INT8OID && drift->parquet == NULL)
		return type == INT2OID || type == INT4OID || type == INT8OID;
	return type == found_type;
}

/* The closest pair of names, again and again. */
static bool
pair_by_name(Drift *drift)
{
	int best = UNLIKELY;
	int column = 0;
	int field = 0;
	ListCell *mc;
	ListCell *ac;

	foreach (mc, drift->missing)
		foreach (ac, drift->added)
		{
			int distance = name_distance(NameStr(attribute(drift, lfirst_int(mc))->attname),
										 list_nth(drift->names, lfirst_int(ac)));

			if (distance == UNLIKELY || (best != UNLIKELY && distance >= best))
				continue;
			best = distance;
			column = lfirst_int(mc);
			field = lfirst_int(ac);
		}
	if (best == UNLIKELY)
		return false;
	note_renamed(drift, column, field);
	drift->missing = list_delete_int(drift->missing, column);
	drift->added = list_delete_int(drift->added, field);
	return true;
}

/* The one field whose values are of the type of the one column left. */
static void
pair_by_values(Drift *drift)
{
	int column;
	int field;

	if (list_length(drift->missing) != 1 || list_length(drift->added) != 1)
		return;
	column = linitial_int(drift->missing);
	field = linitial_int(drift->added);
	if (!is_of_type(drift, column, field))
		return;
	note_renamed(drift, column, field);
	drift->missing = drift->added = NIL;
}

/* Takes columns that differ in case only, which are noted, out of both lists. */
static void
drop_case_changes(Drift *drift)
{
	ListCell *lc;

	foreach (lc, drift->differences)
	{
		const ManifestDifference *difference = lfirst(lc);
		List *missing = NIL;
		List *added = NIL;
		ListCell *cell;

		foreach (cell, drift->missing)
			if (strcmp(NameStr(attribute(drift, lfirst_int(cell))->attname), difference->column) !=
				0)
				missing = lappend_int(missing, lfirst_int(cell));
		foreach (cell, drift->added)
			if (strcmp(list_nth(drift->names, lfirst_int(cell)), difference->file_column) != 0)
				added = lappend_int(added, lfirst_int(cell));
		drift->missing = missing;
		drift->added = added;
	}
}

void
drift_find_renamed(Drift *drift)
{
	drop_case_changes(drift);
	while (pair_by_name(drift))
		;
	pair_by_values(drift);
}
