/*
 * failpoint.h: named places where a test makes a process wait.
 *
 * Compiled in with -DPG_INGEST_FAILPOINTS only.  Setting
 * pg_ingest.debug_failpoint to a name makes whoever reaches that place wait
 * there, its activity reported as "failpoint NAME", until it is signalled.
 */
#ifndef INGEST_STAGE_FAILPOINT_H
#define INGEST_STAGE_FAILPOINT_H

#ifdef PG_INGEST_FAILPOINTS
extern void failpoint_reached(const char *name);
#define FAILPOINT(name) failpoint_reached(name)
#else
#define FAILPOINT(name) ((void) 0)
#endif

#endif
