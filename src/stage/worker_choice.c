/*
 * worker_choice.c: whether workers can be used, and how many are useful.
 *
 * Workers have transactions of their own: they see nothing that the caller's
 * transaction has not committed, and a caller with a transaction snapshot would
 * not see what they commit.
 */
#include "postgres.h"

#include "stage/worker_choice.h"

#include <unistd.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Workers that "workers": "auto" starts at most. */
#define AUTO_WORKERS_MAX 8

/* Was the tuple written by this transaction, so that no worker can see it? */
static bool
is_own_tuple(HeapTuple tuple)
{
	bool own;

	if (!HeapTupleIsValid(tuple))
		return false;
	own = TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetRawXmin(tuple->t_data));
	ReleaseSysCache(tuple);
	return own;
}

/*
 * Can a type have been changed without its own row, as ALTER DOMAIN adds and
 * drops constraints?
 */
static bool
is_made_of_parts(Oid type)
{
	Oid element = get_element_type(type);

	return get_typtype(OidIsValid(element) ? element : type) != TYPTYPE_BASE;
}

/* Can workers see what they need, and can this transaction see what they commit? */
static bool
workers_are_possible(const StageRequest *request)
{
	Relation target = request->target;
	TupleDesc desc = RelationGetDescr(target);
	bool has_written = TransactionIdIsValid(GetTopTransactionIdIfAny());
	int i;

	if (request->options->workers == 0 || IsolationUsesXactSnapshot() ||
		target->rd_createSubid != InvalidSubTransactionId)
		return false;
	if (is_own_tuple(SearchSysCache1(RELOID, ObjectIdGetDatum(RelationGetRelid(target)))) ||
		is_own_tuple(SearchSysCache1(AUTHOID, ObjectIdGetDatum(GetUserId()))) ||
		is_own_tuple(SearchSysCache1(NAMESPACENAME, CStringGetDatum("ingest"))))
		return false;
	for (i = 0; i < desc->natts; i++)
	{
		Oid type = TupleDescAttr(desc, i)->atttypid;

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		if (is_own_tuple(SearchSysCache1(TYPEOID, ObjectIdGetDatum(type))) ||
			(has_written && is_made_of_parts(type)))
			return false;
	}
	return true;
}

/*
 * As many as there is work and processors for. A compressed file is taken as
 * four times its size.
 */
int
worker_choice(const StageRequest *request, uint64 bytes)
{
	int64 useful;
	int cpus;

	if (!workers_are_possible(request))
		return 0;
	if (request->options->workers > 0)
		return request->options->workers;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	useful = 1 + bytes / (request->options->chunk_size / 4);
	return Max(1, Min(Min(cpus, AUTO_WORKERS_MAX), useful));
}
