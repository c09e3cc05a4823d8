/*
 * convert_cells.c: decides what the fast converters did not.
 *
 * In: cells with their text.  Out: per cell a value or a failure, both in the
 * memory context of the caller.  A batch runs inside one guarded call.  Where an
 * error is raised (always on PostgreSQL 15; on 16+ by domain constraints and
 * by types that know no soft errors) the cell it struck is done, and the next
 * guarded call goes on behind it: one subtransaction per raised error, none
 * per cell.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "contract/convert_internal.h"
#include "contract/convert_verdict.h"
#include "contract/guard.h"

typedef struct CellRun
{
	ConvertCell *cells;
	int ncells;
	int next;            /* the cell being decided */
	StringInfoData text; /* the text of the cell, NUL-terminated */
} CellRun;

static void
fail_from_error(ConvertCell *cell, const ErrorData *error)
{
	bool constraint = error->sqlerrcode == ERRCODE_CHECK_VIOLATION ||
					  error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION;
	const char *message = error->message;

	if (error->detail != NULL && error->detail[0] != '\0')
		message = psprintf("%s: %s", error->message, error->detail);
	else
		message = pstrdup(message);
	cell->failure = convert_failure(constraint ? "domain" : "type", error->sqlerrcode, message);
}

/* The type's input function; false with cell->failure set for a soft error. */
static bool
call_input_function(ConvertCell *cell, char *text)
{
	Converter *converter = cell->converter;
#ifdef INGEST_SOFT_ERRORS
	ErrorSaveContext errors = {T_ErrorSaveContext};

	errors.details_wanted = true;
	if (!InputFunctionCallSafe(&converter->input, text, converter->ioparam, converter->typmod,
							   (Node *) &errors, &cell->value))
	{
		fail_from_error(cell, errors.error_data);
		return false;
	}
#else
	cell->value = InputFunctionCall(&converter->input, text, converter->ioparam, converter->typmod);
#endif
	return true;
}

/* Copies the text into run->text, with the separators the input function expects. */
static bool
prepare_text(CellRun *run, ConvertCell *cell)
{
	StringInfo text = &run->text;

	resetStringInfo(text);
	if (!converter_has_separators(cell->converter))
	{
		appendBinaryStringInfo(text, cell->data, (int) cell->len);
		return true;
	}
	enlargeStringInfo(text, (int) cell->len);
	text->len = normalise_number(&cell->converter->format, cell->data, cell->len, text->data);
	if (text->len < 0)
	{
		text->len = 0;
		cell->failure = convert_syntax_failure(cell->converter, cell->data, cell->len);
		return false;
	}
	text->data[text->len] = '\0';
	return true;
}

/* A date or timestamp column with a format of its own. */
static void
decide_formatted(ConvertCell *cell)
{
	Converter *converter = cell->converter;
	bool lossy;
	DatetimeMatch match = convert_by_format(converter, cell->data, cell->len, &cell->value, &lossy);

	if (match != DATETIME_MATCH)
		cell->failure = convert_format_failure(converter, match, cell->data, cell->len);
	else if (lossy && !converter->format.allow_lossy)
		cell->failure = convert_lossy_failure(converter, cell->data, cell->len);
	else if (converter->type != converter->base_type)
		domain_check(cell->value, false, converter->type, &converter->domain_state,
					 converter->input.fn_mcxt);
}

static void
decide_cell(CellRun *run, ConvertCell *cell)
{
	Converter *converter = cell->converter;

	if (converter->datetime_format != NULL)
	{
		decide_formatted(cell);
		return;
	}
	if (!prepare_text(run, cell))
		return;
	cell->failure = convert_reject(converter, run->text.data, run->text.len);
	if (cell->failure != NULL)
		return;
	if (!call_input_function(cell, run->text.data))
		return;
	if (!converter->format.allow_lossy &&
		convert_is_lossy(converter, run->text.data, run->text.len, cell->value))
		cell->failure = convert_lossy_failure(converter, cell->data, cell->len);
}

/* Decides cells from run->next on; a raised error leaves run->next at its cell. */
static void
run_cells(void *arg)
{
	CellRun *run = arg;

	for (; run->next < run->ncells; run->next++)
	{
		CHECK_FOR_INTERRUPTS();
		decide_cell(run, &run->cells[run->next]);
	}
}

void
convert_cells(ConvertCell *cells, int ncells)
{
	CellRun run = {0};
	int i;

	if (ncells == 0)
		return;
	for (i = 0; i < ncells; i++)
		cells[i].failure = NULL;

	run.cells = cells;
	run.ncells = ncells;
	initStringInfo(&run.text);
	while (run.next < ncells)
	{
		ErrorData *error;

		if (!guard_call(run_cells, &run, &error))
		{
			fail_from_error(&cells[run.next], error);
			FreeErrorData(error);
			run.next++;
		}
	}
	pfree(run.text.data);
}
