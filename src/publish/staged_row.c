/*
 * staged_row.c: staged rows in the layout of the target.
 *
 * In: slots of a SELECT of staged rows.  Out: values, as they are or as they
 * are assigned, and rows.  Those that are stored as the target's are not taken
 * apart: their bytes are compared and copied.
 */
#include "postgres.h"

#include "publish/conditions.h"
#include "publish/lane_reader.h"
#include "publish/row_layout.h"
#include "publish/staged_row.h"

#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/rel.h"

typedef struct StagedColumn
{
	int from; /* attribute of the slot, from 0 */
	int to;   /* of the target, from 0 */
	bool updated;
	ExprState *assignment; /* NULL: the value as it is */
} StagedColumn;

struct StagedRowReader
{
	Relation target;
	StagedColumn *columns;
	int ncolumns;
	int file; /* attribute of the slot, from 0; -1: the rows are not a load's */
	int record;
	int key_end;     /* of the slot: attributes up to the last of the key */
	bool coerces;    /* at least one column has an assignment */
	bool has_layout; /* the slot's row begins with what would be one of the target */
	StagedRow row;
	TupleTableSlot *slot; /* of the row in work */
	Size data_len;        /* of the target's columns, where others are behind them */
	ExprContext *context;
};

/* What INSERT would do with a value of the staged column. */
static ExprState *
assignment(Form_pg_attribute staged, Form_pg_attribute target)
{
	Node *value;

	if (staged->atttypid == target->atttypid && staged->atttypmod == target->atttypmod)
		return NULL;
	value = coerce_to_target_type(NULL,
								  (Node *) makeVar(1, staged->attnum, staged->atttypid,
												   staged->atttypmod, staged->attcollation, 0),
								  staged->atttypid, target->atttypid, target->atttypmod,
								  COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (value == NULL)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("column \"%s\" is of another type than what is staged",
							   NameStr(target->attname))));
	return ExecInitExpr(expression_planner((Expr *) value), NULL);
}

/* A column of the slot: one of the target's, or of those that tell where the row came from. */
static void
init_column(StagedRowReader *reader, TupleDesc desc, int i, List *updated)
{
	Form_pg_attribute from = TupleDescAttr(desc, i);
	StagedColumn *column;
	Form_pg_attribute to;

	if (strcmp(NameStr(from->attname), LANE_FILE_COLUMN) == 0)
		reader->file = i;
	else if (strcmp(NameStr(from->attname), LANE_ROW_COLUMN) == 0)
		reader->record = i;
	else
	{
		to = conditions_attribute(reader->target, NameStr(from->attname));
		column = &reader->columns[reader->ncolumns++];
		column->from = i;
		column->to = to->attnum - 1;
		column->updated = conditions_has_name(updated, NameStr(from->attname));
		column->assignment = assignment(from, to);
		reader->coerces = reader->coerces || column->assignment != NULL;
	}
}

/* Bytes can be taken as they are. */
static bool
has_layout(const StagedRowReader *reader, TupleDesc desc)
{
	TupleDesc target = RelationGetDescr(reader->target);
	int i;

	for (i = 0; i < reader->ncolumns; i++)
	{
		if (reader->columns[i].from != reader->columns[i].to)
			return false;
	}
	return !reader->coerces && reader->ncolumns == target->natts && target->natts > 0 &&
		   row_layout_begins_with(desc, target);
}

StagedRowReader *
staged_row_reader_create(Relation target, TupleDesc desc, List *key, List *updated)
{
	StagedRowReader *reader = palloc0(sizeof(StagedRowReader));
	int natts = Max(RelationGetDescr(target)->natts, 1);
	int i;

	reader->target = target;
	reader->columns = palloc0(desc->natts * sizeof(StagedColumn));
	reader->row.values = palloc0(natts * sizeof(Datum));
	reader->row.nulls = palloc(natts * sizeof(bool));
	memset(reader->row.nulls, true, natts * sizeof(bool));
	reader->context = CreateStandaloneExprContext();
	reader->file = reader->record = -1;
	for (i = 0; i < desc->natts; i++)
	{
		init_column(reader, desc, i, updated);
		if (conditions_has_name(key, NameStr(TupleDescAttr(desc, i)->attname)))
			reader->key_end = i + 1;
	}
	reader->has_layout = has_layout(reader, desc);
	return reader;
}

static void
take_values(StagedRowReader *reader, int end)
{
	int i;

	for (i = 0; i < reader->ncolumns && reader->columns[i].from < end; i++)
	{
		const StagedColumn *column = &reader->columns[i];

		reader->row.values[column->to] = reader->slot->tts_values[column->from];
		reader->row.nulls[column->to] = reader->slot->tts_isnull[column->from];
	}
}

/* Where the row came from; on the way there data_len is learned. */
static StagedPosition
read_position(StagedRowReader *reader)
{
	TupleTableSlot *slot = reader->slot;
	StagedPosition position = {.file_no = -1};

	if (reader->file < 0)
		return position;
	if (reader->has_layout && TTS_IS_MINIMALTUPLE(slot))
	{
		slot_getsomeattrs(slot, reader->ncolumns);
		reader->data_len = ((MinimalTupleTableSlot *) slot)->off;
	}
	slot_getallattrs(slot);
	position.file_no = DatumGetInt32(slot->tts_values[reader->file]);
	position.record = DatumGetInt64(slot->tts_values[reader->record]);
	return position;
}

StagedPosition
staged_row_read(StagedRowReader *reader, TupleTableSlot *slot, StagedRow *row)
{
	StagedPosition position;

	reader->slot = slot;
	reader->context->ecxt_scantuple = slot;
	position = read_position(reader);
	slot_getsomeattrs(slot, reader->key_end);
	take_values(reader, reader->key_end);
	*row = reader->row;
	return position;
}

void
staged_row_read_rest(StagedRowReader *reader, StagedRow *row)
{
	slot_getallattrs(reader->slot);
	take_values(reader, reader->slot->tts_nvalid);
}

/* The tuple in the slot, if its bytes can be taken; else NULL. */
static HeapTuple
tuple_with_layout(const StagedRowReader *reader)
{
	HeapTuple tuple;

	if (!reader->has_layout || !TTS_IS_MINIMALTUPLE(reader->slot))
		return NULL;
	tuple = ((MinimalTupleTableSlot *) reader->slot)->tuple;
	/* a row older than the source's last columns is shorter */
	return HeapTupleHeaderGetNatts(tuple->t_data) < reader->ncolumns ? NULL : tuple;
}

bool
staged_row_same_bytes(StagedRowReader *reader, TupleTableSlot *found)
{
	HeapTuple tuple = tuple_with_layout(reader);

	return tuple != NULL && TTS_IS_BUFFERTUPLE(found) &&
		   row_layout_same_bytes(tuple, ((BufferHeapTupleTableSlot *) found)->base.tuple,
								 reader->ncolumns);
}

static void
coerce(StagedRowReader *reader, StagedRow *row, bool updated_only)
{
	int i;

	for (i = 0; reader->coerces && i < reader->ncolumns; i++)
	{
		const StagedColumn *column = &reader->columns[i];

		if (column->assignment != NULL && (column->updated || !updated_only))
			row->values[column->to] =
				ExecEvalExpr(column->assignment, reader->context, &row->nulls[column->to]);
	}
}

void
staged_row_coerce_all(StagedRowReader *reader, StagedRow *row)
{
	staged_row_read_rest(reader, row);
	coerce(reader, row, false);
}

HeapTuple
staged_row_form(StagedRowReader *reader, StagedRow *row)
{
	HeapTuple tuple = tuple_with_layout(reader);

	if (tuple != NULL)
		return row_layout_cut(tuple->t_data, reader->ncolumns,
							  reader->file < 0 ? tuple->t_len - tuple->t_data->t_hoff
											   : reader->data_len);
	staged_row_coerce_all(reader, row);
	return heap_form_tuple(RelationGetDescr(reader->target), row->values, row->nulls);
}

void
staged_row_coerce_updated(StagedRowReader *reader, StagedRow *row)
{
	coerce(reader, row, true);
}
