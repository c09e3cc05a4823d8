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

#include "access/transam.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "contract/convert_verdict.h"
#include "contract/guard.h"

typedef struct CellRun
{
	ConvertCell *cells;
	int ncells;
	int next;            /* the cell being decided */
	StringInfoData text; /* the text of the cell, NUL-terminated */
} CellRun;

/* A number with separators of its own is quoted as the file has it. */
static void
fail_from_error(ConvertCell *cell, const ErrorData *error)
{
	CellText value = {NULL, 0, cell->data, cell->len};
	bool constraint = error->sqlerrcode == ERRCODE_CHECK_VIOLATION ||
					  error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION;
	const char *message = error->message;

	if (error->sqlerrcode == ERRCODE_INVALID_TEXT_REPRESENTATION &&
		converter_has_separators(cell->converter))
	{
		cell->failure = convert_syntax_failure(cell->converter, &value);
		return;
	}
	if (error->detail != NULL && error->detail[0] != '\0')
		message = psprintf("%s: %s", error->message, error->detail);
	else
		message = pstrdup(message);
	cell->failure = convert_failure(constraint ? "domain" : "type", error->sqlerrcode, message);
}

/*
 * Copies the text into run->text, with the separators the input function
 * expects; false if they are not where the format has them.
 */
static bool
prepare_text(CellRun *run, const ConvertCell *cell, CellText *value)
{
	StringInfo text = &run->text;

	value->data = cell->data;
	value->data_len = cell->len;
	resetStringInfo(text);
	enlargeStringInfo(text, (int) cell->len);
	if (converter_has_separators(cell->converter))
		text->len = normalise_number(&cell->converter->format, cell->data, cell->len, text->data);
	else
	{
		memcpy(text->data, cell->data, cell->len);
		text->len = (int) cell->len;
	}
	if (text->len < 0)
		return false;
	text->data[text->len] = '\0';
	value->text = text->data;
	value->len = text->len;
	return true;
}

/* A date or timestamp column with a format of its own. */
static void
decide_formatted(ConvertCell *cell)
{
	Converter *converter = cell->converter;
	CellText value = {NULL, 0, cell->data, cell->len};
	bool lossy;
	DatetimeMatch match = convert_by_format(converter, cell->data, cell->len, &cell->value, &lossy);

	if (match != DATETIME_MATCH)
		cell->failure = convert_format_failure(converter, match, &value);
	else if (lossy && !converter->format.allow_lossy)
		cell->failure = convert_lossy_failure(converter, &value);
	else if (converter->type != converter->base_type)
		domain_check(cell->value, false, converter->type, &converter->domain_state,
					 converter->input.fn_mcxt);
}

/* A boolean column with words of its own. */
static void
decide_word(ConvertCell *cell)
{
	Converter *converter = cell->converter;
	CellText value = {NULL, 0, cell->data, cell->len};

	if (convert_words(converter, cell->data, cell->len, NULL, &cell->value) != CONVERT_OK)
		cell->failure = convert_syntax_failure(converter, &value);
	else if (converter->type != converter->base_type)
		domain_check(cell->value, false, converter->type, &converter->domain_state,
					 converter->input.fn_mcxt);
}

static void
decide_cell(CellRun *run, ConvertCell *cell)
{
	Converter *converter = cell->converter;
	CellText value;
	ErrorData *error;

	if (converter->datetime_format != NULL)
	{
		decide_formatted(cell);
		return;
	}
	if (converter_has_words(converter))
	{
		decide_word(cell);
		return;
	}
	if (!prepare_text(run, cell, &value))
		cell->failure = convert_syntax_failure(converter, &value);
	else
		cell->failure = convert_reject(converter, &value);
	if (cell->failure != NULL)
		return;

	if (!compat_input_function_call(&converter->input, value.text, converter->ioparam,
									converter->typmod, &cell->value, &error))
		fail_from_error(cell, error);
	else if (!converter->format.allow_lossy && convert_is_lossy(converter, &value, cell->value))
		cell->failure = convert_lossy_failure(converter, &value);
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

/* Is the input function none of PostgreSQL's own, whose internal errors are not about the text? */
static bool
is_of_extension(const Converter *converter)
{
	return converter->base_input.fn_oid >= FirstNormalObjectId;
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

		if (!guard_call_of_extension(run_cells, &run, &error))
		{
			if (error->sqlerrcode == ERRCODE_INTERNAL_ERROR)
			{
				if (!is_of_extension(cells[run.next].converter))
					ReThrowError(error);
				error->sqlerrcode = ERRCODE_INVALID_TEXT_REPRESENTATION;
			}
			fail_from_error(&cells[run.next], error);
			FreeErrorData(error);
			run.next++;
		}
	}
	pfree(run.text.data);
}
