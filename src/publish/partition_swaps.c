/*
 * partition_swaps.c: partitions built beside the old ones and swapped in.
 *
 * In: which partitions, and the rows that they are to hold.  Out: new tables in
 * their places; the old ones are kept until ingest.cleanup, for ingest.undo_swap.
 * Rows are written once, into tables without indexes, and readers of the target
 * wait for the swap alone.
 */
#include "postgres.h"

#include "compat.h"
#include "contract/guard.h"
#include "publish/conditions.h"
#include "publish/partition_swaps.h"
#include "publish/query.h"
#include "publish/staged.h"
#include "publish/write.h"
#include "swap/caller_sql.h"
#include "swap/swap.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "commands/defrem.h"
#include "commands/tablespace.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Below so many rows that change, a swap with its catalog entries and locks is not worth it. */
#define MIN_CHANGED_ROWS 100000

/* Triggers would not fire for rows that arrive, or go, in a swap. */
static bool
has_row_triggers(Relation rel)
{
	TriggerDesc *triggers = rel->trigdesc;
	int i;

	for (i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (!triggers->triggers[i].tgisinternal)
			return true;
	return false;
}

static bool
partition_allows(Oid partition)
{
	Relation rel = table_open(partition, AccessShareLock);
	bool allows = rel->rd_rel->relkind == RELKIND_RELATION && !has_row_triggers(rel) &&
				  compat_owns_relation(partition, GetUserId()) &&
				  compat_owns_relation(get_partition_parent(partition, false), GetUserId());

	table_close(rel, NoLock);
	return allows;
}

bool
partition_swaps_apply(const PublishRequest *request, List *partitions, int64 changed, int64 kept)
{
	bool carried = conditions_carry_everything(request);
	ListCell *cell;

	if (request->options->partition_swap == PARTITION_SWAP_ALWAYS && !carried)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("partitions cannot be swapped because the source lacks columns of "
							   "table \"%s\"",
							   RelationGetRelationName(request->target)),
						errhint("Set \"partition_swap\" to \"never\".")));
	if (request->options->partition_swap != PARTITION_SWAP_AUTO)
		return request->options->partition_swap == PARTITION_SWAP_ALWAYS;
	/* else the parent would stay locked until somebody else's work is done */
	if (IsTransactionBlock() || changed < MIN_CHANGED_ROWS || changed < kept)
		return false;
	if (!carried || has_row_triggers(request->target))
		return false;
	foreach (cell, partitions)
		if (!partition_allows(lfirst_oid(cell)))
			return false;
	return true;
}

/* " USING … TABLESPACE …" as the partition is stored, which LIKE does not know. */
static char *
storage_clauses(Oid partition)
{
	Relation rel = table_open(partition, AccessShareLock);
	Oid tablespace = rel->rd_rel->reltablespace;
	StringInfoData sql;

	initStringInfo(&sql);
	if (OidIsValid(rel->rd_rel->relam))
		appendStringInfo(&sql, " USING %s", quote_identifier(get_am_name(rel->rd_rel->relam)));
	if (OidIsValid(tablespace))
		appendStringInfo(&sql, " TABLESPACE %s", quote_identifier(get_tablespace_name(tablespace)));
	table_close(rel, NoLock);
	return sql.data;
}

/* A table like the partition, beside it; what it lacks is built when it is swapped in. */
static Oid
create_replacement(Oid partition)
{
	Oid namespace = get_rel_namespace(partition);
	char *name = ChooseRelationName(get_rel_name(partition), NULL, "ingest", namespace, false);

	caller_execute(psprintf("CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED "
							"INCLUDING STORAGE INCLUDING COMPRESSION)%s",
							quote_qualified_identifier(get_namespace_name(namespace), name),
							staged_relation_name(partition), storage_clauses(partition)));
	return get_relname_relid(name, namespace);
}

/* The condition that a row belongs to the partition, on names of columns alone. */
static char *
bound(Oid partition)
{
	char *text =
		query_text(psprintf("SELECT pg_catalog.pg_get_partition_constraintdef(%u)", partition));

	return text != NULL ? text : pstrdup("true");
}

static int64
fill(const PublishRequest *request, Oid partition, Oid replacement, const char *rows)
{
	WriteCounts done;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "INSERT INTO %s (", staged_relation_name(replacement));
	staged_append_columns(&sql, NULL, request->columns);
	appendStringInfoString(&sql, ") OVERRIDING SYSTEM VALUE SELECT ");
	staged_append_columns(&sql, NULL, request->columns);
	appendStringInfo(&sql, " FROM (%s) AS staged WHERE %s", rows, bound(partition));
	write_rows(request, sql.data, JOIN_FREELY, &done);
	return done.inserted;
}

static void
swap_all(List *partitions, List *replacements)
{
	SwapOptions *options =
		swap_options_parse(DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"))));
	int i;

	for (i = 0; i < list_length(partitions); i++)
	{
		Oid partition = list_nth_oid(partitions, i);
		SwapRequest swap = {get_partition_parent(partition, false), partition,
							list_nth_oid(replacements, i), options};

		(void) swap_partition(&swap);
	}
}

static int64
build_and_swap(const PublishRequest *request, List *partitions, const char *rows)
{
	List *replacements = NIL;
	int64 written = 0;
	ListCell *cell;

	foreach (cell, partitions)
	{
		Oid replacement = create_replacement(lfirst_oid(cell));

		written += fill(request, lfirst_oid(cell), replacement, rows);
		replacements = lappend_oid(replacements, replacement);
	}
	swap_all(partitions, replacements);
	return written;
}

/* What a swap is refused for, rather than what is wrong with the rows. */
static bool
is_obstacle(int sqlerrcode)
{
	return sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE ||
		   sqlerrcode == ERRCODE_FEATURE_NOT_SUPPORTED ||
		   sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE || sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE;
}

/* What guard_error() runs. */
typedef struct SwapAttempt
{
	const PublishRequest *request;
	List *partitions;
	const char *rows;
	int64 written;
} SwapAttempt;

static void
attempt_swap(void *arg)
{
	SwapAttempt *attempt = arg;

	attempt->written = build_and_swap(attempt->request, attempt->partitions, attempt->rows);
}

/* false: there is an obstacle. */
static bool
try_to_swap(SwapAttempt *attempt)
{
	ErrorData *error = guard_error(attempt_swap, attempt);

	if (error == NULL)
		return true;
	if (!is_obstacle(error->sqlerrcode))
		ReThrowError(error);
	ereport(DEBUG1, (errmsg_internal("partitions are not swapped: %s", error->message)));
	return false;
}

bool
partition_swaps_run(PublishRequest *request, List *partitions, const char *rows, int64 *written)
{
	SwapAttempt attempt = {request, partitions, rows, 0};
	Oid target = RelationGetRelid(request->target);
	bool swapped = true;

	table_close(request->target, NoLock);
	if (request->options->partition_swap == PARTITION_SWAP_ALWAYS)
		attempt_swap(&attempt);
	else
		swapped = try_to_swap(&attempt);
	request->target = table_open(target, NoLock);
	*written = attempt.written;
	return swapped;
}
