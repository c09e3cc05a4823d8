/*
 * guard.h: run code that may raise an error about the data, and survive it.
 *
 * guard_call() runs fn(arg) in an internal subtransaction.  true: it returned.
 * false: it raised an error of the data; the subtransaction is rolled back and
 * *error (may be NULL) is a copy in CurrentMemoryContext.  Errors that are not
 * about the data (cancel, shutdown, resources, internal: SQLSTATE classes 53,
 * 57, 58, XX and query cancel) are raised again.  fn must write nothing to the
 * database that has to survive.  Needs a transaction, and no parallel mode.
 *
 * guard_error() does the same and lets the caller judge: the error, whatever it is
 * about, or NULL.
 */
#ifndef INGEST_CONTRACT_GUARD_H
#define INGEST_CONTRACT_GUARD_H

#include "utils/elog.h"

extern bool guard_call(void (*fn)(void *arg), void *arg, ErrorData **error);
extern ErrorData *guard_error(void (*fn)(void *arg), void *arg);

/*
 * The same, but errors that have no SQLSTATE of their own (XX000) are returned too: functions of
 * extensions raise them for values that they refuse.  *error tells which of them are to be raised again.
 */
extern bool guard_call_of_extension(void (*fn)(void *arg), void *arg, ErrorData **error);

#endif
