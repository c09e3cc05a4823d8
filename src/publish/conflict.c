/*
 * conflict.c: errors that another transaction caused, and that may pass.
 *
 * In: the error of an attempt that was rolled back.  Out: a verdict.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/conflict.h"
#include "publish/strategy.h"

#include "access/genam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Of the target or of one of its partitions, whose columns may be numbered otherwise. */
static bool
index_is_of_key(Oid index_oid, List *key)
{
	Relation index = index_open(index_oid, AccessShareLock);
	const Form_pg_index form = index->rd_index;
	bool result = form->indnkeyatts == list_length(key);
	int i;

	for (i = 0; result && i < form->indnkeyatts; i++)
	{
		const char *name = form->indkey.values[i] == 0
							   ? NULL
							   : get_attname(form->indrelid, form->indkey.values[i], false);

		result = name != NULL && conditions_has_name(key, name);
	}
	index_close(index, AccessShareLock);
	return result;
}

static bool
violates_key(const PublishRequest *request, const ErrorData *error)
{
	Oid schema;
	Oid index;

	if (request->key == NIL || request->strategy->version != NULL || request->scope != NULL ||
		request->options->incremental_predicates != NIL || error->schema_name == NULL ||
		error->constraint_name == NULL)
		return false;
	schema = get_namespace_oid(error->schema_name, true);
	index = OidIsValid(schema) ? get_relname_relid(error->constraint_name, schema) : InvalidOid;
	return OidIsValid(index) && get_rel_relkind(index) == RELKIND_INDEX &&
		   index_is_of_key(index, request->key);
}

bool
conflict_may_pass(const PublishRequest *request, const ErrorData *error)
{
	if (IsolationUsesXactSnapshot())
		return false;
	switch (error->sqlerrcode)
	{
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_T_R_DEADLOCK_DETECTED:
			return true;
		case ERRCODE_UNIQUE_VIOLATION:
			return violates_key(request, error);
		default:
			return false;
	}
}
