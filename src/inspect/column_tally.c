/*
 * column_tally.c: the values of one column of a sample.
 *
 * in:  fields
 * out: counts, samples, the types that remain possible
 *
 * A tally lives in the context current at its creation, and so does all that it keeps.
 */
#include "postgres.h"

#include "inspect/column_tally.h"

#include "common/hashfn.h"
#include "format/csv/sniff.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

/* Hashes of 64 bits stand for values: that two of a sample are the same by chance is not to be expected. */
typedef struct ValueHash
{
	uint64 hash;
	char status; /* of simplehash */
} ValueHash;

#define SH_PREFIX          value_hashes
#define SH_ELEMENT_TYPE    ValueHash
#define SH_KEY_TYPE        uint64
#define SH_KEY             hash
#define SH_HASH_KEY(tb, k) ((uint32) (k))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE           static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

void
column_tally_init(ColumnTally *tally, TypeCandidates *candidates)
{
	memset(tally, 0, sizeof(*tally));
	tally->context = CurrentMemoryContext;
	tally->guess = type_guess_create(candidates);
	tally->seen = value_hashes_create(CurrentMemoryContext, 32, NULL);
}

static bool
is_null_string(const CsvField *field, List *null_strings)
{
	ListCell *lc;

	foreach (lc, null_strings)
	{
		const char *text = lfirst(lc);

		if (strlen(text) == field->len && memcmp(text, field->data, field->len) == 0)
			return true;
	}
	return false;
}

static void
stop_uniqueness(ColumnTally *tally)
{
	if (tally->seen != NULL)
		value_hashes_destroy(tally->seen);
	tally->seen = NULL;
}

static void
note_value(ColumnTally *tally, const CsvField *field)
{
	uint64 hash;
	bool found;

	if (tally->seen == NULL)
		return;
	hash = hash_bytes_extended((const unsigned char *) field->data, (int) field->len, 0);
	value_hashes_insert(tally->seen, hash, &found);
	if (found)
		stop_uniqueness(tally);
}

static void
keep_sample(ColumnTally *tally, const CsvField *field)
{
	const int len =
		pg_mbcliplen(field->data, (int) field->len, Min(field->len, REPORT_SAMPLE_BYTES));
	MemoryContext old;
	ListCell *lc;

	if (list_length(tally->samples) == REPORT_SAMPLES)
		return;
	foreach (lc, tally->samples)
	{
		if (strlen(lfirst(lc)) == (size_t) len && memcmp(lfirst(lc), field->data, len) == 0)
			return;
	}
	old = MemoryContextSwitchTo(tally->context);
	tally->samples = lappend(tally->samples, pnstrdup(field->data, len));
	MemoryContextSwitchTo(old);
}

/* false: there are too many different ones to be words for NULL. */
static bool
count_word(ColumnTally *tally, const CsvField *field)
{
	NullWord *word;
	int i;

	for (i = 0; i < tally->nwords; i++)
	{
		if (strlen(tally->words[i].word) == field->len &&
			memcmp(tally->words[i].word, field->data, field->len) == 0)
			break;
	}
	if (i == TALLY_WORDS)
		return false;
	word = &tally->words[i];
	if (i == tally->nwords)
	{
		word->word = MemoryContextStrdup(tally->context, pnstrdup(field->data, field->len));
		tally->nwords++;
	}
	if (field->quoted)
		word->quoted++;
	else
		word->unquoted++;
	return true;
}

void
column_tally_add(ColumnTally *tally, const CsvField *field, List *null_strings, bool guess_words,
				 ConvertArena *arena)
{
	if (is_null_string(field, null_strings))
	{
		if (field->quoted)
			tally->quoted_nulls++;
		else
			tally->nulls++;
		stop_uniqueness(tally);
		return;
	}
	keep_sample(tally, field);
	if (guess_words && csv_is_null_word(field->data, field->len) && count_word(tally, field))
	{
		stop_uniqueness(tally);
		return;
	}
	tally->values++;
	note_value(tally, field);
	type_guess_add(tally->guess, field->data, field->len, arena);
}

int64
column_tally_words(const ColumnTally *tally)
{
	int64 count = 0;
	int i;

	for (i = 0; i < tally->nwords; i++)
		count += tally->words[i].quoted + tally->words[i].unquoted;
	return count;
}
