/*
 * contract.c: compiled contracts: conversion of undecided values, NOT NULL,
 * keys and CHECK constraints.
 *
 * in:  a RowBatch with values and undecided cells
 * out: the same batch with all values, and the violations of its rows
 *
 * CHECK expressions may raise errors of their own (division by zero, a
 * function that complains): they run inside guard_call(), all rows in one
 * subtransaction, and only when that fails row by row.
 */
#include "postgres.h"

#include "contract/contract.h"

#include "contract/check_block.h"
#include "contract/guard.h"
#include "contract/simple_check.h"
#include "access/transam.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

typedef struct CompiledCheck
{
	const ContractCheck *check;
	ExprState *state;
	BlockCheck *blocks;  /* the same, of many rows at once; else NULL */
	SimpleCheck *simple; /* the same, where it is simple; else NULL */
	Bitmapset *attrs; /* lane attributes it reads, offset by FirstLowInvalidHeapAttributeNumber */
} CompiledCheck;

struct Contract
{
	const ContractSpec *spec;
	Converter **converters;
	Converter **constant_converters; /* the same ones unless the files have formats of their own */
	ContractColumn *inputs;          /* of spec->inputs, as texts */
	Converter *input_converter;
	int first_input;
	CompiledCheck *checks;
	EState *estate;
	ExprContext *econtext;
	TupleTableSlot *slot;    /* virtual; its arrays are those of the row being checked */
	ErrorData **null_errors; /* by column: why its domain refuses NULL, or NULL; see below */
};

/* What guard_call() hands to the evaluation of checks. */
typedef struct CheckRun
{
	Contract *contract;
	RowBatch *batch;
	int first_row; /* rows [first_row, end_row) */
	int end_row;
	int first_check; /* checks [first_check, end_check) */
	int end_check;
	bool *failed; /* out: [row * nchecks + check] */
	bool any;     /* out: one of them */
} CheckRun;

static ConvertFormat
format_of_column(const ConvertFormat *format, const ColumnNotation *notation)
{
	ConvertFormat own = *format;

	if (notation->dateformat != NULL)
		own.dateformat = notation->dateformat;
	if (notation->timestampformat != NULL)
		own.timestampformat = notation->timestampformat;
	if (notation->decimal_separator != '\0')
		own.decimal_separator = notation->decimal_separator;
	if (notation->thousands != '\0')
		own.thousands = notation->thousands;
	own.true_words = notation->true_words;
	own.false_words = notation->false_words;
	return own;
}

static Converter **
create_converters(const ContractSpec *spec, const ConvertFormat *format, bool own_notation)
{
	Converter **converters = palloc0(spec->ncolumns * sizeof(Converter *));
	int i;

	for (i = 0; i < spec->ncolumns; i++)
	{
		const ContractColumn *column = &spec->columns[i];
		ConvertFormat own = own_notation ? format_of_column(format, &column->notation) : *format;

		converters[i] = converter_create(column->type, column->typmod, &own);
	}
	return converters;
}

/* Do files write values in another way than PostgreSQL? */
static bool
has_own_notation(const ContractSpec *spec, const ConvertFormat *format)
{
	const ColumnNotation none = {0};
	int i;

	for (i = 0; i < spec->ncolumns; i++)
		if (memcmp(&spec->columns[i].notation, &none, sizeof(none)) != 0)
			return true;
	return format->dateformat != NULL || format->timestampformat != NULL ||
		   format->decimal_separator != '.' || format->thousands != '\0';
}

static void
set_inputs(Contract *contract, int natts)
{
	ConvertFormat plain = {.decimal_separator = '.'};
	ListCell *lc;

	contract->first_input = natts;
	contract->input_converter = converter_create(TEXTOID, -1, &plain);
	contract->inputs = palloc0(list_length(contract->spec->inputs) * sizeof(ContractColumn));
	foreach (lc, contract->spec->inputs)
	{
		ContractColumn *input = &contract->inputs[foreach_current_index(lc)];

		input->name = lfirst(lc);
		input->type = TEXTOID;
		input->typmod = -1;
		input->collation = DEFAULT_COLLATION_OID;
	}
}

/* As ExecPrepareExpr(), but long lists of values are looked up by hash, as in queries. */
static void
compile_check(Contract *contract, CompiledCheck *check, Expr *expr)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(contract->estate->es_query_cxt);

	expr = expression_planner(expr);
	convert_saop_to_hashed_saop((Node *) expr);
	check->state = ExecInitExpr(expr, NULL);
	check->blocks = block_check_create(expr);
	check->simple = simple_check_create(expr);
	MemoryContextSwitchTo(oldcontext);
}

Contract *
contract_compile(const ContractSpec *spec, const ConvertFormat *format, TupleDesc desc)
{
	Contract *contract = palloc0(sizeof(Contract));
	ConvertFormat plain = {.decimal_separator = '.', .allow_lossy = format->allow_lossy};
	int i;

	contract->spec = spec;
	contract->converters = create_converters(spec, format, true);
	contract->constant_converters = has_own_notation(spec, format)
										? create_converters(spec, &plain, false)
										: contract->converters;
	set_inputs(contract, desc->natts);
	contract->estate = CreateExecutorState();
	contract->econtext = CreateExprContext(contract->estate);
	contract->slot = ExecStoreVirtualTuple(MakeSingleTupleTableSlot(desc, &TTSOpsVirtual));
	contract->econtext->ecxt_scantuple = contract->slot;
	contract->checks = palloc0(spec->nchecks * sizeof(CompiledCheck));
	for (i = 0; i < spec->nchecks; i++)
	{
		Expr *expr = stringToNode(spec->checks[i].expr);

		contract->checks[i].check = &spec->checks[i];
		pull_varattnos((Node *) expr, 1, &contract->checks[i].attrs);
		compile_check(contract, &contract->checks[i], expr);
	}
	return contract;
}

const ContractSpec *
contract_spec(const Contract *contract)
{
	return contract->spec;
}

Converter *
contract_converter(const Contract *contract, int column)
{
	return contract->converters[column];
}

Converter *
contract_constant_converter(const Contract *contract, int column)
{
	return contract->constant_converters[column];
}

int
contract_ninputs(const Contract *contract)
{
	return list_length(contract->spec->inputs);
}

const ContractColumn *
contract_input(const Contract *contract, int input)
{
	return &contract->inputs[input];
}

Converter *
contract_input_converter(const Contract *contract)
{
	return contract->input_converter;
}

int
contract_first_input(const Contract *contract)
{
	return contract->first_input;
}

/* The name of a batch's attribute, which is a column or an input. */
static const char *
attribute_name(const Contract *contract, int attribute)
{
	if (attribute >= contract->first_input)
		return contract->inputs[attribute - contract->first_input].name;
	return contract->spec->columns[attribute].name;
}

void
contract_convert(Contract *contract, RowBatch *batch, bool set_null)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	int i;

	convert_cells(batch->cells, batch->ncells);
	for (i = 0; i < batch->ncells; i++)
	{
		ConvertCell *cell = &batch->cells[i];
		size_t at = (size_t) cell->row * batch->natts + cell->column;
		Violation *violation;

		if (cell->failure == NULL)
		{
			batch->values[at] = cell->value;
			continue;
		}
		batch->nulls[at] = true;
		if (set_null)
			continue;
		violation = batch_add_violation(batch, cell->row, cell->failure->rule,
										cell->failure->sqlstate, cell->failure->message);
		violation->column = attribute_name(contract, cell->column);
		violation->value = cell->data;
		violation->value_len = cell->len;
	}
	batch->ncells = 0;
	MemoryContextSwitchTo(oldcontext);
}

/* Did the conversion of this column fail in this row? */
static bool
column_failed(const BatchRow *row, const char *column)
{
	const Violation *violation;

	for (violation = row->violations; violation != NULL; violation = violation->next)
		if (violation->column == column && !violation->is_judgement)
			return true;
	return false;
}

bool
contract_can_decide(const ContractSpec *spec, const Bitmapset *attrs, const BatchRow *row)
{
	int column;

	if (!batch_row_is_checked_whole(row))
		return false;
	if (row->violations == NULL)
		return true;
	for (column = 0; column < spec->ncolumns; column++)
		if (bms_is_member(column + 1 - FirstLowInvalidHeapAttributeNumber, attrs) &&
			column_failed(row, spec->columns[column].name))
			return false;
	return true;
}

/* Raises the domain's error if its type does not allow NULL. */
static void
check_null(void *arg)
{
	void *extra = NULL;

	domain_check((Datum) 0, true, *(const Oid *) arg, &extra, CurrentMemoryContext);
}

/*
 * Null strings never reach an input function, so domains are asked once what
 * they think of NULL.  Not at contract_compile(): their CHECKs run as the caller.
 */
static void
find_null_errors(Contract *contract)
{
	const ContractSpec *spec = contract->spec;
	MemoryContext oldcontext = MemoryContextSwitchTo(contract->estate->es_query_cxt);
	int i;

	contract->null_errors = palloc0(spec->ncolumns * sizeof(ErrorData *));
	for (i = 0; i < spec->ncolumns; i++)
	{
		Oid type = spec->columns[i].type;

		if (get_typtype(type) == TYPTYPE_DOMAIN)
			(void) guard_call(check_null, &type, &contract->null_errors[i]);
	}
	MemoryContextSwitchTo(oldcontext);
}

/* The violation of a NULL where the column, the key or the domain allows none. */
static void
add_null_violation(Contract *contract, RowBatch *batch, int row, int column)
{
	const ContractColumn *col = &contract->spec->columns[column];
	const ErrorData *error = contract->null_errors[column];
	Violation *violation;

	if (!col->not_null && !col->is_key)
		violation = batch_add_violation(batch, row, "domain", error->sqlerrcode, error->message);
	else
		violation = batch_add_violation(
			batch, row, col->not_null ? "not_null" : "unique_key", ERRCODE_NOT_NULL_VIOLATION,
			psprintf("null value in column \"%s\" violates %s", col->name,
					 col->not_null ? "not-null constraint" : "the unique key"));
	violation->column = col->name;
}

static void
check_not_null(Contract *contract, RowBatch *batch)
{
	const ContractSpec *spec = contract->spec;
	int column;
	int row;

	/* most batches have no NULL at all */
	if (memchr(batch->nulls, 1, (size_t) batch->nrows * batch->natts) == NULL)
		return;
	for (column = 0; column < spec->ncolumns; column++)
	{
		const ContractColumn *col = &spec->columns[column];

		if (!col->not_null && !col->is_key && contract->null_errors[column] == NULL)
			continue;
		for (row = 0; row < batch->nrows; row++)
		{
			if (batch->nulls[(size_t) row * batch->natts + column] &&
				batch_row_is_checked(&batch->rows[row]) &&
				(col->is_key || !batch->rows[row].is_deletion) &&
				!column_failed(&batch->rows[row], col->name))
				add_null_violation(contract, batch, row, column);
		}
	}
}

/* Whether the row in the slot passes. */
static inline bool
passes(const Contract *contract, const CompiledCheck *check)
{
	if (check->simple != NULL)
		return simple_check_passes(check->simple, contract->slot->tts_values,
								   contract->slot->tts_isnull);
	return ExecCheck(check->state, contract->econtext);
}

/* The value as text, for people; NULL where asking its type could raise an error. */
static const char *
shown_value(const Contract *contract, const RowBatch *batch, int row, int column)
{
	size_t at = (size_t) row * batch->natts + column;
	Oid output;
	bool is_varlena;

	if (batch->nulls[at] || contract->spec->columns[column].type >= FirstNormalObjectId)
		return NULL;
	getTypeOutputInfo(contract->spec->columns[column].type, &output, &is_varlena);
	return OidOutputFunctionCall(output, batch->values[at]);
}

static void
add_check_violation(const Contract *contract, RowBatch *batch, int row, int i, int sqlstate,
					const char *message)
{
	const ContractCheck *check = contract->checks[i].check;
	Violation *violation = batch_add_violation(batch, row, check->rule, sqlstate, message);

	if (check->column < 0)
		return;
	violation->is_judgement = true;
	violation->column = contract->spec->columns[check->column].name;
	violation->value = shown_value(contract, batch, row, check->column);
	violation->value_len = violation->value == NULL ? 0 : strlen(violation->value);
}

/* The rows of the block that violate a check, found row by row. */
static uint64
violations_by_row(Contract *contract, const CompiledCheck *check, const CheckBlock *block)
{
	TupleTableSlot *slot = contract->slot;
	uint64 violations = 0;
	uint64 rows;

	for (rows = block->rows; rows != 0; rows &= rows - 1)
	{
		int row = pg_rightmost_one_pos64(rows);

		slot->tts_values = unconstify(Datum *, block->values) + (size_t) row * block->natts;
		slot->tts_isnull = unconstify(bool *, block->nulls) + (size_t) row * block->natts;
		violations |= (uint64) !passes(contract, check) << row;
	}
	return violations;
}

static CheckBlock
block_of(const RowBatch *batch, int first_row, int end_row)
{
	CheckBlock block = {.values = &batch->values[(size_t) first_row * batch->natts],
						.nulls = &batch->nulls[(size_t) first_row * batch->natts],
						.natts = batch->natts,
						.nrows = Min(end_row - first_row, BLOCK_ROWS)};
	int row;

	block.has_nulls = memchr(block.nulls, 1, (size_t) block.nrows * block.natts) != NULL;
	for (row = 0; row < block.nrows; row++)
		if (batch_row_is_checked_whole(&batch->rows[first_row + row]))
			block.rows |= UINT64CONST(1) << row;
	return block;
}

static void
note_violations(CheckRun *run, int first_row, int check, uint64 violations)
{
	for (; violations != 0; violations &= violations - 1)
	{
		int row = first_row + pg_rightmost_one_pos64(violations);

		run->failed[row * run->contract->spec->nchecks + check] = true;
		run->any = true;
	}
}

/* Evaluates a range of checks on a range of rows; may raise what they raise. */
static void
run_checks(void *arg)
{
	CheckRun *run = arg;
	Contract *contract = run->contract;
	MemoryContext oldcontext = MemoryContextSwitchTo(contract->econtext->ecxt_per_tuple_memory);
	int row;
	int i;

	for (row = run->first_row; row < run->end_row; row += BLOCK_ROWS)
	{
		CheckBlock block = block_of(run->batch, row, run->end_row);

		for (i = run->first_check; i < run->end_check; i++)
		{
			const CompiledCheck *check = &contract->checks[i];

			note_violations(run, row, i,
							check->blocks != NULL ? block_check_violations(check->blocks, &block)
												  : violations_by_row(contract, check, &block));
		}
		ResetExprContext(contract->econtext);
	}
	MemoryContextSwitchTo(oldcontext);
}

/* Every check of every row by itself: for batches in which one raised an error. */
static void
run_checks_one_by_one(CheckRun *run)
{
	Contract *contract = run->contract;
	RowBatch *batch = run->batch;
	int row;
	int i;

	for (row = 0; row < batch->nrows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		for (i = 0; i < contract->spec->nchecks; i++)
		{
			ErrorData *error;

			if (!contract_can_decide(contract->spec, contract->checks[i].attrs, &batch->rows[row]))
				continue;
			run->first_row = row;
			run->end_row = row + 1;
			run->first_check = i;
			run->end_check = i + 1;
			if (guard_call(run_checks, run, &error))
				continue;
			run->failed[row * contract->spec->nchecks + i] = false;
			add_check_violation(contract, batch, row, i, error->sqlerrcode,
								psprintf("%s raised an error: %s",
										 contract->checks[i].check->subject, error->message));
		}
	}
}

void
contract_check(Contract *contract, RowBatch *batch)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(batch->context);
	int nchecks = contract->spec->nchecks;
	CheckRun run = {contract, batch, 0, batch->nrows, 0, nchecks, NULL, false};
	int row;
	int i;

	if (contract->null_errors == NULL)
		find_null_errors(contract);
	check_not_null(contract, batch);
	if (nchecks > 0)
	{
		run.failed = palloc0(mul_size(batch->nrows * sizeof(bool), nchecks));
		if (!guard_call(run_checks, &run, NULL))
		{
			memset(run.failed, 0, batch->nrows * sizeof(bool) * nchecks);
			run_checks_one_by_one(&run);
		}
		for (row = 0; run.any && row < batch->nrows; row++)
			for (i = 0; i < nchecks; i++)
				if (run.failed[row * nchecks + i] &&
					contract_can_decide(contract->spec, contract->checks[i].attrs,
										&batch->rows[row]))
					add_check_violation(
						contract, batch, row, i, ERRCODE_CHECK_VIOLATION,
						psprintf("row violates %s", contract->checks[i].check->subject));
	}
	MemoryContextSwitchTo(oldcontext);
}
