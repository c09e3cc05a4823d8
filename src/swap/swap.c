/*
 * swap.c: a swap from its checks to its row in the manifest.
 *
 * In: three tables and options.  Out: the replacement is the partition.  What is
 * slow happens in swap_prepare(), what locks others out in swap_attempt().
 */
#include "postgres.h"

#include "swap/swap_parts.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "commands/defrem.h"
#include "manifest/swaps.h"
#include "miscadmin.h"
#include "stage/failpoint.h"
#include "swap/bound.h"
#include "swap/caller_sql.h"
#include "swap/compare.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

static List *
lappend_message(List *messages, char *message)
{
	return message == NULL ? messages : lappend(messages, message);
}

/* The bound must be proven, or ATTACH would scan the replacement under the parent's lock. */
static char *
check_bound(const Swap *swap, uint32 build)
{
	Oid partition = swap->request.partition;
	Oid replacement = swap->request.replacement;
	char *outside;

	if (bound_is_proven(partition, replacement))
		return NULL;
	if (build & BUILD_BOUND)
		return bound_prove(partition, replacement);
	outside = bound_rows_outside(partition, replacement);
	return outside != NULL ? outside : "no CHECK constraint proves the bound of the partition";
}

/* It must be proven as well that the default partition has no rows of the bound. */
static char *
check_default_partition(const Swap *swap)
{
	Oid default_partition = get_default_partition_oid(swap->request.parent);
	char *needed;

	if (!OidIsValid(default_partition) || default_partition == swap->request.partition)
		return NULL;
	needed = bound_default_needs(swap->request.parent, swap->request.partition, default_partition);
	if (needed == NULL)
		return NULL;
	return psprintf("the default partition %s would be scanned under the parent's lock; prevent "
					"that with ALTER TABLE %s ADD CHECK (%s) NOT VALID and VALIDATE CONSTRAINT",
					caller_relation_name(default_partition),
					caller_relation_name(default_partition), needed);
}

static char *
check_references(const Swap *swap)
{
	List *tables = request_referencing_tables(&swap->request);

	if (tables == NIL)
		return NULL;
	return psprintf("%s references rows of the partition, so it cannot be detached; use "
					"\"method\": \"exchange\"",
					caller_relation_name(linitial_oid(tables)));
}

/* What keeps the one from being detached and the other from being attached. */
static List *
find_attach_obstacles(const Swap *swap, uint32 build)
{
	List *obstacles = lappend_message(NIL, check_bound(swap, build));

	obstacles = lappend_message(obstacles, check_default_partition(swap));
	return lappend_message(obstacles, check_references(swap));
}

static List *
find_exchange_obstacles(const SwapRequest *request)
{
	List *obstacles = lappend_message(NIL, exchange_obstacle(request));

	if (bound_is_proven(request->partition, request->replacement))
		return obstacles;
	return lappend_message(obstacles, bound_rows_outside(request->partition, request->replacement));
}

/* Compares, builds what is allowed to be built, returns what is left. */
static List *
find_obstacles(const Swap *swap, uint32 build)
{
	const SwapRequest *request = &swap->request;
	bool same_columns = compare_same_columns(request);
	List *obstacles = compare_tables(request, swap->method, same_columns ? build : BUILD_NOTHING);

	if (!same_columns)
		return obstacles;
	return list_concat(obstacles, swap->method == SWAP_ATTACH ? find_attach_obstacles(swap, build)
															  : find_exchange_obstacles(request));
}

static void
refuse(const Swap *swap, List *obstacles)
{
	StringInfoData detail;
	ListCell *lc;

	initStringInfo(&detail);
	foreach (lc, obstacles)
		appendStringInfo(&detail, "%s%s", detail.len > 0 ? "\n" : "", (char *) lfirst(lc));
	ereport(
		ERROR,
		(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
		 errmsg("\"%s\" cannot take the place of partition \"%s\"", swap->source_name, swap->name),
		 errdetail_internal("%s", detail.data),
		 swap->options.build == BUILD_EVERYTHING
			 ? errhint("Correct these and try again.")
			 : errhint("Correct these, or allow them to be built with option \"build\".")));
}

/* StatementRow */
static void
read_flag(HeapTuple tuple, TupleDesc desc, void *arg)
{
	*(bool *) arg = row_int64(tuple, desc, 1) != 0;
}

/* A partition without statistics would get bad plans from its first moment. */
static void
analyze_replacement(Oid replacement)
{
	bool analyzed = false;

	(void) caller_query("SELECT EXISTS (SELECT FROM pg_stats s JOIN pg_namespace n"
						" ON n.nspname = s.schemaname JOIN pg_class c ON c.relnamespace = n.oid"
						" AND c.relname = s.tablename WHERE c.oid = $1)",
						&replacement, 1, read_flag, &analyzed);
	if (!analyzed)
		caller_execute(psprintf("ANALYZE %s", caller_relation_name(replacement)));
}

static Swap *
make_swap(const SwapRequest *request)
{
	Swap *swap = palloc0(sizeof(Swap));

	swap->request = *request;
	swap->options = *request->options;
	swap->request.options = &swap->options;
	swap->method = request->options->method;
	swap->name = get_rel_name(request->partition);
	swap->schema = get_namespace_name(get_rel_namespace(request->partition));
	swap->source_name = get_rel_name(request->replacement);
	swap->source_schema = get_namespace_name(get_rel_namespace(request->replacement));
	return swap;
}

/* The part of swap_prepare() that an undo shares. */
static void
check_and_build(Swap *swap)
{
	int nest_level = caller_settings_begin();
	List *obstacles;

	if (swap->method == SWAP_AUTO)
		swap->method = check_references(swap) == NULL && check_default_partition(swap) == NULL
						   ? SWAP_ATTACH
						   : SWAP_EXCHANGE;
	obstacles = find_obstacles(swap, swap->options.build);
	if (obstacles != NIL)
		refuse(swap, obstacles);
	if (swap->method == SWAP_ATTACH && (swap->options.build & BUILD_ANALYZE) != 0)
		analyze_replacement(swap->request.replacement);
	caller_settings_end(nest_level);
	FAILPOINT("swap_prepared");
}

Swap *
swap_prepare(const SwapRequest *request)
{
	Swap *swap;

	request_check(request);
	swap = make_swap(request);
	check_and_build(swap);
	swap->swap_id = manifest_next_swap_id();
	swap->old_name = makeObjectName(swap->name, "swapped", psprintf(INT64_FORMAT, swap->swap_id));
	return swap;
}

static void
record_swap(const Swap *swap, int64 lock_held)
{
	bool attached = swap->method == SWAP_ATTACH;
	const SwapRequest *request = &swap->request;
	ManifestSwap record = {.swap_id = swap->swap_id,
						   .parent = request->parent,
						   .partition = attached ? request->replacement : request->partition,
						   .old_partition = attached ? request->partition : request->replacement,
						   .partition_schema = swap->schema,
						   .partition_name = swap->name,
						   .replacement_schema = swap->source_schema,
						   .replacement_name = swap->source_name,
						   .method = attached ? "attach" : "exchange",
						   .swapped_by = GetUserNameFromId(GetUserId(), false),
						   .attempts = swap->attempts,
						   .lock_held = lock_held};

	if (swap->undo)
		manifest_finish_swap(swap->swap_id, "undone");
	else
		manifest_insert_swap(&record);
}

static TimestampTz
swap_attached(Swap *swap)
{
	TimestampTz locked;

	attach_make_way(swap);
	FAILPOINT("swap_locking");
	locks_against_everybody(&swap->request);
	locked = GetCurrentTimestamp();
	FAILPOINT("swap_locked");
	attach_replacement(swap);
	return locked;
}

/*
 * All of an attempt, for locks_try().  What others changed since swap_prepare() is
 * built again; nobody can change it from here on.
 */
static void
lock_and_swap(void *arg)
{
	Swap *swap = arg;
	int nest_level = caller_settings_begin();
	List *obstacles;
	TimestampTz locked;

	if (swap->method == SWAP_ATTACH)
		locks_against_changes(&swap->request);
	else
		locks_against_writers(&swap->request);
	request_check(&swap->request);
	obstacles = find_obstacles(swap, swap->options.build);
	if (obstacles != NIL)
		refuse(swap, obstacles);
	locked = swap->method == SWAP_ATTACH ? swap_attached(swap) : exchange_rows(swap);
	record_swap(swap, GetCurrentTimestamp() - locked);
	FAILPOINT("swapped");
	caller_settings_end(nest_level);
}

static void
give_up(const Swap *swap, const ErrorData *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
			 errmsg("could not lock \"%s\" to swap partition \"%s\"",
					get_rel_name(swap->request.parent), swap->name),
			 errdetail("%d attempts of %d ms each failed, the last one with: %s.", swap->attempts,
					   swap->options.lock_timeout, error->message),
			 errhint("Raise options \"lock_timeout\" and \"lock_retries\", or look in pg_locks for "
					 "who holds the table.")));
}

bool
swap_attempt(Swap *swap)
{
	ErrorData *error;

	swap->attempts++;
	error = locks_try(lock_and_swap, swap);
	if (error != NULL && swap->attempts > swap->options.lock_retries)
		give_up(swap, error);
	return error == NULL;
}

int64
swap_id(const Swap *swap)
{
	return swap->swap_id;
}

static void
attempt_until_done(Swap *swap)
{
	while (!swap_attempt(swap))
		swap_wait(swap);
}

int64
swap_partition(const SwapRequest *request)
{
	Swap *swap = swap_prepare(request);

	attempt_until_done(swap);
	return swap->swap_id;
}

/* Raises what makes the swap one that cannot be undone. */
static void
check_undoable(const ManifestSwap *done, int64 swap_id)
{
	int64 later;

	if (done == NULL)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
						errmsg("swap " INT64_FORMAT " does not exist", swap_id)));
	if (strcmp(done->status, "swapped") != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("swap " INT64_FORMAT " cannot be undone", swap_id),
						errdetail("Its status is \"%s\".", done->status)));
	later = manifest_later_swap(swap_id, done->partition);
	if (later != 0)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("swap " INT64_FORMAT " cannot be undone", swap_id),
						errdetail("The partition was swapped again."),
						errhint("Undo swap " INT64_FORMAT " first.", later)));
}

/* The name that the replacement had, if it is in the schema it had, and the name is free. */
static char *
name_after_undo(const ManifestSwap *done, Oid table)
{
	Oid schema = get_rel_namespace(table);

	if (strcmp(get_namespace_name(schema), done->replacement_schema) == 0 &&
		!OidIsValid(get_relname_relid(done->replacement_name, schema)))
		return done->replacement_name;
	return makeObjectName(done->partition_name, "undone", psprintf(INT64_FORMAT, done->swap_id));
}

void
swap_undo(int64 swap_id, const SwapOptions *options)
{
	ManifestSwap *done = manifest_swap(swap_id);
	SwapRequest request;
	Swap *swap;

	check_undoable(done, swap_id);
	request.parent = done->parent;
	request.partition = done->partition;
	request.replacement = done->old_partition;
	request.options = options;
	request_check(&request);
	swap = make_swap(&request);
	swap->undo = true;
	swap->swap_id = swap_id;
	swap->method = strcmp(done->method, "attach") == 0 ? SWAP_ATTACH : SWAP_EXCHANGE;
	swap->old_name = name_after_undo(done, swap->method == SWAP_ATTACH ? request.partition
																	   : request.replacement);
	check_and_build(swap);
	attempt_until_done(swap);
}
