/*
 * worker.h: the entry point of background workers, found by name in the library.
 */
#ifndef INGEST_STAGE_WORKER_H
#define INGEST_STAGE_WORKER_H

/* arg: the handle of the load's shared memory segment. */
extern PGDLLEXPORT void ingest_worker_main(Datum arg);

#endif
