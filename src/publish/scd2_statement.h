/*
 * scd2_statement.h: the SQL of scd2.c.
 */
#ifndef INGEST_PUBLISH_SCD2_STATEMENT_H
#define INGEST_PUBLISH_SCD2_STATEMENT_H

#include "publish/scd2_columns.h"

/* Under which name the statements that write find what scd2_changes() gave. */
#define SCD2_CHANGES "_ingest_changes"

/* Positions (from 1) in the SELECT list of scd2_changes(); 1 and 2 are those of staged.h. */
#define SCD2_ACTION_ATTNUM 3
#define SCD2_KIND_ATTNUM   4
#define SCD2_BROKEN_ATTNUM 5

/*
 * SELECT of what is to be done, in the order in which it can be done: the
 * position of the staged row behind it or -1, 0; what to do with a row of the
 * target, 'delete', 'update', 'insert' or NULL; what the staged row is counted as, or
 * NULL; the key as text if the target's versions of it contradict each other;
 * values.  With all, also staged rows of keys with which nothing is to be done.
 */
extern char *scd2_changes(const PublishRequest *request, const Scd2Columns *columns, bool all);

extern char *scd2_delete_statement(const PublishRequest *request);
extern char *scd2_update_statement(const PublishRequest *request, const Scd2Columns *columns);
extern char *scd2_insert_statement(const PublishRequest *request, const Scd2Columns *columns);

#endif
