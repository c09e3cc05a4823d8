/*
 * column_tally.h: the values of one column of a sample, as they come.
 */
#ifndef INGEST_INSPECT_COLUMN_TALLY_H
#define INGEST_INSPECT_COLUMN_TALLY_H

#include "format/csv/reader.h"
#include "inspect/report.h"
#include "inspect/type_guess.h"

#define TALLY_WORDS 8 /* different null words that are counted */

typedef struct NullWord
{
	char *word;
	int64 unquoted;
	int64 quoted;
} NullWord;

typedef struct ColumnTally
{
	TypeGuess *guess;
	int64 nulls;        /* unquoted null strings */
	int64 quoted_nulls; /* which are values of text */
	int64 values;       /* others, without null words */
	NullWord words[TALLY_WORDS];
	int nwords;
	List *samples;                  /* of char * */
	struct value_hashes_hash *seen; /* of values; NULL: one came twice */
	MemoryContext context;
} ColumnTally;

extern void column_tally_init(ColumnTally *tally, TypeCandidates *candidates);

/* null_strings: of a load. guess_words: words for NULL are looked for. */
extern void column_tally_add(ColumnTally *tally, const CsvField *field, List *null_strings,
							 bool guess_words, ConvertArena *arena);

/* A value that was set aside as a word for NULL is one of the column's. */
extern int64 column_tally_words(const ColumnTally *tally);

#endif
