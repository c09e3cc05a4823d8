/*
 * version_comparison.c: a staged row against the target's row of its key.
 *
 * The rules are those of conditions.c, which says them in SQL.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/version_comparison.h"

#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

typedef struct ComparedColumn
{
	int index; /* of the target's attribute, from 0 */
	bool byval;
	int16 length;
	bool exact; /* "=" decides, else the bytes */
	FmgrInfo equal;
	Oid collation;
} ComparedColumn;

struct VersionComparison
{
	ComparedColumn *columns;
	int ncolumns;
	int last; /* of the target's attributes that are compared, from 1 */
	/* update_if_newer */
	int newer; /* index of the attribute, from 0; -1: no such column */
	FmgrInfo less;
	Oid less_collation;
};

static void
init_column(ComparedColumn *column, Form_pg_attribute attribute)
{
	column->index = attribute->attnum - 1;
	column->byval = attribute->attbyval;
	column->length = attribute->attlen;
	column->collation = attribute->attcollation;
	column->exact = conditions_equality_is_exact(attribute);
	if (column->exact)
		fmgr_info(get_opcode(lookup_type_cache(attribute->atttypid, TYPECACHE_EQ_OPR)->eq_opr),
				  &column->equal);
}

VersionComparison *
version_comparison_create(const PublishRequest *request, List *updated)
{
	VersionComparison *comparison = palloc0(sizeof(VersionComparison));
	const char *newer = request->options->update_if_newer;
	ListCell *cell;

	comparison->columns = palloc0((list_length(updated) + 1) * sizeof(ComparedColumn));
	foreach (cell, updated)
	{
		ComparedColumn *column = &comparison->columns[comparison->ncolumns++];

		init_column(column, conditions_attribute(request->target, lfirst(cell)));
		comparison->last = Max(comparison->last, column->index + 1);
	}
	comparison->newer = -1;
	if (newer != NULL)
	{
		Form_pg_attribute attribute = conditions_attribute(request->target, newer);

		comparison->newer = attribute->attnum - 1;
		comparison->last = Max(comparison->last, attribute->attnum);
		comparison->less_collation = attribute->attcollation;
		fmgr_info(get_opcode(conditions_less_operator(request->target, newer)), &comparison->less);
	}
	return comparison;
}

static bool
is_older(VersionComparison *comparison, const StagedRow *staged, const TupleTableSlot *target)
{
	int i = comparison->newer;

	if (i < 0 || target->tts_isnull[i])
		return false;
	return staged->nulls[i] ||
		   DatumGetBool(FunctionCall2Coll(&comparison->less, comparison->less_collation,
										  staged->values[i], target->tts_values[i]));
}

/* Equal bytes are equal for every type; looking at them first is cheaper than most "=". */
static bool
differs(ComparedColumn *column, const StagedRow *staged, const TupleTableSlot *target)
{
	Datum one = target->tts_values[column->index];
	Datum other = staged->values[column->index];

	if (target->tts_isnull[column->index] || staged->nulls[column->index])
		return target->tts_isnull[column->index] != staged->nulls[column->index];
	if (datum_image_eq(one, other, column->byval, column->length))
		return false;
	return !column->exact ||
		   !DatumGetBool(FunctionCall2Coll(&column->equal, column->collation, one, other));
}

VersionVerdict
version_comparison_decide(VersionComparison *comparison, const StagedRow *staged,
						  TupleTableSlot *target)
{
	int i;

	slot_getsomeattrs(target, comparison->last);
	if (is_older(comparison, staged, target))
		return VERSION_OLDER;
	for (i = 0; i < comparison->ncolumns; i++)
	{
		if (differs(&comparison->columns[i], staged, target))
			return VERSION_DIFFERENT;
	}
	return VERSION_SAME;
}
