/*
 * staged_sort.c: the staged rows in the order of their key.
 *
 * In: a request and the columns of its rows.  Out: a sort without rows.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/lane_reader.h"
#include "publish/staged_sort.h"

#include "utils/typcache.h"

bool
staged_sort_applies(const PublishRequest *request)
{
	const PublishOptions *options = request->options;

	return options->dedup_sort == NULL && options->update_if_newer == NULL &&
		   options->null_keys != NULL_KEYS_MATCH;
}

static AttrNumber
column_number(TupleDesc desc, const char *name)
{
	int i;

	for (i = 0; i < desc->natts; i++)
	{
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i + 1;
	}
	elog(ERROR, "column \"%s\" is not among the staged ones", name);
}

/* Without another order the first or the last record counts, as append_version_order() says. */
static void
init_position(RowSortColumn *column, const PublishRequest *request, TupleDesc desc,
			  const char *name)
{
	TypeCacheEntry *type;

	column->attnum = column_number(desc, name);
	type = lookup_type_cache(TupleDescAttr(desc, column->attnum - 1)->atttypid,
							 TYPECACHE_LT_OPR | TYPECACHE_GT_OPR);
	column->ordering = request->options->dedup == DEDUP_FIRST ? type->lt_opr : type->gt_opr;
}

RowSort *
staged_sort_begin(const PublishRequest *request, TupleDesc desc)
{
	RowSortColumn *columns = palloc0((list_length(request->key) + 2) * sizeof(RowSortColumn));
	int nkeys = 0;
	ListCell *cell;

	foreach (cell, request->key)
	{
		Form_pg_attribute attribute = conditions_attribute(request->target, lfirst(cell));

		columns[nkeys].attnum = column_number(desc, lfirst(cell));
		columns[nkeys].ordering = lookup_type_cache(attribute->atttypid, TYPECACHE_LT_OPR)->lt_opr;
		columns[nkeys].collation = attribute->attcollation;
		nkeys++;
	}
	if (request->lanes == NIL)
		return row_sort_begin(desc, columns, nkeys, nkeys);
	init_position(&columns[nkeys], request, desc, LANE_FILE_COLUMN);
	init_position(&columns[nkeys + 1], request, desc, LANE_ROW_COLUMN);
	return row_sort_begin(desc, columns, nkeys + 2, nkeys);
}
