/*
 * missing.h: rows of the target that the source does not have.
 *
 * scope is a condition on alias "target": the rows that the source speaks of.
 */
#ifndef INGEST_PUBLISH_MISSING_H
#define INGEST_PUBLISH_MISSING_H

#include "publish/publish.h"

/* SELECT of them. */
extern char *missing_rows(const PublishRequest *request, const char *scope);

/* Deletes them, or marks them with soft_delete; adds their number to counts->removed. */
extern void missing_remove(const PublishRequest *request, const char *scope, PublishCounts *counts);

#endif
