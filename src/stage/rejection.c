/*
 * rejection.c: what must be known of a load that its checks rejected.
 *
 * in:  the load, results of its checks
 * out: 'rejected' and the results in the manifest, committed by a worker before the caller's error
 */
#include "postgres.h"

#include "stage/stage.h"

#include "miscadmin.h"
#include "stage/command.h"
#include "stage/executor.h"
#include "storage/ipc.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

/* Nothing is loaded: as little shared memory as there can be. */
#define OPTIONS "{\"chunk_size\": \"64kB\", \"max_line_size\": \"64kB\"}"

/* PG_ENSURE_ERROR_CLEANUP callback. */
static void
abort_executor(int code, Datum arg)
{
	Executor *executor = (Executor *) DatumGetPointer(arg);

	executor->routine->abort(executor);
}

bool
stage_note_rejection(int64 load_id, Relation target, const char *message, List *results)
{
	ContractSpec spec = {0};
	StageSetup setup = {.load_id = load_id,
						.target = RelationGetRelid(target),
						.user = GetUserId(),
						.options_text = OPTIONS,
						.options = options_parse(DatumGetJsonbP(
							DirectFunctionCall1(jsonb_in, CStringGetDatum(OPTIONS)))),
						.spec = &spec};
	StringInfoData command;
	Executor *executor;

	/* what this transaction has staged goes with it */
	if (manifest_is_own_load(load_id))
		return false;
	executor = pool_start(&setup, 1, NULL, NULL);
	if (executor == NULL)
		return false;
	initStringInfo(&command);
	command_write_checks(load_id, message, results, &command);
	PG_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(executor));
	{
		executor->routine->command(executor, &command);
		executor->routine->end(executor);
	}
	PG_END_ENSURE_ERROR_CLEANUP(abort_executor, PointerGetDatum(executor));
	return true;
}
