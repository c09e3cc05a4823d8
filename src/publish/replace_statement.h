/*
 * replace_statement.h: the SQL of replace.c.
 *
 * scope is a condition on the target's rows, alias "target".
 */
#ifndef INGEST_PUBLISH_REPLACE_STATEMENT_H
#define INGEST_PUBLISH_REPLACE_STATEMENT_H

#include "publish/publish.h"

/* SELECT kind ('inserted' or 'unchanged') and the columns of each staged row. */
extern char *replace_classification(const PublishRequest *request, const char *scope);

/* SELECT _ingest_table, _ingest_place and columns of the rows in scope that were not staged. */
extern char *replace_removed(const PublishRequest *request, const char *scope);

extern char *replace_delete_statement(const PublishRequest *request, const char *scope);
extern char *replace_insert_statement(const PublishRequest *request, const char *scope);

/* SELECT of how many rows the staged ones and those of the target in scope have in common. */
extern char *replace_common(const PublishRequest *request, const char *scope);

#endif
