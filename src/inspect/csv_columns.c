/*
 * csv_columns.c: from the values of a sample to columns of a table.
 *
 * in:  a tally for each field
 * out: formats and null words of the file, a ColumnReport for each field
 *
 * A word such as NA stands for NULL when a column is of another type than text but for it.  A load has
 * one list of such words for all columns, so text columns that have them lose them, which is said.
 */
#include "postgres.h"

#include "inspect/csv_columns.h"

#include "lib/stringinfo.h"

static bool
has_word(List *words, const char *word)
{
	ListCell *lc;

	foreach (lc, words)
	{
		if (strcmp(lfirst(lc), word) == 0)
			return true;
	}
	return false;
}

static void
collect_null_words(SourceReport *report, const ColumnTally *tally)
{
	int i;

	for (i = 0; i < tally->nwords; i++)
	{
		if (!has_word(report->null_words, tally->words[i].word))
			report->null_words = lappend(report->null_words, tally->words[i].word);
	}
}

/* How sure a type is: as sure as values are many. */
static double
type_confidence(const SourceReport *report, int64 values)
{
	if (values == 0)
		return 0.5;
	if (report->is_complete)
		return 0.99;
	if (values >= 1000)
		return 0.95;
	return values >= 100 ? 0.9 : 0.8;
}

/* The words of a typed column are its NULLs; those of a text column are if the file has them. */
static void
count_words(const SourceReport *report, const ColumnTally *tally, bool is_text,
			ColumnReport *column)
{
	int i;

	for (i = 0; i < tally->nwords; i++)
	{
		const NullWord *word = &tally->words[i];

		if (!has_word(report->null_words, word->word))
		{
			column->nvalues += word->quoted + word->unquoted;
			continue;
		}
		column->null_words = lappend(column->null_words, word->word);
		column->nnulls += word->unquoted;
		if (is_text)
			column->nvalues += word->quoted;
		else
		{
			column->nnulls += word->quoted;
			column->force_null |= word->quoted > 0;
		}
	}
}

static void
fill_column(const SourceReport *report, const ColumnTally *tally, ColumnReport *column)
{
	const TypeVerdict verdict = type_guess_decide(tally->guess, &report->formats);
	const bool is_text = strcmp(verdict.type, "text") == 0;

	column->type = verdict.type;
	column->note = verdict.note;
	column->nvalues = tally->values;
	column->nnulls = tally->nulls;
	column->samples = tally->samples;
	if (is_text)
		column->nvalues += tally->quoted_nulls;
	else
	{
		column->nnulls += tally->quoted_nulls;
		column->force_null = tally->quoted_nulls > 0;
	}
	count_words(report, tally, is_text, column);
	if (is_text && column->null_words != NIL && column->note == NULL)
		column->note = psprintf("\"%s\" is NULL here as well, because of other columns",
								(char *) linitial(column->null_words));
	column->is_unique = tally->seen != NULL && column->nnulls == 0 && report->rows > 1;
	column->confidence = verdict.is_ambiguous ? 0.5 : type_confidence(report, column->nvalues);
}

static TypeGuess **
all_guesses(const CsvNames *names, const ColumnTally *tallies)
{
	TypeGuess **guesses = palloc(Max(names->nfields, 1) * sizeof(TypeGuess *));
	uint32 i;

	for (i = 0; i < names->nfields; i++)
		guesses[i] = tallies[i].guess;
	return guesses;
}

static bool
has_type(const SourceReport *report, const char *type)
{
	ListCell *lc;

	foreach (lc, report->columns)
	{
		if (strcmp(((ColumnReport *) lfirst(lc))->type, type) == 0)
			return true;
	}
	return false;
}

/* A format that no column needs is none. */
static void
drop_unused_formats(SourceReport *report)
{
	ConvertFormat *format = &report->formats.format;
	const ConvertFormat *given = &report->options->format;

	if (!has_type(report, "date"))
		format->dateformat = given->dateformat;
	if (!has_type(report, "timestamp"))
		format->timestampformat = given->timestampformat;
	if (!has_type(report, "numeric") && !has_type(report, "double precision"))
	{
		format->decimal_separator = given->decimal_separator;
		format->thousands = given->thousands;
	}
}

void
csv_columns_report(SourceReport *report, const CsvNames *names, TypeCandidates *candidates,
				   const ColumnTally *tallies)
{
	uint32 i;

	type_formats_choose(candidates, all_guesses(names, tallies), (int) names->nfields,
						&report->formats);
	for (i = 0; i < names->nfields; i++)
	{
		if (strcmp(type_guess_decide(tallies[i].guess, &report->formats).type, "text") != 0)
			collect_null_words(report, &tallies[i]);
	}
	for (i = 0; i < names->nfields; i++)
	{
		ColumnReport *column = palloc0(sizeof(ColumnReport));

		column->file_name = list_nth(names->in_file, i);
		column->name = list_nth(names->names, i);
		fill_column(report, &tallies[i], column);
		report->columns = lappend(report->columns, column);
	}
	drop_unused_formats(report);
}
