/*
 * read_support.h: what the planner asks about ingest.read.
 */
#ifndef INGEST_READ_READ_SUPPORT_H
#define INGEST_READ_READ_SUPPORT_H

/* Is this the function whose planner support is ours? */
extern bool read_support_is_of(Oid function);

#endif
