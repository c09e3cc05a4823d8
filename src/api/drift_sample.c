/*
 * drift_sample.c: see drift_sample.h.
 *
 * in:  a request as that of a load, a text file
 * out: types of columns that the target lacks, values that do not fit those it has
 *
 * The rows go the way of a load (stage/row_scan.c).  Columns that the target lacks are read as text.
 */
#include "postgres.h"

#include "api/drift_sample.h"

#include "contract/guard.h"
#include "publish/value_type.h"
#include "stage/row_scan.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define SAMPLE_ROWS 1000

/* What guard_call() runs. */
typedef struct Sampling
{
	StageRequest request;
	IngestOptions options;
	ContractDocument document;
	List *misfits;
	List *new_columns; /* of char * */
	List **values;     /* by new column: of char * */
} Sampling;

static List *
all_columns(Relation target)
{
	TupleDesc desc = RelationGetDescr(target);
	List *names = NIL;
	int i;

	for (i = 0; i < desc->natts; i++)
		names = lappend(names, NameStr(TupleDescAttr(desc, i)->attname));
	return names;
}

/* A load of one file that nothing in its head stops. */
static void
begin(const StageRequest *request, const SourceFile *file, OptionsNewColumns new_columns,
	  Sampling *sampling)
{
	memset(sampling, 0, sizeof(*sampling));
	sampling->request = *request;
	sampling->options = *request->options;
	sampling->request.options = &sampling->options;
	sampling->request.files = list_make1(unconstify(SourceFile *, file));
	sampling->request.unique_key = NIL;
	sampling->options.new_columns = new_columns;
	sampling->options.capture_column = NULL;
	sampling->options.missing_columns = MISSING_COLUMNS_DEFAULT;
	sampling->options.required = NIL;
	sampling->options.computed = all_columns(request->target);
	sampling->options.filter = NULL;
	sampling->options.on_error = ON_ERROR_QUARANTINE;
	sampling->options.min_file_age = 0;
	if (sampling->options.header == HEADER_MATCH)
		sampling->options.header = HEADER_TRUE;
	if (request->document == NULL)
		return;
	sampling->document = *request->document;
	sampling->document.rules = NIL;
	sampling->request.document = &sampling->document;
}

static bool
has_misfit(const Sampling *sampling, const char *column)
{
	ListCell *lc;

	foreach (lc, sampling->misfits)
		if (strcmp(((SampleMisfit *) lfirst(lc))->column, column) == 0)
			return true;
	return false;
}

/* The first value of each column that cannot be one of its type. */
static void
note_misfits(Sampling *sampling, const QuarantineRow *bad)
{
	const Violation *violation;

	for (violation = bad->violations; violation != NULL; violation = violation->next)
	{
		SampleMisfit *misfit;

		if (violation->column == NULL || violation->is_judgement || violation->value == NULL ||
			has_misfit(sampling, violation->column))
			continue;
		misfit = palloc(sizeof(SampleMisfit));
		misfit->column = pstrdup(violation->column);
		misfit->value = pnstrdup(violation->value, violation->value_len);
		misfit->message = pstrdup(violation->message);
		sampling->misfits = lappend(sampling->misfits, misfit);
	}
}

static void
take_values(Sampling *sampling, const RowBatch *batch, List *columns)
{
	ListCell *lc;
	int row;

	foreach (lc, columns)
	{
		int attribute = foreach_current_index(lc);
		int i = 0;

		while (i < list_length(sampling->new_columns) &&
			   strcmp(list_nth(sampling->new_columns, i), lfirst(lc)) != 0)
			i++;
		if (i == list_length(sampling->new_columns))
			continue;
		for (row = 0; row < batch->nrows; row++)
		{
			size_t at = (size_t) row * batch->natts + attribute;

			if (!batch->rows[row].raw_is_broken && !batch->nulls[at])
				sampling->values[i] =
					lappend(sampling->values[i], TextDatumGetCString(batch->values[at]));
		}
	}
}

/* The columns of the scan that the target lacks. */
static void
find_new_columns(Sampling *sampling, List *columns)
{
	const char *deletion = sampling->options.publish.hard_delete;
	ListCell *lc;

	foreach (lc, columns)
		if (get_attnum(RelationGetRelid(sampling->request.target), lfirst(lc)) ==
				InvalidAttrNumber &&
			(deletion == NULL || strcmp(deletion, lfirst(lc)) != 0))
			sampling->new_columns = lappend(sampling->new_columns, pstrdup(lfirst(lc)));
	sampling->values = palloc0(Max(list_length(sampling->new_columns), 1) * sizeof(List *));
}

static void
read_rows(void *arg)
{
	Sampling *sampling = arg;
	RowScan *scan = row_scan_open(&sampling->request, PG_INT32_MAX);
	RowChecker *checker;
	int64 nrows = 0;

	find_new_columns(sampling, row_scan_columns(scan));
	while (nrows < SAMPLE_ROWS && row_scan_next(scan))
	{
		QuarantineRow bad;
		RowVerdict verdict;
		int first;
		int count;

		checker = row_scan_checker(scan);
		nrows += row_checker_batch(checker)->nrows;
		take_values(sampling, row_checker_batch(checker), row_scan_columns(scan));
		while ((verdict = row_checker_next(checker, &first, &count)) != ROWS_END)
			if (verdict == ROW_BAD && row_checker_reject(checker, first, &bad))
				note_misfits(sampling, &bad);
	}
	row_scan_close(scan);
}

void
drift_sample_read(const StageRequest *request, const SourceFile *file, DriftSample *sample,
				  List **misfits)
{
	Sampling sampling;
	int i;

	memset(sample, 0, sizeof(*sample));
	/* names that no column can have, or that are there twice, are not looked at */
	begin(request, file, NEW_COLUMNS_SAMPLE, &sampling);
	if (!guard_call(read_rows, &sampling, NULL))
	{
		begin(request, file, NEW_COLUMNS_IGNORE, &sampling);
		read_rows(&sampling);
	}
	*misfits = sampling.misfits;
	sample->new_columns = sampling.new_columns;
	for (i = 0; i < list_length(sampling.new_columns); i++)
	{
		const char *type = value_type_of_texts(sampling.values[i], &request->options->format);

		sample->new_types = lappend(sample->new_types, pstrdup(type != NULL ? type : ""));
	}
}
