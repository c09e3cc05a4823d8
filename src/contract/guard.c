/*
 * guard.c: run code that may raise an error about the data, and survive it.
 *
 * In: a callback.  Out: whether it returned, and the error if it did not.
 * One internal subtransaction per call; it never gets a transaction id as long
 * as the callback writes nothing, so it costs about 0.2 us when the callback
 * returns and 0.8 us when it raises.  The copied error belongs to the caller's
 * memory context.
 */
#include "postgres.h"

#include "contract/guard.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/*
 * Whether the error says something about the value at hand.  Everything that
 * would strike the next value just as well (no memory, cancel, shutdown, I/O,
 * internal errors) is not, and must reach the user.
 */
static bool
error_is_about_data(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_INSUFFICIENT_RESOURCES: /* class 53 */
		case ERRCODE_OPERATOR_INTERVENTION:  /* class 57, query cancel included */
		case ERRCODE_SYSTEM_ERROR:           /* class 58 */
		case ERRCODE_INTERNAL_ERROR:         /* class XX */
			return false;
		default:
			return true;
	}
}

ErrorData *
guard_error(void (*fn)(void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData *volatile caught = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);

	PG_TRY();
	{
		fn(arg);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		caught = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_END_TRY();
	return caught;
}

/* internal: errors without a SQLSTATE of their own are returned as well. */
static bool
guarded(void (*fn)(void *arg), void *arg, ErrorData **error, bool internal)
{
	ErrorData *caught = guard_error(fn, arg);

	if (caught == NULL)
		return true;
	if (!error_is_about_data(caught->sqlerrcode) &&
		!(internal && caught->sqlerrcode == ERRCODE_INTERNAL_ERROR))
		ReThrowError(caught);
	if (error != NULL)
		*error = caught;
	else
		FreeErrorData(caught);
	return false;
}

bool
guard_call(void (*fn)(void *arg), void *arg, ErrorData **error)
{
	return guarded(fn, arg, error, false);
}

bool
guard_call_of_extension(void (*fn)(void *arg), void *arg, ErrorData **error)
{
	return guarded(fn, arg, error, true);
}
