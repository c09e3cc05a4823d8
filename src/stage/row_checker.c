/*
 * row_checker.c: RowBatch -> contract -> good rows, bad rows.
 *
 * Memory: the checker and its batch live as long as the load; the batch is reset when it
 * is to be filled again.
 */
#include "postgres.h"

#include "stage/row_checker.h"

#include "catalog/pg_collation.h"
#include "contract/row_deletions.h"
#include "contract/row_filter.h"
#include "contract/row_transforms.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "regex/regex.h"
#include "stage/bad_row.h"
#include "stage/caller_rights.h"
#include "utils/builtins.h"

struct RowChecker
{
	const IngestOptions *options;
	const ContractSpec *spec;
	Contract *contract;
	RowTransforms *transforms; /* NULL: none */
	RowFilter *filter;         /* NULL: none */
	text *trailer;             /* pattern; NULL: none */
	Oid user;
	RowBatch *batch;
	int next; /* row of the batch that is given out next */
	/* of the current chunk */
	const Chunk *chunk;
	ChunkCounts *counts;
	DescribeRow describe;
	void *loader;
};

RowChecker *
row_checker_create(const ContractSpec *spec, const IngestOptions *options, TupleDesc desc, Oid user)
{
	RowChecker *checker = palloc0(sizeof(RowChecker));
	CallerRights saved;

	checker->options = options;
	checker->spec = spec;
	checker->user = user;
	/* planning evaluates what is constant in expressions */
	caller_rights_take(checker->user, &saved);
	checker->contract = contract_compile(spec, &options->format, desc);
	checker->transforms = row_transforms_create(checker->contract);
	checker->filter = row_filter_create(spec, desc);
	caller_rights_leave(&saved);
	checker->trailer = spec->trailer == NULL ? NULL : cstring_to_text(spec->trailer);
	checker->batch = batch_create(desc->natts + contract_ninputs(checker->contract));
	return checker;
}

RowBatch *
row_checker_batch(const RowChecker *checker)
{
	return checker->batch;
}

Oid
row_checker_user(const RowChecker *checker)
{
	return checker->user;
}

const Contract *
row_checker_contract(const RowChecker *checker)
{
	return checker->contract;
}

void
row_checker_set_chunk(RowChecker *checker, const Chunk *chunk, ChunkCounts *counts,
					  DescribeRow describe, void *loader)
{
	checker->chunk = chunk;
	checker->counts = counts;
	checker->describe = describe;
	checker->loader = loader;
}

void
row_checker_empty(RowChecker *checker)
{
	batch_reset(checker->batch);
	checker->next = 0;
}

/* Rows that do not fit, and match the pattern, are trailers. */
static void
mark_trailers(RowChecker *checker)
{
	RowBatch *batch = checker->batch;
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	int i;

	for (i = 0; i < batch->nrows; i++)
	{
		BatchRow *row = &batch->rows[i];

		row->is_trailer =
			row->violations != NULL && row->raw != NULL && !row->is_filtered &&
			pg_verify_mbstr(GetDatabaseEncoding(), row->raw, row->raw_len, true) &&
			RE_compile_and_execute(checker->trailer, unconstify(char *, row->raw), row->raw_len,
								   REG_ADVANCED, DEFAULT_COLLATION_OID, 0, NULL);
	}
	MemoryContextSwitchTo(oldcontext);
}

void
row_checker_check(RowChecker *checker)
{
	RowBatch *batch = checker->batch;
	bool set_null = checker->options->on_error == ON_ERROR_SET_NULL;
	CallerRights saved;

	CHECK_FOR_INTERRUPTS();
	caller_rights_take(checker->user, &saved);
	contract_convert(checker->contract, batch, set_null);
	if (checker->transforms != NULL)
	{
		row_transforms_apply(checker->transforms, batch);
		contract_convert(checker->contract, batch, set_null);
	}
	if (checker->filter != NULL)
		row_filter_apply(checker->filter, batch);
	if (checker->spec->deletion >= 0)
		row_deletions_mark(checker->spec, batch);
	contract_check(checker->contract, batch);
	if (checker->trailer != NULL)
		mark_trailers(checker);
	caller_rights_leave(&saved);
}

static inline bool
is_good(const BatchRow *row)
{
	return row->violations == NULL && !row->is_filtered;
}

RowVerdict
row_checker_next(RowChecker *checker, int *first, int *count)
{
	const RowBatch *batch = checker->batch;

	while (checker->next < batch->nrows && batch->rows[checker->next].is_filtered)
	{
		chunk_counts_add_filtered(checker->counts, 1);
		checker->next++;
	}
	*first = checker->next;
	if (*first >= batch->nrows)
		return ROWS_END;
	while (checker->next < batch->nrows && is_good(&batch->rows[checker->next]))
		checker->next++;
	*count = checker->next - *first;
	checker->counts->rows_staged += *count;
	if (*count > 0)
		return ROWS_GOOD;
	checker->next++;
	return ROW_BAD;
}

static void
describe(RowChecker *checker, const BatchRow *bad, QuarantineRow *out)
{
	const Chunk *chunk = checker->chunk;
	MemoryContext oldcontext = MemoryContextSwitchTo(checker->batch->context);

	memset(out, 0, sizeof(*out));
	out->file_no = chunk->file->file_no;
	out->record_no = chunk->first_row + bad->record;
	out->row_group = -1;
	out->violations = bad->violations;
	checker->describe(checker->loader, bad, out);
	MemoryContextSwitchTo(oldcontext);
}

bool
row_checker_reject(RowChecker *checker, int row, QuarantineRow *out)
{
	static const Violation trailer = {.rule = "trailer",
									  .sqlstate = ERRCODE_SUCCESSFUL_COMPLETION,
									  .message = "trailer of the file"};
	const BatchRow *bad = &checker->batch->rows[row];

	if (bad->is_trailer)
	{
		checker->counts->rows_ignored++;
		describe(checker, bad, out);
		out->violations = &trailer;
		out->is_trailer = true;
		return true;
	}
	checker->counts->rows_bad++;
	if (chunk_counts_all_bad(checker->counts))
		checker->counts->leading_bad++;
	if (checker->options->on_error == ON_ERROR_IGNORE)
	{
		checker->counts->rows_ignored++;
		return false;
	}
	describe(checker, bad, out);
	if (checker->options->on_error == ON_ERROR_STOP)
		bad_row_raise(out, checker->chunk->file->source->path, BAD_ROW_LOAD_HINT);
	checker->counts->rows_quarantined++;
	return true;
}
