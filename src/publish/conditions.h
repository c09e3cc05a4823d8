/*
 * conditions.h: SQL conditions on a staged row, alias "staged", and the row of
 * the target with the same key, alias "target".
 *
 * The statements that write and those that only classify are made of the same
 * conditions, so that they agree.
 */
#ifndef INGEST_PUBLISH_CONDITIONS_H
#define INGEST_PUBLISH_CONDITIONS_H

#include "lib/stringinfo.h"
#include "publish/publish.h"

/* The rows carry every column of the target that is not generated: nothing of the old ones is lost in new ones. */
extern bool conditions_carry_everything(const PublishRequest *request);

/* The target's column of that name; an error if there is none. */
extern Form_pg_attribute conditions_attribute(Relation target, const char *name);

/* "<" of the column's type, InvalidOid if it has no order. */
extern Oid conditions_less_operator(Relation target, const char *name);

/* Raises an error unless every key column is staged and can be sorted and compared. */
extern void conditions_check_key(const PublishRequest *request);

/* Both have the same key, and the target's row is in scope and meets incremental_predicates. */
extern void conditions_append_match(StringInfo sql, const PublishRequest *request);

/* Columns, of char *, that an update of a matched row sets; always that of update_if_newer. */
extern List *conditions_updated_columns(const PublishRequest *request);

/* The rows differ in one of the columns. "false" when there are none. */
extern void conditions_append_different(StringInfo sql, const PublishRequest *request,
										List *columns);

/* The staged row is an older version than the target's; false when there is no such condition. */
extern bool conditions_append_older(StringInfo sql, const PublishRequest *request);

/* The staged row says that the target's is to be deleted; NULL when there is no such condition. */
extern char *conditions_deletes(const PublishRequest *request);

/* The row of the target called alias is not marked as deleted by soft_delete, which is given. */
extern void conditions_append_unmarked(StringInfo sql, const PublishRequest *request,
									   const char *alias);

/* What soft_delete holds in a deleted row, or in one that lives. */
extern const char *conditions_mark(const PublishRequest *request, bool deleted);

/* soft_delete = that. */
extern void conditions_append_mark(StringInfo sql, const PublishRequest *request, bool deleted);

/* Does an update also take the mark of soft_delete away? */
extern bool conditions_unmarks(const PublishRequest *request);

/* Does "=" of the column's type tell all differences that matter? */
extern bool conditions_equality_is_exact(Form_pg_attribute attribute);

extern bool conditions_has_name(List *names, const char *name);

#endif
