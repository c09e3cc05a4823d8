/*
 * inspection.h: rows about Parquet files, one file after the other.
 */
#ifndef INGEST_INSPECT_INSPECTION_H
#define INGEST_INSPECT_INSPECTION_H

#include "fmgr.h"
#include "format/parquet/file.h"
#include "nodes/execnodes.h"
#include "source/source.h"

#define INSPECTION_MAX_COLUMNS 21 /* of parquet_metadata() */

/* A file that is shown, and the row that is put together, cell by cell from the left. */
typedef struct Inspection
{
	const SourceFile *source;
	const PqFile *file;
	ReturnSetInfo *result;
	MemoryContext file_context;
	MemoryContext row_context; /* current; emptied when a row begins */
	PqColumnChunk *chunks;     /* of the row group that was read last */
	int32 *leaves;             /* 0, 1, 2, ... */
	int ncells;
	Datum values[INSPECTION_MAX_COLUMNS];
	bool nulls[INSPECTION_MAX_COLUMNS];
} Inspection;

/*
 * The body of a set-returning function whose argument is a source: checks the rights, opens every
 * file of it and has it shown.  A file that is not Parquet is an error.
 */
extern Datum inspection_run(FunctionCallInfo fcinfo, void (*show)(Inspection *row));

/* n zeroed elements of that size, as long as the file is shown. */
extern void *inspection_allocate(const Inspection *inspection, int32 n, Size size);

/* The chunks of all leaves, until the next call. */
extern const PqColumnChunk *inspection_chunks(Inspection *inspection, uint32 row_group);
extern const PqNode *inspection_leaf(const Inspection *inspection, int32 leaf);

/* The first cell of every row, the path of the file, is put by inspection_begin_row(). */
extern void inspection_begin_row(Inspection *row);
extern void cell_text(Inspection *row, const char *text); /* NULL is NULL */
extern void cell_int32(Inspection *row, bool is_known, int32 value);
extern void cell_int64(Inspection *row, bool is_known, int64 value);
extern void cell_size(Inspection *row, int64 value); /* a count or place; negative: absent */
extern void cell_bytea(Inspection *row, bool is_known, PqBytes bytes);
extern void inspection_end_row(Inspection *row);

#endif
