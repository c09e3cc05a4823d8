/*
 * read_path.h: the planner's side of ingest.read: a scan in place of the function.
 */
#ifndef INGEST_READ_READ_PATH_H
#define INGEST_READ_READ_PATH_H

#include "nodes/pathnodes.h"

/* Makes the planner look for calls of ingest.read, once per process. */
extern void read_path_install(void);

#endif
