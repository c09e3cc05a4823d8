/*
 * quarantine_functions.c: the SQL function discard_quarantine().
 *
 * It checks arguments and rights; manifest/quarantine_queue.c does the work.
 */
#include "postgres.h"

#include "api/access.h"
#include "api/arguments.h"
#include "api/quarantine_options.h"
#include "fmgr.h"
#include "miscadmin.h"

PG_FUNCTION_INFO_V1(ingest_discard_quarantine);

Datum
ingest_discard_quarantine(PG_FUNCTION_ARGS)
{
	QueueFilter filter = {0};
	Jsonb *rest;

	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "reason");
	filter.target = PG_GETARG_OID(0);
	access_check_target(filter.target, ACL_SELECT | ACL_INSERT);
	PreventCommandIfReadOnly("ingest.discard_quarantine()");
	rest = quarantine_options_filter(argument_options(fcinfo, 2), &filter);
	quarantine_options_check_empty(rest, "load_id, file, rule, column");
	PG_RETURN_INT64(queue_discard(&filter, argument_text(fcinfo, 1)));
}
