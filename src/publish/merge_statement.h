/*
 * merge_statement.h: the SQL of merge.c.
 */
#ifndef INGEST_PUBLISH_MERGE_STATEMENT_H
#define INGEST_PUBLISH_MERGE_STATEMENT_H

#include "publish/merge.h"

extern char *merge_statement(const PublishRequest *request, MatchedAction matched);

#endif
