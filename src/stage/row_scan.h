/*
 * row_scan.h: the rows of files, checked as a load checks them, in the caller's process.
 *
 * Nothing is written and no file is looked up in the manifest: for those who look before they
 * load, or who only want to read.
 */
#ifndef INGEST_STAGE_ROW_SCAN_H
#define INGEST_STAGE_ROW_SCAN_H

#include "stage/row_checker.h"
#include "stage/stage.h"

typedef struct RowScan RowScan; /* opaque */

/*
 * Looks into the files for their columns, until enough are found, and reads no row.  Memory is below
 * the current context; the request is kept.
 */
extern RowScan *row_scan_open(const StageRequest *request, int enough);

/* The target's columns that files provide, of char *, in the target's order: those of a batch. */
extern List *row_scan_columns(const RowScan *scan);

/*
 * The next rows, which are to be taken from the checker, all of them; those before are gone.
 * false after the last.
 */
extern bool row_scan_next(RowScan *scan);
extern RowChecker *row_scan_checker(const RowScan *scan);

/* The file that the rows are from. */
extern const SourceFile *row_scan_file(const RowScan *scan);

/* What became of the rows of the chunks that are done: sums. */
extern const ChunkCounts *row_scan_counts(const RowScan *scan);

/* Why a load would be rejected that had read as much, as limits_exceeded() has it; NULL: it would not. */
extern const char *row_scan_rejection(RowScan *scan);

/* Raw bytes of all files, and of them those that are read. */
extern uint64 row_scan_bytes_total(const RowScan *scan);
extern uint64 row_scan_bytes_read(const RowScan *scan);

/* Frees everything; files are closed when the memory context goes as well. */
extern void row_scan_close(RowScan *scan);

#endif
