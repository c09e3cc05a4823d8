/*
 * quarantine.h: quarantine work that is set-based and belongs to publishing.
 */
#ifndef INGEST_MANIFEST_QUARANTINE_H
#define INGEST_MANIFEST_QUARANTINE_H

#include "nodes/pg_list.h"

/*
 * Writes the staged rows of lanes (of Oid) in which a column of key (of char *)
 * is NULL to quarantine, as jsonb text because their line is not at hand, and
 * returns how many there are.  The rows stay in the lanes.
 */
extern int64 quarantine_null_keys(int64 load_id, List *lanes, List *key);

/*
 * The same for rows that have the key of another row of the load: select gives
 * _ingest_file, _ingest_row and the row as text.
 */
extern int64 quarantine_duplicates(int64 load_id, const char *select, List *key);

/* Why rows leave the lanes. */
typedef struct QuarantineReason
{
	const char *rule;
	const char *sqlstate;
	const char *message;
	const char *columns; /* separated by commas */
} QuarantineReason;

/*
 * Moves staged rows from their lanes to quarantine and returns how many there are: select gives
 * the lane, the row's ctid in it, _ingest_file, _ingest_row, the row as jsonb text, and the value
 * at fault as text.
 */
extern int64 quarantine_remove(int64 load_id, const char *select, const QuarantineReason *reason);

/* "12 not_null, 3 type on column \"price\"": the commonest reasons, for messages. */
extern char *quarantine_summary(int64 load_id);

#endif
