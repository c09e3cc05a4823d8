/*
 * validation.c: the rows of files go the way of a load (stage/row_scan.c) and end here.
 *
 * in:  what a load would be given: a target, a source, options
 * out: the bad rows, one after the other; nothing is written
 *
 * A batch of rows is in memory at a time.
 */
#include "postgres.h"

#include "api/validation.h"

#include "access/relation.h"
#include "api/access.h"
#include "api/arguments.h"
#include "api/contract_functions.h"
#include "publish/publish.h"

void
validation_begin(FunctionCallInfo fcinfo, Validation *validation)
{
	StageRequest *request = &validation->request;
	LoadTerms terms;
	Oid target;

	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "source");
	target = PG_GETARG_OID(0);
	access_check_files();
	access_check_target(target, ACL_INSERT);
	memset(validation, 0, sizeof(*validation));
	load_terms(target, 0, argument_options(fcinfo, 2), &terms);
	load_terms_apply(&terms, request);
	request->source = argument_text(fcinfo, 1);
	request->target = access_open_loadable(target, AccessShareLock);
	request->unique_key = publish_primary_key(request->target);
	request->options->computed = publish_computed_columns(NULL, &request->options->publish);
	validation->stops = request->options->on_error == ON_ERROR_STOP;
	if (validation->stops || request->options->on_error == ON_ERROR_IGNORE)
		request->options->on_error = ON_ERROR_QUARANTINE;
	validation->scan = row_scan_open(request, PG_INT32_MAX);
	progress_begin(&validation->progress, target, row_scan_bytes_total(validation->scan));
}

bool
validation_next(Validation *validation, QuarantineRow *bad)
{
	RowVerdict verdict;
	int first;
	int count;

	for (;;)
	{
		while (validation->has_rows &&
			   (verdict = row_checker_next(row_scan_checker(validation->scan), &first, &count)) !=
				   ROWS_END)
			if (verdict == ROW_BAD &&
				row_checker_reject(row_scan_checker(validation->scan), first, bad))
				return true;
		validation->has_rows = row_scan_next(validation->scan);
		if (!validation->has_rows)
			return false;
		validation->progress.bytes_done = row_scan_bytes_read(validation->scan);
		validation->progress.rows_staged = row_scan_counts(validation->scan)->rows_staged;
		validation->progress.rows_bad = row_scan_counts(validation->scan)->rows_bad;
		progress_update(&validation->progress);
	}
}

const char *
validation_rejection(Validation *validation)
{
	if (validation->stops && row_scan_counts(validation->scan)->rows_bad > 0)
		return "the first bad row stops the load (on_error)";
	return row_scan_rejection(validation->scan);
}

void
validation_end(Validation *validation)
{
	progress_end();
	row_scan_close(validation->scan);
	relation_close(validation->request.target, AccessShareLock);
}
