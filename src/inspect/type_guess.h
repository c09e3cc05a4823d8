/*
 * type_guess.h: which types the values of a column can have.
 *
 * A type is only suggested when the converters of a load take every value that was seen, in the
 * formats that are suggested with it.  A file has one date format, one timestamp format and one
 * pair of separators, because a load has: they are chosen over all columns.
 */
#ifndef INGEST_INSPECT_TYPE_GUESS_H
#define INGEST_INSPECT_TYPE_GUESS_H

#include "contract/convert.h"

typedef struct TypeCandidates TypeCandidates; /* of a file; opaque */
typedef struct TypeGuess TypeGuess;           /* of a column; opaque */

/* What the caller of the SQL function has said; that is not guessed. */
typedef struct TypeGiven
{
	ConvertFormat format;
	bool has_dateformat;
	bool has_timestampformat;
	bool has_separators;
} TypeGiven;

/* All of these live in the context current at creation. */
extern TypeCandidates *type_candidates_create(const TypeGiven *given);
extern TypeGuess *type_guess_create(TypeCandidates *candidates);

/*
 * Takes in a value that is not NULL: valid text of the server's encoding.  Needs what convert_cells()
 * needs; what it allocates, in the arena and the current context, is not needed any more.
 */
extern void type_guess_add(TypeGuess *guess, const char *data, size_t len, ConvertArena *arena);

/* The formats with which most columns are more than text; two of them may be ambiguous. */
typedef struct TypeFormats
{
	ConvertFormat format;
	const char *other_dateformat; /* fits every date as well, and means other days; NULL */
	const char *other_timestampformat;
	const char *other_decimal; /* a separator that may be either; NULL */
} TypeFormats;

extern void type_formats_choose(TypeCandidates *candidates, TypeGuess *const *guesses, int n,
								TypeFormats *formats);

typedef struct TypeVerdict
{
	const char *type; /* as in CREATE TABLE */
	bool is_ambiguous;
	const char *note; /* why it is text, or what to look at; NULL */
} TypeVerdict;

extern TypeVerdict type_guess_decide(const TypeGuess *guess, const TypeFormats *formats);

#endif
