/*
 * validation.h: what a load would find wrong with the rows of files.
 */
#ifndef INGEST_API_VALIDATION_H
#define INGEST_API_VALIDATION_H

#include "fmgr.h"
#include "stage/progress.h"
#include "stage/row_scan.h"

/* A call, from its arguments to its end. */
typedef struct Validation
{
	StageRequest request;
	RowScan *scan;
	bool stops;    /* a load would stop at the first bad row */
	bool has_rows; /* the scan's batch has rows that are not taken yet */
	Progress progress;
} Validation;

/* Takes target, source and options; checks rights, and looks into the files. */
extern void validation_begin(FunctionCallInfo fcinfo, Validation *validation);

/*
 * The next row that is bad, whatever a load would do with it; false when there is none.  bad
 * lives until the next call.
 */
extern bool validation_next(Validation *validation, QuarantineRow *bad);

/* Why a load would be given up that has read as much; NULL: it would not. */
extern const char *validation_rejection(Validation *validation);

extern void validation_end(Validation *validation);

#endif
