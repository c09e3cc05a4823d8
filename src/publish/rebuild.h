/*
 * rebuild.h: a table of which most changes is written anew.
 */
#ifndef INGEST_PUBLISH_REBUILD_H
#define INGEST_PUBLISH_REBUILD_H

#include "publish/publish.h"

/*
 * Strategy replace for plain tables, if all rows of the target are to go but those
 * that are staged, too.  Locks the target against writers.  true: the target holds
 * the staged rows, counts is set, and request->target may be another Relation.
 * false: it is not allowed, or does not pay, and nothing was changed.
 */
extern bool rebuild_run(PublishRequest *request, PublishCounts *counts);

#endif
