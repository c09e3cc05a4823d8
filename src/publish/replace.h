/*
 * replace.h: strategies after which a part of the target holds the staged rows
 * and no others: replace, replace_where, and delete_insert.
 *
 * The functions are those of PublishStrategy.
 */
#ifndef INGEST_PUBLISH_REPLACE_H
#define INGEST_PUBLISH_REPLACE_H

#include "publish/publish.h"

extern void replace_run(PublishRequest *request, PublishCounts *counts);
extern char *replace_classify(const PublishRequest *request);
extern char *replace_removed_rows(const PublishRequest *request);

extern void delete_insert_run(PublishRequest *request, PublishCounts *counts);
extern char *delete_insert_classify(const PublishRequest *request);
extern char *delete_insert_removed_rows(const PublishRequest *request);

/*
 * Makes the rows of the target that meet scope, a condition on alias "target",
 * the staged ones. Sets the counts.  The caller keeps other writers out of scope.
 */
extern void replace_scope(const PublishRequest *request, const char *scope, PublishCounts *counts);

/* What it would do with the staged rows, and the rows that would go: as those of PublishStrategy. */
extern char *replace_scope_classification(const PublishRequest *request, const char *scope);
extern char *replace_scope_removed(const PublishRequest *request, const char *scope);

/* Counts it, as replace_scope() would.  With a primary key, of equal keys one counts. */
extern void replace_scope_count(const PublishRequest *request, const char *scope,
								PublishCounts *counts);

/* SELECT, as staged_rows(), of the rows that scope would then hold. */
extern char *replace_scope_rows(const PublishRequest *request, const char *scope);

/* What replace_scope() does about rows with one primary key, of which counts tells. */
extern void replace_check_duplicates(const PublishRequest *request, const char *scope,
									 PublishCounts *counts);

/* Raises an error unless there is a primary key, without which the option has no effect. */
extern void replace_check_dedup(const PublishRequest *request, const char *option);

/* Raises an error, with the counts, unless every staged row meets replace_where. */
extern void replace_check_staged(const PublishRequest *request);

/*
 * Keeps other writers out of the target until the end of the transaction, also those that name
 * one of its partitions; readers may read.
 */
extern void replace_lock(const PublishRequest *request);

#endif
