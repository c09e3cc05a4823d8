/*
 * predicate.h: conditions that people give as text, such as replace_where.
 */
#ifndef INGEST_PUBLISH_PREDICATE_H
#define INGEST_PUBLISH_PREDICATE_H

#include "nodes/pg_list.h"
#include "utils/rel.h"

/*
 * The expression over columns of the target as SQL text that means the same
 * whatever the search_path, its columns qualified by alias.  An error, which
 * names the option, unless it is one boolean expression without subqueries.
 */
extern char *predicate_text(Relation target, const char *option, const char *expression,
							const char *alias);

/* The same of an expression that has been analysed. */
extern char *predicate_print(Relation target, Node *expression, const char *alias);

/* The same for a list of expressions to sort by, each with its direction. */
extern char *predicate_order_text(Relation target, const char *option, const char *order,
								  const char *alias);

/* The target's columns that the expressions to sort by read, of char *. */
extern List *predicate_order_columns(Relation target, const char *option, const char *order);

/* The target's columns that the expression reads, of char *. */
extern List *predicate_columns(Relation target, const char *option, const char *expression);

#endif
