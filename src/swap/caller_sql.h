/*
 * caller_sql.h: SQL with the caller's rights, under settings that give it one meaning.
 */
#ifndef INGEST_SWAP_CALLER_SQL_H
#define INGEST_SWAP_CALLER_SQL_H

#include "manifest/statement.h"

/*
 * Names come out of the catalogs qualified, and values as text that reads back
 * the same, from begin to end.  Ends with the (sub)transaction on an error.
 */
extern int caller_settings_begin(void);
extern void caller_settings_end(int nest_level);

/* Runs a statement; raises its error. */
extern void caller_execute(const char *sql);

/*
 * Runs a query whose $1 ... $n are relations; row as for statement_run().
 * Returns the number of rows.
 */
extern uint64 caller_query(const char *sql, const Oid *relations, int n, StatementRow row,
						   void *arg);

/* Qualified and quoted, palloc'd. */
extern char *caller_relation_name(Oid relid);

#endif
