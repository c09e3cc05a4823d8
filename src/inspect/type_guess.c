/*
 * type_guess.c: formats of a file, types of its columns.
 *
 * in:  the candidates that took all values, of every column
 * out: one format for dates, one for timestamps, one pair of separators; a type for each column
 */
#include "postgres.h"

#include "inspect/type_candidates.h"

/* How many columns a candidate took all values of. */
static int
count_columns(TypeGuess *const *guesses, int n, int candidate)
{
	int count = 0;
	int i;

	for (i = 0; i < n; i++)
		count += guesses[i]->nvalues > 0 && type_guess_has(guesses[i], candidate);
	return count;
}

/* Is there a column of which both took all values? */
static bool
share_column(TypeGuess *const *guesses, int n, int a, int b)
{
	int i;

	for (i = 0; i < n; i++)
	{
		if (guesses[i]->nvalues > 0 && type_guess_has(guesses[i], a) &&
			type_guess_has(guesses[i], b))
			return true;
	}
	return false;
}

/* The candidate of the kind that most columns take, the first of equals; -1: none. */
static int
find_commonest(const TypeCandidates *candidates, TypeGuess *const *guesses, int n,
			   CandidateKind kind)
{
	int best = -1;
	int best_count = 0;
	int i;

	for (i = 0; i < candidates->n; i++)
	{
		int count;

		if (candidates->items[i].kind != kind)
			continue;
		count = count_columns(guesses, n, i);
		if (count > best_count)
		{
			best = i;
			best_count = count;
		}
	}
	return best;
}

/* Another one that as many columns take, and that reads day and month the other way; -1: none. */
static int
find_rival(const TypeCandidates *candidates, TypeGuess *const *guesses, int n, int best)
{
	const Candidate *winner = &candidates->items[best];
	const int count = count_columns(guesses, n, best);
	int i;

	for (i = 0; i < candidates->n && winner->order != ORDER_NONE; i++)
	{
		const Candidate *other = &candidates->items[i];

		if (other->kind == winner->kind && other->order != ORDER_NONE &&
			other->order != winner->order && count_columns(guesses, n, i) == count &&
			share_column(guesses, n, best, i))
			return i;
	}
	return -1;
}

/* Formats of dates and of timestamps: where one is in doubt, the other may be evidence. */
static void
choose_datetimes(const TypeCandidates *candidates, TypeGuess *const *guesses, int n,
				 TypeFormats *formats)
{
	int date = find_commonest(candidates, guesses, n, CANDIDATE_DATE);
	int timestamp = find_commonest(candidates, guesses, n, CANDIDATE_TIMESTAMP);
	int other_date = date >= 0 ? find_rival(candidates, guesses, n, date) : -1;
	int other_timestamp = timestamp >= 0 ? find_rival(candidates, guesses, n, timestamp) : -1;
	const Candidate *items = candidates->items;

	if (other_date >= 0 && timestamp >= 0 && other_timestamp < 0 &&
		items[timestamp].order != ORDER_NONE)
	{
		if (items[timestamp].order != items[date].order)
			date = other_date;
		other_date = -1;
	}
	else if (other_timestamp >= 0 && date >= 0 && other_date < 0 && items[date].order != ORDER_NONE)
	{
		if (items[date].order != items[timestamp].order)
			timestamp = other_timestamp;
		other_timestamp = -1;
	}
	if (date >= 0)
		formats->format.dateformat = items[date].datetime_format;
	if (timestamp >= 0)
		formats->format.timestampformat = items[timestamp].datetime_format;
	if (other_date >= 0)
		formats->other_dateformat = items[other_date].datetime_format;
	if (other_timestamp >= 0)
		formats->other_timestampformat = items[other_timestamp].datetime_format;
}

static bool
same_separators(const Candidate *candidate, const ConvertFormat *format)
{
	return candidate->decimal_separator == format->decimal_separator &&
		   candidate->thousands == format->thousands;
}

/*
 * 1,234 may be a thousand or little more than one: when some column takes both readings and none
 * says which, it is in doubt.
 */
static void
choose_separators(const TypeCandidates *candidates, TypeGuess *const *guesses, int n,
				  TypeFormats *formats)
{
	const int best = find_commonest(candidates, guesses, n, CANDIDATE_NUMERIC);
	const Candidate *winner;
	int i;

	if (best < 0)
		return;
	winner = &candidates->items[best];
	formats->format.decimal_separator = winner->decimal_separator;
	formats->format.thousands = winner->thousands;
	for (i = 0; i < candidates->n && winner->thousands != '\0'; i++)
	{
		const Candidate *other = &candidates->items[i];

		if (other->kind == CANDIDATE_NUMERIC && other->decimal_separator == winner->thousands &&
			count_columns(guesses, n, i) == count_columns(guesses, n, best))
			formats->other_decimal = winner->thousands == ',' ? "," : ".";
	}
}

void
type_formats_choose(TypeCandidates *candidates, TypeGuess *const *guesses, int n,
					TypeFormats *formats)
{
	const TypeGiven *given = &candidates->given;

	memset(formats, 0, sizeof(*formats));
	formats->format = given->format;
	if (formats->format.decimal_separator == '\0')
		formats->format.decimal_separator = '.';
	if (!given->has_separators)
		choose_separators(candidates, guesses, n, formats);
	choose_datetimes(candidates, guesses, n, formats);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Does the candidate read values in the formats of the file? */
static bool
is_allowed(const Candidate *candidate, const TypeFormats *formats)
{
	switch (candidate->kind)
	{
		case CANDIDATE_NUMERIC:
		case CANDIDATE_FLOAT:
			return same_separators(candidate, &formats->format);
		case CANDIDATE_DATE:
			return same_text(candidate->datetime_format, formats->format.dateformat);
		case CANDIDATE_TIMESTAMP:
		case CANDIDATE_TIMESTAMPTZ:
			return same_text(candidate->datetime_format, formats->format.timestampformat);
		default:
			return true;
	}
}

/* The first candidate that is allowed; of numbers they are in the order of their width. */
static const Candidate *
find_type(const TypeGuess *guess, const TypeFormats *formats)
{
	const Candidate *found = NULL;
	int i;

	for (i = 0; i < guess->nalive && guess->nvalues > 0; i++)
	{
		const Candidate *candidate = &guess->candidates->items[guess->alive[i]];

		if (candidate->kind == CANDIDATE_BOOLEAN &&
			(!guess->has_long_word && guess->words != (WORD_TRUE | WORD_FALSE)))
			continue;
		if (is_allowed(candidate, formats) && (found == NULL || candidate->kind < found->kind))
			found = candidate;
	}
	return found;
}

/* Why a column that could be more is text. */
static const char *
text_note(const TypeGuess *guess)
{
	const Candidate *candidate;

	if (guess->nvalues == 0)
		return "no values";
	if (guess->has_leading_zero)
		return "numbers with leading zeros are kept as text";
	if (guess->has_amount)
		return "amounts with a currency or percent sign are kept as text";
	if (guess->has_plus)
		return "numbers with a plus sign are kept as text";
	if (guess->nalive == 0)
		return NULL;
	candidate = &guess->candidates->items[guess->alive[0]];
	switch (candidate->kind)
	{
		case CANDIDATE_DATE:
		case CANDIDATE_TIMESTAMP:
			return psprintf(
				"could be %s with format \"%s\", but a load has one format for all such columns",
				candidate->type,
				candidate->datetime_format != NULL ? candidate->datetime_format : "ISO 8601");
		case CANDIDATE_NUMERIC:
			return psprintf("could be numeric with decimal separator \"%c\", but a load has one "
							"for all columns",
							candidate->decimal_separator);
		default:
			return NULL;
	}
}

/* Sets type text when what was found could mean something else as well. */
static bool
is_ambiguous(const TypeGuess *guess, const Candidate *found, const TypeFormats *formats,
			 TypeVerdict *verdict)
{
	const char *format = formats->format.dateformat;
	const char *other = formats->other_dateformat;

	if (found->kind == CANDIDATE_NUMERIC && formats->other_decimal != NULL)
	{
		verdict->note = psprintf("ambiguous: \"%s\" may separate decimals or thousands; say which "
								 "with option \"decimal_separator\" or \"thousands\"",
								 formats->other_decimal);
		return true;
	}
	if (found->kind == CANDIDATE_TIMESTAMP)
	{
		format = formats->format.timestampformat;
		other = formats->other_timestampformat;
	}
	else if (found->kind != CANDIDATE_DATE)
		return false;
	if (other == NULL)
		return false;
	verdict->note =
		psprintf("ambiguous: \"%s\" or \"%s\"; say which with option \"%s\"", format, other,
				 found->kind == CANDIDATE_DATE ? "dateformat" : "timestampformat");
	return true;
}

TypeVerdict
type_guess_decide(const TypeGuess *guess, const TypeFormats *formats)
{
	const Candidate *found = find_type(guess, formats);
	TypeVerdict verdict = {"text", false, NULL};

	if (found == NULL)
	{
		verdict.note = text_note(guess);
		return verdict;
	}
	verdict.is_ambiguous = is_ambiguous(guess, found, formats, &verdict);
	if (verdict.is_ambiguous)
		return verdict;
	verdict.type = found->type;
	if (found->kind == CANDIDATE_INTEGER && guess->all_compact_dates)
		verdict.note = "may be dates written as YYYYMMDD";
	return verdict;
}
