/*
 * type_candidates.h: the types and formats that are tried; private to type_*.c.
 */
#ifndef INGEST_INSPECT_TYPE_CANDIDATES_H
#define INGEST_INSPECT_TYPE_CANDIDATES_H

#include "inspect/type_guess.h"

typedef enum CandidateKind
{
	CANDIDATE_BOOLEAN,
	CANDIDATE_INTEGER,
	CANDIDATE_NUMERIC,
	CANDIDATE_FLOAT,
	CANDIDATE_DATE,
	CANDIDATE_TIMESTAMP,
	CANDIDATE_TIMESTAMPTZ,
	CANDIDATE_TIME,
	CANDIDATE_UUID,
	CANDIDATE_INET,
	CANDIDATE_JSON
} CandidateKind;

/* In which order a date names day and month. */
typedef enum DateOrder
{
	ORDER_NONE, /* in no doubt: the year first, or a month's name */
	ORDER_DAY_MONTH,
	ORDER_MONTH_DAY
} DateOrder;

typedef struct Candidate
{
	CandidateKind kind;
	const char *type;
	const char *datetime_format; /* NULL: ISO 8601 */
	DateOrder order;
	char decimal_separator; /* of numbers */
	char thousands;
	Converter *converter;
} Candidate;

struct TypeCandidates
{
	int n;
	int capacity;
	Candidate *items; /* preferred ones first, within a kind */
	TypeGiven given;
};

#define WORD_TRUE  1
#define WORD_FALSE 2

struct TypeGuess
{
	const TypeCandidates *candidates;
	int nalive;
	int16 *alive; /* numbers of the candidates that took every value */
	int64 nvalues;
	bool has_leading_zero;  /* 007 */
	bool has_plus;          /* +49 30 1234 */
	bool has_amount;        /* $5, 5 % */
	bool all_compact_dates; /* 20240131 */
	bool has_long_word;     /* not only t, f, y, n */
	int words;              /* WORD_TRUE, WORD_FALSE */
};

extern bool type_guess_has(const TypeGuess *guess, int candidate);

#endif
