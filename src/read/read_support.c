/*
 * read_support.c: the planner support function of ingest.read: how many rows there will be.
 *
 * in:  a call whose source is known when it is planned
 * out: an estimate from sizes of files and the first lines or the footer of the first one
 *
 * Nothing here is an error: a file that cannot be read now is complained about when it is read.
 */
#include "postgres.h"

#include "contract/guard.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "catalog/pg_authid.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "read/read_support.h"
#include "source/parquet_file.h"
#include "source/source.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(ingest_read_support);

/* Decoded bytes in which lines are counted. */
#define SAMPLE_SIZE ((size_t) 64 * 1024)

/* Decoded bytes per raw byte of a compressed file, roughly; as in stage/worker_choice.c. */
#define COMPRESSION_RATIO 4.0

typedef struct Estimate
{
	const char *source;
	double rows;
} Estimate;

bool
read_support_is_of(Oid function)
{
	Oid support = get_func_support(function);
	FmgrInfo info;

	if (!OidIsValid(support))
		return false;
	fmgr_info(support, &info);
	return info.fn_addr == ingest_read_support;
}

/* Rows of a file per raw byte of it. */
static double
text_density(const SourceFile *file)
{
	SourceStream *stream = source_open(file, "auto", NULL);
	char *sample = palloc(SAMPLE_SIZE);
	size_t len = source_read(stream, sample, SAMPLE_SIZE);
	double lines = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (sample[i] == '\n')
			lines++;
	if (len == 0)
		return 0;
	if (len < SAMPLE_SIZE)
		return lines / file->size;
	/* a piece of an uncompressed file is larger than the sample */
	return lines / len * (source_is_compressed(stream) ? COMPRESSION_RATIO : 1.0);
}

static double
parquet_density(const SourceFile *file)
{
	const PqFile *footer = parquet_file_footer(parquet_file_open(file));
	double rows = 0;
	uint32 i;

	for (i = 0; i < footer->nrow_groups; i++)
		rows += footer->row_groups[i].num_rows;
	return rows / file->size;
}

/* The first file stands for all. */
static void
estimate_rows(void *arg)
{
	Estimate *estimate = arg;
	List *files = source_expand(estimate->source);
	const SourceFile *first = linitial(files);
	double bytes = 0;
	ListCell *lc;

	foreach (lc, files)
		bytes += ((SourceFile *) lfirst(lc))->size;
	if (first->size > 0)
		estimate->rows =
			bytes * (source_is_parquet(first) ? parquet_density(first) : text_density(first));
}

/* Runs estimate_rows(); false if that was not possible.  Memory and files are given back. */
static bool
try_estimate(Estimate *estimate)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest estimate", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	ErrorData *error = guard_error(estimate_rows, estimate);

	if (error != NULL && ERRCODE_TO_CATEGORY(error->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION)
		ReThrowError(error);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
	return error == NULL;
}

static bool
support_rows(SupportRequestRows *request)
{
	FuncExpr *call;
	Node *source;
	Estimate estimate = {NULL, 0};

	if (!IsA(request->node, FuncExpr) || !has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
		return false;
	call = (FuncExpr *) request->node;
	source = estimate_expression_value(request->root, linitial(call->args));
	if (!IsA(source, Const) || ((Const *) source)->constisnull)
		return false;
	estimate.source = TextDatumGetCString(((Const *) source)->constvalue);
	if (!try_estimate(&estimate))
		return false;
	request->rows = clamp_row_est(estimate.rows);
	return true;
}

Datum
ingest_read_support(PG_FUNCTION_ARGS)
{
	Node *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows) && support_rows((SupportRequestRows *) request))
		PG_RETURN_POINTER(request);
	PG_RETURN_POINTER(NULL);
}
