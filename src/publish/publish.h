/*
 * publish.h: from staged rows into the target, in the caller's transaction and
 * with the caller's rights.
 *
 * The rows are those in the lanes of a load, or those of any relation
 * (ingest.merge).
 */
#ifndef INGEST_PUBLISH_H
#define INGEST_PUBLISH_H

#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "options/options.h"
#include "utils/rel.h"

typedef struct PublishStrategy PublishStrategy; /* one word that people use, see strategy.h */

typedef struct PublishRequest
{
	int64 load_id;   /* 0: the rows are not a load's */
	Relation target; /* open, RowExclusiveLock */
	const PublishStrategy *strategy;
	const PublishOptions *options;
	List *lanes; /* of Oid: tables with the staged columns, _ingest_file, _ingest_row */
	/* instead of lanes: SELECTs that publish_from_relation() made */
	const char *source_rows;      /* as those of staged_rows() */
	const char *source_all_rows;  /* the same with … */
	const char *source_null_keys; /* … rows in which a part of the key is NULL */
	List *columns;                /* of char *: target columns that the rows carry */
	const char *deletion;         /* of "hard_delete", carried too, if the target lacks it */
	List *key;                    /* of char *: unique key, NIL for some; a subset of columns */
	const char *scope;            /* SQL: rows of "target" that may match a key; NULL: all */
	struct QueryEnvironment *collected; /* what statements read besides tables, see collected.h */
	int64 rows_staged;                  /* what the manifest says the lanes hold; -1: not known */
	int64 rows_left_out;                /* bad rows of the load, as far as they may be rows */
} PublishRequest;

/* Every row that was read is in one of the counts but read itself, removed, intervals and null_keys. */
typedef struct PublishCounts
{
	int64 read; /* rows with a key that the strategy read */
	int64 inserted;
	int64 updated;
	int64 deleted; /* rows whose hard_delete column made that of the target go away */
	int64 unchanged;
	int64 deduplicated; /* other versions of a key inside the load */
	int64 skipped;      /* known already, older than the target's, or a deletion of nothing */
	int64 removed;      /* rows of the target that the source does not have, or replaces */
	int64 intervals;    /* scd2: rows of the target that other versions changed */
	int64 null_keys;    /* rows moved to quarantine because a key part is NULL */
	int64 duplicates;   /* of deduplicated: moved to quarantine */
	const char *plan;   /* how it was done, for people */
} PublishCounts;

/* The strategy of that name; an error that lists them all if there is none. */
extern const PublishStrategy *publish_strategy(const char *name);

extern const char *publish_strategy_name(const PublishStrategy *strategy);

/* Rights on the target that the strategy needs. */
extern AclMode publish_strategy_rights(const PublishStrategy *strategy);

/* Must the rows have a key?  Without need of one, none is allowed. */
extern bool publish_needs_key(const PublishStrategy *strategy);

/* The columns that the strategy fills, of char *; of any strategy if it is NULL. */
extern List *publish_computed_columns(const PublishStrategy *strategy,
									  const PublishOptions *options);

/* Does a load of the same rows, or of a corrected file, leave no row twice? */
extern bool publish_restates(const PublishStrategy *strategy);

/*
 * Publishes. Raises an error when the counts do not add up to rows_staged, or,
 * naming file and record of the row, when the target's constraints refuse one.
 * A swap of partitions wants the target closed: request->target may be another
 * Relation afterwards.
 */
extern void publish_run(PublishRequest *request, PublishCounts *counts);

/* What publish_run() would do, as far as it can be told without doing it. */
typedef struct PublishPreview
{
	PublishCounts counts;
	char *samples; /* JSON: {"inserted": [row, …], …} */
} PublishPreview;

extern void publish_preview(const PublishRequest *request, PublishPreview *preview);

/* The columns of the primary key, of char *; NIL when there is none. */
extern List *publish_primary_key(Relation target);

/*
 * The rows of the request carry the column: adds it to columns, or sets deletion.
 * False if the target lacks it and it marks no deletions.
 */
extern bool publish_add_column(PublishRequest *request, char *name);

/*
 * The rows of a relation for a request: a SELECT of what the target has, each
 * as the target's type. Key and options are set before; sets columns, deletion,
 * source_rows and source_null_keys. Raises an error that lists columns which
 * the target lacks.
 */
extern void publish_from_relation(PublishRequest *request, Relation source);

/* Raises an error if the rows come out of the target, and the strategy reads them again after it wrote. */
extern void publish_check_source(const PublishRequest *request);

#endif
