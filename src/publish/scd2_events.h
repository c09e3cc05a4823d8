/*
 * scd2_events.h: the history of a key as a series of events.
 */
#ifndef INGEST_PUBLISH_SCD2_EVENTS_H
#define INGEST_PUBLISH_SCD2_EVENTS_H

#include "lib/stringinfo.h"
#include "publish/scd2_columns.h"

/* Which event counts of several at one time. */
typedef enum EventRank
{
	EVENT_STAGED = 1,
	EVENT_BEGIN, /* of a row of the target */
	EVENT_SEEN,  /* the last time at which it is known to have been valid */
	EVENT_END
} EventRank;

/*
 * Appends WITH queries, the last of which is "event": position of the staged
 * row or -1, 0; _ingest_time; _ingest_rank, an EventRank; _ingest_live, false
 * for deletions and ends; of a row of the target that begins _ingest_place, _ingest_table,
 * _ingest_until (its end; NULL if it is current), _ingest_broken (it contradicts another
 * row of its key) and _ingest_known (what it holds in the column seen); stored columns.
 * Without all, only keys with which something is to be done.
 */
extern void scd2_append_events(StringInfo sql, const PublishRequest *request,
							   const Scd2Columns *columns, bool all);

#endif
