/*
 * staged.h: the SQL text that reads the staged rows of a load.
 *
 * All names in the text are qualified and quoted.  The text lives in
 * CurrentMemoryContext.
 */
#ifndef INGEST_PUBLISH_STAGED_H
#define INGEST_PUBLISH_STAGED_H

#include "lib/stringinfo.h"
#include "nodes/execnodes.h"
#include "publish/publish.h"

/* Positions (from 1) of _ingest_file and _ingest_row in the lists of staged_rows() and staged_winners(). */
#define STAGED_FILE_ATTNUM 1
#define STAGED_ROW_ATTNUM  2

/*
 * A SELECT of _ingest_file, _ingest_row and the request's columns, and its column deletion, over
 * all lanes, or over the relation that stands for them, in no order, without marker
 * rows and, unless NULLs match, without rows in which a part of the key is NULL.
 */
extern char *staged_rows(const PublishRequest *request);

/*
 * The same rows with their columns in the order of the target's, as tables of the same
 * layout hold them; behind them, for rows of a load, _ingest_file and _ingest_row.  Of a
 * relation also those in which a part of the key is NULL.
 */
extern char *staged_rows_as_target(const PublishRequest *request);

/* Appends what tells the rows called alias apart that are written: the key, and for some the time. */
extern void staged_append_identity(StringInfo sql, const PublishRequest *request,
								   const char *alias);

/*
 * The same, reduced to one version of every key, and sorted by the key: which one
 * is said by the options dedup and dedup_sort, by default the last in the order
 * of the files and of the records in them.  Of strategies that keep versions, one row of
 * every key and time.
 */
extern char *staged_winners(const PublishRequest *request);

/* The rows that the request's strategy writes: one of the two. */
extern char *staged_written_rows(const PublishRequest *request);

/* Of a SELECT of staged rows: "staged row: file …, record …" of the first; NULL for rows of no load. */
extern char *staged_first_position(const PublishRequest *request, const char *rows);

/* The node of a plan that returns the rows of staged_winners(); NULL if there is none. */
extern PlanState *staged_winners_node(PlanState *plan);

/* How many rows the planner expects to be read for staged_winners(). */
extern double staged_expected_rows(const Plan *plan);

/* Appends "a, b" or, with a qualifier, "q.a, q.b". */
extern void staged_append_columns(StringInfo sql, const char *qualifier, List *columns);

/* The same as a text of its own. */
extern char *staged_column_list(const char *qualifier, List *columns);

/* Appends " OPERATOR(schema.=) ": the operator by name, whatever the search_path. */
extern void staged_append_operator(StringInfo sql, Oid operator_oid);

/* "schema.table" of the relation, quoted. */
extern char *staged_relation_name(Oid relation_oid);

#endif
