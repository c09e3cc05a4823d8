/*
 * query.h: questions about staged rows and the target, asked as the caller.
 */
#ifndef INGEST_PUBLISH_QUERY_H
#define INGEST_PUBLISH_QUERY_H

#include "c.h"

/*
 * How many rows of a SELECT meet a condition on its columns; NULL: all.  Names in both are
 * qualified, and planned under a pinned search_path.
 */
extern int64 query_count(const char *select, const char *condition);

/* Is there one? */
extern bool query_exists(const char *select, const char *condition);

/* The one value of a query, as text in the caller's context; NULL for NULL or no row. */
extern char *query_text(const char *sql);

/* How often each word occurs in the column kind of a SELECT, as text for query_kind_count(): one pass. */
extern char *query_kinds(const char *select);

/* 0 if it does not occur.  No kind ends in the name of another one. */
extern int64 query_kind_count(const char *kinds, const char *kind);

#endif
