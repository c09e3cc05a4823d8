/*
 * quarantine_queue.h: quarantine as work: which rows are open, and what becomes of them.
 */
#ifndef INGEST_MANIFEST_QUARANTINE_QUEUE_H
#define INGEST_MANIFEST_QUARANTINE_QUEUE_H

#include "manifest/manifest.h"

/* Which open rows of a table are meant; what is NIL or of no elements says nothing. */
typedef struct QueueFilter
{
	Oid target;
	int64 *load_ids;
	int nload_ids;
	List *files;   /* of char *: paths */
	List *rules;   /* of char *: a row has a violation of one of them */
	List *columns; /* of char *: … on one of them */
} QueueFilter;

/* What is kept of a row. */
typedef enum QueueForm
{
	QUEUE_LINE,     /* its line */
	QUEUE_FILE_ROW, /* JSON of the columns of its file */
	QUEUE_TABLE_ROW /* JSON of the columns of the target */
} QueueForm;

/* Open rows of one file that are kept the same way. */
typedef struct QueueGroup
{
	int64 load_id;
	int file_no;
	QueueForm form;
	char *path;
	ManifestHead head; /* names are the keys of JSON */
} QueueGroup;

/* Those of published loads, of QueueGroup *, by load, file and form. */
extern List *queue_groups(const QueueFilter *filter);

typedef struct QueueRow
{
	int64 record_no;
	int64 line_no;
	char *raw;
	size_t raw_len;
	bool raw_is_text; /* of the database encoding */
	bool is_too_long; /* raw is only its beginning */
} QueueRow;

/*
 * The next rows of a group, of QueueRow *, behind record *position, which moves on; false: there is
 * none.  They are locked until the end of the transaction, and few enough to be held in memory.
 */
extern bool queue_next_rows(const QueueFilter *filter, const QueueGroup *group, int64 *position,
							List **rows);

/* Open rows become 'discarded'; returns how many. */
extern int64 queue_discard(const QueueFilter *filter, const char *reason);

/*
 * Removes rows that were replayed, discarded or superseded longer ago than that, in
 * microseconds, and whose target the caller owns.  Returns "12 rows of schema.table", of char *.
 */
extern List *queue_cleanup(int64 older_than);

#endif
