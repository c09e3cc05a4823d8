/*
 * scd2_columns.h: what each column of a target with history is for.
 */
#ifndef INGEST_PUBLISH_SCD2_COLUMNS_H
#define INGEST_PUBLISH_SCD2_COLUMNS_H

#include "publish/publish.h"

typedef struct Scd2Columns
{
	const char *valid_from;
	const char *valid_to;
	const char *is_current; /* NULL: the table has none */
	const char *time;       /* staged column that says when a version began; NULL: now */
	const char *seen;       /* time, if it is a column of its own: the last time of a version */
	List *stored;           /* of char *: staged columns but valid_from */
	List *compared;         /* of char *: of these, columns in which versions differ */
	Oid less;               /* "<" of valid_from */
	const char *type;       /* of valid_from, for a cast */
	const char *open_end;   /* valid_to of a current version, as SQL */
} Scd2Columns;

/* The column that is_current names, or would name. */
extern const char *scd2_is_current(const PublishOptions *options);

/* Raises an error if the target, the staged columns and the options do not fit. */
extern const Scd2Columns *scd2_columns(const PublishRequest *request);

/* The time of the row called alias, an expression of the type of valid_from. */
extern char *scd2_time(const Scd2Columns *columns, const char *alias);

#endif
