/*
 * drift_function.c: the SQL function drift().
 *
 * in:  what a load would be given: a target, a source, options
 * out: a row for each difference of each file; nothing is written
 *
 * stage/drift.c finds what heads of files tell; of text files a sample of rows tells more.
 */
#include "postgres.h"

#include "access/relation.h"
#include "api/access.h"
#include "api/arguments.h"
#include "api/contract_functions.h"
#include "api/drift_sample.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "publish/publish.h"
#include "stage/file_columns.h"
#include "stage/plan.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(ingest_drift);

#define DRIFT_COLUMNS 8

static void
put_row(ReturnSetInfo *result, const char *file, const ManifestDifference *difference)
{
	const char *texts[DRIFT_COLUMNS] = {file,
										difference->kind,
										difference->column,
										difference->file_column,
										difference->expected,
										difference->found,
										difference->breaking ? "breaking" : "compatible",
										difference->action};
	Datum values[DRIFT_COLUMNS];
	bool nulls[DRIFT_COLUMNS];
	int i;

	for (i = 0; i < DRIFT_COLUMNS; i++)
	{
		nulls[i] = texts[i] == NULL;
		values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(texts[i]);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A column of a text file whose values are not of the column's type. */
static void
put_misfit(ReturnSetInfo *result, const StageRequest *request, const SourceFile *file,
		   const SampleMisfit *misfit)
{
	ManifestDifference difference = {.kind = "type_changed", .breaking = true};
	Oid target = RelationGetRelid(request->target);
	AttrNumber attno = get_attnum(target, misfit->column);

	if (attno == InvalidAttrNumber)
		return;
	difference.column = misfit->column;
	difference.expected = format_type_with_typemod(
		get_atttype(target, attno),
		TupleDescAttr(RelationGetDescr(request->target), attno - 1)->atttypmod);
	difference.found = psprintf("'%s'", misfit->value);
	difference.action = request->options->on_error == ON_ERROR_STOP       ? "error"
						: request->options->on_error == ON_ERROR_SET_NULL ? "NULL"
						: request->options->on_error == ON_ERROR_IGNORE   ? "row ignored"
																		  : "quarantine";
	put_row(result, file->path, &difference);
}

static void
show_file(ReturnSetInfo *result, const StageRequest *request, const SourceFile *file)
{
	ChunkFormat format = file_columns_format(request->options, file);
	DriftSample sample = {0};
	List *misfits = NIL;
	FileHead head;
	ListCell *lc;

	file_columns_head(request->options, file, &head);
	if (head.missing)
		return;
	if (format == CHUNK_CSV)
		drift_sample_read(request, file, &sample, &misfits);
	foreach (lc, drift_find(request, file, format, &head, &sample))
		put_row(result, file->path, lfirst(lc));
	foreach (lc, misfits)
		put_misfit(result, request, file, lfirst(lc));
}

Datum
ingest_drift(PG_FUNCTION_ARGS)
{
	StageRequest request = {0};
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext context;
	LoadTerms terms;
	List *files;
	ListCell *lc;

	argument_require(fcinfo, 0, "target");
	argument_require(fcinfo, 1, "source");
	access_check_files();
	access_check_readable(PG_GETARG_OID(0));
	InitMaterializedSRF(fcinfo, 0);
	load_terms(PG_GETARG_OID(0), 0, argument_options(fcinfo, 2), &terms);
	load_terms_apply(&terms, &request);
	request.source = argument_text(fcinfo, 1);
	request.target = access_open_loadable(PG_GETARG_OID(0), AccessShareLock);
	request.options->computed = publish_computed_columns(NULL, &request.options->publish);
	files = plan_source_files(&request);
	context = AllocSetContextCreate(caller, "ingest drift", ALLOCSET_DEFAULT_SIZES);
	foreach (lc, files)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(context);
		show_file((ReturnSetInfo *) fcinfo->resultinfo, &request, lfirst(lc));
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	relation_close(request.target, AccessShareLock);
	return (Datum) 0;
}
