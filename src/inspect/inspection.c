/*
 * inspection.c: opens the files of a source and collects rows about them.
 *
 * in:  the source argument of a SQL function
 * out: rows in the function's tuplestore
 *
 * A file and what is kept about it live in a memory context of their own, the texts of a row in
 * another below it, so that memory is that of the largest footer.
 */
#include "postgres.h"

#include "inspect/inspection.h"

#include "api/access.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "source/parquet_file.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

static void
show_file(Inspection *inspection, void (*show)(Inspection *row))
{
	MemoryContext caller = CurrentMemoryContext;

	inspection->file_context =
		AllocSetContextCreate(caller, "ingest Parquet file", ALLOCSET_DEFAULT_SIZES);
	inspection->row_context = AllocSetContextCreate(inspection->file_context, "ingest Parquet row",
													ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(inspection->file_context);
	inspection->file = parquet_file_footer(parquet_file_open(inspection->source));
	MemoryContextSwitchTo(inspection->row_context);
	show(inspection);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(inspection->file_context);
}

Datum
inspection_run(FunctionCallInfo fcinfo, void (*show)(Inspection *row))
{
	List *files;
	ListCell *cell;

	access_check_files();
	InitMaterializedSRF(fcinfo, 0);
	files = source_expand(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	foreach (cell, files)
	{
		Inspection inspection = {.source = lfirst(cell)};

		inspection.result = (ReturnSetInfo *) fcinfo->resultinfo;
		show_file(&inspection, show);
	}
	return (Datum) 0;
}

void *
inspection_allocate(const Inspection *inspection, int32 n, Size size)
{
	/* n is capped by PQ_MAX_ELEMENTS */
	return MemoryContextAllocExtended(inspection->file_context, (Size) n * size,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

const PqColumnChunk *
inspection_chunks(Inspection *inspection, uint32 row_group)
{
	const int32 nleaves = inspection->file->schema->nleaves;
	PqError error;
	int32 i;

	CHECK_FOR_INTERRUPTS();
	if (inspection->chunks == NULL)
	{
		inspection->chunks = inspection_allocate(inspection, nleaves, sizeof(PqColumnChunk));
		inspection->leaves = inspection_allocate(inspection, nleaves, sizeof(int32));
		for (i = 0; i < nleaves; i++)
			inspection->leaves[i] = i;
	}
	pq_error_init(&error);
	if (pq_row_group_read(inspection->file, row_group, inspection->leaves, nleaves,
						  inspection->chunks, &error) != FMT_OK)
		parquet_file_raise(inspection->source, &error);
	return inspection->chunks;
}

const PqNode *
inspection_leaf(const Inspection *inspection, int32 leaf)
{
	const PqSchema *schema = inspection->file->schema;

	return &schema->nodes[schema->leaves[leaf]];
}

void
inspection_begin_row(Inspection *row)
{
	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(row->row_context);
	row->ncells = 0;
	cell_text(row, row->source->path);
}

static void
put_cell(Inspection *row, bool is_known, Datum value)
{
	Assert(row->ncells < row->result->setDesc->natts);
	row->values[row->ncells] = value;
	row->nulls[row->ncells++] = !is_known;
}

void
cell_text(Inspection *row, const char *text)
{
	put_cell(row, text != NULL, text != NULL ? CStringGetTextDatum(text) : (Datum) 0);
}

void
cell_int32(Inspection *row, bool is_known, int32 value)
{
	put_cell(row, is_known, Int32GetDatum(value));
}

void
cell_int64(Inspection *row, bool is_known, int64 value)
{
	put_cell(row, is_known, Int64GetDatum(value));
}

void
cell_size(Inspection *row, int64 value)
{
	cell_int64(row, value >= 0, value);
}

void
cell_bytea(Inspection *row, bool is_known, PqBytes bytes)
{
	put_cell(row, is_known,
			 is_known ? PointerGetDatum(cstring_to_text_with_len(bytes.data, (int) bytes.len))
					  : (Datum) 0);
}

void
inspection_end_row(Inspection *row)
{
	Assert(row->ncells == row->result->setDesc->natts);
	tuplestore_putvalues(row->result->setResult, row->result->setDesc, row->values, row->nulls);
}
