/*
 * expression.h: SQL expressions that people give as text, over the columns of a table.
 *
 * One expression and nothing else, without subqueries, aggregates, window functions and functions
 * that return sets.  Errors, as of any SQL, point into the text and say whose text it is.
 */
#ifndef INGEST_CONTRACT_EXPRESSION_H
#define INGEST_CONTRACT_EXPRESSION_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

typedef struct ExpressionSource
{
	const char *subject; /* for messages: what the text is of, as 'option "filter"' */
	const char *text;
	const char *alias; /* by which the text may qualify columns; NULL: the table's name */
	int skip;          /* bytes that were put before the text to parse it */
} ExpressionSource;

/* The analysed expression, a boolean one; its columns are Vars of varno 1.  target is locked. */
extern Node *expression_parse(Relation target, ExpressionSource *source);

/*
 * An expression over texts: every name in it becomes the Var of varno 1 that stands for the
 * name's place in *names (of char *, from 1), where new ones are added.  It gives text where text
 * is what the expression gives, else the type and typmod, by assignment, or, for InvalidOid, what it gives.
 */
extern Node *expression_parse_texts(ExpressionSource *source, Oid type, int32 typmod, List **names);

/* The same for what stands behind ORDER BY: a list of SortBy with analysed nodes. */
extern List *expression_parse_order(Relation target, ExpressionSource *source);

/* An ErrorContextCallback, for whoever goes on with the expression; arg is the ExpressionSource. */
extern void expression_context(void *arg);

#endif
