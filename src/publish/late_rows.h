/*
 * late_rows.h: staged rows that come later than they should: what the target has of their keys.
 */
#ifndef INGEST_PUBLISH_LATE_ROWS_H
#define INGEST_PUBLISH_LATE_ROWS_H

#include "publish/publish.h"

typedef struct LateRow
{
	int file_no;
	int64 record_no;
	bool has_match;     /* the target has a row of its key; then: */
	TransactionId xmin; /* of that row; InvalidTransactionId: not known */
	bool is_older;      /* than that row, by update_if_newer */
} LateRow;

typedef void (*LateRowCallback)(const LateRow *row, void *arg);

/* Calls back for every staged row, for each row of the target that has its key; without a key, once. */
extern void late_rows(const PublishRequest *request, LateRowCallback callback, void *arg);

/* Calls back, with file and record, for rows of whose key another staged row counts. */
extern void late_duplicates(const PublishRequest *request, LateRowCallback callback, void *arg);

/* Does the strategy put a row where it belongs by a time of its own, whenever it comes? */
extern bool late_rows_have_time(const PublishRequest *request);

#endif
