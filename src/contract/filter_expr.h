/*
 * filter_expr.h: the text of option "filter" as an expression.
 */
#ifndef INGEST_CONTRACT_FILTER_EXPR_H
#define INGEST_CONTRACT_FILTER_EXPR_H

#include "nodes/nodes.h"
#include "utils/rel.h"

/*
 * Parses and analyses text as a boolean expression over the columns of target, which is locked.
 * Errors, as of any SQL, point into text; subqueries, aggregates, functions that
 * return sets, system columns, whole rows and volatile functions are errors too.
 */
extern Node *filter_expr_parse(Relation target, const char *text);

/*
 * The expression with everything evaluated that has no column in it, stable functions
 * too, so that now() is the same for every row and in every worker.  Runs code of the functions
 * that are called: as whoever wrote the filter.  text is for messages.
 */
extern Node *filter_expr_fold(Node *expr, const char *text);

#endif
