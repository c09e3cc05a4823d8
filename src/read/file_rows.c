/*
 * file_rows.c: files -> rows of a column definition list.
 *
 * in:  a source, options, the columns that a query lists
 * out: rows, converted as a load converts them (stage/row_scan.c)
 *
 * The list takes the place of a target: a relation that is nothing but a row type.  A batch of rows is
 * in memory at a time; the file that is being read stays open between two rows.
 */
#include "postgres.h"

#include "read/file_rows.h"

#include "api/access.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "stage/bad_row.h"
#include "stage/row_scan.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* What ingest.load does otherwise: nobody keeps bad rows here, and the list is a choice of columns. */
#define READ_DEFAULTS "{\"on_error\": \"stop\", \"new_columns\": \"ignore\"}"

struct FileRows
{
	MemoryContext context;
	StageRequest request;
	RowScan *scan;
	bool has_batch;
	/* rows [next, end) of the batch are good */
	int next;
	int end;
};

/* A relation of which there is only the row type. */
static Relation
make_relation(TupleDesc desc, const char *name)
{
	Relation relation = palloc0(sizeof(RelationData));

	relation->rd_rel = palloc0(sizeof(FormData_pg_class));
	namestrcpy(&relation->rd_rel->relname, name);
	relation->rd_rel->relkind = RELKIND_COMPOSITE_TYPE;
	relation->rd_att = CreateTupleDescCopy(desc);
	return relation;
}

static IngestOptions *
parse_options(Jsonb *given)
{
	Datum defaults = DirectFunctionCall1(jsonb_in, CStringGetDatum(READ_DEFAULTS));
	IngestOptions *options;

	if (!JB_ROOT_IS_OBJECT(given))
		return options_parse(given); /* which says so */
	options = options_parse(
		DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, defaults, JsonbPGetDatum(given))));
	if (options->on_error == ON_ERROR_QUARANTINE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"on_error\" of ingest.read cannot be \"quarantine\""),
						errdetail("Nothing is written."),
						errhint("Set it to \"stop\", \"ignore\" or \"set_null\".")));
	if (options->filter != NULL)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("option \"filter\" cannot be used with ingest.read"),
						errhint("Use WHERE.")));
	if (options->new_columns == NEW_COLUMNS_EVOLVE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("option \"new_columns\" of ingest.read cannot be \"evolve\""),
						errhint("List the columns that are wanted.")));
	/* file_rows_next() raises the error, and only when the row's turn has come */
	if (options->on_error == ON_ERROR_STOP)
		options->on_error = ON_ERROR_QUARANTINE;
	return options;
}

/* Every column of the list must be in some file: a typing error must not become NULLs. */
static void
check_columns(const FileRows *rows)
{
	TupleDesc desc = RelationGetDescr(rows->request.target);
	List *columns = row_scan_columns(rows->scan);
	ListCell *lc = list_head(columns); /* in the order of desc */
	StringInfoData missing;
	int i;

	initStringInfo(&missing);
	for (i = 0; i < desc->natts; i++)
		if (lc != NULL && strcmp(lfirst(lc), NameStr(TupleDescAttr(desc, i)->attname)) == 0)
			lc = lnext(columns, lc);
		else
			appendStringInfo(&missing, "%s\"%s\"", missing.len > 0 ? ", " : "",
							 NameStr(TupleDescAttr(desc, i)->attname));
	if (missing.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("no file of \"%s\" has these columns of \"%s\": %s", rows->request.source,
						RelationGetRelationName(rows->request.target), missing.data),
				 errhint("Columns are found by their names; see the options \"match_by\" and "
						 "\"column_map\".")));
	pfree(missing.data);
}

FileRows *
file_rows_open(const char *source, Jsonb *options, TupleDesc desc, const char *name)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "pg_ingest read", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	FileRows *rows = palloc0(sizeof(FileRows));

	access_check_files();
	rows->context = context;
	rows->request.source = pstrdup(source);
	rows->request.options = parse_options(options);
	rows->request.target = make_relation(desc, name);
	rows->scan = row_scan_open(&rows->request, desc->natts);
	if (row_scan_columns(rows->scan) != NIL)
		check_columns(rows);
	MemoryContextSwitchTo(oldcontext);
	return rows;
}

/* A row that is bad and not to be ignored. */
pg_noreturn static void
raise_bad_row(const FileRows *rows, const QuarantineRow *bad)
{
	bool sets_null = rows->request.options->on_error == ON_ERROR_SET_NULL;

	bad_row_raise(bad, row_scan_file(rows->scan)->path,
				  sets_null ? "Set option \"on_error\" to \"ignore\" to read the other rows."
							: "Set option \"on_error\" to \"ignore\" or \"set_null\" to read the "
							  "other rows.");
}

/* Too many of those that are ignored. */
static void
check_limits(const FileRows *rows)
{
	const char *reason = row_scan_rejection(rows->scan);

	if (reason != NULL)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("\"%s\" is not read on: %s", rows->request.source, reason)));
}

/* Goes to the next run of good rows of the batch; false at its end. */
static bool
next_run(FileRows *rows)
{
	RowChecker *checker = row_scan_checker(rows->scan);
	RowVerdict verdict;
	int count;

	while ((verdict = row_checker_next(checker, &rows->next, &count)) == ROW_BAD)
	{
		QuarantineRow bad;

		if (row_checker_reject(checker, rows->next, &bad))
			raise_bad_row(rows, &bad);
	}
	rows->end = rows->next + (verdict == ROWS_GOOD ? count : 0);
	return verdict == ROWS_GOOD;
}

bool
file_rows_next(FileRows *rows, Datum **values, bool **nulls)
{
	RowBatch *batch;
	size_t at;

	while (rows->next == rows->end)
	{
		if (rows->has_batch && next_run(rows))
			break;
		rows->has_batch = row_scan_next(rows->scan);
		check_limits(rows);
		if (!rows->has_batch)
			return false;
	}
	batch = row_checker_batch(row_scan_checker(rows->scan));
	at = (size_t) rows->next++ * batch->natts;
	*values = &batch->values[at];
	*nulls = &batch->nulls[at];
	return true;
}

uint64
file_rows_bytes_read(const FileRows *rows)
{
	return row_scan_bytes_read(rows->scan);
}

void
file_rows_close(FileRows *rows)
{
	MemoryContextDelete(rows->context);
}
